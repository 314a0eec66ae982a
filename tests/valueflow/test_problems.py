"""Problems are found where they were planted, ranked by days, each with the list behind it."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client, override_settings

from esm.common.errors import Invalid
from governance.models import Decision
from governance.selectors import versions
from tests.valueflow import lived
from tests.valueflow.asking import TOTAL, ask, cells, followed
from tests.valueflow.lived import DAY, HOUR, Lived, decided, live
from tests.valueflow.walker import Walker
from valueflow.models import FactDecision, FactWait
from valueflow.selectors import drill, naming, population, problems
from valueflow.selectors.problem_kinds import SIMPLER
from valueflow.selectors.scope import parse
from valueflow.services.attribute import attribute_waits

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 28, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def _world(django_db_setup, django_db_blocker, tmp_path_factory):
    files = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), files, transaction.atomic(), Walker(seed=3) as walker:
        walker.publish()
        request = lived.begun(walker)
        walker.now = NOW
        bp, number = versions.blueprint(versions.current()), 20_000
        for count, usual in ((36, {}), (8, {"back": 1, "touch_s": 9000}), (4, {"back": 2})):
            stories = []
            for _ in range(count):
                number += 1
                start = NOW - 40 * DAY + (number - 20_000) * HOUR
                stories.append(Lived(bp, number, start).usual(**usual))
            live(request, stories)
        decided(Decision.objects.get(), 60, hours=30)
        FactDecision.objects.update(decided_at=NOW - DAY, wait_cal_s=108_000, wait_bus_s=57_600)
        attribute_waits()
        yield walker
        transaction.set_rollback(True)


@pytest.fixture
def world(_world, db):
    return _world


def user():
    return get_user_model().objects.filter(is_active=True).order_by("pk").first()


def test_problems_are_ranked_and_each_count_is_its_list(world):
    found = problems.find(parse({}))
    days = [one.days for one in found.problems]
    assert days == sorted(days, reverse=True)
    kinds = {one.kind for one in found.problems}
    assert {"handoff", "rework", "skipped", "approval"} <= kinds
    assert len(found.first) == len({one.stream for one in found.problems})
    who = user()
    for one in found.problems:
        scope = parse({"stream": one.stream})
        names = naming.names(scope.model_id)
        behind = drill.drill(scope, who, names, one.figure, dict(one.extra))
        assert behind.total == one.n, one.key
        assert one.key in {other.key for other in problems.find(scope).problems}


def test_what_waited_for_a_cause(world):
    facts = list(population.finished(parse({})))
    for cause, state, days in (
        ("contention", "queued", 3), ("batching", "queued", 2), ("absence", "handoff", 1),
    ):  # fmt: skip
        FactWait.objects.bulk_create(
            FactWait(
                fact=fact, position=900, week=NOW.date(), state=state, stage="theatre-slot",
                waiting_kind="team", slack=False, cause=cause, cal_s=9, bus_s=days * fact.day_s,
            )
            for fact in facts
        )  # fmt: skip
    found = {one.kind: one for one in problems.find(parse({})).problems}
    n = len(facts)
    assert [found[kind].n for kind in ("bottleneck", "batching", "single")] == [n, n, n]
    days = [round(found[kind].days) for kind in ("bottleneck", "batching", "single")]
    assert days == [3 * n, 2 * n, n]
    assert found["bottleneck"].sentence.startswith(f"{n} requests stood {3 * n} business days")
    assert problems.find(parse({})).only(simpler=True)[0].kind in SIMPLER


def test_what_they_say(world):
    said = {one.kind: one.sentence for one in problems.find(parse({})).problems}
    assert said["approval"].startswith(
        "“K1 Accept the risk of an unpaid bill”: 61 of 61 approved as they were"
    )
    assert said["rework"].startswith("“Registration” was done again for 12 requests")
    assert "came back or needed a question" in said["handoff"]


def test_the_page_and_its_lists(world):
    client = Client()
    client.force_login(user())
    page = client.get("/flow/problems/")
    assert page.status_code == 200
    text = page.content.decode()
    for one in problems.find(parse({})).problems:
        assert f'data-n="{one.n}"' in text
    assert client.get("/flow/problems/?simpler=1").status_code == 200
    assert client.get("/flow/problems/?from=2020-01-01&to=2020-02-01").status_code == 200
    assert TOTAL.search(client.get("/flow/requests/?figure=waited&cause=queue").content.decode())


def test_causes_beside_q3_add_up_to_all_waiting(world):
    who = user()
    answer = ask("time", who)
    waits, causes = cells(answer, 0), cells(answer, 2)
    kinds = [key for key in next(iter(waits.values())) if key not in ("n", "working", "lead")]
    for basis in ("calendar", "business"):
        whole = sum(getattr(row[kind], basis) or 0 for row in waits.values() for kind in kinds)
        told = [row["waited"] for row in causes.values()]
        assert "hidden" not in told
        assert sum(getattr(times, basis) for times in told) == whole
    assert followed(answer, who) >= 2


def test_an_imported_log_has_no_problems(world):
    with pytest.raises(Invalid):
        problems.find(parse({"source": "log-1", "from": "2020-01-01"}))
