"""What was observed of a measure: by whom, once a period, corrected by another row."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from catalog.models import Observation
from catalog.selectors import measures
from catalog.services.observations import (
    Observed,
    correct_observation,
    read_observed,
    record_computed,
    record_observation,
)
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed, NotFound
from esm.events.actors import SYSTEM
from esm.events.selectors import chains
from governance.selectors.people import actor_for
from governance.selectors.versions import published
from tests.api.client import caller
from tests.support import user

pytestmark = pytest.mark.django_db
KEY = "asked-once"
JULY = Observed(date(2026, 7, 1), date(2026, 7, 31), Decimal("84.5"), 61)


@pytest.fixture
def world(desk):
    return desk


def owner():
    return actor_for(user("adaora"))


def test_who_owns_a_measure_records_and_it_stands_in_the_ledger(world):
    row = record_observation(KEY, JULY, note="Counted by hand", actor=owner())
    assert (row.value, row.n, row.source, row.query) == (Decimal("84.5"), 61, "manual", "")
    assert (row.entered_by, row.version) == (world.person("adaora"), published())
    (event,) = chains.events_of(row.series)
    assert event.type == "observation.recorded"
    assert event.data == {
        "measure": KEY, "period_start": "2026-07-01", "period_end": "2026-07-31", "value": "84.5",
        "n": 61, "source": "manual", "query": "", "model_version": row.version.code,
    }  # fmt: skip
    assert event.private == {"note": "Counted by hand"}
    (reading,) = measures.readings([KEY])[KEY]
    assert (reading.since, reading.value, reading.n) == (JULY.since, JULY.value, 61)
    # A steward may, whoever is neither may not.
    august = Observed(date(2026, 8, 1), date(2026, 8, 31), Decimal(85))
    assert record_observation(KEY, august, actor=actor_for(user("sander"))).n is None
    with pytest.raises(NotAllowed, match="Only who owns a measure"):
        record_observation(KEY, Observed(date(2026, 6, 1), date(2026, 6, 2), Decimal(1)),
                           actor=actor_for(user("mira")))  # fmt: skip
    assert Observation.objects.count() == 2


def test_days_are_observed_once(world):
    first = record_observation(KEY, JULY, actor=owner())
    inside = Observed(date(2026, 7, 31), date(2026, 8, 2), Decimal(80))
    with pytest.raises(Conflict, match=r"1 Jul 2026 to 31 Jul 2026 is recorded already: 84\.5"):
        record_observation(KEY, inside, actor=owner())
    with pytest.raises(DatabaseError), transaction.atomic():
        Observation.objects.create(
            series=first.series, period_start=inside.since, period_end=inside.until, value=1,
            source="manual", version=first.version,
        )  # fmt: skip
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Observation.objects.filter(pk=first.pk).update(value=1)
    assert Observation.objects.get() == first


def test_a_correction_is_another_row(world):
    first = record_observation(KEY, JULY, actor=owner())
    made = correct_observation(
        first.pk, value=Decimal(83), n=60, reason="One was counted twice.", actor=owner()
    )
    first.refresh_from_db()
    assert (made.supersedes, made.value, made.n) == (first, Decimal(83), 60)
    assert (first.value, first.replaced_at) == (Decimal("84.5"), world.now)
    assert list(measures.observations(KEY)) == [made]
    assert list(measures.observations(KEY, replaced=True)) == [made, first]
    event = chains.events_of(made.series)[-1]
    assert (event.type, event.data["former"], event.data["value"]) == (
        "observation.corrected", "84.5", "83",
    )  # fmt: skip
    assert event.private == {"reason": "One was counted twice."}
    with pytest.raises(InvalidState, match="Another value counts"):
        correct_observation(first.pk, value=Decimal(1), reason="Again", actor=owner())
    with pytest.raises(Invalid, match="That is what is recorded"):
        correct_observation(made.pk, value=Decimal(83), n=60, reason="Same", actor=owner())
    with pytest.raises(Invalid):
        correct_observation(made.pk, value=Decimal(82), reason=" ", actor=owner())
    with pytest.raises(NotAllowed):
        correct_observation(made.pk, value=Decimal(82), reason="No", actor=actor_for(user("mira")))
    assert Observation.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"until": date(2026, 6, 30)}, "until"),
        ({"until": date(2030, 6, 30)}, "until"),
        ({"since": date(1989, 12, 31)}, "since"),
        ({"value": Decimal("100.1")}, "value"),
        ({"value": Decimal("NaN")}, "value"),
        ({"value": Decimal("1.00001")}, "value"),
        ({"n": 0}, "n"),
    ],
)
def test_bad_input_is_said_by_field(world, changes, field):
    given = {"since": JULY.since, "until": JULY.until, "value": JULY.value, "n": 1} | changes
    with pytest.raises(Invalid) as refused:
        record_observation(KEY, Observed(**given), actor=owner())
    assert set(refused.value.errors) == {field}
    assert not Observation.objects.exists()


def test_what_is_typed_is_read_or_refused():
    assert read_observed("2026-07-01", "2026-07-31", "84,5", "61") == JULY
    with pytest.raises(Invalid) as refused:
        read_observed("1.7.2026", "2026-07-32", "many", "-1")
    assert set(refused.value.errors) == {"since", "until", "value", "n"}


def test_computed_values_are_kept_once(world):
    found = [(KEY, "first-pass", Observed(JULY.since, JULY.until, Decimal(70), 9, published())),
             ("gone", "first-pass", JULY)]  # fmt: skip
    (row,) = record_computed(found, actor=SYSTEM)
    assert (row.source, row.query, row.n, row.entered_by) == ("computed", "first-pass", 9, None)
    assert record_computed(found, actor=SYSTEM) == []
    with pytest.raises(InvalidState, match="computed from requests"):
        correct_observation(row.pk, value=Decimal(1), reason="No", actor=owner())
    with pytest.raises(NotFound):
        record_observation("gone", JULY, actor=owner())


def test_over_the_api_once_by_key_and_from_what_was_seen(world):
    who = caller(world, "adaora")
    body = {"since": "2026-07-01", "until": "2026-07-31", "value": "84.5", "n": 61}
    path = f"/measures/{KEY}/observations"
    first = who.raw("POST", path, body, HTTP_IDEMPOTENCY_KEY="july")
    again = who.raw("POST", path, body, HTTP_IDEMPOTENCY_KEY="july")
    assert (first.status_code, again.json()) == (201, first.json())
    assert who.raw("POST", path, body).status_code == 409
    place = first["Location"]
    seen = who.raw("GET", place)
    assert (seen.json()["value"], seen.json()["source"]) == ("84.5", "manual")
    right = {"value": "83", "reason": "Counted twice"}
    made = who.raw("POST", f"{place}/correct", right, HTTP_IF_MATCH=seen["ETag"])
    assert (made.status_code, made.json()["supersedes"]) == (201, seen.json()["number"])
    stale = who.raw("POST", f"{place}/correct", right, HTTP_IF_MATCH=seen["ETag"])
    assert stale.status_code == 412
    assert [row["value"] for row in who.items(path)] == ["83"]
    assert [row["value"] for row in who.items(f"{path}?replaced=true")] == ["83", "84.5"]
    wrong = who.raw("POST", path, body | {"value": "many", "until": "2026-06-01", "by": "me"})
    assert wrong.status_code == 400
    assert Observation.objects.count() == 2
