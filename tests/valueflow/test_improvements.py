"""Opportunities from a problem to a verified result, and owners who answer to problems first."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client, override_settings

from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed
from esm.events.models import Event
from governance.models import Person, Role, RoleAssignment
from governance.selectors import people, versions
from governance.selectors.people import actor_for, actor_of_person
from tests.valueflow import lived
from tests.valueflow.asking import ask
from tests.valueflow.lived import DAY, HOUR, Lived, live
from tests.valueflow.walker import Walker
from valueflow.models import ImprovementOpportunity, StreamProblem
from valueflow.selectors import improvements as known
from valueflow.selectors import problems, problems_shown, stream_problems
from valueflow.selectors.scope import parse
from valueflow.services import improvements
from valueflow.services import stream_problems as answering
from valueflow.services.attribute import attribute_waits
from valueflow.services.improvements import Judgement

pytestmark = pytest.mark.django_db
STREAM = "referral-to-theatre"


@pytest.fixture(scope="module")
def _world(django_db_setup, django_db_blocker, tmp_path_factory):
    files = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), files, transaction.atomic(), Walker(seed=3) as walker:
        walker.publish()
        request = lived.begun(walker)
        walker.now += 60 * DAY
        bp = versions.blueprint(versions.current())
        stories = [
            Lived(bp, 20_000 + n, walker.now - 40 * DAY + n * HOUR).usual(back=n % 2, days=6)
            for n in range(30)
        ]
        live(request, stories)
        attribute_waits()
        answering.keep_problems()
        yield walker, request
        transaction.set_rollback(True)


@pytest.fixture
def world(_world, db):
    walker, _request = _world
    began = walker.now
    yield walker
    walker.now = began


def owner():
    role = versions.blueprint(versions.current()).get("ValueStream", STREAM).owner_role
    held = RoleAssignment.objects.filter(role__key=role, person__active=True).order_by("pk")
    return held.first().person


def steward():
    """Somebody else who keeps the model."""
    person = next(p for p in Person.objects.filter(active=True) if p not in (owner(), other()))
    get_user_model().objects.filter(persons=person).update(is_steward=True)
    return person, actor_for(get_user_model().objects.get(persons=person))


def acts(person):
    return people.facts_of(actor_of_person(person))


def other():
    return next(
        p
        for p in Person.objects.filter(active=True).order_by("-pk")
        if p != owner() and not acts(p).steward and not acts(p).executive
    )


def first():
    return problems.find(parse({"stream": STREAM})).problems[0]


def raised():
    person = other()
    return improvements.raise_from_problem(
        person, first(), parse({"stream": STREAM}), actor=actor_of_person(person)
    )


def said(person, **changed):
    usual = {"days": Decimal("1.5"), "volume": 40, "effort": 2, "kind": "process", "owner": person}
    return Judgement(**{**usual, **changed})


def types(row):
    return list(
        Event.objects.filter(chain=row.chain).order_by("seq").values_list("type", flat=True)
    )


def test_from_a_problem_to_a_verified_result(world, _world):
    row, person = raised(), other()
    me, boss = actor_of_person(person), actor_of_person(owner())
    found = first()
    assert row.evidence["sentence"] == found.sentence
    assert row.evidence["n"] == found.n
    assert row.problem.key == found.key
    with pytest.raises(Conflict, match=r"is about this already"):
        raised()
    with pytest.raises(NotAllowed):
        improvements.judge(row, said(person), actor=me)
    with pytest.raises(InvalidState):
        improvements.accept(row, actor=boss)
    row = improvements.judge(row, said(person), actor=boss)
    row = improvements.accept(row, actor=boss)
    row = improvements.start(row, actor=me)
    world.now += DAY
    row = improvements.implement(row, actor=me)
    with pytest.raises(NotAllowed):
        improvements.verify(row, actor=me)
    with pytest.raises(InvalidState, match="Too little was finished"):
        improvements.verify(row, actor=boss)
    bp, since = versions.blueprint(versions.current()), world.now
    stories = [Lived(bp, 30_000 + n, since + (n + 1) * HOUR).usual(days=2) for n in range(25)]
    live(_world[1], stories)
    world.now += 20 * DAY
    row = improvements.verify(row, actor=boss)
    stored = ImprovementOpportunity.objects.get(pk=row.pk)
    assert stored.state == "verified"
    assert stored.result["before"]["n"] == 30
    assert stored.result["after"]["n"] == 25
    assert stored.result["verdict"] == "better"
    assert stored.result["difference"][2] < 0
    assert improvements.close(row, actor=boss).state == "closed"
    assert types(row) == [
        "improvement.raised", "improvement.judged", "improvement.moved", "improvement.moved",
        "improvement.moved", "improvement.moved", "improvement.verified", "improvement.moved",
        "improvement.moved",
    ]  # fmt: skip


def test_parked_and_turned_down_say_why(world):
    row, boss = raised(), actor_of_person(owner())
    with pytest.raises(Invalid):
        improvements.park(row, reason=" ", actor=boss)
    row = improvements.park(row, reason="After the move", actor=boss)
    assert row.state == "parked"
    row = improvements.judge(row, said(other()), actor=boss)
    stored = ImprovementOpportunity.objects.get(pk=row.pk)
    assert (stored.state, stored.reason) == ("triaged", "")
    row = improvements.reject(row, reason="Not worth it", actor=boss)
    with pytest.raises(InvalidState):
        improvements.accept(row, actor=boss)
    wrong = said(other(), days=Decimal(0), effort=9, kind="luck")
    fresh = improvements.raise_opportunity(
        other(), STREAM, title="Ask once", actor=actor_of_person(other())
    )
    with pytest.raises(Invalid) as refused:
        improvements.judge(fresh, wrong, actor=boss)
    assert sorted(refused.value.errors) == ["days", "effort", "kind"]


def test_a_proposal_begins_with_what_it_says(world):
    row, boss = raised(), owner()
    row = improvements.judge(row, said(boss), actor=actor_of_person(boss))
    proposal = improvements.propose_change(row, boss, actor=actor_of_person(boss))
    assert proposal.tension == row.evidence["sentence"]
    assert proposal.benefit == "1.5 business days a request, for 40 requests a quarter."
    assert ImprovementOpportunity.objects.get(pk=row.pk).proposal == proposal
    with pytest.raises(InvalidState, match=proposal.ref):
        improvements.propose_change(row, boss, actor=actor_of_person(boss))


def executive():
    """Somebody who reads upward: neither owner nor steward."""
    person = other()
    role = Role.objects.filter(category="executive").order_by("pk").first()
    RoleAssignment.objects.create(
        role=role, person=person, valid=(versions.published().published_at, None)
    )
    return get_user_model().objects.get(persons=person)


def test_executives_wait_for_the_owner(world):
    reads = executive()
    row = StreamProblem.objects.get(key=first().key)
    bp = versions.blueprint(versions.current())
    assert row.answer_until == stream_problems.answer_until(bp, row.found_at)

    def hidden():
        user = get_user_model().objects.get(pk=reads.pk)
        told = problems_shown.shown([first()], user)
        return told[0].hidden

    assert hidden()
    page = Client()
    page.force_login(reads)
    text = page.get("/flow/problems/").content.decode()
    assert "Being looked at" in text
    assert first().sentence not in text
    assert page.get(f"/flow/problems/{row.pk}/").status_code == 404
    boss, me = owner(), other()
    with pytest.raises(NotAllowed):
        answering.confirm_problem(row, me, actor=actor_of_person(me))
    with pytest.raises(Invalid):
        answering.dispute_problem(row, boss, note="", actor=actor_of_person(boss))
    row = answering.dispute_problem(row, boss, note="Two weeks of it", actor=actor_of_person(boss))
    world.now += timedelta(days=30)
    assert hidden()
    keeps, acting = steward()
    row = answering.settle_problem(row, keeps, outcome="It is so", actor=acting)
    assert not hidden()
    with pytest.raises(InvalidState):
        answering.dispute_problem(row, boss, note="Still", actor=actor_of_person(boss))
    assert types(row) == ["problem.found", "problem.disputed", "problem.settled"]


def test_time_to_answer_ends(world):
    reads, row = executive(), StreamProblem.objects.get(key=first().key)
    world.now = row.answer_until
    boss = owner()
    with pytest.raises(InvalidState, match="time to dispute it is over"):
        answering.dispute_problem(row, boss, note="No", actor=actor_of_person(boss))
    user = get_user_model().objects.get(pk=reads.pk)
    assert not problems_shown.shown([first()], user)[0].hidden
    assert answering.keep_problems() == 0


def test_what_to_do_next_is_ranked(world):
    boss = owner()
    actor = actor_of_person(boss)
    rows = []
    for days, effort in (("1", 4), ("2", 1)):
        row = improvements.raise_opportunity(boss, STREAM, title=f"Save {days}", actor=actor)
        rows.append(
            improvements.judge(row, said(boss, days=Decimal(days), effort=effort), actor=actor)
        )
    improvements.raise_opportunity(boss, STREAM, title="Unknown", actor=actor)
    user = get_user_model().objects.get(persons=boss)
    answer = ask("next", user)
    weight = known.weight_of(versions.blueprint(versions.current()), STREAM)
    assert [row.key for row in answer.tables[0].rows][:2] == [rows[1].ref, rows[0].ref]
    scores = [row.cells["score"].value for row in answer.tables[0].rows]
    assert scores == [80.0 * weight, 10.0 * weight, None]
    assert answer.sentence.startswith(f"Do {rows[1].ref} next")


def caller(person):
    client = Client()
    client.force_login(get_user_model().objects.get(persons=person))

    def call(path, **body):
        answer = client.post(f"/api/v1/{path}", body, content_type="application/json")
        return answer.status_code, answer.json()

    return client, call


def test_a_problem_becomes_an_opportunity_that_is_judged_and_moved(world):
    boss = owner()
    client, call = caller(boss)
    listed = client.get("/api/v1/flow/problems").json()
    assert listed["finished"] == 30
    one = listed["results"][0]
    assert one["looked_at"] is False
    assert one["number"] == StreamProblem.objects.get(key=one["key"]).pk
    status, made = call("improvements", problem=one["key"])
    assert (status, made["evidence"]["sentence"]) == (201, one["sentence"])
    assert call("improvements", problem=one["key"])[0] == 409
    path = f"improvements/{made['number']}"
    said = {"days": "1.5", "volume": 40, "effort": 2, "kind": "process", "owner": boss.key}
    assert call(f"{path}/judge", **{**said, "owner": "nobody"})[0] == 400
    status, row = call(f"{path}/judge", **said)
    assert (status, row["state"], row["days"], row["owner"]["name"]) == (
        200, "triaged", "1.50", boss.name,
    )  # fmt: skip
    assert call(f"{path}/move", to="parked")[0] == 400
    status, row = call(f"{path}/move", to="accepted")
    assert (status, row["state"]) == (200, "accepted")
    assert call(f"{path}/move", to="closed")[0] == 409
    assert call(f"{path}/propose")[1]["proposal"] is not None
    assert client.get("/api/v1/improvements").json()["items"][0]["ref"] == made["ref"]
    assert ImprovementOpportunity.objects.get().state == "accepted"


def test_an_owner_answers(world):
    boss = owner()
    client, call = caller(boss)
    row = StreamProblem.objects.order_by("pk").first()
    path = f"flow/problems/{row.pk}"
    assert call(f"{path}/answer", disputed=True)[0] == 400
    status, said = call(f"{path}/answer", disputed=True, note="Two weeks of it")
    assert (status, said["state"], said["note"]) == (200, "disputed", "Two weeks of it")
    assert call(f"{path}/settle", outcome="No")[0] == 403
    assert client.get(f"/api/v1/{path}").json()["answered_by"]["name"] == boss.name


def test_pages_ask_and_keep_what_was_typed(world):
    boss = owner()
    client, _call = caller(boss)
    key = first().key
    went = client.post("/improvements/raise/", {"problem": key})
    row = ImprovementOpportunity.objects.get()
    assert (went.status_code, went.url) == (302, f"/improvements/{row.pk}/")
    page = client.get(went.url).content.decode()
    assert first().sentence in page
    asked = client.post(f"/improvements/{row.pk}/judge/", {"days": "many", "volume": "40"})
    assert asked.status_code == 400
    assert "Write a number such as 1.5." in asked.content.decode()
    assert 'value="40"' in asked.content.decode()
    assert client.post(f"/improvements/{row.pk}/accept/").status_code == 409
    assert client.get("/improvements/999/").status_code == 404
    assert client.get(f"/improvements/{row.pk}/nothing/").status_code == 404
    assert "Nothing here" in client.get("/improvements/?state=over").content.decode()
