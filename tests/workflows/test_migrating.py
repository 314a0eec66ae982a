"""Running requests that follow another version: moved, refused with the reason, taken back."""

from typing import Any

import pytest
from django.db import transaction
from django.db.utils import InternalError

from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.actors import SYSTEM
from esm.events.selectors.chains import events_of
from governance.models import Decision, ModelVersion, Person
from governance.selectors import people
from governance.services import deciding
from tests.support import World
from tests.workflows.moving_on import (
    FLOW,
    OFFER,
    draft,
    put_in_force,
    renamed,
    sound,
    stage,
    state_of,
)
from workflows.models import Clock, Request, RequestMigration, StageVisit
from workflows.services import migrating, stages

pytestmark = pytest.mark.django_db
HOUR = 3600


def at(desk: World, steps: int) -> Request:
    sent = desk.submit()
    desk.play(sent, until=steps)
    return sent


def shorter(spec: dict[str, Any]) -> None:
    stage(spec, "intake").update(complete_s=2 * HOUR)


def sooner(spec: dict[str, Any]) -> None:
    spec.update(promise_s=spec["promise_s"] // 2)


def next_version(number: int = 3, **changes: Any) -> ModelVersion:
    found = {("Workflow", FLOW): changes.get("flow", shorter)}
    if "offer" in changes:
        found["Offering", OFFER] = changes["offer"]
    found.update(changes.get("more", {}))
    return put_in_force(draft(number, found))


def clock_of(sent: Request, metric: str) -> Clock:
    return Clock.objects.filter(request=sent, metric=metric).latest("seq")


def username_of(desk: World, visit: StageVisit) -> str:
    member = desk.member(visit.team_id)
    return str(Person.objects.get(pk=member.person_id).users.get().username)


def test_a_request_follows_the_version_in_force_with_its_targets(desk: World) -> None:
    sent = at(desk, 1)
    before, ran = clock_of(sent, "complete"), clock_of(sent, "promise")
    desk.tick(hours=1)
    new = next_version(offer=sooner)
    move = migrating.migrate_request(sent.pk, actor=SYSTEM)
    sent.refresh_from_db()
    assert (sent.version, move.before_version.code, move.seq) == (new, "OM-2", 1)
    after, promise = clock_of(sent, "complete"), clock_of(sent, "promise")
    assert (before.target_s, after.target_s, after.agreed_s) == (4 * HOUR, 2 * HOUR, 2 * HOUR)
    assert promise.target_s == ran.target_s // 2 and promise.due_at == sent.promised_at
    # What it had counted stays: twenty minutes before it was taken, and the hour since.
    assert (after.elapsed_s, after.running_since) == (80 * 60, desk.now.replace(microsecond=0))
    (event,) = events_of(sent, ["request.migrated"])
    assert event.data["before"] == "OM-2" and event.data["version"] == "OM-3"
    assert [one["stage"] for one in event.data["visits"]] == ["intake"]
    assert {e.data["why"] for e in events_of(sent, ["clock.retargeted"])} == {"version"}
    sound()


def test_it_goes_on_to_its_end_under_the_new_version(desk: World) -> None:
    sent = at(desk, 3)
    new = next_version(more=renamed("commercial-terms", "terms"))
    with pytest.raises(Invalid) as refused:
        migrating.migrate_request(sent.pk, actor=SYSTEM)
    assert refused.value.sentence == (
        f"{sent.ref} cannot be moved as it is. OM-3 has no step “Commercial terms”; choose where"
        " its work goes on."
    )
    migrating.migrate_request(sent.pk, mapping={"commercial-terms": "terms"}, actor=SYSTEM)
    assert desk.visit(sent, "terms").state == StageVisit.State.QUEUED
    decision = desk.to_decision(sent)
    assert (decision.version, decision.state) == (new, Decision.State.OPEN)
    sound()
    decider = decision.decider
    assert decider is not None
    actor = people.actor_of_person(decider)
    deciding.decide(decision.pk, outcome="approve", rationale="", actor=actor)
    desk.settle()
    while sent.is_open:
        desk.tick(minutes=20)
        visit = StageVisit.objects.get(request=sent, state__in=StageVisit.LIVE)
        verb = {"offered": "accept", "queued": "claim", "active": "complete"}[visit.state]
        step = {"actor": username_of(desk, visit), "stage": visit.stage_key, "action": verb}
        desk.do(sent, step)
        desk.settle()
        sent.refresh_from_db()
    sound()
    first = sent.visits.get(stage_key="intake")
    assert first.version is not None and first.version.code == "OM-2"


def test_taking_it_back_restores_it_exactly(desk: World) -> None:
    sent = at(desk, 3)
    before = state_of(sent)
    next_version(more=renamed("commercial-terms", "terms"))
    migrating.migrate_request(sent.pk, mapping={"commercial-terms": "terms"}, actor=SYSTEM)
    sound()
    migrating.undo_migration(sent.pk, actor=SYSTEM)
    after = state_of(sent)
    for rows in (before, after):
        for row in rows["clocks"]:
            # The move and its end are on record in the ledger of each clock.
            row.pop("spans"), row.pop("elapsed_s"), row.pop("running_since")
    assert after == before
    sound()
    with pytest.raises(InvalidState, match="nothing to take back"):
        migrating.undo_migration(sent.pk, actor=SYSTEM)


def test_after_the_first_step_nothing_is_taken_back(desk: World) -> None:
    sent = at(desk, 1)
    next_version()
    migrating.migrate_request(sent.pk, actor=SYSTEM)
    stages.release(sent.pk, desk.visit(sent, "intake").seq, actor=desk.actor("nuala"))
    before = state_of(sent)
    with pytest.raises(InvalidState, match="Work went on since it follows OM-3"):
        migrating.undo_migration(sent.pk, actor=SYSTEM)
    assert state_of(sent) == before


def test_what_is_not_moved_keeps_every_byte(desk: World) -> None:
    stays, goes = at(desk, 3), at(desk, 1)
    before = state_of(stays)
    next_version(more=renamed("commercial-terms", "terms"))
    migrating.migrate_request(goes.pk, actor=SYSTEM)
    assert state_of(stays) == before
    with pytest.raises(Invalid):
        migrating.migrate_request(stays.pk, actor=SYSTEM)
    assert state_of(stays) == before


def test_the_database_refuses_another_version_without_a_record(desk: World) -> None:
    sent = at(desk, 1)
    new = next_version()
    with pytest.raises(InternalError, match="on record alone"), transaction.atomic():
        Request.objects.filter(pk=sent.pk).update(version=new)


def test_only_stewards_move_requests(desk: World) -> None:
    sent = at(desk, 1)
    next_version()
    before = state_of(sent)
    with pytest.raises(NotAllowed, match="Only a steward moves"):
        migrating.migrate_request(sent.pk, actor=desk.actor("nuala"))
    assert state_of(sent) == before and not RequestMigration.objects.exists()


def test_an_open_decision_goes_on_or_is_asked_anew_where_others_decide(desk: World) -> None:
    sent = desk.submit()
    first = desk.to_decision(sent)
    next_version()
    migrating.migrate_request(sent.pk, actor=SYSTEM)
    assert Decision.objects.get(subject_id=sent.pk, state="open") == first

    def sooner_right(spec: dict[str, Any]) -> None:
        spec.update(latency_s=HOUR)

    more = {("DecisionRight", first.right_key): sooner_right}
    new = next_version(4, flow=lambda spec: None, more=more)
    migrating.migrate_request(sent.pk, actor=SYSTEM)
    first.refresh_from_db()
    again = Decision.objects.get(subject_id=sent.pk, state="open")
    assert (first.state, again.version, again.seq) == ("void", new, first.seq + 1)
    sound()
    migrating.undo_migration(sent.pk, actor=SYSTEM)
    back = Decision.objects.get(subject_id=sent.pk, state="open")
    sent.refresh_from_db()
    assert (back.version, back.seq) == (sent.version, first.seq + 2)
    assert sent.version.code == "OM-3"
    sound()


def test_nobody_reads_an_answer_by_a_move_who_did_not_before(desk: World) -> None:
    sent = at(desk, 1)

    def opened(spec: dict[str, Any]) -> None:
        for section in spec["form"]["sections"]:
            for field in section["fields"]:
                if field["key"] == "counter_party":
                    field.update(privacy="personal", visible_at=["legal-review"])

    next_version(offer=opened)
    before = state_of(sent)
    with pytest.raises(Invalid, match="would be read by others in OM-3"):
        migrating.migrate_request(sent.pk, actor=SYSTEM)
    assert state_of(sent) == before
