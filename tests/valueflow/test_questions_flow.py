"""Questions about flow over a history whose every figure can be worked out by hand."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from esm.accounts.models import User
from esm.common.errors import NotFound
from tests.valueflow import lived
from tests.valueflow.lived import live
from tests.valueflow.told import FIRST, NOW, history
from tests.valueflow.told import told as stories
from tests.valueflow.walker import Walker
from valueflow.engine.answers import Answer
from valueflow.engine.queueing import gain
from valueflow.engine.records import KINDS
from valueflow.engine.summary import Times
from valueflow.models import FactHandoff, FactRequest, FactVisit
from valueflow.selectors import drill, naming
from valueflow.selectors.questions import everything, flows_delay, subjects
from valueflow.selectors.scope import parse

pytestmark = pytest.mark.django_db
HOUR = 3600
MOST = 12
# What narrows the scope itself, not the list.
ASKED = {"stream", "service", "department", "from", "to"}


@pytest.fixture(scope="module")
def _lived(django_db_setup, django_db_blocker, tmp_path_factory):
    files = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), files, transaction.atomic(), Walker(seed=3) as walker:
        walker.publish()
        request = lived.begun(walker)
        walker.now = NOW
        history(request)
        yield request
        transaction.set_rollback(True)


@pytest.fixture
def told(_lived, db):
    """29 requests of the clinic; see ``told.history``."""
    return _lived


def answer(slug: str, **params: str) -> Answer:
    asked = everything.question(slug)
    assert asked is not None
    return asked.answer(parse(params), User.objects.get(username="beat"))


def figures(table, *columns: str) -> dict[str, tuple]:
    """The values of a table by the keys of its rows."""
    return {
        row.key: tuple("hidden" if row.cells[c].hidden else row.cells[c].value for c in columns)
        for row in table.rows
    }


def check_lists(table, scope, user) -> int:
    """Every count of a table is the total of its list; how many there were."""
    seen = 0
    for row in table.rows:
        for cell in row.cells.values():
            if cell.figure and not cell.hidden:
                narrowed = {k: v for k, v in cell.extra.items() if k in ASKED}
                own = {k: v for k, v in cell.extra.items() if k not in ASKED}
                within = parse(scope.params() | narrowed)
                found = drill.drill(within, user, naming.names(None), cell.figure, own)
                assert found.total == cell.value, (row.key, cell)
                seen += 1
    return seen


def test_q1_half_and_most_of_the_lead_times_beside_the_promise(told) -> None:
    found = answer("slow")
    # 6 of 10 h, 12 of 10 h 45, 4 of 74 h: the median is 10 h 45, rank 17.85 the last of them.
    median = Times(26 * HOUR + 45 * 60, 38_700)
    assert figures(found.tables[0], "n", "p50", "promise", "kept") == {
        "referral-to-theatre": (22, median, Times(None, 288_000), 18 / 22)
    }
    p85 = found.tables[0].rows[0].cells["p85"].value
    assert p85.business == pytest.approx(38_700 + 0.85 * (266_400 - 38_700))
    assert found.sentence == (
        "Value flows most slowly in Referral to theatre: half take over 1.3 working days, where "
        "10.0 are promised."
    )
    assert (found.n, found.day_s) == (22, 28_800)


def test_q1_says_when_it_cannot_be_said(told) -> None:
    assert answer("slow", to="2026-07-01").sentence == "Nothing was finished in this period."
    few = answer("slow", **{"from": "2026-09-20"})
    assert few.sentence.startswith("Fewer than five requests")
    assert figures(few.tables[0], "n", "p50", "kept") == {
        "referral-to-theatre": (4, "hidden", "hidden")
    }


def test_q2_what_stays_late_is_counted_each_week(told) -> None:
    found = answer("promises")
    weeks = figures(found.tables[0], "met", "missed", "late", "kept")
    assert {week: row for week, row in weeks.items() if row[3] is not None} == {
        "2026-09-07": (6, 0, 4, 0.6),
        "2026-09-14": (12, 0, 4, 0.75),
        "2026-09-21": (0, 4, 5, 0.0),
    }
    assert len(weeks) == 13
    assert figures(found.tables[1], "met", "missed", "late", "kept") == {
        "lens-surgery": (18, 4, 5, 18 / 27)
    }
    assert found.n == 27
    assert found.sentence == "67\u00a0% of promises were kept; 4 were missed, 5 are open and late."


def test_q4_pairs_and_what_each_side_gives_and_receives(told) -> None:
    found = answer("handoffs")
    assert figures(found.tables[0], "n", "back", "rate", "wait", "kept", "lost") == {
        "dep-registration>dep-biometry": (
            22, 12, 12 / 22, Times(1800, 1800), 1.0, Times(72_000, 72_000),
        ),
        "dep-biometry>dep-theatre-slot": (
            22, 0, 0.0, Times(600, 600), 1.0, Times(13_200, 13_200),
        ),
    }  # fmt: skip
    assert figures(found.tables[1], "given", "given_back", "received", "received_back") == {
        "dep-registration": (22, 12, 0, 0),
        "dep-biometry": (22, 0, 22, 12),
        "dep-theatre-slot": (0, 0, 22, 0),
    }
    assert found.n == 44
    assert found.sentence == (
        "Dep registration to Dep biometry costs the most: 85\u00a0% of all days lost. "
        "Dep biometry sends back the most: 55\u00a0% of what Dep registration hands over."
    )


def test_q5_reasons_and_the_steps_that_send_back(told) -> None:
    found = answer("returns")
    assert figures(found.tables[0], "n", "share") == {
        "no-letter": (7, 7 / 12),
        "unreadable": (5, 5 / 12),
    }
    assert figures(found.tables[1], "n", "share") == {
        "no-letter>referral-to-theatre/biometry": (7, 1.0),
        "unreadable>referral-to-theatre/biometry": (5, 1.0),
    }
    assert "58\u00a0% of them" in found.sentence
    assert answer("returns", to="2026-07-01").sentence == "Nothing was sent back in this period."


def test_q3_the_kinds_of_time_add_up_to_the_lead_time(told) -> None:
    found = answer("time")
    (row,) = found.tables[0].rows
    kinds = {key: row.cells[key].value.business for key in KINDS}
    # 15 minutes and an hour at the steps and then a day; 30 and 10 minutes offered, 5 queued.
    assert {key: seconds for key, seconds in kinds.items() if seconds} == {
        "working": 1_665_000, "handoff": 10 * 2400 + 12 * 4200, "queued": 22 * 300,
    }  # fmt: skip
    assert row.cells["lead"].value.business == sum(kinds.values()) == 1_746_000
    calendar = sum(row.cells[key].value.calendar for key in KINDS)
    assert row.cells["lead"].value.calendar == calendar
    # Biometry is a step of nursing, the slot one of surgery; no step of registration waited.
    assert figures(found.tables[1], "waited", "share") == {
        "nursing": (Times(59_400 + 8400, 59_400 + 8400), 67_800 / 81_000),
        "surgery": (Times(13_200, 13_200), 13_200 / 81_000),
    }
    assert found.sentence == (
        "95\u00a0% of the time in Referral to theatre is work; the largest wait is “offered, not "
        "accepted”: 4\u00a0%."
    )


def test_q7_all_green_and_late_all_the_same(told) -> None:
    # Four are late with every agreement kept: too few, and the only other group goes with them.
    few = answer("green")
    assert figures(few.tables[0], "n") == {
        "kept>kept": ("hidden",),
        "kept>missed": ("hidden",),
        "missed>kept": (0,),
        "missed>missed": (0,),
    }
    assert few.sentence.endswith("too few to show.")
    live(told, [one.usual(days=14, met=False) for one in stories(told, FIRST, 3)], decided=False)
    live(told, [one.waited(6) for one in stories(told, FIRST, 5, 20_010)], decided=False)
    found = answer("green")
    assert figures(found.tables[0], "n", "share") == {
        "kept>kept": (18, 18 / 30),
        "kept>missed": (7, 7 / 30),
        "missed>kept": (0, 0.0),
        "missed>missed": (5, 5 / 30),
    }
    assert figures(found.tables[1], "n", "late") == {"referral-to-theatre": (30, 7)}
    first = found.tables[2].rows[0]
    assert first.key == "referral-to-theatre/theatre-slot>working"
    assert first.cells["time"].value == Times(7 * 14 * 24 * HOUR, 7 * 72 * HOUR)
    assert found.sentence.startswith("7 of 30 requests (23\u00a0%) kept every agreement")


def test_q8_what_came_and_went_and_how_old_the_rest_is(told) -> None:
    found = answer("in-flight")
    weeks = figures(found.tables[0], "sent", "finished", "other", "load")
    assert list(weeks.items())[-4:] == [
        ("2026-08-31", (0, 0, 0, 0)),
        ("2026-09-07", (10, 6, 0, 4)),
        ("2026-09-14", (22, 18, 0, 4)),
        ("2026-09-21", (27, 22, 0, 5)),
    ]
    assert figures(found.tables[1], "n", "share") == {
        "young": (2, 2 / 7),
        "middle": (5, 5 / 7),
        "old": (0, 0.0),
        "unknown": (0, 0.0),
        "promise": (0, 0.0),
    }
    oldest = found.tables[2].rows
    assert len(oldest) == 7
    assert oldest[0].cells["age"].value == Times(7 * 24 * HOUR + 4 * HOUR, 40 * HOUR)
    assert [row.cells["late"].value for row in oldest] == ["late"] * 5 + [""] * 2
    assert found.sentence == (
        "7 requests are in flight, the oldest was sent 5.0 working days ago; 0 are older than 85 % "
        "of the finished were."
    )
    # 22 in 59 days of 2.76 days each would be about one at a time.
    assert found.notes[0].startswith("Load ÷ (rate × mean lead time) is 6.81, outside")


def test_q6_the_fullest_step_whose_queue_grows(told) -> None:
    found = answer("bottleneck")
    rows = {row.key.split("/")[1]: row for row in found.tables[0].rows}
    said = {key: row.cells["n"].value for key, row in rows.items()}
    # Rework counts; registration is as full, but nothing is left there.
    assert said == {"biometry": 41, "registration": 41, "theatre-slot": 22}
    assert list(rows) == ["biometry", "registration", "theatre-slot"]
    full = rows["biometry"].cells
    # One nurse had 13 weeks of 36 hours and this morning; 41 visits of an hour came in 59 days.
    rho = 41 / 472
    assert full["load"].value == pytest.approx(rho)
    assert full["arrivals"].value == 41 / 59
    assert (full["people"].value, full["touch"].value) == (1.0, Times(HOUR, HOUR))
    assert full["stay"].value == Times(95 * 60, 95 * 60)
    assert full["slope"].value == pytest.approx(5 * 6 / 182)
    assert full["gain"].value.business == pytest.approx(gain(rho, HOUR, 1))
    assert [row.tone for row in rows.values()] == ["risk", "", ""]
    queue = [row.cells["open"].value for row in found.tables[1].rows]
    assert queue == [0] * 12 + [5]
    assert found.sentence == (
        "No step is near full; the fullest whose queue grows is Biometry in Referral to theatre, "
        "whose work takes 9\u00a0% of the time of its people."
    )


def test_q6_says_when_nothing_grows_or_nothing_is_known(told) -> None:
    early = answer("bottleneck", **{"from": "2026-09-01", "to": "2026-09-20"})
    assert early.sentence.startswith(("No step is near full; the fullest", "No queue grows"))
    nothing = answer("bottleneck", to="2026-07-01")
    assert nothing.sentence == "Too little was done at any step to say how full it is."
    assert nothing.tables[0].rows == nothing.tables[1].rows == ()


def overdue(told) -> None:
    """Five that took 162 hours where 80 are promised, three that are open for 220."""
    began = FIRST - timedelta(days=21)
    late = [one.usual(days=30, met=False) for one in stories(told, began, 5)]
    late += [one.usual(until="biometry") for one in stories(told, began, 3, 21_000)]
    live(told, late, decided=False)


def test_q24_days_beyond_the_promise(told, monkeypatch) -> None:
    assert answer("delay").sentence == "Nothing took or takes longer than was promised."
    overdue(told)
    found = answer("delay")
    days = (5 * 82 + 3 * 140) / 8
    for table, key in zip(found.tables, ("referral-to-theatre", "lens-surgery"), strict=True):
        assert figures(table, "n", "open", "late_days") == {key: (5, 3, days)}
        assert "cost" not in [column.key for column in table.columns]
    assert found.sentence == "8 requests went 103.8 working days beyond their promise."
    monkeypatch.setattr(flows_delay, "_prices", lambda pool: {"lens-surgery": Decimal("120.50")})
    priced = answer("delay")
    assert figures(priced.tables[0], "cost") == {"referral-to-theatre": (round(days * 120.5, 2),)}
    assert priced.sentence.endswith("that is CHF 12,502.")


def of_the_model() -> None:
    """Stories name departments after steps; here they are those of the clinic's model."""
    moves = {"registration": ("front-office", "nursing"), "biometry": ("nursing", "surgery")}
    for stage, (giver, receiver) in moves.items():
        FactHandoff.objects.filter(from_stage=stage).update(
            giver_department=giver, receiver_department=receiver
        )
    FactRequest.objects.update(departments=["front-office", "nursing", "surgery"])
    FactVisit.objects.filter(stage="biometry").update(department="nursing")


def test_departments_what_stays_inside_and_goes_to_and_fro(told) -> None:
    of_the_model()
    user = User.objects.get(username="beat")
    found = subjects.subject().answer(parse({}), user)
    # All 22 cross; 12 were returned from nursing to the front office.
    assert figures(found.tables[0], "n", "index", "within", "fro", "border") == {
        "front-office": (22, 1.0, 0, 12 / 22, None),
        "nursing": (22, 1.0, 0, 12 / 22, 61_200 / 67_800),
        "surgery": (22, 1.0, 0, 0.0, 1.0),
    }
    one = subjects.subject("nursing").answer(parse({}), user)
    assert figures(one.tables[0], "given", "given_rate", "received", "received_rate") == {
        "front-office": (0, None, 22, 12 / 22),
        "surgery": (22, 0.0, 0, None),
    }
    row = one.tables[0].rows[0].cells
    assert (row["received_wait"].value, row["received_kept"].value) == (Times(1800, 1800), 1.0)
    assert one.sentence == (
        "Nursing receives most from Front office and sends back 55\u00a0% of it. "
        "It gives most to Surgery, which sends back 0\u00a0% of it."
    )
    assert figures(one.tables[1], "open", "oldest") == {
        "referral-to-theatre/biometry": (7, Times(172 * HOUR - 900, 40 * HOUR - 900))
    }
    assert figures(one.tables[2], "n")["middle"] == (5,)
    for table in (*found.tables, *one.tables):
        check_lists(table, parse({}), user)
    with pytest.raises(NotFound):
        subjects.subject("nowhere").answer(parse({}), user)


def test_departments_have_pages_files_and_addresses_of_the_api(told) -> None:
    of_the_model()
    client = Client()
    client.force_login(User.objects.get(username="beat"))
    page = client.get("/flow/departments/nursing/").content.decode()
    assert "Nursing receives most from Front office" in page
    assert "/flow/questions/green/?department=nursing" in page
    assert "/flow/departments/nursing/" in client.get("/flow/departments/").content.decode()
    lines = client.get("/flow/departments/nursing/figures.csv?table=1").content.decode()
    assert lines.splitlines()[1].startswith("front-office,Front office,0,,,,,22,0.54")
    assert client.get("/flow/departments/figures.csv?table=9").status_code == 400
    assert client.get("/flow/departments/nowhere/").status_code == 404
    told_by_api = client.get("/api/v1/flow/departments/nursing").json()
    row = told_by_api["tables"][0]["rows"][0]
    assert row["figures"]["received"] == 22
    assert row["lists"]["received"] == {
        "figure": "handoffs", "giver": "front-office", "receiver": "nursing",
    }  # fmt: skip
    assert client.get("/api/v1/flow/departments?department=nursing").status_code == 400


SLUGS = ["slow", "promises", "time", "handoffs", "returns", "bottleneck", "green", "in-flight",
         "delay"]  # fmt: skip


@pytest.mark.parametrize("slug", SLUGS)
def test_every_count_is_as_long_as_the_list_behind_it(told, slug) -> None:
    user = User.objects.get(username="beat")
    overdue(told)
    seen = 0
    for params in ({}, {"stream": "referral-to-theatre", "from": "2026-09-10"}):
        for table in answer(slug, **params).tables:
            seen += check_lists(table, parse(params), user)
    assert seen


@pytest.mark.parametrize("slug", SLUGS)
def test_an_answer_costs_few_queries(told, slug) -> None:
    asked, user = everything.question(slug), User.objects.get(username="beat")
    scope = parse({})
    with CaptureQueriesContext(connection) as counted:
        asked.answer(scope, user)
    assert len(counted) <= MOST, "\n".join(query["sql"][-150:] for query in counted)
