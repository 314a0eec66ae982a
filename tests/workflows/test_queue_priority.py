"""Priority in a queue: shown in words, the order of what ends at the same moment, a filter."""

import re
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from governance.models import Team
from tests.support import World, client, user
from workflows.models import Request, StageVisit
from workflows.selectors import invariants, queue, queue_filters
from workflows.services import prioritising, stages

pytestmark = pytest.mark.django_db


def prioritise(desk: World, sent: Request, priority: str) -> None:
    visit = StageVisit.objects.get(request=sent, state__in=StageVisit.LIVE)
    actor = desk.actor("nuala")
    prioritising.set_priority(sent.pk, visit.seq, priority=priority, reason="Soon", actor=actor)


@pytest.fixture
def waiting(desk: World) -> list[Request]:
    """Three that stand still for somebody outside: none of them ends before another."""
    found = [desk.submit() for _ in range(3)]
    for sent in found:
        desk.play(sent, until=1)
        visit = desk.visit(sent, "intake")
        stages.pause(
            sent.pk, visit.seq, party="third", reason="Their copy.", actor=desk.actor("nuala")
        )
    return found


def own(sent: Request) -> Team:
    return Team.objects.get(pk=sent.visits.get(state__in=StageVisit.LIVE).team_id)


def test_of_two_that_end_together_the_pressing_one_comes_first(
    desk: World, waiting: list[Request]
) -> None:
    first, second, third = waiting
    prioritise(desk, first, "can-wait")
    prioritise(desk, third, "urgent")
    nuala, team = user("nuala"), own(first)

    def shown(**given: str) -> list[str]:
        page = queue.page_of(nuala, team, queue_filters.read(given))
        return [row.visit.request.ref for row in page.rows if row.visit.request in waiting]

    assert shown() == [third.ref, second.ref, first.ref]
    assert shown(sort="-soonest") == [first.ref, second.ref, third.ref]
    assert shown(priority="urgent") == [third.ref]
    assert shown(priority="@usual") == [second.ref]
    assert shown(priority="none-such") == []
    ranks = [request.visits.get(state__in=StageVisit.LIVE).queue_rank for request in waiting]
    assert ranks == [200, 100, 50]
    assert list(invariants.queues_agree_with_clocks()) == []
    # What the migration finds for work from before is the same.
    StageVisit.objects.update(queue_rank=100)
    assert list(invariants.queues_agree_with_clocks()) != []
    filled = import_module("workflows.migrations.0033_queue_rank_of_open_work")
    with connection.cursor() as cursor:
        cursor.execute(filled.FILL)
    assert list(invariants.queues_agree_with_clocks()) == []
    # It does not come before what ends sooner.
    visit = desk.visit(first, "intake")
    stages.resume(first.pk, visit.seq, actor=desk.actor("nuala"))
    assert shown() == [first.ref, third.ref, second.ref]


def test_what_comes_next_keeps_the_rank(desk: World, waiting: list[Request]) -> None:
    sent = waiting[0]
    prioritise(desk, sent, "urgent")
    visit, nuala = desk.visit(sent, "intake"), desk.actor("nuala")
    stages.resume(sent.pk, visit.seq, actor=nuala)
    stages.complete_visit(sent.pk, visit.seq, actor=nuala)
    assert sent.visits.get(state__in=StageVisit.LIVE).queue_rank == 50


def test_the_page_and_the_interface_say_it_in_words(desk: World, waiting: list[Request]) -> None:
    prioritise(desk, waiting[1], "urgent")
    key = own(waiting[1]).key
    nuala = client("nuala")
    text = nuala.get(f"/queue/{key}/").content.decode()
    row = text[text.index("<tbody>") : text.index("</tr>", text.index("<tbody>"))]
    assert waiting[1].ref in row and "Urgent" in re.sub(r"<[^>]+>", " ", row)
    assert text.count("Urgent") == 2 and "?priority=urgent" in text and "as usual" in text
    only = nuala.get(f"/queue/{key}/?priority=urgent").content.decode()
    assert waiting[1].ref in only and waiting[0].ref not in only
    strange = nuala.get(f"/queue/{key}/?priority=none-such").content.decode()
    assert "No work in this queue has “none-such” as “Priority”." in strange
    told: Any = nuala.get(f"/api/v1/queues/{key}", {"priority": "urgent"}).json()
    assert [(r["request"], r["priority"]) for r in told["items"]] == [(waiting[1].ref, "urgent")]
    usual: Any = nuala.get(f"/api/v1/queues/{key}", {"priority": "@usual"}).json()
    assert {r["priority"] for r in usual["items"]} == {""}
