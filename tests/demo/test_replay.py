"""A short replay through the services: what the demo promises; in a full run twice, the same."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import override_settings

from catalog.services import files
from demo.services.seeding import READ_AFTER, Seeded, seed
from esm.common import clock, invariants
from esm.events.models import Delivery, Event
from esm.events.selectors.export import lines
from esm.events.services.verify import verify
from esm.notices.models import Notice
from governance.models import Decision, ModelVersion
from tests.demo.conftest import ANCHOR, SEED
from valueflow.models import FactRequest
from workflows.models import Clock, Request

# Half a minute to live through two weeks; the browser's tests begin with a history each time.
pytestmark = pytest.mark.slow
WEEKS = (26, 28)
SCALE = 0.03
COMPARING = "test_two_runs_with_one_seed_record_the_same_events"
SEQUENCES = "SELECT sequencename, start_value, last_value FROM pg_sequences"


def restart_numbers(before: list[tuple[str, int, int | None]]) -> None:
    """Numbers do not roll back; an empty database begins where this one began."""
    with connection.cursor() as cursor:
        for name, start, last in before:
            cursor.execute("SELECT setval(%s::regclass, %s, %s)", [name, last or start, bool(last)])


def live() -> tuple[Seeded, list[dict[str, Any]]]:
    found = seed(seed=SEED, scale=SCALE, anchor=ANCHOR, weeks=WEEKS)
    return found, list(lines(stable=True))


@pytest.fixture(scope="module")
def lived(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: Any,
) -> Iterator[SimpleNamespace]:
    """A run that stays for the tests of this module; the second one, if two are compared."""
    compared = any(item.name == COMPARING for item in request.session.items)
    folder = tmp_path_factory.mktemp("demo")
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=folder, VAR_DIR=folder, DEMO=True),
        transaction.atomic(),
    ):
        with connection.cursor() as cursor:
            cursor.execute(SEQUENCES)
            numbers = cursor.fetchall()
        first = None
        if compared:
            outside = transaction.savepoint()
            _, first = live()
            transaction.savepoint_rollback(outside)
            restart_numbers(numbers)
        found, second = live()
        yield SimpleNamespace(first=first, second=second, found=found)
        transaction.set_rollback(True)


def decision_of(lived: SimpleNamespace, plant: int) -> Decision:
    """The last decision about a planted request."""
    return Decision.objects.filter(subject_id=lived.found.planted[plant]).latest("seq")


def steps(decision: Decision) -> str:
    return " ".join(step["text"] for step in decision.trace)


def test_two_runs_with_one_seed_record_the_same_events(lived: SimpleNamespace) -> None:
    assert len(lived.second) > 500
    assert lived.first == lived.second


def test_submitted_a_minute_before_the_change_the_old_rules_decide_also_after_it(
    lived: SimpleNamespace,
) -> None:
    decision = decision_of(lived, 1)
    change = ModelVersion.objects.get(code="OM-2").published_at
    assert change is not None and decision.decided_at is not None
    assert decision.decided_at > change
    assert (decision.version.code, decision.amount) == ("OM-1", Decimal(200_000))
    assert decision.role_key == "chief-financial-officer"
    assert (decision.band_min, decision.band_max) == (0, 500_000)
    assert decision.decided_by is not None and decision.decided_by.key == "marguerite-oyelaran"
    assert "The rules of OM-1 apply." in steps(decision)


def test_submitted_a_minute_after_the_change_the_new_rules_decide(lived: SimpleNamespace) -> None:
    decision = decision_of(lived, 2)
    assert (decision.version.code, decision.amount) == ("OM-2", Decimal(200_000))
    assert decision.role_key == "chief-operating-officer"
    assert (decision.band_min, decision.band_max) == (100_000, 500_000)
    assert decision.decided_by is not None and decision.decided_by.key == "adaora-okafor"
    assert "The rules of OM-2 apply." in steps(decision)


def test_a_cent_below_the_threshold_lies_in_the_band_below(lived: SimpleNamespace) -> None:
    below, on = decision_of(lived, 3), decision_of(lived, 4)
    assert (below.amount, on.amount) == (Decimal("99999.99"), Decimal(100_000))
    assert (below.role_key, below.band_max) == ("chief-financial-officer", 100_000)
    assert (on.role_key, on.band_min) == ("chief-operating-officer", 100_000)


def test_the_version_changed_at_its_instant(lived: SimpleNamespace) -> None:
    old, new = (ModelVersion.objects.get(code=code) for code in ("OM-1", "OM-2"))
    assert (old.state, new.state) == ("retired", "published")
    assert old.retired_at == new.published_at == new.effective_from
    assert new.published_at == datetime(2026, 8, 2, 23, 0, tzinfo=UTC)


def test_nothing_is_mailed_and_notices_are_written(lived: SimpleNamespace) -> None:
    assert mail.outbox == []
    # The checks of its files are left to the workers.
    assert not Delivery.objects.exclude(consumer=files.CHECK).exists()
    assert Notice.objects.filter(kind="handoff.offered").exists()


def test_people_have_read_what_is_older_than_two_days(lived: SimpleNamespace) -> None:
    newest = Notice.objects.latest("created_at").created_at
    old = Notice.objects.filter(created_at__lt=newest - READ_AFTER)
    assert old.exists()
    assert not old.filter(read_at__isnull=True).exists()


def test_the_ledger_is_whole_and_in_order(lived: SimpleNamespace) -> None:
    assert verify() == []
    requests = Event.objects.filter(chain__startswith="request/").order_by("chain", "seq")
    moments: dict[str, list[datetime]] = {}
    for chain, at in requests.values_list("chain", "occurred_at"):
        moments.setdefault(chain, []).append(at)
    assert len(moments) == lived.found.requests
    assert all(found == sorted(found) for found in moments.values())


def test_what_was_decided_was_decided_by_who_might(lived: SimpleNamespace) -> None:
    wanted = ("I15", "I16", "I17", "I18", "I19")
    checked = [one for one in invariants.invariants() if one.key in wanted]
    assert [one.key for one in checked] == list(wanted)
    assert [said for one in checked for said in invariants.violations(one)] == []


def test_work_is_in_flight_and_every_request_has_its_facts(lived: SimpleNamespace) -> None:
    assert Request.objects.filter(is_open=True).exists()
    assert Request.objects.filter(state="fulfilled").exists()
    assert FactRequest.objects.count() == Request.objects.count() == lived.found.requests


def test_thresholds_fired_at_their_own_time(lived: SimpleNamespace) -> None:
    late = Clock.objects.filter(breached_at__isnull=False, detected_at__isnull=False)
    assert late.exists()
    for row in late:
        assert row.detected_at is not None and row.breached_at is not None
        assert 0 <= (row.detected_at - row.breached_at).total_seconds() <= 1


def test_the_cost_is_counted(lived: SimpleNamespace) -> None:
    figures = lived.found.cost.data()
    kinds = figures["calls_by_kind"]
    assert kinds["submit"] == lived.found.requests
    assert figures["service_calls"] == sum(kinds.values())
    assert kinds["decide"] == Decision.objects.filter(state="decided").count()
    assert figures["queries"] > figures["service_calls"]


def test_the_clock_runs_free_again(lived: SimpleNamespace) -> None:
    assert not clock.is_injected()


def test_a_database_that_holds_something_is_refused(lived: SimpleNamespace) -> None:
    before = Event.objects.count()
    with pytest.raises(CommandError, match="There is something in this database already"):
        call_command("seed_demo")
    assert Event.objects.count() == before
