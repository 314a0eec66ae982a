"""Budgets of queries: what a step may cost, whatever the request holds already."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from workflows.models import StageVisit
from workflows.services import handoffs, stages


def cost(act):
    with CaptureQueriesContext(connection) as found:
        act()
    return len([q for q in found if "SAVEPOINT" not in q["sql"]])


@pytest.fixture
def at_work(demo):
    """A request whose second step is taken, everything that may be remembered remembered."""
    warm = demo.submit()
    demo.play(warm)
    sent = demo.submit()
    demo.play(sent, until=4)
    return demo, sent, demo.actor("helmi")


def test_completing_a_visit_costs_nine_queries(at_work):
    demo, sent, actor = at_work
    visit = demo.visit(sent, "commercial-terms")
    assert cost(lambda: stages.complete_visit(sent.pk, visit.seq, actor=actor)) == 9


def test_accepting_costs_eight_and_claiming_seven(at_work):
    demo, sent, actor = at_work
    visit = demo.visit(sent, "commercial-terms")
    stages.complete_visit(sent.pk, visit.seq, actor=actor)
    offered = demo.handoff(sent, "legal-review")
    yusra = demo.actor("yusra")
    assert cost(lambda: handoffs.accept(sent.pk, offered.seq, actor=yusra)) == 8
    taken = StageVisit.objects.get(pk=offered.to_visit_id)
    assert cost(lambda: stages.claim(sent.pk, taken.seq, actor=yusra)) == 7


def test_returning_costs_no_more_than_twelve(at_work):
    demo, sent, actor = at_work
    visit = demo.visit(sent, "commercial-terms")
    stages.complete_visit(sent.pk, visit.seq, actor=actor)
    offered = demo.handoff(sent, "legal-review")
    yusra = demo.actor("yusra")
    found = cost(
        lambda: handoffs.return_to_giver(
            sent.pk, offered.seq, reason="other", note="Please name the town.", actor=yusra
        )
    )
    assert found <= 12
