"""All rights at a glance: bands with who decides, gaps, double claims, vacancies, shares."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from esm.accounts.models import User
from esm.events.actors import SYSTEM
from governance.models import ModelVersion, RoleAssignment
from governance.selectors import rights_page
from governance.services import deciding
from governance.services.drafting import apply_files
from tests.governance import small
from tests.governance.conftest import actor, ask
from tests.support import client

pytestmark = pytest.mark.django_db


def row(user: Any = None) -> rights_page.TypeRow:
    version = ModelVersion.objects.get(state="published")
    (found,) = rights_page.rows_of(user or AnonymousUser(), version)
    return found


def bands(
    found: rights_page.TypeRow, strip: int = 0
) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [
        (f"{b.low or 0}–{b.high or ''}", b.state, b.who, b.holders)
        for b in found.strips[strip].bands
    ]


def publish(changes: dict[str, dict[str, Any]]) -> None:
    specs = small.specs()
    for key, change in changes.items():
        name = ("DecisionRight", key)
        specs[name] = {**specs.get(name, {}), **change}
    apply_files(small.model(2, specs, based_on=1), actor=SYSTEM, publish=True)


def test_bands_stand_in_order_with_who_decides(staff):
    found = row()
    assert bands(found) == [
        ("0–100", "held", "Buyer", ("Bruno Balt",)),
        ("100–1000", "held", "Head baker", ("Hedda Hult",)),
        ("1000–", "held", "Owner", ("Olga Ostro",)),
    ]
    assert (found.code, found.measure, found.faults, found.open) == ("B01", "EUR", (), False)


def test_a_role_that_nobody_holds_is_marked(staff):
    RoleAssignment.objects.filter(role__key="head-baker").delete()
    found = row()
    assert bands(found)[1] == ("100–1000", "vacant", "Head baker", ())
    assert (found.vacant, found.open) == (True, True)


def test_gaps_stand_where_nobody_decides_and_say_which(staff):
    publish({"accept-middle": {"min": "250"}, "accept-large": {"max": "5000"}})
    found = row()
    assert [(b[0], b[1]) for b in bands(found)] == [
        ("0–100", "held"), ("100–250", "gap"), ("250–1000", "held"), ("1000–5000", "held"),
        ("5000–", "gap"),
    ]  # fmt: skip
    assert [band.fault for band in found.strips[0].bands if band.state == "gap"] == [
        "Nobody decides “Accept this order?” from 100 to below 250 EUR.",
        "Nobody decides “Accept this order?” from 5,000 EUR upward.",
    ]


def test_two_who_claim_the_same_are_marked(staff):
    publish({"accept-large": {"min": "800"}})
    found = row()
    clash = found.strips[0].bands[2]
    assert (clash.state, clash.who) == ("clash", "Owner")
    assert clash.fault.startswith("“Accept this order?” has two deciders from 800 EUR on")


def test_narrower_rights_have_a_strip_of_their_own_and_other_parts_a_line(staff):
    publish({
        "accept-feast": {
            "decision_type": "accept-order", "role": "owner", "part": "decide",
            "department": "oven",
        },
        "advise": {"decision_type": "accept-order", "role": "buyer", "part": "recommend"},
    })  # fmt: skip
    found = row()
    assert [strip.scope for strip in found.strips] == ["", "Ovens"]
    assert bands(found, 1) == [("0–", "held", "Owner", ("Olga Ostro",))]
    assert found.strips[1].department == "oven"
    assert found.parts == (rights_page.Part("recommend", ("Buyer",)),)


def test_classes_of_risk_stand_beside_each_other_in_their_order(staff):
    specs = small.specs()
    specs["DecisionType", "accept-order"] |= {"unit": "none", "risk_classes": ["low", "high"]}
    for key in ("accept-small", "accept-middle", "accept-large"):
        del specs["DecisionRight", key]
    for risk, role in (("high", "owner"), ("low", "buyer")):
        right = {"decision_type": "accept-order", "role": role, "part": "decide", "risk": risk}
        specs["DecisionRight", f"accept-{risk}"] = right
    apply_files(small.model(2, specs, based_on=1), actor=SYSTEM, publish=True)
    found = row()
    assert [[(b.label, b.who) for b in strip.bands] for strip in found.strips] == [
        [("low", "Buyer"), ("high", "Owner")]
    ]


def test_shares_are_told_to_who_sees_all_decisions(probe, staff):
    for amount in ("10", "20", "150"):
        decision = ask(probe, staff["ben"], amount)
        deciding.decide(
            decision.pk, outcome="approve", rationale="", actor=actor(decision.decider.key)
        )
    steward, member = (User.objects.get(username=name) for name in ("olga", "bruno"))
    found = row(steward)
    assert found.decided == 3
    assert [band.share for band in found.strips[0].bands] == [67, 33, 0]
    assert [band.share for band in row(member).strips[0].bands] == [None, None, None]


def test_the_page_finds_words_and_what_is_to_be_settled(staff):
    page = client("bruno").get("/who-decides/all/").content.decode()
    assert "Accept this order?" in page and "Hedda Hult" in page
    assert "?type=accept-order&amp;amount=100" in page
    for query, there in (("?q=hult+baker", True), ("?q=nobody+like+this", False)):
        found = client("bruno").get(f"/who-decides/all/{query}").content.decode()
        assert ("Accept this order?" in found) is there
    found = client("bruno").get("/who-decides/all/?q=salt+%26+rye").content.decode()
    assert 'href="?show=open&amp;q=salt+%26+rye"' in found
    assert "Nothing found" in client("bruno").get("/who-decides/all/?show=open").content.decode()


def test_without_a_version_it_says_so(db):
    User.objects.create_user(username="anna")
    assert "No rights yet" in client("anna").get("/who-decides/all/").content.decode()


def test_many_types_stand_on_several_pages(staff, monkeypatch):
    monkeypatch.setattr(rights_page, "MOST_IN_ONE", 0)
    monkeypatch.setattr(rights_page, "PAGE", 1)
    first = row()
    second = replace(first, key="other", question="Another question?", department=None)
    groups, page, pages = rights_page.paged([first, second], 2)
    assert (page, pages) == (2, 2)
    assert [one.key for group in groups for one in group.rows] == ["other"]
    assert rights_page.paged([first, second], 9)[1] == 2
    assert rights_page.paged([], 1) == ([], 1, 1)
