"""The card of a role: bands, ways of the work, holders, and where it goes while it is vacant."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import NotFound
from esm.common.ui import moments
from esm.events.actors import SYSTEM
from governance.blueprint.duties import hands_to, receives_from, stages_of
from governance.models import RoleAssignment
from governance.selectors.decisions import who_decides
from governance.selectors.rights_page import rows_of
from governance.selectors.role_card import card_of, cards_of
from governance.selectors.versions import blueprint
from governance.services import delegations, people, roles
from governance.services.delegations import Wish
from tests.governance.conftest import DAY, NOW, actor

pytestmark = pytest.mark.django_db


def page(name, address):
    client = Client()
    client.force_login(User.objects.get(username=name))
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def bands(card):
    return [(e.question, e.low, e.high) for p in card.parts if p.key == "decide" for e in p.entries]


def test_what_a_role_decides_is_what_the_page_of_all_rights_says(published, staff):
    """Every band of the page stands on the card of its role and on no other."""
    user = User.objects.get(username="olga")
    told = [
        (band.role, f"{row.code} {row.question}".strip(), band.low, band.high)
        for row in rows_of(user, published)
        for strip in row.strips
        for band in strip.bands
        if band.role
    ]
    keys = list(blueprint(published).find("Role"))
    cards = cards_of(keys)
    alone = [
        (card.role.key, entry.question, entry.low, entry.high)
        for card in cards
        for part in card.parts
        for entry in part.entries
        if part.key == "decide" and not entry.body and not entry.free
    ]
    assert sorted(map(str, told)) == sorted(map(str, alone))
    assert ("head-baker", Decimal(100), Decimal(1000)) in [(r, lo, hi) for r, _q, lo, hi in alone]


def test_work_is_passed_between_teams(published):
    """Brute force over the workflow: one flow between two steps of different teams is one way."""
    bp = blueprint(published)
    for role in bp.find("Role"):
        expected = set()
        for key, spec in bp.find("Workflow").items():
            stages = {s.key: s for s in spec.stages}
            steering = {k for k, s in stages.items() if s.kind in ("start", "end", "fork", "join")}
            reach = {(f.source, f.target) for f in spec.flows if f.kind == "forward"}
            for _ in stages:
                reach |= {(a, d) for a, b in reach for c, d in reach if b == c and b in steering}
            for a, b in reach:
                one, two = stages[a], stages[b]
                if {a, b} & steering or not one.team or not two.team or one.team == two.team:
                    continue
                if one.accountable_role == role:
                    expected.add((key, a, b))
        assert {(p.workflow, p.stage.key, p.other.key) for p in hands_to(bp, role)} == expected
    gives = {(p.stage.key, p.other.key) for r in bp.find("Role") for p in hands_to(bp, r)}
    takes = {(p.other.key, p.stage.key) for r in bp.find("Role") for p in receives_from(bp, r)}
    assert gives and gives == takes
    assert all(duty.stage.accountable_role == "buyer" or not duty.accountable
               for duty in stages_of(bp, "buyer"))  # fmt: skip


def test_who_is_away_has_a_stand_in_or_a_delegate(staff):
    (held,) = card_of("head-baker").holders
    assert (held.name, held.away) == ("Hedda Hult", False)
    wish = Wish(of="role", key="head-baker", until=NOW + 30 * DAY)
    row = delegations.propose_delegation(staff["hedda"], staff["bruno"], wish, actor=actor("hedda"))
    with clock.frozen(NOW + 8 * DAY):
        (held,) = card_of("head-baker").holders
        assert (held.away, held.stand_in, held.delegates) == (True, "Ben Bask", ())
        assert "away, Ben Bask stands in" in page("ben", "/roles/head-baker/")
        delegations.accept_delegation(row, actor=actor("bruno"))
        (held,) = card_of("head-baker").holders
        assert held.delegates == (staff["bruno"].name,)


def test_a_vacant_role_says_since_when_and_where_its_work_goes(published, staff):
    with clock.frozen(NOW + DAY):
        row = RoleAssignment.objects.get(role__key="head-baker", valid__contains=clock.now())
        roles.end_assignment(row, at=None, reason="Moved on", actor=SYSTEM)
    with clock.frozen(NOW + 3 * DAY):
        card = card_of("head-baker")
        assert (card.vacant, card.holders, card.vacant_since) == (True, (), NOW + DAY)
        by_resolver = who_decides(published, "accept-order", amount=Decimal(100))
        (goes,) = card.goes_to
        assert goes.person == by_resolver.decider.name == "Olga Ostro"
        shown = page("ben", "/roles/head-baker/")
        assert f"since {moments.day((NOW + DAY).date())}" in shown
        assert "<b>Olga Ostro</b>" in shown


def test_my_role_card(staff):
    shown = page("hedda", "/roles/me/")
    assert "My role card" in shown and 'href="/roles/head-baker/"' in shown
    assert "You hold no role" in page("ben", "/roles/me/")
    with pytest.raises(NotFound):
        card_of("nobody-of-this-name")
    client = Client()
    client.force_login(User.objects.get(username="ben"))
    assert client.get("/roles/nobody-of-this-name/").status_code == 404
    assert 'href="/roles/head-baker/"' in page("hedda", "/profile/")
    assert 'href="/roles/head-baker/"' in page("ben", "/who-decides/all/")


def test_a_right_that_changes_moves_the_card(published, staff):
    assert bands(card_of("buyer")) == [("B01 Accept this order?", Decimal(0), Decimal(100))]
    people.record_absence(staff["olga"], since=NOW, until=NOW + timedelta(hours=1), actor=SYSTEM)
    assert card_of("owner").holders[0].away is True
