"""Figures of decisions against a brute force over the rows, and the list behind each."""

import copy
import re
from collections import Counter
from datetime import timedelta
from statistics import quantiles

import pytest
from django.db import transaction
from django.test import Client, override_settings

from esm.accounts.models import User
from esm.common.errors import NotFound
from governance.blueprint.rights.shares import concentration_of
from governance.models import Decision, Opinion
from governance.selectors import versions
from tests.valueflow.walker import Walker
from valueflow.selectors import decided, decided_lists
from valueflow.selectors.scope import parse
from workflows.models import Request
from workflows.selectors import calendars

pytestmark = pytest.mark.django_db
FEW = 5


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
    """What was decided in three requests, and much more like it."""
    return _walked


def multiply() -> None:
    """Copies of what was decided, each a little different: enough for figures to be shown."""
    originals = list(Decision.objects.filter(state="decided").order_by("pk"))
    assert originals
    outcomes = ["approve", "approve", "decline", "refer_back"]
    for n in range(40):
        row = copy.copy(originals[n % len(originals)])
        row.pk, row.seq, row._state = None, 100 + n, copy.copy(row._state)
        row._state.adding = True
        row.outcome = outcomes[n % 4]
        row.round, row.conditions = 1 + (n % 5 == 0), "Only once" if n % 7 == 0 else ""
        row.right_key = "" if n % 11 == 0 else row.right_key
        row.decided_by = None if n % 13 == 0 else row.decided_by
        row.reverses = originals[0] if n % 17 == 0 else None
        row.decided_at = row.decided_at + timedelta(minutes=37 * n % 400)
        row.save(force_insert=True)
        for part in ["agree"] * (n % 3 == 0) + ["input"] * (n % 9 == 0):
            Opinion.objects.create(
                decision=row, round=1, person_id=row.requester_id, part=part, verdict="for",
                role_key="x", right_key="y", content_hash=b"x",
                given_at=row.opened_at + timedelta(minutes=30 + n),
            )  # fmt: skip


def rows(scope):
    found = Decision.objects.filter(state="decided").select_related("team")
    return [d for d in found if scope.start <= d.decided_at < scope.end]


def spoke(row, part):
    return Opinion.objects.filter(decision=row, part=part).exists()


TESTS = {
    "decided": lambda d: True,
    "timed": lambda d: d.decided_by is not None,
    "due": lambda d: d.decided_by is not None and d.due_at is not None,
    "in-time": lambda d: d.decided_by is not None and d.due_at and d.decided_at <= d.due_at,
    "approved": lambda d: d.outcome == "approve",
    "unchanged": lambda d: d.outcome == "approve" and d.round == 1 and not d.conditions,
    "referred-back": lambda d: d.outcome == "refer_back",
    "beforehand": lambda d: d.decided_by is None,
    "fallback": lambda d: d.right_key == "",
    "reversals": lambda d: d.reverses is not None,
    "said-recommend": lambda d: spoke(d, "recommend"),
    "said-agree": lambda d: spoke(d, "agree"),
    "said-input": lambda d: spoke(d, "input"),
}


def took(row):
    bp = versions.blueprint(row.version_id)
    calendar = calendars.calendar_in(bp, calendars.team_calendar_key(bp, row.team.key))
    return calendar.elapsed(row.opened_at, row.decided_at)


def user(name="beat"):
    return User.objects.get(username=name)


def test_figures_are_those_of_a_brute_force_over_the_rows(clinic):
    # All of these are of three requests: too few for those who do not see all departments.
    User.objects.filter(username="beat").update(is_auditor=True)
    scope = parse({})
    found, all_rows = decided.figures(scope, user()), rows(scope)
    assert len(all_rows) >= 40
    for figure, holds in TESTS.items():
        assert found.all.counts[figure] == sum(bool(holds(d)) for d in all_rows), figure
    assert set(TESTS) == set(decided.FIGURES)
    times = sorted(took(d) for d in all_rows if d.decided_by)
    cuts = quantiles(times, n=100, method="inclusive")
    assert found.all.p50_s == pytest.approx(cuts[49])
    assert found.all.p85_s == pytest.approx(cuts[84])
    for one in found.types:
        mine = [d for d in all_rows if d.type_key == one.key]
        assert one.n == len(mine)
        bands = Counter((d.right_key, d.band_min, d.band_max) for d in mine)
        assert {(x.right, x.low, x.high): x.n for x in one.levels} == bands
    parts = [d.decided_by_id for d in all_rows if d.decided_by_id]
    shares = [parts.count(p) / len(parts) for p in set(parts)]
    held = concentration_of(decided.persons(decided.decided_rows(scope)))
    assert float(held.hhi) == pytest.approx(sum(s * s for s in shares))
    assert (held.persons, sum(decided.persons(decided.decided_rows(scope)).values())) == (
        len(shares), len(parts),
    )  # fmt: skip


@pytest.mark.parametrize("marks", [{}, {"is_auditor": True}])
def test_every_figure_of_the_page_equals_the_list_behind_it(clinic, marks):
    User.objects.filter(username="beat").update(**marks)
    client = Client()
    client.force_login(user())
    shown = client.get("/flow/decisions/?period=26w").content.decode()
    found = re.findall(r'href="(/flow/decisions/list/[^"]*)" data-figure="[\w-]+" data-n="(\d+)"',
                       shown)  # fmt: skip
    assert len(found) > 5
    for address, n in found:
        page = client.get(address.replace("&amp;", "&"))
        assert page.status_code == 200, address
        assert f'data-total="{n}"' in page.content.decode(), address


def test_groups_under_five_are_for_those_who_see_all(clinic):
    scope = parse({})
    moved = rows(scope)[0]
    for n in range(3):
        row = copy.copy(moved)
        row.pk, row.seq, row.type_key, row._state = None, 900 + n, "rare", copy.copy(row._state)
        row._state.adding = True
        row.save(force_insert=True)
    plain = User.objects.create_user("plain", password=None)
    User.objects.filter(username="beat").update(is_auditor=True)
    auditor = user()
    for person, n in ((plain, None), (auditor, 3)):
        one = next(t for t in decided.figures(scope, person).types if t.key == "rare")
        assert (one.count("decided"), one.hidden, one.p50_s is None, one.unchanged is None) == (
            n, not n, not n, not n,
        )  # fmt: skip
    with pytest.raises(NotFound, match="Too few"):
        decided_lists.behind(scope, plain, "approved", kind="rare")
    with pytest.raises(NotFound, match="one filter at most"):
        decided_lists.behind(parse({"stream": "x", "version": "y"}), plain, "decided")
    assert decided_lists.behind(scope, auditor, "decided", kind="rare").total == 3


def test_confidential_requests_and_hidden_titles_stay_out(clinic):
    scope = parse({})
    User.objects.filter(username="beat").update(is_auditor=True)
    before = decided.figures(scope, user()).all.n
    ref = rows(scope)[0]
    gone = sum(d.subject_id == ref.subject_id for d in rows(scope))
    stranger = User.objects.create_user("stranger", password=None)
    with pytest.raises(NotFound, match="Too few"):
        decided_lists.behind(scope, stranger, "decided")
    Request.objects.filter(pk=ref.subject_id).update(confidential=True)
    assert decided.figures(scope, user()).all.n == before - gone


def test_period_csv_and_json_tell_the_same(clinic):
    client = Client()
    client.force_login(user())
    n = decided.figures(parse({}), user()).all.n
    table = client.get("/flow/decisions.csv").content.decode().splitlines()
    assert table[0] == "type,figure,band from,value" and f",decided,,{n}" in table
    told = client.get("/api/v1/flow/decisions").json()
    assert told["all"]["decided"] == n == sum(one["decided"] for one in told["types"])
    assert client.get("/api/v1/flow/decisions?source=live").status_code == 400
    empty = client.get("/flow/decisions/?from=2020-01-01&to=2020-02-01").content.decode()
    assert "Nothing decided in this period" in empty
    assert client.get("/flow/decisions/list/?figure=nothing").status_code == 404


def test_how_long_each_part_took(clinic):
    found = decided.figures(parse({}), user())
    spoken = {one.part: one for one in found.spoken}
    assert set(spoken) == {"agree", "input"}
    taken = []
    for row in Opinion.objects.filter(part="agree").select_related("decision__team"):
        decision = row.decision
        bp = versions.blueprint(decision.version_id)
        key = calendars.team_calendar_key(bp, decision.team.key) if decision.team else ""
        calendar = calendars.calendar_in(bp, key)
        taken.append(calendar.elapsed(decision.opened_at, row.given_at))
    assert spoken["agree"].n == len(taken) == 14
    assert spoken["agree"].p50_s == quantiles(taken, n=2, method="inclusive")[0]
