"""Budgets of queries: what a step may cost, whatever the request holds already."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.client import caller
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


def test_completing_over_the_api_costs_thirteen_queries(at_work):
    demo, sent, _actor = at_work
    helmi = caller(demo, "helmi")
    # The first use of a token is written down.
    helmi.get(f"/requests/{sent.ref}/envelope")
    path = f"/requests/{sent.ref}/visits/{demo.visit(sent, 'commercial-terms').seq}"
    assert cost(lambda: helmi.post(f"{path}/complete", {"note": "Done."})) == 13


def test_sending_reads_the_version_once_and_nothing_of_what_cannot_be_there(demo):
    demo.submit()
    with CaptureQueriesContext(connection) as found:
        demo.submit()
    asked = [q["sql"] for q in found]
    assert sum('FROM "governance_modelversion"' in sql for sql in asked) == 1
    # A request that was just made has no message to be found by.
    assert not any('FROM "workflows_comment"' in sql for sql in asked)
