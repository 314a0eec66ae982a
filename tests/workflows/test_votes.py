"""A request decided on by several, changed while they vote, and a yes that is taken back."""

import shutil
from datetime import timedelta

import pytest
from django.db import transaction

from esm.common import clock
from esm.common.errors import InvalidState, NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event
from esm.notices.models import Notice
from governance.models import Decision, Person, Vote
from governance.selectors import people
from governance.services import deciding, opinions, reversing
from governance.services import people as people_services
from tests.support import DEMO, World
from workflows.models import Request
from workflows.selectors import requests as seen
from workflows.services import stages
from workflows.services.case import Case

BOARD = """\
kind: GovernanceBody
key: signing-board
schema: 1
spec:
  name: Signing board
  members: [chief-operating-officer, chief-financial-officer, general-counsel]
  quorum: 2
"""


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """The demo, but contracts from 100,000 on are signed by a board."""
    home = tmp_path_factory.mktemp("board") / "org"
    shutil.copytree(DEMO, home)
    right = home / "om-2" / "decision-right" / "sign-contract-by-chief-operating-officer.yaml"
    text = right.read_text().replace("role: chief-operating-officer", "body: signing-board")
    right.write_text(text)
    (home / "om-2" / "governance-body" / "signing-board.yaml").write_text(BOARD)
    return home


@pytest.fixture
def world(db, board):
    yield World(board, ("om-1", "om-2"))
    clock.set_source(None)


def test_a_board_signs_a_change_begins_anew_and_a_yes_is_taken_back(world):
    request = world.submit(contract_value="200000")
    decision = world.to_decision(request)
    assert (decision.body_key, decision.decider, decision.rule) == (
        "signing-board",
        None,
        "majority",
    )
    voters = [seat.person for seat in decision.seats.select_related("person")]
    assert len(voters) >= 2
    first, second = voters[0], voters[1]
    world.settle()
    # Whose step opened it knows.
    opener = Event.objects.get(type="decision.seated").actor
    waits = f"A decision waits for you: {request.title}"
    for person in voters:
        user = person.users.get()
        assert seen.visible_to(user).filter(pk=request.pk).exists()
    told = Notice.objects.filter(title=waits).values_list("person_id", flat=True)
    assert sorted(told) == [p.pk for p in voters if p.ref != opener]
    world.tick(minutes=1)
    deciding.decide(decision.pk, outcome="approve", actor=people.actor_for(first.users.get()))
    request.refresh_from_db()
    assert request.is_open and Vote.objects.count() == 1

    # Somebody corrects an answer while they vote.
    with transaction.atomic():
        case = Case.open(request.pk, SYSTEM)
        visit = case.visit(request.visits.get(state="deciding").seq)
        stages.amend(case, visit, {"contract_value": "250000"})
        case.save()
    decision.refresh_from_db()
    assert (decision.round, decision.amount) == (2, 250000)
    world.settle()
    again = f"What you voted on has changed; vote again: {request.title}"
    assert Notice.objects.filter(person_id=first.pk, title=again).count() == 1
    # What counsel reviewed is not what it was: they agree anew.
    with pytest.raises(InvalidState, match="Commercial Counsel must agree first"):
        deciding.decide(decision.pk, outcome="approve", actor=people.actor_for(first.users.get()))
    counsel = people.actor_of_person(Person.objects.get(key="dov-ferrant"))
    opinions.give(decision.pk, part="agree", verdict="for", actor=counsel)
    for person in (first, second):
        deciding.decide(decision.pk, outcome="approve", actor=people.actor_for(person.users.get()))
    decision.refresh_from_db()
    assert (decision.state, decision.outcome) == ("decided", "approve")
    assert not request.visits.filter(state="deciding").exists()
    taken_back(world, request, decision, (first, second))


def taken_back(world, request, decision, voters):
    """The same people take it back, and the request ends."""
    with pytest.raises(NotAllowed, match="Only who decided it"):
        reversing.ask_reversal(decision.pk, reason="No", actor=world.actor("mira"))
    asked = reversing.ask_reversal(
        decision.pk, reason="The price was wrong.", actor=people.actor_for(voters[0].users.get())
    )
    assert (asked.reverses, asked.body_key, asked.round) == (decision, "signing-board", 1)
    for person in voters:
        deciding.decide(asked.pk, outcome="approve", actor=people.actor_for(person.users.get()))
    request.refresh_from_db()
    assert (request.state, request.is_open) == (Request.State.DECLINED, False)
    assert Decision.objects.get(pk=decision.pk).outcome == "approve"
    world.settle()
    back = f"What was decided on {request.ref} is taken back"
    assert Notice.objects.filter(person_id=request.requester_id, title=back).count() == 1


def test_who_is_away_hears_what_was_decided_for_them(db):
    world = World(DEMO, ("om-1", "om-2"))
    away, acting = world.person("adaora"), world.person("ines")
    start = world.now - timedelta(days=1)
    people_services.record_absence(
        away, since=start, until=start + timedelta(days=30), stand_in=acting, actor=SYSTEM
    )
    request = world.submit(contract_value="200000")
    decision = world.to_decision(request)
    assert (decision.decider, decision.stands_in_for) == (acting, away)
    deciding.decide(decision.pk, outcome="approve", actor=world.actor("ines"))
    world.settle()
    rows = Notice.objects.filter(kind="decision.for_you")
    assert list(rows.values_list("person_id", "title", "body")) == [
        (
            away.pk,
            f"Decided for you by {acting.name}: {request.title}",
            f"{request.ref}: approved",
        )
    ]
    clock.set_source(None)
