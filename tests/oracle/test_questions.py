"""Every question's answer against the oracle, which reads exported events and the model's files.

One seed and a few requests of the clinic in the shorter run; both organisations, two seeds and
filters in the longer one. The list behind a figure is as long as the figure, for those who see all
departments and for others; facts made anew give the same answers.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, override_settings

from esm.accounts.models import User
from esm.common import clock
from esm.events.services import dirty
from governance.selectors import versions
from governance.selectors.people import facts_for
from tests.oracle import scenario
from tests.oracle.flow import Oracle
from tests.oracle.flow_cases import Case, cases_of
from tests.oracle.questions import Model, Sql
from tests.oracle.questions_compare import differences
from tests.oracle.questions_serving import ANSWERS, Serving
from tests.oracle.test_flow import member, patterns
from tests.support import DEMO
from valueflow.models import FactRequest
from valueflow.selectors import decided_split, population
from valueflow.selectors.questions.everything import questions
from valueflow.services import project
from workflows.selectors import calendars, identities

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
START = scenario.START - DAY
FINISH = scenario.START + scenario.END
MIDDLE = (scenario.START + 12 * DAY, scenario.START + 33 * DAY)
ZONES = {"demo": "Europe/Dublin", "clinic": "Europe/Zurich"}


class World:
    """One organisation after its scenario, while its transaction lasts."""

    def __init__(self, name: str, model: Path) -> None:
        while dirty.project_dirty():
            pass
        exported = StringIO()
        call_command("events", "export", "--jsonl", stdout=exported)
        self.lines = exported.getvalue().splitlines()
        self.oracle = Oracle(
            self.lines, patterns(model), zone=ZONES[name], start=START - 3 * DAY, end=FINISH
        )
        self.model, self.sql = Model(model), rows_by_sql()
        self.client = member(Client(), User.objects.get(is_steward=True).username)

    def ask(self, slug: str, start: Any, end: Any, **filters: str) -> dict[str, Any]:
        """An answer over the API."""
        asked = {"from": start.isoformat(), "to": end.isoformat(), **filters}
        found = self.client.get(f"/api/v1/flow/questions/{slug}", asked)
        assert found.status_code == 200, (slug, found.content)
        told: dict[str, Any] = json.loads(found.content)
        return told

    def oracle_cases(self) -> list[Case]:
        """All requests as they stood at the end."""
        return cases_of(self.oracle.events, FINISH)

    def differing(self, start: Any, end: Any, **filters: str) -> dict[str, list[str]]:
        """By slug, where answers and oracle part."""
        own = Serving(self.oracle, self.model, self.sql, start, end, **filters)
        found = {
            slug: differences(slug, answer(own), self.ask(slug, start, end, **filters))
            for slug, answer in ANSWERS.items()
            if not (filters and slug in WHOLE)
        }
        return {slug: lines for slug, lines in found.items() if lines}


# Made of what belongs to no stream, service or version.
WHOLE = ("clarity", "critical", "fragile", "strategy", "outcomes", "technologies", "bottleneck")


def rows_by_sql() -> Sql:
    """What no event tells, read without our models."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.number, d.seq, d.round, d.conditions FROM governance_decision d"
            " JOIN workflows_request r ON r.id = d.subject_id WHERE d.subject_kind = 'request'"
        )
        decisions = {(number, seq): (n, said) for number, seq, n, said in cursor.fetchall()}
        cursor.execute(
            "SELECT r.number, p.score, p.person_id FROM workflows_pulse p"
            " JOIN workflows_request r ON r.id = p.request_id"
        )
        answers = {number: (score, person) for number, score, person in cursor.fetchall()}
    return Sql(decisions, answers)


@contextmanager
def lived(name: str, seed: int, count: int, root: Path) -> Iterator[World]:
    """An organisation whose requests went their way; the database is as before afterwards."""
    try:
        with transaction.atomic():
            if name == "demo":
                scenario.contracts(seed, count)
                yield World(name, DEMO / "om-2")
            else:
                files = scenario.clinic_files(root / "clinic")
                scenario.clinic(seed, count, files)
                yield World(name, files / "model")
            transaction.set_rollback(True)
    finally:
        clock.set_source(None)
        identities.forget()
        calendars.forget()
        versions.clear_caches()


@pytest.fixture(scope="module")
def few(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    root = tmp_path_factory.mktemp("questions")
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=root / "files"),
        lived("clinic", 12, 3, root) as world,
    ):
        yield world


@pytest.fixture(scope="module", params=[("clinic", 12), ("demo", 12), ("clinic", 15), ("demo", 15)])
def many(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    root = tmp_path_factory.mktemp("questions")
    name, seed = request.param
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=root / "files"),
        lived(name, seed, 14, root) as world,
    ):
        yield world


def test_every_question_but_those_about_the_future_is_read_again() -> None:
    """What is made of people's rows alone, of scenarios or opportunities has tests of its own."""
    assert {one.slug for one in questions()} - ANSWERS.keys() <= {
        "with-us", "what-if", "last-version", "next",
    }  # fmt: skip


def test_answers_and_oracle_agree(few: World, db: None) -> None:
    assert few.differing(START, FINISH) == {}


@pytest.mark.slow
@pytest.mark.parametrize("window", [(START, FINISH), MIDDLE], ids=["all of it", "the middle"])
def test_answers_and_oracle_agree_at_length(many: World, window: Any, db: None) -> None:
    assert many.differing(*window) == {}


@pytest.mark.slow
def test_answers_and_oracle_agree_under_every_filter(many: World, db: None) -> None:
    sent = [case.sent for case in many.oracle_cases()]
    for name in ("stream", "service", "version"):
        for value in {one[name] for one in sent}:
            assert many.differing(START, FINISH, **{name: value}) == {}, (name, value)


@pytest.mark.slow
def test_facts_made_anew_give_the_same_answers(many: World, db: None) -> None:
    before = {one.slug: many.ask(one.slug, START, FINISH) for one in questions()}
    with transaction.atomic():
        project.rebuild_all()
        after = {one.slug: many.ask(one.slug, START, FINISH) for one in questions()}
        transaction.set_rollback(True)
    assert {slug for slug in before if before[slug] != after[slug]} == set()


def lists_of(answer: dict[str, Any]) -> Iterator[tuple[float, dict[str, str]]]:
    """Every count with the parameters of the list behind it."""
    for table in answer["tables"]:
        for row in table["rows"]:
            for name, asked in row["lists"].items():
                if row["figures"][name] is not None:
                    yield row["figures"][name], asked


def follow(world: World, client: Client, chance: Random, tries: int) -> int:
    """Random counts of random questions under random filters, each with its list."""
    seen = 0
    sent = [case.sent for case in world.oracle_cases()]
    world.client, before = client, world.client
    slugs = [one.slug for one in questions()]
    try:
        for _ in range(tries):
            filters: dict[str, str] = {}
            for name in ("stream", "service", "version", "department"):
                if chance.random() < 0.25:
                    filters[name] = chance.choice(sent)[name]
            start = START + chance.choice([0, 5, 14]) * DAY
            found = world.ask(chance.choice(slugs), start, FINISH, **filters)
            told = list(lists_of(found))
            for value, asked in chance.sample(told, min(3, len(told))):
                period = {"from": start.isoformat(), "to": FINISH.isoformat()}
                page = client.get("/flow/requests/", {**period, **filters, **asked})
                assert page.status_code == 200, (asked, filters)
                total = re.search(r'data-total="(\d+)"', page.content.decode())
                assert total and int(total.group(1)) == value, (found["slug"], asked, filters)
                seen += 1
    finally:
        world.client = before
    return seen


def test_the_list_behind_a_figure_is_as_long(few: World, db: None) -> None:
    assert follow(few, few.client, Random(1), 3)


@pytest.mark.slow
@pytest.mark.parametrize("caller", ["steward", "other"])
def test_the_list_behind_every_figure_is_as_long(many: World, caller: str, db: None) -> None:
    client = many.client
    if caller == "other":
        people = User.objects.filter(persons__isnull=False, is_active=True).order_by("pk")
        plain = [user for user in people if not facts_for(user).sees_all_departments]
        client = member(Client(), plain[3].username)
    assert follow(many, client, Random(2), 60) > 20


def confidential_ones_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(population, "general", FactRequest.objects.all)


def first_offers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    every = population.handoffs
    monkeypatch.setattr(population, "handoffs", lambda scope: every(scope).filter(attempt=1))


def twice_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = decided_split._seconds
    monkeypatch.setattr(decided_split, "_seconds", lambda a, b: 2 * seconds(a, b))


@pytest.mark.slow
@pytest.mark.parametrize("plant", [confidential_ones_too, first_offers_only, twice_as_long])
def test_an_error_in_the_product_is_seen(
    many: World, plant: Any, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    seen = many.differing(START, FINISH)
    if plant is confidential_ones_too and not any(c.confidential for c in many.oracle_cases()):
        assert seen == {}
    else:
        assert seen
