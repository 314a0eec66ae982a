"""What a page costs: queries, whatever it shows, and the css and js it brings."""

import functools
import gzip
import math
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from esm.events.services import dirty
from governance.selectors import versions
from tests.permissions.asking import answer, word
from tests.permissions.matrix import ROWS
from tests.permissions.world import ACTORS, Stage
from workflows.selectors import calendars

pytestmark = pytest.mark.django_db

# Lists and pages of one thing, once each; what is only a question of a form is not shown twice.
PAGES = [row for row in ROWS if "ok" in row.get.split() and "confidential" not in row.place]
MORE = 3
# Who can see something is asked of all accounts at once; a change pack reads what counted
# in 90 days.
DEAREST = 15
DEARER = {
    "stream stream": 24, "flow": 19, "skill skill": 16, "admin-import people-file": 16,
    "api-feed": 24,
    "model-review in-review": 22, "model-review new-version": 17, "api-review in-review": 18,
    "api-person-in-hand colleague": 16, "decision-access decision:deciding": 26,
    "change-pack new-version": 22, "change-pack-json new-version": 22,
    "api-change-pack new-version": 22,
    "technology-why promise": 26, "adoption": 27,
    "flow-problems": 21, "flow-problem kept-problem": 24, "api-flow-problems": 19,
    "flow-departments": 19, "flow-department department": 17, "flow-baseline baseline": 19,
    "flow-value": 50, "flow-value-file value-file": 50,
}  # fmt: skip
# Whoever is in a team of the request, decides on it, reads it from outside, or asked for it.
CALLERS = ("receiver", "decider", "auditor", "requester")
STATES = ("claimed", "deciding", "confidential", "closed")
# Bytes of css and js, as sent. Dashboards draw charts, which takes a library of its own.
HEAVIEST = 150_000
DASHBOARDS = {"findings", "flow", "measure", "stream", "technology"}
LINKED = re.compile(r'<(?:script|link)\b[^>]*?\b(?:src|href)="([^"?]+\.(?:css|js))')
IMPORTED = re.compile(r'\b(?:from|import)\s*\(?\s*"(\.[^"]+\.js)"')
# Asked at most once a second, or part of the transaction a test runs in.
ANYTIME = re.compile(r"events_clockoffset|SAVEPOINT")


@dataclass(frozen=True)
class Cost:
    """Queries of a page, and the css and js it links."""

    queries: int
    linked: frozenset[str]


def costs(stage: Stage, only: Container[str] | None = None) -> dict[str, Cost]:
    """What each page costs the first who may see it; ``only`` some of them."""
    found = {}
    for row in PAGES:
        page = f"{row.name} {row.place}".strip()
        if only is not None and page not in only:
            continue
        actor = ACTORS[row.get.split().index("ok")]
        client, address = stage.client(actor), row.address(stage)
        with CaptureQueriesContext(connection) as captured:
            response = answer(row, "get", client, stage, address)
        assert word(response) == "ok"
        asked = [q["sql"] for q in captured if not ANYTIME.search(q["sql"])]
        html = response.get("Content-Type", "").startswith("text/html")
        linked = LINKED.findall(response.content.decode()) if html else []
        found[page] = Cost(len(asked), frozenset(linked))
    return found


@functools.cache
def files(address: str) -> dict[str, int]:
    """A linked file and what it imports, with the bytes of each when it is packed."""
    path = finders.find(address.removeprefix(settings.STATIC_URL))
    assert isinstance(path, str), address
    content = Path(path).read_bytes()
    found = {address: len(gzip.compress(content))}
    if address.endswith(".js") and "/vendor/" not in address:
        for name in IMPORTED.findall(content.decode()):
            found |= files(urljoin(address, name))
    return found


@pytest.fixture(scope="module", autouse=True)
def lasting() -> Iterator[None]:
    """What is asked again once in some seconds, whatever the page, is not asked meanwhile."""
    kept = versions.AGE_S, calendars._AGE_S
    versions.AGE_S = calendars._AGE_S = math.inf
    yield
    versions.AGE_S, calendars._AGE_S = kept


@pytest.fixture(scope="module")
def first(stage: Stage, django_db_blocker: DjangoDbBlocker) -> dict[str, Cost]:
    """The costs in the world as it was built."""
    with django_db_blocker.unblock():
        # Somebody looked at something, so that the log of it is no empty list.
        stage.client("auditor").get(f"/requests/{stage.requests['queued'].ref}/")
        return costs(stage)


@pytest.fixture(scope="module")
def many(
    stage: Stage, first: dict[str, Cost], django_db_blocker: DjangoDbBlocker
) -> dict[str, int]:
    """The queries of each page with more requests; all that a page remembers is warm by now."""
    with django_db_blocker.unblock(), transaction.atomic():
        for _ in range(MORE):
            request = stage.world.submit()
            stage.world.play(request, until=5, minutes=1)
        dirty.project_dirty()
        found = {page: cost.queries for page, cost in costs(stage).items()}
        transaction.set_rollback(True)
    return found


@pytest.fixture(scope="module")
def few(
    stage: Stage, first: dict[str, Cost], many: dict[str, int], django_db_blocker: DjangoDbBlocker
) -> dict[str, int]:
    """The same with few requests: what differed is asked again, now that it is warm."""
    found = {page: cost.queries for page, cost in first.items()}
    with django_db_blocker.unblock():
        again = costs(stage, {page for page, n in found.items() if many[page] != n})
    return found | {page: cost.queries for page, cost in again.items()}


def test_more_requests_cost_no_query_more(few: dict[str, int], many: dict[str, int]) -> None:
    assert {page: (n, many[page]) for page, n in few.items() if many[page] > n} == {}


def test_no_page_costs_more_than_the_dearest_of_today(few: dict[str, int]) -> None:
    """The goal is 15; of what costs more this holds what was reached."""
    dear = {page: n for page, n in few.items() if n > DEARER.get(page, DEAREST)}
    assert dear == {}


def test_a_request_and_a_queue_cost_at_most_15_whoever_asks(
    stage: Stage, first: dict[str, Cost]
) -> None:
    addresses = [f"/requests/{stage.requests[state].ref}/" for state in STATES]
    addresses.append(f"/queue/{stage.place('team')['key']}/")
    # Asked again once in some seconds, whatever the page.
    versions.current()
    found = {}
    for actor in CALLERS:
        client = stage.client(actor)
        for address in addresses:
            with CaptureQueriesContext(connection) as captured:
                status = client.get(address).status_code
            if status == 200:
                asked = [q["sql"] for q in captured if not ANYTIME.search(q["sql"])]
                found[actor, address] = len(asked)
    assert len(found) > 2 * len(addresses)
    assert {key: n for key, n in found.items() if n > 15} == {}


def test_a_page_brings_at_most_150_kb_of_css_and_js(first: dict[str, Cost]) -> None:
    weights = {}
    for page, cost in first.items():
        brought: dict[str, int] = {}
        for address in cost.linked:
            brought |= files(address)
        weights[page] = sum(brought.values())
    assert weights["home"] > 30_000
    heavy = {page: n for page, n in weights.items() if n > HEAVIEST}
    assert {page for page in heavy if page.split()[0] not in DASHBOARDS} == set()
