"""Exchange rates: kept, replaced without a change of what was decided, read from files."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import InternalError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import Invalid, NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.models import ExchangeRate
from governance.selectors.resolving import answer_for
from governance.services import delegations, people, rates
from governance.services.delegations import Wish
from governance.services.rates import NewRate
from tests.governance.conftest import DAY, NOW, actor, ask

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def keep(rate, day=TODAY, source="GBP", **more):
    one = NewRate(source, "EUR", day, Decimal(rate), **more)
    return rates.keep_rates([one], reason="As published", actor=SYSTEM)


def said(decision, code):
    return [step for step in decision.trace if step["code"] == code]


def test_the_stored_rate_finds_the_band_and_the_trace_names_it(probe, staff):
    keep("1.25")
    # 79.99 GBP are 99.9875 EUR, below 100; 80 GBP are 100 EUR, not below.
    below = ask(probe, staff["ben"], "79.99", currency="GBP")
    assert (below.role_key, below.right_key) == ("buyer", "accept-small")
    above = ask(probe, staff["olga"], "80", currency="GBP")
    assert (above.role_key, above.right_key) == ("head-baker", "accept-middle")
    (step,) = said(above, "converted")
    assert step["text"] == "At 1.25 EUR for 1 GBP (2026-03-02) that is EUR 100."
    assert step["data"]["day"] == "2026-03-02"


@pytest.mark.parametrize(("days", "found"), [(0, True), (7, True), (8, False), (-1, False)])
def test_the_latest_of_seven_days_counts(probe, staff, days, found):
    keep("1.25", TODAY - timedelta(days=days))
    decision = ask(probe, staff["ben"], "79.99", currency="GBP")
    assert bool(said(decision, "converted")) is found
    assert bool(said(decision, "no_rate")) is not found


def test_a_correction_leaves_what_was_asked_for_before(probe, staff):
    keep("1.25")
    decision = ask(probe, staff["ben"], "79.99", currency="GBP")
    with clock.frozen(NOW + timedelta(hours=1)):
        keep("1.30")
        again = answer_for(decision, {})
        assert again.resolution.number == Decimal("99.9875")
        fresh = ask(probe, staff["olga"], "79.99", currency="GBP")
        assert said(fresh, "converted")[0]["data"]["amount"] == "103.987"
    old, new = ExchangeRate.objects.order_by("pk")
    assert (old.rate, old.replaced_at) == (Decimal("1.25"), new.recorded_at)
    events = list(Event.objects.filter(type="rate.kept").order_by("pk"))
    assert [(e.data["rate"], e.data["former"]) for e in events] == [("1.25", ""), ("1.3", "1.25")]
    # One that comes later for a day of before does not move what is open either.
    with clock.frozen(NOW + DAY):
        keep("2", TODAY, source="CHF")
        assert ask(probe, staff["ben"], "1", currency="CHF", seq=9).role_key == "buyer"
    with pytest.raises((ProtectedError, InternalError)), transaction.atomic():
        ExchangeRate.objects.filter(pk=new.pk).update(rate=Decimal(9))
    with pytest.raises((ProtectedError, InternalError)), transaction.atomic():
        new.delete()


def test_what_was_split_and_the_limit_of_a_delegation_are_converted(probe, staff):
    keep("1.25")
    wish = Wish(of="role", key="head-baker", until=NOW + 30 * DAY, max_amount=Decimal(100),
                currency="GBP")  # fmt: skip
    row = delegations.propose_delegation(staff["hedda"], staff["bruno"], wish, actor=actor("hedda"))
    delegations.accept_delegation(row, actor=actor("bruno"))
    people.record_absence(staff["hedda"], since=NOW, until=NOW + DAY, actor=SYSTEM)
    with clock.frozen(NOW + timedelta(hours=1)):
        # The limit is 125 EUR, included.
        inside = ask(probe, staff["olga"], "125")
        assert (inside.decider, inside.delegation) == (staff["bruno"], row)
        outside = ask(probe, staff["olga"], "125.01")
        assert outside.decider != staff["bruno"]
        assert said(outside, "delegation_limit")


def test_amounts_in_one_currency_ask_for_no_rate(probe, staff):
    with CaptureQueriesContext(connection) as found:
        ask(probe, staff["ben"], "10")
    assert [q["sql"] for q in found if "exchangerate" in q["sql"]] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"source": "gbp"}, "source"), ({"source": "EUR"}, "target"),
        ({"rate": Decimal(0)}, "rate"), ({"rate": Decimal("-1")}, "rate"),
        ({"rate": Decimal("NaN")}, "rate"), ({"rate": Decimal("1.12345678901")}, "rate"),
        ({"day": TODAY + timedelta(days=2)}, "day"), ({"day": date(1998, 1, 1)}, "day"),
        ({"origin": "x" * 201}, "origin"),
    ],
)  # fmt: skip
def test_what_is_no_rate_is_refused(published, change, field):
    wanted = {"source": "GBP", "target": "EUR", "day": TODAY, "rate": Decimal("1.2"), **change}
    with pytest.raises(Invalid) as refused:
        rates.keep_rates([NewRate(**wanted)], reason="Why", actor=SYSTEM)
    assert list(refused.value.errors) == [field]
    assert not ExchangeRate.objects.exists()


def test_administrators_keep_rates_with_a_reason(staff):
    one = NewRate("GBP", "EUR", TODAY, Decimal("1.2"))
    with pytest.raises(Invalid, match="cannot be kept") as refused:
        rates.keep_rates([one], reason=" ", actor=SYSTEM)
    assert list(refused.value.errors) == ["reason"]
    with pytest.raises(NotAllowed, match="Only administrators"):
        rates.keep_rates([one], reason="Why", actor=actor("olga"))
    assert not ExchangeRate.objects.exists()
    keep("1.25")
    assert keep("1.25") == []


def test_a_file_is_looked_at_then_kept_as_a_whole(staff):
    User.objects.filter(username="olga").update(is_admin=True)
    client = Client()
    client.force_login(User.objects.get(username="olga"))
    assert "No exchange rates yet" in client.get("/admin/rates/").content.decode()
    good = f"from,to,day,rate,origin\nGBP,EUR,{TODAY},1.25,A bank\nUSD,EUR,{TODAY},0.9,A bank\n"
    bad = f"{good}GBP,EUR,{TODAY},1.3,\nXX,EUR,{TODAY},1,\nUSD,EUR,soon,1,\n"
    page = client.post("/admin/rates/file/", {"text": bad, "apply": "1", "reason": "Daily"})
    shown = page.content.decode()
    assert page.status_code == 400
    assert "Line 2 says the same pair and day." in shown and "Write a day such as" in shown
    assert "USD,EUR,soon" in shown and not ExchangeRate.objects.exists()
    shown = client.post("/admin/rates/file/", {"text": good}).content.decode()
    assert "Keep these rates" in shown and not ExchangeRate.objects.exists()
    page = client.post("/admin/rates/file/", {"text": good, "apply": "1"})
    assert page.status_code == 400 and not ExchangeRate.objects.exists()
    sent = {"text": good, "apply": "1", "reason": "Daily"}
    page = client.post("/admin/rates/file/", sent, follow=True)
    assert "2 rates are kept." in page.content.decode()
    assert ExchangeRate.objects.count() == 2
    again = client.post("/admin/rates/file/", sent, follow=True)
    assert "All of it was so already." in again.content.decode()
    one = {"source": "gbp", "target": "EUR", "day": "2026-03-01", "rate": "1,2", "reason": "x"}
    page = client.post("/admin/rates/", one)
    assert page.status_code == 400 and "such as 1.1786" in page.content.decode()
    assert "2026-03-01" in page.content.decode()
