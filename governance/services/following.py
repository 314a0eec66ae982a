"""What follows from a version that has its moment: who reads it, who learns for it, by when.

Whoever was asked before and for whom the same changes is not asked again; where it is something
else by now they are. Runs in the transaction of what gives the version its moment.
"""

from collections.abc import Mapping
from datetime import datetime

from esm.common import clock
from esm.events.actors import Actor
from esm.events.services import ledger
from esm.events.types import moment_text
from governance.blueprint.impact import Mine
from governance.event_types.change import ModelScheduled
from governance.models import (
    Acknowledgement,
    ChangeProposal,
    ModelVersion,
    TrainingTask,
)
from governance.selectors import change_rules
from governance.selectors.impact import changed_for, impact_of
from governance.services import proposing

READ_DAYS, LEARN_DAYS = 5, 10


def prepare(
    version: ModelVersion, former: ModelVersion, effective: datetime, *, actor: Actor
) -> None:
    """Ask whom a locked version changes something for to read it, and to learn what it needs."""
    now = clock.now()
    impact = impact_of(version, former)
    changed = changed_for(impact)
    since = max(now, effective)
    days = change_rules.days_of(impact.after)
    asked = _ask(version, changed, days.after(since, READ_DAYS))
    trained = _train(version, changed, days.after(since, LEARN_DAYS))
    event = ModelScheduled(
        version=version.code,
        effective_from=moment_text(effective),
        acknowledgements=asked,
        trainings=trained,
    )
    ledger.record(version, [event], actor=actor)
    proposing.follow(version, ChangeProposal.State.SCHEDULED, actor=actor)


def _ask(version: ModelVersion, changed: Mapping[int, Mine], due: datetime) -> int:
    known = {row.person_id: row for row in Acknowledgement.objects.filter(version=version)}
    fresh = [
        Acknowledgement(version=version, person_id=pk, mark=one.mark, due_at=due)
        for pk, one in sorted(changed.items())
        if pk not in known
    ]
    again = []
    for pk, one in changed.items():
        row = known.get(pk)
        if row is not None and row.mark != one.mark:
            row.mark, row.state, row.due_at = one.mark, Acknowledgement.State.REQUESTED, due
            row.requested_at = clock.now()
            row.told_at = row.seen_at = row.given_at = None
            row.text = ""
            again.append(row)
    Acknowledgement.objects.bulk_create(fresh, batch_size=500)
    fields = ["mark", "state", "due_at", "requested_at", "told_at", "seen_at", "given_at", "text"]
    Acknowledgement.objects.bulk_update(again, fields, batch_size=500)
    return len(fresh) + len(again)


def _train(version: ModelVersion, changed: Mapping[int, Mine], due: datetime) -> int:
    wanted = {(pk, one.skill): one.needed for pk, mine in changed.items() for one in mine.missing}
    if not wanted:
        return 0
    known = set(TrainingTask.objects.filter(version=version).values_list("person_id", "skill_key"))
    fresh = [
        TrainingTask(version=version, person_id=pk, skill_key=skill, level=level, due_at=due)
        for (pk, skill), level in sorted(wanted.items())
        if (pk, skill) not in known
    ]
    TrainingTask.objects.bulk_create(fresh, batch_size=500)
    return len(fresh)
