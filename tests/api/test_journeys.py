"""Whole journeys by API alone, for two organisations that share no key."""

import pytest

from tests.api.client import Player, caller, send

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("organisation", [pytest.param("demo", marks=pytest.mark.slow), "clinic"])
def test_the_journey_ends_as_its_file_expects(organisation, request):
    world = request.getfixturevalue(organisation)
    expect = world.journey["expect"]
    sent = send(world)
    player = Player(world, sent["ref"])

    player.play()

    who = caller(world, world.journey["persona"])
    found = who.get(f"/requests/{sent['ref']}")
    assert (found["state"], found["open"], found["branches"]) == (expect["state"], False, [])
    visits = who.items(f"/requests/{sent['ref']}/visits?limit=2")
    assert list(dict.fromkeys(v["stage"] for v in visits)) == expect["stages"]
    handoffs = who.items(f"/requests/{sent['ref']}/handoffs")
    assert sum(h["state"] == "returned" for h in handoffs) == expect["returns"]
    (decision,) = who.items(f"/requests/{sent['ref']}/decisions")
    wanted = expect["decision"]
    assert decision["type"] == wanted["type"]
    assert decision["role"] == wanted["role"]
    assert decision["decider"]["key"] == wanted["decider"]
    assert decision["outcome"] == "approve"
    detail = who.get(f"/requests/{sent['ref']}/decisions/1")
    low, high = (None if b is None else f"{b}.00" for b in wanted["band"])
    assert detail["band"] == {"min": low, "max": high}
    assert detail["trace"][0]["code"] == "version"
    clocks = who.items(f"/requests/{sent['ref']}/clocks")
    assert {c["state"] for c in clocks} <= {"stopped", "cancelled"}
    types = [e["type"] for e in who.items(f"/requests/{sent['ref']}/events?limit=7")]
    assert (types[0], types[-1]) == ("request.submitted", "request.fulfilled")

    confirmed = who.post(f"/requests/{sent['ref']}/confirm")

    assert confirmed["state"] == "closed"
