"""What happened becomes findings: from events over the facts and the flow to what checks say."""

import copy
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from esm.common import clock
from esm.events.actors import SYSTEM
from governance.blueprint.lint import Facts, lint
from governance.models import Absence, Decision, Person, Team
from governance.registries import flow_at, lint_rules
from governance.selectors import people, versions
from governance.services import drafting, drafts, publishing
from tests.governance.lint.clinic import Clinic
from tests.valueflow import lived
from tests.valueflow.lived import DAY, HOUR, Lived, answers, clocks, decided, live
from tests.valueflow.walker import Walker
from valueflow.models import FactVisit
from workflows.models import Clock
from workflows.services import off_model

pytestmark = pytest.mark.django_db
DECIDING = ("PRC17", "GOV14", "GOV15")
NOW = datetime(2026, 9, 28, 10, 0, tzinfo=UTC)  # a Monday


@pytest.fixture(scope="module")
def _begun(django_db_setup, django_db_blocker, tmp_path_factory):
    files = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), files, transaction.atomic(), Walker(seed=3) as walker:
        walker.publish()
        request = lived.begun(walker)
        walker.now = NOW
        yield walker, request
        transaction.set_rollback(True)


@pytest.fixture
def like(_begun, db):
    """The one request that was walked; its facts are not counted."""
    return _begun[1]


def model():
    return versions.blueprint(versions.current())


def found(bp=None, *codes):
    """Code, part and sentence of what happened, of these codes."""
    bp = bp or model()
    flow = flow_at(bp, clock.now())
    facts = Facts(today=date(2026, 9, 28), flow=flow)
    rows = lint(bp, facts, lint_rules())
    return [(f.rule, f.part, f.sentence) for f in rows if f.rule in codes]


def told(count, start=NOW - 40 * DAY, **usual):
    """Stories an hour apart, all alike."""
    bp = model()
    return [Lived(bp, 10_100 + n, start + n * HOUR).usual(**usual) for n in range(count)]


def several(like, *lots):
    """Stories of several sorts with numbers of their own: (how many, how) each."""
    bp, rows, number = model(), [], 20_000
    for count, usual in lots:
        stories = []
        for _ in range(count):
            number += 1
            start = NOW - 40 * DAY + (number - 20_000) * HOUR
            stories.append(Lived(bp, number, start).usual(**usual))
        rows.append(live(like, stories))
    return rows


def test_promises_against_what_was_measured(like):
    quick, slow = several(like, (50, {}), (10, {"days": 25, "met": False}))
    clocks(quick + slow)
    assert found(None, "PRC09", "PRC10") == [
        (
            "PRC09",
            "",
            "85 % of requests for “Planned lens surgery” took up to 15.5 business days; promised"
            " are 10.",
        ),
        (
            "PRC10",
            "",
            "10 of 60 requests for “Planned lens surgery” kept every agreement on the way and"
            " missed the promise all the same.",
        ),
    ]


def test_a_broken_agreement_explains_a_late_request(like):
    quick, slow = several(like, (50, {}), (10, {"days": 25, "met": False}))
    clocks(quick)
    clocks(slow, met=False)
    assert [code for code, *_ in found(None, "PRC10")] == []
    (flow,) = flow_at(model(), NOW).offerings
    assert (flow.fulfilled, flow.agreements_kept, flow.kept_but_late, flow.in_promise) == (
        60, 50, 0, 50,
    )  # fmt: skip


def test_only_the_last_sixty_count(like):
    live(like, told(20, NOW - 80 * DAY, days=25, met=False))
    several(like, (60, {}))
    (flow,) = flow_at(model(), NOW).offerings
    assert (flow.fulfilled, flow.in_promise, flow.asked_90d) == (60, 60, 80)
    assert found(None, "PRC09", "PRC10") == []


def test_what_comes_back_and_goes_to_and_fro(like):
    several(like, (32, {}), (4, {"back": 1}), (4, {"back": 2}))
    assert found(None, "PRC15", "PRC16") == []
    several_more = [
        Lived(model(), 30_000 + n, NOW - 20 * DAY + n * HOUR).usual(back=2) for n in range(3)
    ]
    live(like, several_more)
    assert found(None, "PRC15", "PRC16") == [
        (
            "PRC15",
            "registration/biometry",
            "11 of 43 handoffs from “Registration” to “Biometry” were sent back.",
        ),
        (
            "PRC16",
            "registration/biometry",
            "7 of 43 cases went from “Registration” to “Biometry” and back twice or more.",
        ),
    ]
    flow = flow_at(model(), NOW)
    (one,) = [row for row in flow.handoffs if row.target == "biometry"]
    assert one.stake is not None and one.stake > 0


def test_a_stage_nearly_always_skipped(like):
    several(like, (30, {}))
    rows = [(part, said) for _, part, said in found(None, "PRC18")]
    assert ("sedation-talk", "“Sedation talk” was skipped by 30 of 30 cases.") in rows
    assert "biometry" not in [part for part, _ in rows]


def test_a_full_stage(like):
    # Four weeks of one nurse are 144 hours; 54 times two hours and a half are 135.
    several_now = told(54, NOW - 27 * DAY, touch_s=9000)
    live(like, several_now)
    assert found(None, "PRC19") == [
        (
            "PRC19",
            "biometry",
            "The work of “Biometry” takes 94 % of the time its people have.",
        )
    ]
    nurse = Person.objects.get(key="sefora-nay")
    Absence.objects.create(person=nurse, valid=(NOW - 14 * DAY, NOW - 7 * DAY))
    assert "125 % of the time" in found(None, "PRC19")[0][2]


def test_a_nearly_full_stage_whose_queue_grows(like):
    # 45 times two hours and a half are 112 of 144 hours.
    bp = model()
    live(like, told(45, NOW - 27 * DAY, touch_s=9000))
    assert found(None, "PRC19") == []
    waiting = [
        Lived(bp, 40_000 + n, NOW - (27 - 7 * n) * DAY).usual(until="biometry") for n in range(4)
    ]
    live(like, waiting)
    (one,) = [step for step in flow_at(bp, NOW).steps if step.stage == "biometry"]
    assert one.queue == (0, 1, 2, 3, 4)
    assert [said for _, _, said in found(None, "PRC19")] == [
        "The work of “Biometry” takes 85 % of the time its people have, and its queue grew 4 weeks"
        " in a row: 0 to 4."
    ]


def test_other_than_what_was_agreed(like):
    several(like, (47, {}), (13, {"lacking": True}))
    way = "“Biometry” was offered without what was agreed"
    assert found(None, "PRC22", "PRC23") == [
        (
            "PRC22",
            "",
            "47 of 60 requests for “Planned lens surgery” went the way that is defined; 80 %"
            " should.",
        ),
        (
            "PRC23",
            way,
            f"13 of 60 requests for “Planned lens surgery” went a way nobody declared: {way}.",
        ),
    ]


def test_a_decision_that_was_passed_by_is_a_way_of_its_own(like):
    """The answers of now lead to it, and nobody decided."""
    several(like, (57, {}))
    dear = [Lived(model(), 40_000 + n, NOW - 9 * DAY + n * HOUR).usual() for n in range(3)]
    live(like, dear, decided=False)
    (flow,) = flow_at(model(), NOW).offerings
    assert (flow.fulfilled, flow.followed) == (60, 57)
    assert flow.variants == {"“Cost risk” was passed by without a decision": 3}


def test_an_agreement_nobody_meets_is_found(like):
    (rows,) = several(like, (30, {}))
    handoff = like.handoffs.exclude(agreement_key="").earliest("pk")
    clocks(rows)
    Clock.objects.filter(request__in=rows).update(handoff=handoff, ended_at=NOW - DAY)
    assert found(None, "PRC09") == []
    late = Clock.objects.filter(request__in=rows[:16]).values("pk")
    Clock.objects.filter(pk__in=late).update(met=False)
    flows = flow_at(model(), NOW).agreements
    one = next(row for row in flows if row.agreement == handoff.agreement_key)
    assert (one.ran, one.kept) == (32, 15)
    assert [said for _code, _part, said in found(None, "PRC09")] == [
        f"What Reception and Diagnostics agreed on was kept {one.kept} of {one.ran} times; nobody"
        " can rely on it."
    ]


def test_a_step_of_another_team_is_a_way_of_its_own(like):
    (rows,) = several(like, (20, {}))
    FactVisit.objects.filter(fact__in=[r.pk for r in rows[:2]], stage="biometry").update(
        team="ward"
    )
    (said,) = found(None, "PRC23")
    assert said[1] == "“Biometry” was done by Ward"


def test_a_way_that_was_declared_is_no_way_of_its_own_until_its_day(like):
    allowed = {"key": "ward-measures", "stage": "biometry", "reason": "The lab is rebuilt."}
    draft = drafts.begin_draft(title="Ward measures, too", actor=SYSTEM)
    kind, key = "Workflow", like.workflow_key
    workflow = model().get(kind, key).model_dump(mode="json")
    until = (NOW - 40 * DAY).date()
    variations = [{**allowed, "team": "ward", "until": until.isoformat()}]
    changed = {**workflow, "variations": variations}
    mark = model().hashes()[kind, key]
    drafting.edit_element(draft, kind, key, changed, expected_hash=mark, actor=SYSTEM)
    publishing.publish(draft, actor=SYSTEM, without_consent=True)
    like = copy.copy(like)
    like.version = draft
    (rows,) = several(like, (40, {}))
    done = FactVisit.objects.filter(fact__in=[r.pk for r in rows], stage="biometry")
    done.update(team="ward")
    ends = datetime.combine(until + DAY, time(), ZoneInfo(model().organisation().zone))
    late = done.filter(entered_at__gte=ends)
    assert 0 < late.count() < 40
    (said,) = found(None, "PRC23")
    assert said[2].startswith(f"{late.count()} of 40 requests")


def test_clocks_that_stood_longer_than_they_ran(like):
    stood, ran = several(like, (13, {}), (47, {}))
    clocks(stood, ran=100, stood=101)
    clocks(ran, ran=100, stood=100)
    assert [said for _, _, said in found(None, "PRC27")] == [
        "In 13 of 60 requests for “Planned lens surgery” the clocks stood longer than they ran."
    ]


def test_kept_and_not_felt(like):
    (rows,) = several(like, (20, {}))
    answers(rows[:4], [2, 2, 2, 2])
    assert found(None, "VAL09") == []  # of four people nobody is told
    answers(rows[4:6], [5, 5], first=4)
    assert [said for _, _, said in found(None, "VAL09")] == [
        "20 of 20 requests for “Planned lens surgery” kept the promise; 6 people gave it 3.00 of 5."
    ]


def test_a_service_nobody_asks_for(like):
    with clock.frozen(NOW + 64 * DAY):
        assert found(None, "VAL07") == []  # nothing of its stream ever came through the portal
    live(like, told(1, NOW - 27 * DAY))
    with clock.frozen(NOW + 62 * DAY):
        assert found(None, "VAL07") == []  # asked for 89 days ago
    with clock.frozen(NOW + 64 * DAY):
        assert [said for _, _, said in found(None, "VAL07")] == [
            "Nobody asked for “Lens surgery” in 90 days."
        ]


def test_done_by_hand_two_hundred_times_a_month(like):
    clinic = Clinic()
    clinic.critical()
    support = {"stage": "registration", "mode": "records"}
    clinic.edit("Technology", "slit-log", supports=[support])
    stories = [
        Lived(model(), 50_000 + n, NOW - 29 * DAY + n * HOUR).usual(until="biometry")
        for n in range(201)
    ]
    live(like, stories)
    assert [(part, said) for _, part, said in found(clinic.blueprint, "TEC04")] == [
        (
            "biometry",
            "“Biometry” is done by hand 201 times a month, and no technology supports it.",
        )
    ]


def test_decisions_that_change_nothing(like):
    one = Decision.objects.filter(state="decided").latest("pk")
    decided(one, 59, hours=1, up=17, changed=1)
    assert found(None, *DECIDING) == [
        (
            "PRC17",
            one.right_key,
            "59 of 60 times “Accept the risk of an unpaid bill” changed nothing.",
        )
    ]


def test_decisions_slow_and_too_high(like):
    one = Decision.objects.filter(state="decided").latest("pk")
    decided(one, 59, hours=30, up=19, changed=30)
    assert found(None, *DECIDING) == [
        (
            "GOV14",
            one.right_key,
            "85 % of decisions on “Accept the risk of an unpaid bill” took up to 8 business hours;"
            " 4 are agreed.",
        ),
    ]
    # What came up and was changed is none; of the 19 that came up all were among the 30 changed.
    assert flow_at(model(), NOW).decisions[0].from_below == 0


def test_decisions_that_come_up_from_below(like):
    one = Decision.objects.filter(state="decided").latest("pk")
    decided(one, 39, up=13)
    assert [said for _, _, said in found(None, "GOV15")] == [
        "13 of 40 times “Accept the risk of an unpaid bill” came up from the band below and was"
        " approved as it was."
    ]


def test_work_outside_the_model(like):
    team = Team.objects.get(key="ward")
    actor = people.actor_of_person(Person.objects.get(key="gion-derungs"))
    several(like, (3, {}))
    FactVisit.objects.filter(stage="theatre-slot").update(department="nursing")
    for n in range(4):
        entry = off_model.Entry(title=f"Beds {n}", day=date(2026, 9, 25), minutes=30)
        off_model.log_work(team, entry=entry, actor=actor)
    assert found(None, "VAL10") == []  # four could be told apart
    off_model.log_work(team, entry=entry, actor=actor)
    (said,) = [said for _, _, said in found(None, "VAL10")]
    assert said.endswith("pieces of work of Nursing belong to no workflow.")


def test_a_measure_without_news(like):
    bp = model()
    (key,) = bp.keys("Measure")
    spec = bp.get("Measure", key)
    clinic = Clinic()
    clinic.edit("Measure", key, frequency="month")
    said = f"Nothing was observed of “{spec.name}” for 2 periods."
    # In force since 1 September: October is the first whole month.
    with clock.frozen(datetime(2026, 11, 30, 12, tzinfo=UTC)):
        assert found(clinic.blueprint, "VAL05") == []
    with clock.frozen(datetime(2026, 12, 1, 12, tzinfo=UTC)):
        assert [one for _, _, one in found(clinic.blueprint, "VAL05")] == [said]


def test_as_many_queries_whatever_happened(like):
    bp = model()
    with CaptureQueriesContext(connection) as few:
        flow_at(bp, NOW)
    several(like, (5, {}), (5, {"back": 2}))
    with CaptureQueriesContext(connection) as many:
        flow_at(bp, NOW)
    with CaptureQueriesContext(connection) as more:
        several_flow = flow_at(bp, NOW + timedelta(hours=1))
    assert len(few) <= len(many) == len(more) <= 32
    assert several_flow.offerings
