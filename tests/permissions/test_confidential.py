"""Confidential requests: seen by those who work on them, and by nobody else."""

import pytest

from esm.events.actors import SYSTEM
from esm.events.models import Event
from esm.notices.models import Notice
from governance.models import Decision, Person
from governance.selectors import decisions, people, versions
from tests.permissions.world import SECRET, Stage
from workflows.models import Request
from workflows.selectors import queue
from workflows.selectors import requests as seen
from workflows.services import handoffs, visibility
from workflows.services.case import Case

pytestmark = pytest.mark.django_db


def test_sight_is_what_the_rows_give(stage: Stage) -> None:
    """Kept step by step or recomputed: the same."""
    kept = {name: sorted(request.principals) for name, request in stage.requests.items()}
    truth = {name: visibility.computed(request) for name, request in stage.requests.items()}
    assert kept == truth


def test_persons_alone_see_a_confidential_request(stage: Stage) -> None:
    request = stage.requests["confidential"]
    assert {code % 4 for code in request.principals} == {visibility.PERSON}
    persons = {code // 4 for code in request.principals}
    workers = set(request.visits.exclude(holder=None).values_list("holder_id", flat=True))
    assert workers | {request.requester_id} < persons


def test_the_lead_of_a_team_can_take_what_its_members_do_not_see(stage: Stage) -> None:
    world = stage.world
    request = world.submit()
    assert request.confidential
    visit = request.visits.get()
    lead = visit.team.memberships.filter(is_lead=True).first()
    member = visit.team.memberships.filter(is_lead=False).first()
    assert lead and member
    seen = {code // 4 for code in request.principals}
    assert lead.person_id in seen
    assert member.person_id not in seen


def test_notices_reach_only_who_sees_it_and_do_not_name_it(stage: Stage) -> None:
    request = stage.requests["confidential"]
    told = Notice.objects.filter(url=f"/requests/{request.ref}/")
    assert told.exists()
    persons = {code // 4 for code in Request.objects.get(pk=request.pk).principals}
    assert set(told.values_list("person_id", flat=True)) <= persons
    assert not told.filter(title__contains=SECRET).exists()
    assert not told.filter(body__contains=SECRET).exists()


def escalated(stage: Stage, name: str) -> Request:
    """A request whose last offer nobody answered."""
    request = stage.requests[name]
    Notice.objects.all().delete()
    case = Case.open(request.pk, SYSTEM)
    last = case.handoff(request.handoffs.latest("seq").seq)
    handoffs.escalate(case, last, why="silence")
    case.save()
    stage.world.settle()
    return request


def test_silence_on_a_confidential_request_is_told_to_who_sees_it(stage: Stage) -> None:
    request = stage.requests["confidential"]
    Request.objects.filter(pk=request.pk).update(principals=_everybody())
    escalated(stage, "confidential")
    told = Notice.objects.filter(kind="handoff.escalated")
    event = Event.objects.filter(type="handoff.escalated").latest("id")
    roles = [people.holders(role, stream=request.value_stream.key) for role in event.data["to"]]
    assert {f"P-{p}" for p in told.values_list("person_id", flat=True)} == {
        holder.ref for holders in roles for holder in holders
    }


def test_where_nobody_sees_it_the_last_resort_hears_no_number(stage: Stage) -> None:
    request = stage.requests["confidential"]
    Request.objects.filter(pk=request.pk).update(principals=[])
    escalated(stage, "confidential")
    told = Notice.objects.filter(kind="handoff.escalated")
    role = versions.blueprint(request.version_id).organisation().last_resort
    assert {f"P-{p}" for p in told.values_list("person_id", flat=True)} == {
        holder.ref for holder in people.holders(role)
    }
    for row in told:
        assert str(request.number) not in row.title + row.body + row.url
        assert SECRET not in row.title + row.body
        assert (row.subject, row.url) == ("", "")


def test_silence_is_told_without_the_title_to_who_may_not_read_it(stage: Stage) -> None:
    request = stage.requests["offered"]
    Request.objects.filter(pk=request.pk).update(principals=[])
    escalated(stage, "offered")
    told = Notice.objects.filter(kind="handoff.escalated")
    assert told.exists()
    assert {row.body for row in told} == {request.service.name}


def _everybody() -> list[int]:
    pks = Person.objects.values_list("pk", flat=True)
    return [visibility.code(visibility.PERSON, pk) for pk in pks]


def test_comparable_decisions_count_no_confidential_one(stage: Stage) -> None:
    done = [stage.requests[name].pk for name in ("fulfilled", "closed")]
    waits = Decision.objects.get(subject_id=stage.requests["deciding"].pk, state="open")
    assert decisions.comparable(waits, stage.world.now).count == 2
    for left, pk in ((1, done[0]), (0, done[1])):
        Request.objects.filter(pk=pk).update(confidential=True)
        assert decisions.comparable(waits, stage.world.now).count == left


def test_what_waits_is_counted_among_what_one_sees(stage: Stage) -> None:
    account = stage.accounts["receiver"]
    waits = queue.waiting(account).values_list("request_id", flat=True)
    assert set(waits) <= set(seen.visible_to(account).values_list("pk", flat=True))
    before = waits.count()
    assert before > 0
    Request.objects.filter(pk__in=list(waits)[:1]).update(principals=[])
    assert queue.waiting(account).count() == before - 1
