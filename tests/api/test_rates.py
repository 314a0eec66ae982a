"""How often one may call: one count for all processes, told in headers, open when it is away."""

from typing import Any

import pytest

from esm.common.api import rates
from esm.common.api.throttling import ApiThrottle
from tests.api.client import Caller
from tests.api.test_once import someone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ApiThrottle, "THROTTLE_RATES", {"api": "3/min"})
    # The minute does not end within the test.
    monkeypatch.setattr(rates, "_now", lambda: 1_800_000_030)


def test_the_fourth_call_waits_and_each_token_counts_by_itself() -> None:
    who, other = someone(), someone("bea")
    answers = [Caller(who.token).raw("GET", "/me") for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert [a["RateLimit-Remaining"] for a in answers] == ["2", "1", "0", "0"]
    assert {a["RateLimit-Limit"] for a in answers} == {"3"}
    assert {a["RateLimit-Reset"] for a in answers} == {"30"}
    assert (answers[3].json()["code"], answers[3]["Retry-After"]) == ("throttled", "30")
    assert other.raw("GET", "/me").status_code == 200


def test_a_call_for_many_things_counts_as_many_and_too_many_do_nothing() -> None:
    who = someone()
    body = {"action": "claim", "items": [{"request": f"R-{n}", "visit": 1} for n in (1, 2)]}
    first = who.raw("POST", "/requests/bulk", body)
    assert (first.status_code, first["RateLimit-Remaining"]) == (200, "1")
    assert [row["status"] for row in first.json()["results"]] == [404, 404]
    second = who.raw("POST", "/requests/bulk", body)
    assert (second.status_code, second.json()["code"]) == (429, "throttled")


def test_more_than_the_whole_limit_at_once_is_not_too_much() -> None:
    who = someone()
    body = {"action": "claim", "items": [{"request": f"R-{n}", "visit": 1} for n in range(1, 8)]}
    assert who.raw("POST", "/requests/bulk", body).status_code == 200
    assert who.raw("GET", "/me").status_code == 429


def test_another_process_counts_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one process counted is known to the next, which begins with nothing of its own."""
    who = someone()
    [who.get("/me") for _ in range(3)]
    monkeypatch.setattr(rates, "_clients", {})
    assert who.raw("GET", "/me").status_code == 429


def test_nobody_is_refused_because_the_count_is_away(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "_state", {"silent_until": 0.0})
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    who = someone()
    first = who.raw("GET", "/me")
    assert first.status_code == 200 and "RateLimit-Limit" not in first
    assert rates._state["silent_until"] > 0
    # Then each process counts for itself.
    assert [who.raw("GET", "/me").status_code for _ in range(3)] == [200, 200, 429]
