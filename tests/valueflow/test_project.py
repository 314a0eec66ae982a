"""The projector: facts come from a request's own events, whichever way they are made."""

import pytest
from django.core.management import call_command
from django.forms.models import model_to_dict

from esm.events.models import Dirty
from esm.events.registry import projector
from tests.valueflow.walker import Walker
from valueflow.engine.fold import clock_states, fold, handoff_states, visit_states
from valueflow.models import (
    FactDecision,
    FactHandoff,
    FactRequest,
    FactSpan,
    FactVisit,
    RollupWeek,
)
from valueflow.services import project, rollups
from workflows.models import Request

PARTS = (FactRequest, FactSpan, FactVisit, FactHandoff, FactDecision)


def stored() -> dict[str, list[dict]]:
    """All facts without their row numbers."""
    found = {}
    for model in PARTS:
        rows = [model_to_dict(row) for row in model.objects.all()]
        for row in rows:
            row.pop("id", None)
        found[model.__name__] = sorted(rows, key=repr)
    return found


@pytest.fixture
def walked(db, settings, tmp_path):
    """Eight requests in all kinds of state, projected after each step."""
    settings.MEDIA_ROOT = tmp_path
    with Walker(seed=7) as walker:
        walker.publish()
        for index in range(8):
            request = walker.submit()
            for _ in range(6 if index in (2, 5) else 30):
                walker.after(minutes=walker.dice.randint(5, 600))
                more = walker.step(request)
                project.project_requests([request.pk])
                if not more:
                    break
            if index == 5:
                walker.withdraw(request)
                project.project_requests([request.pk])
        yield walker


def test_facts_rebuilt_equal_those_made_step_by_step_and_agree_with_the_rows(walked) -> None:
    before = stored()
    outcomes = {row["outcome"] for row in before["FactRequest"]}
    assert outcomes == {"fulfilled", "withdrawn", "open"}
    assert any(row["sent_back"] for row in before["FactHandoff"])
    assert any(row["slack"] for row in before["FactSpan"])

    call_command("rebuild_facts")

    assert stored() == before
    for request in Request.objects.all():
        spans_add_up(request.fact)
        replay_gives_the_stored_states(request)


def spans_add_up(fact: FactRequest) -> None:
    """The line is the lead time, in both times."""
    if fact.outcome == "open":
        return
    line = fact.spans.filter(slack=False)
    end = fact.request.fulfilled_at or fact.request.closed_at
    assert sum(span.cal_s for span in line) == fact.lead_cal_s
    assert fact.lead_cal_s == (end - fact.request.submitted_at).total_seconds()
    assert sum(span.bus_s for span in line) == fact.lead_bus_s


def replay_gives_the_stored_states(request: Request) -> None:
    """What the events say is what the rows say."""
    case = fold(project._plain(row) for row in project._events([request.pk])[request.pk])
    assert case.state == request.state
    assert visit_states(case) == dict(request.visits.values_list("seq", "state"))
    assert handoff_states(case) == dict(request.handoffs.values_list("seq", "state"))
    assert clock_states(case) == dict(request.clocks.values_list("seq", "state"))


def test_the_projector_is_told_of_dirty_requests(db, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert projector("request") == project.project_requests
    with Walker() as walker:
        walker.publish()
        request = walker.submit()
    assert Dirty.objects.filter(chain=f"request/{request.pk}").exists()


def counts() -> dict[str, set[tuple]]:
    """All that is counted beforehand."""
    return {
        model.__name__: set(model.objects.exclude(n=0, total=0).values_list(*rollups.COLUMNS))
        for model in rollups.TABLES
    }


def test_counts_kept_step_by_step_equal_those_made_anew(walked) -> None:
    before = counts()
    assert {row[0] for row in before["RollupWeek"]} >= {"all", "stream", "service", "pair", "step"}
    assert list(rollups.differences()) == []

    call_command("rebuild_facts", "--counts")

    assert counts() == before


def test_a_count_that_is_off_is_named_and_mended(walked) -> None:
    before = counts()
    row = RollupWeek.objects.filter(scope="all", metric="done").first()
    RollupWeek.objects.filter(pk=row.pk).update(n=row.n + 1)
    (told,) = rollups.differences()
    assert told.startswith(f"RollupWeek all done {row.week}")

    call_command("rebuild_facts", "--counts")

    assert counts() == before


def test_without_counts_nothing_is_added_until_they_are_made(walked) -> None:
    before = counts()
    rollups.RollupState.objects.all().delete()
    for model in rollups.TABLES:
        model.objects.all()._raw_delete("default")

    project.project_requests(Request.objects.values_list("pk", flat=True))
    assert not RollupWeek.objects.exists()

    assert rollups.recount_if_needed()
    assert counts() == before
    assert not rollups.recount_if_needed()
