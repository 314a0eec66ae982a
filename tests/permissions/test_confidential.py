"""Confidential requests: seen by those who work on them, and by nobody else."""

import pytest

from esm.notices.models import Notice
from tests.permissions.world import SECRET, Stage
from workflows.models import Request
from workflows.services import visibility

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
    told = Notice.objects.filter(url=f"/requests/{request.ref}/").exclude(kind="handoff.escalated")
    assert told.exists()
    persons = {code // 4 for code in Request.objects.get(pk=request.pk).principals}
    assert set(told.values_list("person_id", flat=True)) <= persons
    assert not told.filter(title__contains=SECRET).exists()
    assert not told.filter(body__contains=SECRET).exists()
