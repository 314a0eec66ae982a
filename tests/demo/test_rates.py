"""The demo keeps published rates for their day and for the day it ends on."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from demo.services import reference_rates
from esm.common import clock
from esm.events.actors import SYSTEM
from governance.models import ExchangeRate
from tests.support import DEMO, World


@pytest.mark.django_db
def test_rates_are_kept_for_their_day_and_the_last_one(demo: World) -> None:
    day = clock.now().date()
    reference_rates.fill(DEMO, day=day, actor=SYSTEM)
    rows = ExchangeRate.objects.filter(source="USD", target="EUR").order_by("day")
    assert [row.day for row in rows] == [date(2024, 12, 31), day]
    assert {row.rate for row in rows} == {Decimal("0.9625565502")}
    assert all("European Central Bank" in row.origin for row in rows)
    reference_rates.fill(Path("/nowhere"), day=day, actor=SYSTEM)
