"""Handing over: what the giver sees before, returns that escalate, sight that stays."""

from typing import Any

import pytest

from esm.common.errors import Invalid
from esm.events.models import Event
from esm.notices.models import Notice
from governance.models import Membership, RoleAssignment
from governance.policies import TEAM, code
from governance.selectors import people
from governance.services import deciding
from tests.support import World, client
from workflows.models import Handoff, Request, StageVisit
from workflows.selectors import request_page
from workflows.selectors.requests import visible_to
from workflows.services import handoffs, requests, stages

pytestmark = pytest.mark.django_db


def steps(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.journey["steps"]
    return found


def offered(world: World) -> tuple[Request, dict[str, Any]]:
    """A request at the offer that the journey returns, and that step of the journey."""
    at = next(n for n, step in enumerate(steps(world)) if step["action"] == "return")
    request = world.submit()
    world.play(request, until=at, minutes=5)
    return request, steps(world)[at]


def send_back(world: World, request: Request, step: dict[str, Any]) -> Handoff:
    handoff = world.handoff(request, step["stage"])
    return handoffs.return_to_giver(
        request.pk,
        handoff.seq,
        reason=step["reason"],
        note=step["note"],
        actor=world.actor(step["actor"]),
    )


def offer_again(world: World, request: Request) -> None:
    visit = request.visits.get(state__in=StageVisit.LIVE)
    me = world.member(visit.team_id)
    stages.claim(request.pk, visit.seq, actor=me)
    stages.complete_visit(request.pk, visit.seq, note="Added.", actor=me)


def test_the_giver_sees_criteria_and_which_notes_become_visible(desk: World) -> None:
    request = desk.submit()
    desk.play(request, until=1)
    giver, receiver = desk.actor(steps(desk)[0]["actor"]), steps(desk)[2]["actor"]
    requests.comment(request.pk, body="They were late twice.", internal=True, actor=giver)
    page = request_page.page(client_user(desk, steps(desk)[0]["actor"]), request)
    (live,) = page.live
    (arrival,) = live.opens
    assert arrival.team.pk == desk.person(receiver).memberships.get().team_id
    assert [note.body for note in live.notes] == ["They were late twice."]
    browser = client(steps(desk)[0]["actor"])
    for address in ("", "visits/1/complete/"):
        shown = browser.get(f"/requests/{request.ref}/{address}").content.decode()
        assert f"{arrival.team.name} will read 1 note of the teams" in shown
        assert all(check.text in shown for check in arrival.checks)
    # Whoever may not hand over is not told of them by this.
    assert client(receiver).get(f"/requests/{request.ref}/").status_code == 404
    mine = client(desk.journey["persona"]).get(f"/requests/{request.ref}/").content.decode()
    assert "will read" not in mine and "late twice" not in mine
    desk.play(request, until=0)
    stages.complete_visit(request.pk, 1, actor=giver)
    seen = client(receiver).get(f"/requests/{request.ref}/").content.decode()
    assert "They were late twice." in seen
    again = request_page.page(client_user(desk, receiver), request).live[0]
    assert (again.opens, again.notes) == ([], [])


def client_user(world: World, username: str) -> Any:
    return world.person(username).users.get()


def test_a_task_says_what_it_serves_up_to_the_objective(desk: World) -> None:
    request = desk.submit()
    worker = client_user(desk, steps(desk)[0]["actor"])
    rungs = request_page.page(worker, request).live[0].sight
    kinds = [rung.kind for rung in rungs]
    assert kinds[:2] == ["Value stream", "Outcome"] and "Objective" in kinds
    team = request.visits.get().team
    for address in (f"/requests/{request.ref}/", f"/queue/{team.key}/?open=1"):
        shown = client(steps(desk)[0]["actor"]).get(address, follow=True).content.decode()
        card = shown.partition('<p class="serves')[2].partition("</p>")[0]
        assert all(rung.name in card for rung in rungs), address


def test_a_return_needs_a_reason_both_teams_agreed_on(desk: World) -> None:
    request, step = offered(desk)
    events = Event.objects.filter(chain=request.chain).count()
    for change in ({"reason": "not-in-the-agreement"}, {"reason": ""}, {"note": " "}):
        with pytest.raises(Invalid, match="A return needs a reason and a note"):
            send_back(desk, request, {**step, **change})
    assert desk.handoff(request, step["stage"]).state == Handoff.State.OFFERED
    assert Event.objects.filter(chain=request.chain).count() == events
    page = client(step["actor"]).get(
        f"/requests/{request.ref}/handoffs/{desk.handoff(request, step['stage']).seq}/return/"
    )
    bp = request_page.page(request.requester.users.get(), request).blueprint
    handoff = desk.handoff(request, step["stage"])
    agreed = bp.get("HandoffAgreement", handoff.agreement_key).return_reasons
    assert all(reason.text in page.content.decode() for reason in agreed)


def test_the_third_return_reaches_both_accountable_roles_and_the_owner(desk: World) -> None:
    request, step = offered(desk)
    told = Notice.objects.filter(kind="handoff.escalated")
    for _ in range(2):
        send_back(desk, request, step)
        desk.settle()
        assert not told.exists()
        offer_again(desk, request)
    third = desk.handoff(request, step["stage"])
    send_back(desk, request, step)
    desk.settle()
    third.refresh_from_db()
    assert (third.attempt, third.escalated_at) == (3, desk.now)
    event = Event.objects.get(chain=request.chain, type="handoff.escalated")
    bp = request_page.page(request.requester.users.get(), request).blueprint
    roles = {
        third.from_visit.role_key,
        third.to_visit.role_key,
        bp.get("ValueStream", request.value_stream.key).owner_role,
        bp.get("HandoffAgreement", third.agreement_key).escalation_role,
    }
    assert set(event.data["to"]) == roles - {"", None}
    assert event.data["why"] == "third-return"
    holders = RoleAssignment.objects.filter(role__key__in=roles, valid__contains=desk.now)
    me = desk.person(step["actor"]).pk
    assert set(told.values_list("person_id", flat=True)) <= set(
        holders.values_list("person_id", flat=True)
    ) - {me}
    assert told.exists()
    shown = client(desk.journey["persona"]).get(f"/requests/{request.ref}/").content.decode()
    assert "returned for the third time" in shown


def test_an_offer_follows_a_return_only_while_that_was_the_last_word(desk: World) -> None:
    """Work that was accepted and comes back later by a decision is a new offer, not a third try."""
    request = desk.submit()

    def decide(outcome: str) -> str:
        row = desk.to_decision(request)
        stage = str(request.visits.get(state=StageVisit.State.DECIDING).stage_key)
        assert row.decider is not None
        deciding.decide(
            row.pk, outcome=outcome, rationale="Read it.", actor=people.actor_of_person(row.decider)
        )
        return stage

    stage = decide("refer_back")
    decide("approve")
    arrived = request.visits.get(state__in=StageVisit.LIVE)
    bp = request_page.page(request.requester.users.get(), request).blueprint
    reasons = bp.get("HandoffAgreement", arrived.handoff.agreement_key).return_reasons
    handoffs.return_to_giver(
        request.pk,
        arrived.handoff.seq,
        reason=reasons[0].key,
        note="It is not signed.",
        actor=desk.member(arrived.team_id),
    )
    decide("refer_back")
    desk.to_decision(request)
    offers = Handoff.objects.filter(request=request, to_stage=stage).order_by("seq")
    assert list(offers.values_list("attempt", "state", "previous__attempt")) == [
        (1, "returned", None),
        (2, "accepted", 1),
        (1, "accepted", None),
    ]


def test_the_sender_keeps_reading_after_the_handover(desk: World) -> None:
    request = desk.submit()
    desk.play(request, until=3)
    first, step = desk.person(steps(desk)[0]["actor"]), steps(desk)[2]
    giver = request.visits.get(seq=1)
    assert not request.visits.filter(state__in=StageVisit.LIVE, team_id=giver.team_id).exists()
    assert code(TEAM, giver.team_id) in request.principals
    user = first.users.get()
    assert visible_to(user).filter(pk=request.pk).exists()
    requests.comment(
        request.pk, body="For the teams.", internal=True, actor=desk.actor(step["actor"])
    )
    shown = client(user.username).get(f"/requests/{request.ref}/")
    assert shown.status_code == 200 and "For the teams." in shown.content.decode()
    # It is the team that reads along: who leaves it does not.
    Membership.objects.filter(person=first).delete()
    assert client(user.username).get(f"/requests/{request.ref}/").status_code == 404
