"""What is counted beforehand says what the rows say, for any period and filter."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import override_settings

from esm.accounts.models import User
from esm.common.errors import Invalid
from governance.selectors import versions
from tests.valueflow.lived import Lived, begun, live
from tests.valueflow.walker import Walker
from valueflow.engine.groups import Both
from valueflow.engine.tally import ERROR
from valueflow.models import FactHandoff, FactRequest
from valueflow.selectors import flight, flow, rollups, tallies
from valueflow.selectors.scope import FlowScope, parse
from valueflow.services import rollups as keeping

pytestmark = pytest.mark.django_db
DIMENSIONS = ("all", "stream", "service", "department", "version")
WEEKS = 14


@pytest.fixture(scope="module")
def _lived(django_db_setup, django_db_blocker, tmp_path_factory):
    """Some eighty requests of fourteen weeks in two streams; every fifth is still open."""
    settings = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), settings, transaction.atomic(), Walker(seed=3) as walker:
        walker.publish()
        like = begun(walker)
        bp = versions.blueprint(like.version_id)
        start, dice, stories = walker.now, random.Random(5), []
        for number in range(80):
            at = start + timedelta(hours=dice.randrange(WEEKS * 7 * 24))
            story = Lived(bp, 1000 + number, at)
            stories.append(
                story.usual(
                    touch_s=dice.randrange(9000),
                    back=dice.choice([0, 0, 0, 1, 2]),
                    days=dice.uniform(0.1, 12),
                    met=dice.random() < 0.7,
                    until=dice.choice(["theatre-slot"] * 4 + ["biometry"]),
                )
            )
        rows = live(like, stories, decided=False)
        walker.now = start + timedelta(weeks=WEEKS, hours=30)
        scatter([row.pk for row in rows], dice)
        keeping.rebuild()
        yield walker
        transaction.set_rollback(True)


def scatter(ids: list[int], dice: random.Random) -> None:
    """Several streams, services and versions; promises that fell due, broken and not."""
    for pk in ids:
        fact = FactRequest.objects.get(pk=pk)
        fact.stream = dice.choice(["referral-to-theatre", "other-stream"])
        fact.service = dice.choice(["lens-surgery", "other-service"])
        fact.version = dice.choice(["OM-1", "OM-2"])
        fact.promise_due_at = fact.submitted_at + timedelta(hours=dice.randrange(400))
        if fact.outcome == "open":
            fact.promise = dice.choice(["running", "paused", "missed"])
        fact.confidential = dice.random() < 0.1
        fact.save()
        FactHandoff.objects.filter(fact=fact).update(met=dice.choice([None, True, False]))


@pytest.fixture
def lived(_lived, db):
    """What a test does to them is taken back."""
    return _lived


def scopes(dice: random.Random, now) -> list[FlowScope]:
    """Whole weeks until now, other moments, weeks of the past, with a stream and without."""
    base = parse({})
    found = [parse({"period": name}) for name in ("4w", "13w", "26w")]
    for _ in range(12):
        start = now - timedelta(hours=dice.randrange(2000))
        end = start + timedelta(hours=1 + dice.randrange(1800))
        found.append(replace(base, start=start, end=end, period="custom"))
    return [replace(one, stream=dice.choice(["", "other-stream"])) for one in found]


def near(counted: Both, exact: Both) -> None:
    assert (counted.sum, counted.mean) == (exact.sum, exact.mean)
    for share in (0.5, 0.85):
        for basis in ("calendar", "business"):
            one, other = counted.quantile(share).of(basis), exact.quantile(share).of(basis)
            assert (one is None) == (other is None)
            assert one is None or other is None or abs(one - other) <= ERROR * other


def plain(thing, *names: str) -> list[object]:
    return [getattr(thing, name) for name in names]


def same_flow(counted, exact) -> None:
    assert (counted.sent, counted.flying) == (exact.sent, exact.flying)
    names = ("n", "met", "missed", "clean", "touched", "touch_s", "estimated_s")
    assert plain(counted.done, *names) == plain(exact.done, *names)
    near(counted.done.lead, exact.done.lead)
    assert counted.done.days.total == pytest.approx(exact.done.days.total, abs=1e-4)


def test_counts_say_what_rows_say_for_any_period(lived) -> None:
    for scope in scopes(random.Random(1), lived.now):
        counted, rows = tallies.FromCounts(scope), tallies.FromRows(scope)
        for dimension in DIMENSIONS:
            one, other = counted.by(dimension), rows.by(dimension)
            other = {k: f for k, f in other.items() if f.sent or f.done.n or f.flying.n}
            assert one.keys() == other.keys()
            for key, exact in other.items():
                same_flow(one[key], exact)
        assert list(counted.weeks()) == list(rows.weeks())
        for week, exact in rows.weeks().items():
            same_flow(counted.weeks()[week], exact)
        assert counted.spans() == rows.spans()
        pairs, exact_pairs = counted.pairs(), rows.pairs()
        assert pairs.keys() == exact_pairs.keys()
        for sides, exact in exact_pairs.items():
            names = ("n", "back", "offers", "answered", "kept")
            assert plain(pairs[sides], *names) == plain(exact, *names)
            assert dict(pairs[sides].reasons) == dict(exact.reasons)
            near(pairs[sides].wait, exact.wait)
            assert pairs[sides].lost.sum == exact.lost.sum
        steps, exact_steps = counted.steps(), rows.steps()
        assert steps.keys() == exact_steps.keys()
        for place, exact in exact_steps.items():
            assert plain(steps[place], "n", "first", "back") == plain(exact, "n", "first", "back")
            assert steps[place].held == exact.held
            near(steps[place].wait, exact.wait)


def test_ages_by_stream_say_what_each_request_says(lived) -> None:
    for scope in scopes(random.Random(2), lived.now)[:6]:
        counted = flight.opened(tallies.FromCounts(scope)).ages
        exact = flight.opened(tallies.FromRows(scope)).ages
        names = ("stream", "n", "old", "promise_days")
        assert [plain(row, *names) for row in counted] == [plain(row, *names) for row in exact]


def test_a_small_population_is_exact_and_a_large_one_says_it_is_not(lived, monkeypatch) -> None:
    scope, user = parse({}), User.objects.order_by("pk").first()
    exact = flow.summary(scope, user)
    assert exact.exact and exact.lead.exact

    monkeypatch.setattr(rollups, "EXACT_UNTIL", 20)
    counted = flow.summary(scope, user)
    assert not counted.exact and not counted.lead.exact
    names = ("finished", "submitted", "promise", "before", "day_s")
    assert plain(counted, *names) == plain(exact, *names)
    assert counted.flight.n == exact.flight.n > 0
    assert flow.summary(replace(scope, service="other-service"), user).exact

    monkeypatch.setattr(tallies, "ROWS_AT_MOST", 5)
    with pytest.raises(Invalid, match="Choose a shorter period"):
        flow.summary(replace(scope, version="OM-1", stream="other-stream"), user)
