"""What a version changed, and whether people follow: figures of the rows, lists as long."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from django.db import InternalError, connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from esm.common.errors import Invalid, NotAllowed
from esm.events.models import Event
from governance.models import Person, Team
from governance.selectors.people import actor_for, person_for
from tests.support import user
from tests.valueflow import lived, two_versions
from tests.valueflow.two_versions import EFFECT
from tests.valueflow.walker import Walker
from valueflow.engine.baselines import code_version
from valueflow.models import Baseline, FactHandoff, FactRequest, FactSpan, FactVisit
from valueflow.selectors import drill, naming
from valueflow.selectors.questions import everything
from valueflow.selectors.questions.baseline import against
from valueflow.selectors.scope import parse
from valueflow.services.baselines import freeze_baseline
from workflows.models import Comment, OffModelWork, Pulse, StageVisit

pytestmark = pytest.mark.django_db
STREAM = "referral-to-theatre"
WEEK = (date(2026, 12, 7), date(2026, 12, 13))


@pytest.fixture(scope="module")
def _begun(django_db_setup, django_db_blocker, tmp_path_factory):
    files = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    place = tmp_path_factory.mktemp("clinic") / "model"
    with django_db_blocker.unblock(), files, transaction.atomic(), Walker(seed=3) as walker:
        yield two_versions.begun(walker, place)
        transaction.set_rollback(True)


@pytest.fixture
def begun(_begun, db):
    return _begun


def asked(slug="last-version", who="livia", **params):
    question = everything.question(slug)
    return question.answer(parse(params), user(who))


def lengths(stories):
    """Calendar seconds from sent to fulfilled, as the stories tell it."""
    sent = [datetime.fromisoformat(one.rows[0]["occurred_at"]) for one in stories]
    return [(one.now - at).total_seconds() for one, at in zip(stories, sent, strict=True)]


def listed(cell):
    """How long the list behind a cell is, by its own address."""
    given = {key: value for key, value in cell.extra.items() if value}
    extra = {key: given.pop(key) for key in drill.extras(cell.figure) if key in given}
    scope = parse(given)
    names = naming.names(scope.model_id)
    return drill.drill(scope, user("livia"), names, cell.figure, extra).total


def test_both_sides_are_the_rows_of_the_lists(begun):
    _first, _was, _now, before, after = begun
    found = asked()
    (row,) = found.tables[0].rows
    cells = {key: cell.value for key, cell in row.cells.items()}
    was, now = lengths(before), lengths(after[:30])
    assert (row.key, cells["n_before"], cells["n_after"], cells["running"]) == (STREAM, 34, 30, 2)
    assert found.n == 34 + 30
    for name in ("n_before", "n_after", "running"):
        assert listed(row.cells[name]) == cells[name]
    for part, share in (("50", 0.5), ("85", 0.85)):
        assert cells[f"p{part}_before"].calendar == pytest.approx(np.quantile(was, share))
        assert cells[f"p{part}_after"].calendar == pytest.approx(np.quantile(now, share))
        change = np.quantile(now, share) - np.quantile(was, share)
        assert cells[f"change{part}"].calendar == pytest.approx(change)
        assert cells[f"lower{part}"].calendar < change < cells[f"upper{part}"].calendar < 0
    # Five of 34 were late; the two that still run are by now.
    assert (cells["kept_before"], cells["kept_after"]) == (29 / 34, 30 / 32)
    assert cells["delta"] == pytest.approx(
        np.mean(np.sign(np.subtract.outer(*(business(side) for side in (begun[2][:30], begun[1])))))
    )
    assert (cells["verdict"], cells["size"], cells["why"], row.tone) == (
        "better",
        "large",
        "",
        "ok",
    )
    assert found.sentence == (
        "Since CL-2 “Referral to theatre” is better: half are done within 1.8 days, before 4.5 "
        "(95 % sure of a difference between −4.4 and −1.9), over 34 requests before and 30 after."
    )
    assert [mark.label for mark in found.marks] == ["CL-1", "CL-2"]


def business(rows):
    pks = [row.pk for row in rows]
    return list(FactRequest.objects.filter(pk__in=pks).values_list("lead_bus_s", flat=True))


def test_weeks_what_stands_beside_and_fairness_are_printed(begun):
    _table, weeks, beside, fair = asked().tables
    counts = [row.cells["n"].value for row in weeks.rows]
    assert sum(counts) == 34 + 30
    shown = [row for row in weeks.rows if row.cells["p50"].value.calendar is not None]
    assert [row.cells["n"].value for row in shown] == [8, 6, 8]
    for row in shown[:1]:
        assert listed(row.cells["n"]) == row.cells["n"].value
    assert weeks.sentence == "There are too few weeks before CL-2 for limits."
    (row,) = beside.rows
    assert (row.cells["back_before"].value, row.cells["back_after"].value) == (4 / 34, 2 / 30)
    assert row.cells["felt_before"].value is row.cells["felt_after"].value is None
    checks = {row.key.split("/")[1]: row for row in fair.rows}
    assert checks["others"].cells["before"].value == "CL-1"
    assert {key for key, row in checks.items() if row.tone} == {"volume", "others"}
    assert checks["volume"].cells["after"].value == "5.3"  # 32 in six weeks
    assert checks["closed"].cells["after"].value.replace("\N{NO-BREAK SPACE}", " ") == "94 %"
    assert fair.sentence == "2 of 10 checks found a difference."


def test_answers_of_fewer_than_five_people_stay_out(begun):
    lived.answers(begun[1][:6], [5, 4, 3, 2, 1, 3])
    lived.answers(begun[2][:4], [5, 5, 5, 5])
    (row,) = asked().tables[2].rows
    assert (row.cells["felt_before"].value, row.cells["felt_after"].value) == (3, None)


def test_more_returns_take_the_word_away(begun):
    FactRequest.objects.filter(pk__in=[row.pk for row in begun[2]]).update(returns=2)
    (row,) = asked().tables[0].rows
    assert row.cells["verdict"].value == "not comparable"
    assert row.cells["why"].value == "more is sent back or comes back"
    assert "Since CL-2 “Referral to theatre” is not comparable: more is sent back" in (
        asked().sentence
    )


def test_few_are_hidden_and_have_no_verdict(begun):
    keep = [row.pk for row in begun[2][:4]]
    FactRequest.objects.filter(pk__in=[row.pk for row in begun[2]]).exclude(pk__in=keep).delete()
    found = asked()
    (row,) = found.tables[0].rows
    assert row.cells["n_after"].value == 4 and listed(row.cells["n_after"]) == 4
    assert row.cells["p50_after"].hidden and row.cells["change50"].hidden
    assert row.cells["kept_after"].hidden and not row.cells["p50_before"].hidden
    assert row.cells["why"].value == "fewer than twenty finished since"
    assert found.sentence == (
        "Since CL-2 too few requests of “Referral to theatre” were finished to compare: 34 before, "
        "4 after."
    )


def test_only_what_a_version_touched_is_compared(begun):
    assert asked(version="CL-1").tables[0].rows == ()
    assert asked(version="CL-2").sentence == asked().sentence
    assert asked(stream="another").sentence == (
        "CL-2 changed nothing of how work goes in these streams."
    )
    # Confidential requests are in no figure.
    FactRequest.objects.filter(pk=begun[2][0].pk).update(confidential=True)
    (row,) = asked().tables[0].rows
    assert row.cells["n_after"].value == listed(row.cells["n_after"]) == 29


def test_it_costs_fourteen_queries(begun):
    asked()
    scope = parse({})
    livia = user("livia")
    with CaptureQueriesContext(connection) as spent:
        everything.question("last-version").answer(scope, livia)
    assert len(spent) == 14
    with CaptureQueriesContext(connection) as spent:
        everything.question("following").answer(scope, livia)
    assert len(spent) <= 9
    with CaptureQueriesContext(connection) as spent:
        everything.question("felt").answer(scope, livia)
    assert len(spent) == 5


def test_following_is_told_by_the_steps_that_were_done(begun):
    """A story has three of five steps that nobody gets round, and goes on where no way leads."""
    scope = parse({})
    told = [*begun[3], *begun[4]]
    done = [one for one in told if scope.start <= one.now < EFFECT + timedelta(weeks=5)]
    back = sum(one.handoffs > 2 for one in done)
    found = asked("following")
    weeks, ways, kinds = found.tables
    assert found.n == len(done) == sum(row.cells["n"].value for row in weeks.rows)
    for row in weeks.rows:
        n = row.cells["n"].value
        assert row.cells["conformance"].hidden == (0 < n < 5)
        assert row.cells["deviating"].value == n
    busy = max(weeks.rows, key=lambda row: row.cells["n"].value)
    assert listed(busy.cells["n"]) == listed(busy.cells["deviating"]) == 8
    by_kind = {row.key: row for row in kinds.rows}
    assert by_kind["skipped"].cells["n"].value == 2 * len(done)
    assert by_kind["out_of_order"].cells["n"].value == len(done)
    assert by_kind["repeated"].cells["n"].value == 0
    for kind in ("skipped", "repeated"):
        cell = by_kind[kind].cells["requests"]
        assert listed(cell) == cell.value
    assert by_kind["out_of_order"].cells["most"].value == "Theatre slot"
    assert [row.cells["n"].value for row in ways.rows] == [len(done) - back, back]
    assert listed(ways.rows[1].cells["n"]) == back
    assert ways.rows[0].name == "Registration → Biometry → Theatre slot"
    assert ways.rows[1].cells["coverage"].value == 1
    assert {row.cells["declared"].value for row in ways.rows} == {"no"}


def test_the_figure_of_a_week_is_a_ratio_of_sums(begun):
    weeks = asked("following").tables[0].rows
    (row,) = [one for one in weeks if one.key == "2026-12-07"]
    here = [one for one in begun[4][:30] if one.now.isocalendar()[:2] == (2026, 50)]
    pairs = sum(3 if one.handoffs > 2 else 2 for one in here)
    assert row.cells["conformance"].value == pytest.approx(1 - 3 * 8 / (pairs + 5 * 8))


def test_minutes_outside_are_shown_from_five_pieces_on(begun):
    person, team = Person.objects.get(key="beat-aerni"), Team.objects.get(key="reception")
    for n in range(5):
        assert asked("following").tables[0].rows[8].cells["outside"].hidden == (n > 0)
        OffModelWork.objects.create(
            team=team, person=person, title="Post", day=date(2026, 12, 8), seconds=1800
        )
    cell = asked("following").tables[0].rows[8].cells["outside"]
    touched = FactVisit.objects.filter(outcome="done", ended_at__date__range=WEEK)
    inside = sum(touched.values_list("touch_s", flat=True))
    assert cell.value == pytest.approx(9000 / (9000 + inside))
    assert asked("following", stream=STREAM).tables[0].rows[8].cells["outside"].value is None


def test_who_did_it_is_counted_beside_the_figure(begun):
    row = begun[2][1]
    before = asked("following").tables[0].rows
    FactVisit.objects.filter(fact_id=row.pk, stage="registration").update(team="insurance-desk")
    FactVisit.objects.filter(fact_id=row.pk, stage="biometry").update(team="ward")
    FactHandoff.objects.filter(fact_id=row.pk, to_stage="theatre-slot").update(incomplete=True)
    holder = Person.objects.get(key="beat-aerni")
    fact = FactVisit.objects.get(fact_id=row.pk, stage="theatre-slot")
    like = StageVisit.objects.filter(state="done").first()
    like.pk, like.request_id, like.seq, like.holder = None, row.pk, fact.number, holder
    like.stage_key, like.ended_at = "theatre-slot", fact.ended_at
    like.save(force_insert=True)
    found = asked("following")
    assert [one.cells["conformance"].value for one in found.tables[0].rows] == [
        one.cells["conformance"].value for one in before
    ]
    by_kind = {one.key: one.cells for one in found.tables[2].rows}
    counted = {key: cells["n"].value for key, cells in by_kind.items() if cells["n"].value}
    assert {key: n for key, n in counted.items() if n == 1} == {
        "wrong_team": 1, "wrong_department": 1, "wrong_role": 1, "incomplete": 1,
    }  # fmt: skip
    assert listed(by_kind["wrong_role"]["requests"]) == 1


def test_answers_are_told_of_five_people_and_friction_of_what_was_asked(begun):
    scope = parse({})
    rows = FactRequest.objects.filter(
        fulfilled_at__gte=scope.start, fulfilled_at__lt=scope.end, outcome="fulfilled"
    )
    first = list(rows.order_by("fulfilled_at")[:12])
    requests = [one.request for one in first]
    scores = [5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 5, 4]
    people = list(Person.objects.order_by("pk"))[:6]
    Pulse.objects.bulk_create(
        Pulse(request=row, person=people[n % 6], score=score)
        for n, (row, score) in enumerate(zip(requests, scores, strict=True))
    )
    FactRequest.objects.filter(pk=first[0].pk).update(clarifications=2)
    for n, stage in enumerate(["biometry", "biometry", "theatre-slot"]):
        FactSpan.objects.create(
            fact=first[0], position=90 + n, start=scope.start, end=scope.start, state="requester",
            stage=stage, visit=1, team="", department="", waiting_kind="requester", slack=False,
        )  # fmt: skip
    author = requests[0].requester
    for n, (internal, by) in enumerate([(False, author), (True, author), (False, people[0])]):
        Comment.objects.create(
            request=requests[0], seq=800 + n, author=by, body="So", internal=internal
        )
    found = asked("felt")
    weeks, services = found.tables
    (row,) = services.rows
    n = rows.count()
    assert (found.n, row.cells["n"].value, row.cells["answers"].value) == (n, n, 12)
    assert row.cells["top"].value == 6 / 12 and row.cells["mean"].value == sum(scores) / 12
    wrote = 1 + (author == people[0])
    assert row.cells["friction"].value == pytest.approx((wrote + 2 * 2 + 3 * 3 + 2 * 1) / n)
    assert listed(row.cells["answers"]) == 12 and row.cells["mark"].value == ""
    # No week has answers of five people, so none is told; the sum does not say more.
    assert all(one.cells["mean"].hidden for one in weeks.rows if one.cells["answers"].hidden)
    assert sum(one.cells["answers"].hidden for one in weeks.rows) >= 3
    assert found.sentence.startswith("50 % of 12 answers are 4 or 5 of 5.".replace(" %", "\xa0%"))
    # Kept and yet bad.
    rows.update(promise="met")
    Pulse.objects.update(score=3)
    (row,) = asked("felt").tables[1].rows
    assert (row.cells["mark"].value, row.tone) == ("kept and yet bad", "risk")
    Pulse.objects.filter(person__in=people[:2]).delete()
    (row,) = asked("felt").tables[1].rows
    assert row.cells["answers"].hidden and row.cells["top"].hidden


def window():
    return {"start": EFFECT - timedelta(weeks=12), "end": EFFECT}


def frozen(**how):
    steward = user("livia")
    given = window() | {"note": "Before slots"} | how
    return freeze_baseline(person_for(steward), STREAM, **given, actor=actor_for(steward))


def test_a_baseline_keeps_its_rows_and_is_held_against_what_came_since(begun, client):
    row = frozen()
    assert row.n == 34 and set(row.requests) == {one.pk for one in begun[1]}
    assert (row.version.code, row.code) == ("CL-1", code_version())
    assert row.figures["p50_calendar_s"] == np.median(lengths(begun[3]))
    event = Event.objects.get(type="baseline.frozen")
    assert (event.data["requests"], event.data["rows"]) == (34, row.rows_mark)
    found, standing = against(row, parse({}))
    assert (standing.rows, standing.code) == (True, True)
    (line,), default = found.tables[0].rows, asked().tables[0].rows[0]
    same = ("n_before", "n_after", "p50_before", "change50", "lower50", "upper50", "verdict")
    assert {k: line.cells[k].value for k in same} == {k: default.cells[k].value for k in same}
    assert listed(line.cells["n_before"]) == 34
    assert default.cells["baseline"].url == f"/flow/baselines/{row.pk}/"
    client.force_login(user("livia"))
    page = client.get(f"/flow/baselines/{row.pk}/").content.decode()
    assert "Since CL-2 “Referral to theatre” is better" in page and "Unchanged" in page
    assert "Before slots" in client.get("/flow/baselines/").content.decode()
    # What is counted of one of them is another: it is told, and the figures are those of today.
    FactRequest.objects.filter(pk=begun[1][3].pk).update(lead_bus_s=1)
    assert against(row, parse({}))[1].rows is False
    assert "Changed" in client.get(f"/flow/baselines/{row.pk}/").content.decode()


def test_a_baseline_never_changes(begun):
    row = frozen()
    with pytest.raises(InternalError, match="baseline_stays"), transaction.atomic():
        Baseline.objects.filter(pk=row.pk).update(note="Other")
    with pytest.raises(InternalError, match="baseline_stays"), transaction.atomic():
        row.delete()


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"end": EFFECT - timedelta(weeks=13)}, "comes before the first"),
        ({"end": EFFECT + timedelta(weeks=99)}, "must be over"),
        ({"start": EFFECT - timedelta(weeks=2)}, "nothing can be held against fewer than 20"),
        ({"start": EFFECT - timedelta(weeks=7, days=5)}, "It is shorter than 8 weeks and only"),
        ({"service": "none"}, "There is no such service"),
        ({"note": "x" * 501}, "at most 500"),
    ],
)
def test_what_a_baseline_needs_is_said(begun, how, sentence):
    with pytest.raises(Invalid, match=sentence):
        frozen(**how)
    assert not Baseline.objects.exists()
    assert not Event.objects.filter(type="baseline.frozen").exists()


def test_only_owner_and_stewards_freeze_it(begun, client):
    other = user("jost")
    with pytest.raises(NotAllowed, match="Only the owner of a stream"):
        freeze_baseline(person_for(other), STREAM, **window(), actor=actor_for(other))
    client.force_login(user("livia"))
    answered = client.post("/flow/baselines/new/", {"stream": STREAM, "start": "x", "end": ""})
    assert answered.status_code == 400 and "Write a day such as" in answered.content.decode()
    days = {"start": "2026-09-07", "end": "2026-11-29"}
    answered = client.post("/flow/baselines/new/", {"stream": STREAM, "note": "Now", **days})
    row = Baseline.objects.get()
    assert (answered.url, row.n) == (f"/flow/baselines/{row.pk}/", 34)
