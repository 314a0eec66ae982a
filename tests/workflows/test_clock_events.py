"""Clocks that events of the request move by rules of the model, and the clock of a whole step."""

import io
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from catalog.services import files
from esm.common import clock, invariants
from esm.events.actors import SYSTEM
from esm.events.selectors.chains import events_of
from esm.events.services import dirty
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import Element
from governance.blueprint.kinds import Offering
from governance.blueprint.kinds.services import FormField
from governance.models import Decision
from governance.selectors import versions
from governance.services.days import DayException, set_calendar_exceptions
from tests.support import CLINIC, World, client
from workflows.models import Clock, Request, StageVisit
from workflows.services import attachments, handoffs, prioritising, requests, stages
from workflows.services.case import Case

HOUR = 3600
OFFERED = ("Offering", "planned-lens-surgery")
POLICIES: dict[str, dict[str, Any]] = {
    "complete": {
        "metric": "complete",
        "rules": [
            {"does": "start", "event": "visit.started"},
            {"does": "pause", "event": "comment.added", "when": "payer == 'insurer'"},
            {"does": "resume", "event": "file.added"},
        ],
    },
    "respond": {
        "metric": "respond",
        "rules": [{"does": "reset", "event": "handoff.clarified", "stage": "biometry"}],
    },
    "promise": {
        "metric": "promise",
        "rules": [{"does": "stop", "event": "visit.completed", "stage": "cost-risk"}],
    },
    "decision": {
        "metric": "decision",
        "priorities": [{"priority": "urgent", "percent": 50}],
        "rules": [
            {"does": "pause", "event": "comment.added"},
            {"does": "resume", "event": "file.added"},
        ],
    },
    "stage": {"metric": "stage", "pauses_for": ["third"]},
}


def write(place: Path) -> None:
    """The other organisation, with rules of its own making."""
    shutil.copytree(CLINIC, place)
    for key, spec in POLICIES.items():
        element = {"kind": "ClockPolicy", "key": key, "schema": 1, "spec": spec}
        (place / "model" / "clock-policy" / f"{key}.yaml").write_text(yaml.safe_dump(element))
    path = place / "model" / "workflow" / "lens-surgery-path.yaml"
    path.write_text(
        path.read_text().replace("complete_s: 4 h", "complete_s: 4 h\n      whole_s: 6 h")
    )
    path = place / "model" / "offering" / "planned-lens-surgery.yaml"
    urgent = "  priorities:\n    - key: urgent\n      name: Urgent\n"
    path.write_text(path.read_text() + urgent)


@pytest.fixture(scope="module")
def _ruled(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    assert connection.settings_dict["NAME"].startswith("test_")
    place = tmp_path_factory.mktemp("ruled") / "clinic"
    write(place)
    with django_db_blocker.unblock(), transaction.atomic():
        try:
            yield World(place, ("model",), datetime(2026, 9, 1, 6, 30, tzinfo=UTC))
        finally:
            transaction.set_rollback(True)
            clock.set_source(None)


@pytest.fixture
def ruled(_ruled: World, db: None) -> Iterator[World]:
    start = _ruled.now
    _ruled.begin()
    yield _ruled
    _ruled.now = start


def one(sent: Request, metric: str) -> Clock:
    return Clock.objects.filter(request=sent, metric=metric).latest("seq")


def say(world: World, sent: Request, who: str = "beat") -> None:
    requests.comment(sent.pk, body="A paper is missing.", actor=world.actor(who))


def attach(world: World, sent: Request, who: str = "beat") -> None:
    file = files.store(io.BytesIO(b"It is here."), "paper.txt")
    attachments.add_file(sent.pk, file=file, actor=world.actor(who))


def ruled_events(sent: Request) -> list[tuple[int, str, int, str]]:
    found = events_of(sent, ["clock.ruled"])
    return [(e.data["clock"], e.data["does"], e.data["rule"], e.data["event"]) for e in found]


def all_holds() -> None:
    """Facts brought up to date first: what events say of a clock is what its row says."""
    dirty.project_dirty()
    for known in invariants.invariants():
        assert invariants.violations(known) == [], known.sentence


def test_a_clock_waits_for_the_event_that_starts_it(ruled: World) -> None:
    sent = ruled.submit()
    row = one(sent, "complete")
    assert (row.state, row.pause_reason, row.pause_party, row.next_due) == (
        "paused", "start", "", None
    )  # fmt: skip
    visit = StageVisit.objects.get(request=sent, stage_key="registration")
    ruled.play(sent, until=1, minutes=90)
    row.refresh_from_db()
    assert (row.state, row.elapsed_s, row.running_since) == ("running", 0, ruled.now)
    assert row.spans[0]["kind"] == "still" and row.spans[0]["why"] == "start"
    assert ruled_events(sent) == [(row.seq, "start", 1, "visit.started")]
    visit.refresh_from_db()
    assert visit.queue_due == row.due_at
    all_holds()


def test_one_that_no_event_started_measured_nothing(ruled: World) -> None:
    sent = ruled.submit()
    ruled.play(sent, until=9)
    visit = StageVisit.objects.get(request=sent, stage_key="cost-risk")
    row = Clock.objects.get(visit=visit, metric="complete")
    assert (row.state, row.met, row.elapsed_s) == ("cancelled", None, 0)


def test_what_a_rule_holds_goes_on_by_a_rule_alone(ruled: World) -> None:
    sent = ruled.submit()
    ruled.play(sent, until=1)
    visit, beat = ruled.visit(sent, "registration"), ruled.actor("beat")
    ruled.tick(minutes=10)
    stages.pause(sent.pk, visit.seq, party="third", reason="The letter.", actor=beat)
    ruled.tick(minutes=10)
    say(ruled, sent)
    ruled.tick(minutes=10)
    stages.resume(sent.pk, visit.seq, actor=beat)
    assert (one(sent, "complete").state, one(sent, "complete").pause_reason) == ("paused", "rule")
    ruled.tick(minutes=10)
    attach(ruled, sent)
    row = one(sent, "complete")
    assert (row.state, row.elapsed_s, row.pause_reason) == ("running", 600, "")
    kept = [(s["kind"], s["why"], s["party"], s["seconds"]) for s in row.spans]
    assert kept[1:] == [
        ("run", "", "", 600), ("still", "waits", "third", 600), ("still", "rule", "", 1200)
    ]  # fmt: skip
    assert [one[1:] for one in ruled_events(sent)] == [
        ("start", 1, "visit.started"), ("pause", 2, "comment.added"), ("resume", 3, "file.added")
    ]  # fmt: skip
    all_holds()


def test_a_rule_that_lets_go_leaves_it_to_whom_the_step_waits_for(ruled: World) -> None:
    sent = ruled.submit()
    ruled.play(sent, until=1)
    visit, beat = ruled.visit(sent, "registration"), ruled.actor("beat")
    say(ruled, sent)
    ruled.tick(minutes=10)
    stages.pause(sent.pk, visit.seq, party="third", reason="The letter.", actor=beat)
    assert one(sent, "complete").pause_reason == "rule"
    attach(ruled, sent)
    row = one(sent, "complete")
    assert (row.state, row.pause_reason, row.pause_party) == ("paused", "waits", "third")
    stages.resume(sent.pk, visit.seq, actor=beat)
    assert one(sent, "complete").state == "running"
    all_holds()


def test_a_rule_does_nothing_where_its_condition_does_not_hold(ruled: World) -> None:
    sent = ruled.submit(payer="patient", policy_number=None)
    ruled.play(sent, until=1)
    say(ruled, sent)
    assert one(sent, "complete").state == "running"
    assert [one[1] for one in ruled_events(sent)] == ["start"]


def test_what_only_some_are_told_moves_no_clock(ruled: World) -> None:
    sent = ruled.submit()
    ruled.play(sent, until=1)
    requests.comment(sent.pk, body="Among us.", internal=True, actor=ruled.actor("beat"))
    assert one(sent, "complete").state == "running"
    assert [one[1] for one in ruled_events(sent)] == ["start"]
    say(ruled, sent)
    assert one(sent, "complete").state == "paused"
    bare = FormField(key="paper", label="Paper", type="file", required=False)
    offering = versions.blueprint(sent.version_id).get(Offering, "planned-lens-surgery")
    held = bare.model_copy(update={"visible_at": ("cost-risk",)})
    assert (bare.limited, held.limited) == (False, True)
    for field, state in ((held, "paused"), (bare, "running")):
        section = offering.form.sections[0].model_copy(update={"fields": (field,)})
        form = offering.form.model_copy(update={"sections": (section,)})
        changed = offering.model_copy(update={"form": form})
        case = Case.open(sent.pk, ruled.actor("beat"))
        case.blueprint = Blueprint.from_elements(
            Element(kind, key, 1, changed if (kind, key) == OFFERED else spec)
            for (kind, key), spec in case.blueprint.specs().items()
        )
        file = files.store(io.BytesIO(b"It is here."), "paper.txt", field_key="paper")
        attachments.attach(case, file, ruled.person("beat").pk)
        case.save()
        assert one(sent, "complete").state == state


def test_a_clock_starts_anew_at_the_step_the_rule_names(ruled: World) -> None:
    sent = ruled.submit()
    ruled.play(sent, until=2)
    for stage, asker in (("biometry", "sefora"), ("cover-check", "alva")):
        seq = ruled.handoff(sent, stage).seq
        ruled.tick(minutes=15)
        handoffs.ask(sent.pk, seq, question="Which eye first?", actor=ruled.actor(asker))
        ruled.tick(minutes=5)
        handoffs.answer(sent.pk, seq, text="The left one.", actor=ruled.actor("beat"))
    found = {
        row.visit.stage_key: (row.generation, row.elapsed_s, row.state)
        for row in Clock.objects.filter(request=sent, metric="respond").select_related("visit")
        if row.visit is not None
    }
    assert found["biometry"] == (2, 0, "running")
    assert found["cover-check"][0] == 1 and found["cover-check"][1] > 0
    (event,) = events_of(sent, ["clock.reset"])
    assert (event.data["generation"], event.data["elapsed_s"], event.data["met"]) == (2, 900, True)
    all_holds()


def test_a_promise_may_end_at_a_step(ruled: World) -> None:
    sent = ruled.submit()
    ruled.play(sent, until=8)
    assert one(sent, "promise").state == "running"
    ruled.do(sent, ruled.journey["steps"][8])
    row = one(sent, "promise")
    assert (row.state, row.met, row.ended_at) == ("stopped", True, ruled.now)
    sent.refresh_from_db()
    assert sent.is_open
    all_holds()


def test_a_decision_is_due_when_its_clock_ends(ruled: World) -> None:
    sent = ruled.submit()
    ruled.play(sent, until=8)
    decision = Decision.objects.get(subject_id=sent.pk)
    row = one(sent, "decision")
    assert decision.due_at == row.due_at and row.target_s == 4 * HOUR
    visit, livia = ruled.visit(sent, "cost-risk"), ruled.actor("livia")
    before = decision.due_at
    prioritising.set_priority(
        sent.pk, visit.seq, priority="urgent", reason="Surgery is brought forward.", actor=livia
    )
    decision.refresh_from_db()
    row = one(sent, "decision")
    assert row.target_s == 2 * HOUR and decision.due_at == row.due_at and row.due_at < before
    moved = {e.data["clock"]: e.data["why"] for e in events_of(sent, ["clock.retargeted"])}
    assert moved[row.seq] == "priority"
    ruled.tick(minutes=10)
    say(ruled, sent, "livia")
    decision.refresh_from_db()
    assert (one(sent, "decision").state, decision.due_at) == ("paused", None)
    assert decision.decider is not None
    decider = client(decision.decider.users.get().username)
    text = decider.get(f"/decisions/?open={decision.pk}").content.decode()
    assert "Stands still" in text and "nothing ends while it stands still" in text
    (told,) = decider.get("/api/v1/decisions").json()["items"]
    assert told["due_at"] is None
    ruled.tick(days=1)
    attach(ruled, sent, "livia")
    decision.refresh_from_db()
    row = one(sent, "decision")
    assert decision.due_at == row.due_at and row.elapsed_s == 600
    calendar = row.calendar_key or "clinic-hours"
    today = ruled.now.date()
    set_calendar_exceptions([DayException(calendar, today, "Storm", ())], reason="S", actor=SYSTEM)
    ruled.settle()
    ruled.tick(seconds=10)
    ruled.settle()
    kept = decision.due_at
    decision.refresh_from_db()
    row.refresh_from_db()
    assert decision.due_at == row.due_at and decision.due_at > kept
    assert [e.data["clock"] for e in events_of(sent, ["clock.moved"])].count(row.seq) == 1
    all_holds()


def test_a_whole_step_is_measured_from_its_entry_to_its_end(ruled: World) -> None:
    sent = ruled.submit()
    row = one(sent, "stage")
    assert (row.target_s, row.state, row.running_since) == (6 * HOUR, "running", ruled.now)
    began = ruled.now
    ruled.play(sent, until=1)
    visit, beat = ruled.visit(sent, "registration"), ruled.actor("beat")
    stages.pause(sent.pk, visit.seq, party="requester", reason="Which eye?", actor=beat)
    assert one(sent, "stage").state == "running"
    stages.resume(sent.pk, visit.seq, actor=beat)
    stages.pause(sent.pk, visit.seq, party="third", reason="The letter.", actor=beat)
    assert one(sent, "stage").state == "paused"
    ruled.tick(minutes=10)
    stages.resume(sent.pk, visit.seq, actor=beat)
    ruled.tick(minutes=10)
    stages.complete_visit(sent.pk, visit.seq, actor=beat)
    row = one(sent, "stage")
    assert (row.state, row.met) == ("stopped", True)
    assert row.elapsed_s == (ruled.now - began).total_seconds() - 600
    assert Clock.objects.filter(request=sent, metric="stage").count() == 1
    all_holds()


def test_the_whole_step_is_shown_beside_our_agreement(ruled: World) -> None:
    sent = ruled.submit()
    text = client("beat").get(f"/requests/{sent.ref}/").content.decode()
    assert "The whole step" in text and "an event of the request starts it" in text
    page = client("beat").get(f"/requests/{sent.ref}/clocks/{one(sent, 'stage').seq}/")
    assert "Registration: the whole step" in page.content.decode()


def test_the_page_says_which_rule_moved_it_and_why(ruled: World) -> None:
    sent = ruled.submit()
    ruled.play(sent, until=1)
    say(ruled, sent)
    seq = one(sent, "complete").seq
    page = client("beat").get(f"/requests/{sent.ref}/clocks/{seq}/").content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for said in (
        "It starts when Rule 1 somebody takes it",
        "It started because somebody took it.",
        "It stands still when Rule 2 somebody writes, where payer is insurer",
        "It goes on when Rule 3 a file is added",
        "of open hours before an event started it",
        "not yet",
    ):
        assert said in text, said
    told: Any = client("beat").get(f"/api/v1/requests/{sent.ref}/clocks/{seq}").json()
    assert [(r["number"], r["does"], r["event"], len(r["at"])) for r in told["rules"]] == [
        (1, "start", "visit.started", 1),
        (2, "pause", "comment.added", 1),
        (3, "resume", "file.added", 0),
    ]


def test_rules_cost_what_they_need_and_no_query_per_clock(ruled: World) -> None:
    costs = []
    for payer in ("insurer", "patient"):
        number = "76-114-220" if payer == "insurer" else None
        sent = ruled.submit(payer=payer, policy_number=number)
        ruled.play(sent, until=1)
        visit, beat = ruled.visit(sent, "registration"), ruled.actor("beat")
        with CaptureQueriesContext(connection) as found:
            stages.release(sent.pk, visit.seq, actor=beat)
        costs.append(len(found))
        with CaptureQueriesContext(connection) as found:
            stages.claim(sent.pk, visit.seq, actor=beat)
        costs.append(len(found))
    # Nothing asks for what a rule does not name; claiming reads the clocks and steps once.
    assert costs[0] == costs[2] and costs[1] == costs[3] <= 12
