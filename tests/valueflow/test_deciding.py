"""Questions about decisions, Q9 to Q12: exact figures, and the list behind each count."""

from collections import Counter
from datetime import timedelta
from statistics import mean

import pytest
from django.db import transaction
from django.test import override_settings

from esm.accounts.models import User
from esm.common.errors import NotFound
from governance.models import Decision, RoleAssignment
from governance.selectors.observed import look
from tests.valueflow.asking import ask, cells, followed
from tests.valueflow.test_decided import multiply, rows, took
from tests.valueflow.walker import Walker
from valueflow.engine.deciding import WAITS, cuts, split
from valueflow.selectors import decided, decided_lists
from valueflow.selectors.scope import parse

pytestmark = pytest.mark.django_db
TYPE = "accept-cost-risk"


@pytest.fixture(scope="module")
def _walked(django_db_setup, django_db_blocker, tmp_path_factory):
    settings = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), settings, transaction.atomic(), Walker(seed=3) as walker:
        walker.publish()
        for _ in range(3):
            walker.walk(walker.submit(), 60)
        multiply()
        yield walker
        transaction.set_rollback(True)


@pytest.fixture
def clinic(_walked, db):
    return _walked


@pytest.fixture
def auditor(clinic):
    User.objects.filter(username="beat").update(is_auditor=True)
    return User.objects.get(username="beat")


def plain():
    return User.objects.create_user("plain", password=None)


def test_the_four_waits_add_up_whatever_was_said_when():
    points = cuts(0, 90, {"recommend": 40, "agree": 25, "input": 120})
    assert points == [0, 40, 40, 90, 90]
    assert split(points, lambda a, b: (b - a) // 7) == [5, 0, 7, 0]
    assert split(cuts(0, 90, {}), lambda a, b: b - a) == [0, 0, 0, 90]


def test_speed_is_that_of_the_dashboard_and_its_waits_add_up(clinic, auditor):
    answer = ask("deciding", auditor)
    found, timed = decided.figures(parse({}), auditor), [d for d in rows(parse({})) if d.decided_by]
    mine = cells(answer)[TYPE]
    one = found.types[0]
    assert (mine["n"], mine["in_time"]) == (len(timed), one.in_time)
    assert (mine["p50"].business, mine["p85"].business) == (one.p50_s, one.p85_s)
    waits = [mine[f"wait_{name}"] for name in WAITS]
    assert sum(w.business for w in waits) == pytest.approx(mean(took(d) for d in timed))
    calendar = mean((d.decided_at - d.opened_at).total_seconds() for d in timed)
    assert sum(w.calendar for w in waits) == pytest.approx(calendar, abs=1)
    agreed = [d for d in timed if d.opinions.filter(part="agree").exists()]
    assert waits[1].business > 0 and len(agreed) > 3
    levels = cells(answer, 1)
    assert sum(level["n"] for level in levels.values()) == len(rows(parse({})))
    assert followed(answer, auditor) == 1 + len(levels) >= 3
    assert answer.n == len(timed) and "half were taken within" in answer.sentence


def test_approvals_that_change_nothing(clinic, auditor):
    answer = ask("approvals", auditor)
    all_rows = rows(parse({}))
    same = sum(d.outcome == "approve" and d.round == 1 and not d.conditions for d in all_rows)
    mine = cells(answer)[TYPE]
    assert (mine["n"], mine["same"], mine["unchanged"]) == (
        len(all_rows), same, same / len(all_rows),
    )  # fmt: skip
    assert mine["wait"].business == sum(took(d) for d in all_rows if d.decided_by)
    assert f"{same} of {len(all_rows)} were approved as they were asked for" in answer.sentence
    levels = cells(answer, 1)
    assert sum(level["same"] for level in levels.values()) == same
    assert followed(answer, auditor) == 2 + 2 * len(levels)


def test_who_holds_rights_and_what_nobody_could(clinic, auditor):
    timed = [d for d in rows(parse({})) if d.decided_by]
    shares = [n / len(timed) for n in Counter(d.decided_by_id for d in timed).values()]
    answer = ask("holders", auditor)
    mine = cells(answer)[TYPE]
    assert (mine["n"], mine["vacant"]) == (len(timed), 0)
    assert mine["hhi"] == pytest.approx(sum(s * s for s in shares))
    assert mine["top"] == pytest.approx(max(shares))
    amounts = Counter()
    for one in timed:
        amounts[one.decided_by_id] += one.amount if one.currency == "CHF" else 0
    assert mine["volume_top"] == pytest.approx(float(max(amounts.values()) / sum(amounts.values())))
    roles = Counter(d.role_key for d in timed if d.role_key)
    shown = cells(answer, 1)
    assert {key: one["n"] for key, one in shown.items() if one["n"]} == {
        f"role:{key}": n for key, n in roles.items()
    }  # fmt: skip
    assert followed(answer, auditor) >= 3
    RoleAssignment.objects.filter(role__key="medical-director").update(
        valid=(clinic.now - timedelta(days=99), clinic.now - timedelta(minutes=1))
    )
    after = ask("holders", auditor)
    assert cells(after)[TYPE]["vacant"] == 1 and cells(after)["change-how-we-work"]["vacant"] == 1
    assert {row.key for row in after.tables[2].rows} == {
        "cost-risk-large", "how-we-work-by-director",
    }  # fmt: skip
    assert "2 of them nobody can use now" in after.sentence


def test_concentration_of_fewer_than_five_is_for_those_who_see_all(clinic):
    mine = cells(ask("holders", plain()))[TYPE]
    assert (mine["hhi"], mine["top"], mine["volume_top"]) == ("hidden",) * 3
    # These decisions are on three requests: too few for those who do not see all departments.
    assert mine["n"] == "hidden"


def test_who_decided_otherwise_than_the_rules_say(clinic, auditor):
    timed = {d.pk for d in rows(parse({})) if d.decided_by}
    assert [c["otherwise"] for c in cells(ask("practice", auditor), 1).values()] == [0]
    holding = RoleAssignment.objects.filter(role__key="medical-director")
    holding.update(valid=(clinic.now, None))
    odd_now = {one.decision_id for one in look(clinic.now - timedelta(days=365), clinic.now)
               if one.rule == "GOV16"}  # fmt: skip
    assert len(odd_now & timed) > 3
    after = ask("practice", auditor)
    assert cells(after, 1)[TYPE]["otherwise"] == len(odd_now & timed)
    assert cells(after, 1)[TYPE]["rate"] == len(odd_now & timed) / len(timed)
    weeks = cells(after)
    assert sum(week["n"] for week in weeks.values()) <= len(timed)
    assert followed(after, auditor) >= len(weeks)
    assert f"{len(odd_now & timed)} of {len(timed)} decisions" in after.sentence


def test_which_decisions_differ_is_for_those_who_oversee(clinic):
    user = plain()
    answer = ask("practice", user)
    row = answer.tables[1].rows[0]
    assert row.cells["otherwise"].hidden and row.cells["otherwise"].url == ""
    with pytest.raises(NotFound):
        decided_lists.behind(parse({}), user, decided_lists.OTHERWISE)


@pytest.mark.parametrize("slug", ["deciding", "approvals", "holders", "practice"])
def test_queries_stay_the_same_and_nothing_is_said_of_nothing(
    clinic, auditor, slug, django_assert_max_num_queries
):
    ask(slug, auditor)
    with django_assert_max_num_queries(14) as few:
        ask(slug, auditor)
    for decision in Decision.objects.filter(state="decided").order_by("pk")[:5]:
        decision.pk, decision.seq = None, decision.seq + 5_000
        decision._state.adding = True
        decision.save(force_insert=True)
    with django_assert_max_num_queries(len(few)):
        ask(slug, auditor)
    empty = ask(slug, auditor, **{"from": "2020-01-06", "to": "2020-02-02"})
    assert empty.n == 0 and empty.sentence
