"""A baseline is frozen by the owner of its stream or a steward; told in the chain of the person."""

from datetime import datetime, timedelta

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid
from esm.events.actors import Actor
from esm.events.services import ledger
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.locks import lock_person
from governance.models import Person
from governance.policies import Scope, require
from governance.selectors import critical, versions
from valueflow.engine.baselines import DEFINITIONS, ENOUGH_DONE, WEEKS, code_version, rows_hash
from valueflow.engine.summary import ENOUGH, CaseRow
from valueflow.event_types import BaselineFrozen
from valueflow.models import Baseline
from valueflow.selectors import baselines
from valueflow.selectors.touched import in_force

MAX_NOTE = 500


def freeze_baseline(
    person: Person,
    stream: str,
    *,
    start: datetime,
    end: datetime,
    service: str = "",
    note: str = "",
    actor: Actor,
) -> Baseline:
    """Keep which requests of a stream were finished from ``start`` until before ``end``, and how.

    The window is of eight weeks, or fifty requests were finished in it. Raises NotAllowed,
    Invalid with what to do.
    """
    note = " ".join(note.replace("\x00", "").split())
    with transaction.atomic():
        person = lock_person(person.pk)
        current = versions.current()
        bp = versions.blueprint(current) if current is not None else None
        known = bp is not None and (kinds.ValueStream.__name__, stream) in bp
        owner = person.pk if bp is not None and known and critical.owns(person, bp, stream) else 0
        require(actor, "baseline.freeze", Scope(holder_id=owner))
        if current is None or bp is None or not known:
            said = "There is no such stream in the model in force; choose one of it."
            raise Invalid(said, {"stream": [said]})
        _check_given(bp, start, end, service, note)
        cases = baselines.rows_in(stream, start, end, service)
        _check_enough(cases, start, end)
        then = [one.pk for one in in_force() if one.at < end]
        row = Baseline.objects.create(
            stream_key=stream,
            start=start,
            end=end,
            service_key=service,
            version_id=then[-1] if then else current.pk,
            definitions=dict(DEFINITIONS),
            code=code_version(),
            requests=[case.id for case in cases],
            rows_hash=rows_hash(cases),
            figures=baselines.figures_of(cases),
            note=note,
            person=person,
            frozen_at=clock.now(),
        )
        event = BaselineFrozen(
            baseline=row.pk,
            person=person.ref,
            stream=stream,
            start=start.isoformat(),
            end=end.isoformat(),
            requests=len(cases),
            rows=row.rows_mark,
            code=row.code,
            private={"note": note},
        )
        ledger.record(person, [event], actor=actor)
        return row


def _check_given(bp: Blueprint, start: datetime, end: datetime, service: str, note: str) -> None:
    errors: dict[str, list[str]] = {}
    if end > clock.now():
        errors["end"] = ["The window must be over; choose an earlier last day."]
    elif start >= end:
        errors["end"] = ["The last day comes before the first; choose a later one."]
    if service and (kinds.Service.__name__, service) not in bp:
        errors["service"] = ["There is no such service; leave it empty for all of the stream."]
    if len(note) > MAX_NOTE:
        errors["note"] = [f"Say it in at most {MAX_NOTE} characters."]
    if errors:
        raise Invalid(next(iter(errors.values()))[0], errors)


def _check_enough(cases: list[CaseRow], start: datetime, end: datetime) -> None:
    n = len(cases)
    if n < ENOUGH:
        said = (
            f"{n} requests were finished in it; nothing can be held against fewer than {ENOUGH}."
            " Choose a longer window."
        )
    elif end - start < timedelta(weeks=WEEKS) and n < ENOUGH_DONE:
        said = (
            f"It is shorter than {WEEKS} weeks and only {n} requests were finished in it. Choose "
            f"{WEEKS} weeks, or a window with {ENOUGH_DONE} requests."
        )
    else:
        return
    raise Invalid(said, {"start": [said]})
