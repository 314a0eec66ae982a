"""The dashboard's figures against an oracle that reads only exported events.

Four seeds; each drives requests of both organisations through the services, exports the events
and asks the API, all in one transaction that is rolled back. What is compared is plain data.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings

from esm.accounts.models import User
from esm.common import clock
from esm.events.services import dirty
from governance.selectors import versions
from tests.oracle import scenario
from tests.oracle.flow import Oracle
from tests.oracle.flow_cases import Case, cases_of
from tests.oracle.flow_compare import differences
from tests.support import CLINIC, DEMO
from workflows.selectors import calendars, identities

# The mark makes the test database; the fixture below uses it once for all tests of a seed.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SEEDS = (12, 14, 15, 16)
DAY = timedelta(days=1)
FINISH = scenario.START + scenario.END
PERIODS = {
    "all of it": (scenario.START - DAY, FINISH),
    "the middle, as it was then": (scenario.START + 12 * DAY, scenario.START + 33 * DAY),
    "the end": (scenario.START + 33 * DAY, FINISH),
}
# Bare dates: both days count in, in the organisation's zone; the last one has 25 hours.
DATES = (date(2026, 9, 28), date(2026, 10, 25))


@dataclass
class Told:
    """What one organisation exported, and what its dashboard said."""

    zone: str
    lines: list[str]
    calendars: dict[str, tuple[str, dict[str, list[str]]]]
    answers: dict[str, dict[str, Any]]
    versions: tuple[str, ...]

    def oracle(self, lines: list[str] | None = None) -> Oracle:
        """An oracle on the exported events, or on others."""
        first = scenario.START - 4 * DAY
        return Oracle(lines or self.lines, self.calendars, zone=self.zone, start=first, end=FINISH)

    def cases(self) -> list[Case]:
        """All requests as they stood at the end."""
        return cases_of(self.oracle().events, FINISH)


def patterns(model: Path) -> dict[str, tuple[str, dict[str, list[str]]]]:
    """Zone and weekly pattern of each calendar, from the model's files."""
    specs = [yaml.safe_load(path.read_text()) for path in (model / "calendar").glob("*.yaml")]
    return {one["key"]: (one["spec"]["zone"], one["spec"]["weekly"]) for one in specs}


def ask(client: Client, **params: str) -> dict[str, Any]:
    response = client.get("/api/v1/flow/summary", {"source": "live", **params})
    assert response.status_code == 200, response.content
    found: dict[str, Any] = json.loads(response.content)
    return found


def member(client: Client, username: str) -> Client:
    client.force_login(User.objects.get(username=username))
    return client


def tell(zone: str, model: Path, codes: tuple[str, ...], someone: str) -> Told:
    """Export, bring the facts up to date and ask the dashboard."""
    while dirty.project_dirty():
        pass
    exported = StringIO()
    call_command("events", "export", "--jsonl", stdout=exported)
    client = member(Client(), User.objects.get(is_steward=True).username)
    answers = {
        name: ask(client, **{"from": start.isoformat(), "to": end.isoformat()})
        for name, (start, end) in PERIODS.items()
    }
    answers["dates"] = ask(client, **{"from": DATES[0].isoformat(), "to": DATES[1].isoformat()})
    period = dict(zip(("from", "to"), (t.isoformat() for t in PERIODS["all of it"]), strict=True))
    for version in codes:
        answers[version] = ask(client, **period, version=version)
    answers["to somebody else"] = ask(member(Client(), someone), **period)
    return Told(zone, exported.getvalue().splitlines(), patterns(model), answers, codes)


@pytest.fixture(scope="module", params=SEEDS)
def told(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Told]]:
    """Both organisations for one seed; the database is as before afterwards."""
    root = tmp_path_factory.mktemp("flow")
    found = {}
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=root / "files"):
        for name in ("demo", "clinic"):
            try:
                with transaction.atomic():
                    found[name] = drive(name, request.param, root)
                    transaction.set_rollback(True)
            finally:
                clock.set_source(None)
                identities.forget()
                calendars.forget()
                versions.clear_caches()
    yield found


def drive(name: str, seed: int, root: Path) -> Told:
    if name == "demo":
        scenario.contracts(seed, 16)
        return tell("Europe/Dublin", DEMO / "om-1", ("OM-1", "OM-2"), "viktor")
    scenario.clinic(seed, 14, scenario.clinic_files(root / "clinic"))
    return tell("Europe/Zurich", CLINIC / "model", (), "sefora")


def windows(told: Told) -> dict[str, tuple[datetime, datetime, str]]:
    """What each answer is about: from, to, version."""
    zone = ZoneInfo(told.zone)
    first, after = DATES[0], DATES[1] + DAY
    found = {name: (*period, "") for name, period in PERIODS.items()}
    found["dates"] = (
        datetime.combine(first, time(), zone).astimezone(UTC),
        datetime.combine(after, time(), zone).astimezone(UTC),
        "",
    )
    start, end = PERIODS["all of it"]
    found["to somebody else"] = (start, end, "")
    return found | {version: (start, end, version) for version in told.versions}


# The block of four weeks in which the period begins.
FIRST_BLOCK = date(2026, 9, 7)
BLOCK = timedelta(weeks=4)


@pytest.mark.parametrize("organisation", ["demo", "clinic"])
def test_the_dashboard_and_the_oracle_agree(told: dict[str, Told], organisation: str) -> None:
    one = told[organisation]
    oracle = one.oracle()
    found = {
        name: differences(oracle.summary(*window), one.answers[name])
        for name, window in windows(one).items()
    }
    if one.answers["to somebody else"]["handoffs"]["note"]:
        # Of another stretch, and in part: see below.
        parts = found["to somebody else"]
        found["to somebody else"] = [p for p in parts if not p.startswith("handoffs")]
    assert found == {name: [] for name in found}


def test_the_spans_of_every_request_add_up_to_its_lead_time(told: dict[str, Told]) -> None:
    for one in told.values():
        oracle, until = one.oracle(), FINISH.replace(microsecond=0)
        for case in one.cases():
            line = case.line(until)
            assert line[0].start == case.submitted
            assert line[-1].end == (case.ended or until)
            holes = {(ended, start) for (_, ended), (start, _) in pairwise(case.stretches)}
            jumps = {(a.end, b.start) for a, b in pairwise(line) if a.end != b.start}
            assert jumps == {(ended, start) for ended, start in holes if ended != start}
            took = [oracle.elapsed(case, span.start, span.end) for span in line]
            assert {
                basis: sum(one[basis] for one in took) for basis in ("calendar", "business")
            } == oracle.lead(case, until)


def test_all_kinds_of_request_are_among_them(told: dict[str, Told]) -> None:
    cases = [case for one in told.values() for case in one.cases()]
    assert {case.outcome for case in cases} >= {"open", "fulfilled", "withdrawn"}
    assert any(offer.returned for case in cases for offer in case.offers.values())
    assert any(case.slack(FINISH) for case in cases)
    assert any(case.confidential for case in cases)
    assert any(len(case.stretches) > 1 for case in cases)
    states = {span.state for case in cases for span in case.line(FINISH)}
    assert states == {"working", "queued", "handoff", "requester", "third", "decision"}
    shown = [one.answers["all of it"] for one in told.values()]
    assert all(answer["finished"] >= 5 for answer in shown)
    assert sum(answer["promise"]["missed"] for answer in shown)
    assert {case.sent["version"] for case in told["demo"].cases()} == {"OM-1", "OM-2"}


def test_to_those_who_do_not_see_all_small_pairs_are_hidden(told: dict[str, Told]) -> None:
    """They get whole blocks of four weeks that are over; ``test_suppression_told`` has more."""
    for one in told.values():
        handoffs = one.answers["to somebody else"]["handoffs"]
        if not handoffs["note"]:
            continue
        start = FIRST_BLOCK
        while start + BLOCK <= FINISH.date():
            start += BLOCK
        zone = ZoneInfo(one.zone)
        end = datetime.combine(start, time(), zone).astimezone(UTC)
        matrix = one.oracle().summary(scenario.START - DAY, end)["handoffs"]["matrix"]
        shown = {(pair["giver"], pair["receiver"]): pair["n"] for pair in handoffs["matrix"]}
        assert {sides: pair["n"] for sides, pair in matrix.items() if sides in shown} == shown
        few = {sides for sides, pair in matrix.items() if pair["n"] < 5}
        assert not few & shown.keys()
        assert one.answers["all of it"]["handoffs"]["hidden"] == []


def later(event: dict[str, Any]) -> None:
    """The event an hour later."""
    moment = datetime.fromisoformat(event["occurred_at"].replace("Z", "+00:00"))
    event["occurred_at"] = (moment + timedelta(hours=1)).isoformat()


def more_touch(event: dict[str, Any]) -> None:
    event["data"]["touch_s"] += 1


def another_attempt(event: dict[str, Any]) -> None:
    event["data"]["attempt"] += 1


def another_receiver(event: dict[str, Any]) -> None:
    event["data"]["receiver_department"] = "elsewhere"


def unreturned(event: dict[str, Any]) -> None:
    event["type"] = "handoff.routed"


def withdrawn(event: dict[str, Any]) -> None:
    event["type"] = "request.withdrawn"


CHANGES = {
    "handoff.accepted": later,
    "handoff.returned": unreturned,
    "handoff.offered": another_receiver,
    "handoff.offered again": another_attempt,
    "visit.started": later,
    "visit.returned": later,
    "visit.completed": more_touch,
    "request.submitted": later,
    "request.fulfilled": later,
    "request.fulfilled not": withdrawn,
}


@pytest.mark.parametrize("change", CHANGES)
def test_one_event_changed_makes_them_differ(told: dict[str, Told], change: str) -> None:
    one = told["demo"]
    done = {case.chain for case in one.cases() if case.outcome == "fulfilled"}
    wanted = change.split(" ")[0]
    for place, line in enumerate(one.lines):
        event = json.loads(line)
        if event["type"] == wanted and event["chain"] in done:
            CHANGES[change](event)
            lines = [*one.lines[:place], json.dumps(event), *one.lines[place + 1 :]]
            break
    start, end = PERIODS["all of it"]
    assert differences(one.oracle(lines).summary(start, end), one.answers["all of it"])
