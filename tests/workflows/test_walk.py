"""A whole journey through the services, for two organisations that share no key."""

import pytest

from esm.common import clock, invariants
from esm.notices.models import Notice
from governance.models import Decision
from tests.browser.rewrite import rewrite
from tests.support import DEMO, World
from workflows.models import Clock, Handoff, Request, StageVisit

pytestmark = pytest.mark.django_db


@pytest.fixture
def rewritten(db, tmp_path):
    """The demo organisation with every key, code, name and threshold rewritten."""
    models = ("om-1", "om-2")
    (tmp_path / "other").mkdir()
    rewrite(DEMO, tmp_path / "other", models)
    yield World(tmp_path / "other", models)
    clock.set_source(None)


@pytest.mark.parametrize(
    "organisation", ["demo", "clinic", pytest.param("rewritten", marks=pytest.mark.slow)]
)
def test_the_journey_ends_as_its_file_expects(organisation, request):
    world = request.getfixturevalue(organisation)
    expect = world.journey["expect"]

    sent = world.submit()
    world.play(sent)

    assert sent.state == expect["state"] == Request.State.FULFILLED
    assert sent.marking["tokens"] == {} and not sent.is_open
    entered = list(
        StageVisit.objects.filter(request=sent).order_by("seq").values_list("stage_key", flat=True)
    )
    assert list(dict.fromkeys(entered)) == expect["stages"]
    returned = Handoff.objects.filter(request=sent, state="returned")
    assert returned.count() == expect["returns"]
    decision = Decision.objects.get(subject_id=sent.pk)
    assert decision.type_key == expect["decision"]["type"]
    assert decision.role_key == expect["decision"]["role"]
    assert decision.decider.key == expect["decision"]["decider"]
    assert not Clock.objects.filter(request=sent, state__in=["running", "paused"]).exists()
    assert Notice.objects.filter(kind="handoff.returned").count() >= 1


def test_every_crossing_is_a_handoff_accepted_before_work_starts(demo):
    sent = demo.submit()
    demo.play(sent)
    for visit in StageVisit.objects.filter(request=sent).select_related("handoff"):
        handoff = getattr(visit, "handoff", None)
        if handoff is None:
            assert visit.seq == 1 or visit.is_rework
            continue
        if visit.started_at is not None:
            assert handoff.state == "accepted" and handoff.responded_at <= visit.started_at


def test_the_return_is_a_second_offer_with_its_own_row(demo):
    sent = demo.submit()
    demo.play(sent)
    offers = list(
        Handoff.objects.filter(request=sent, to_stage="legal-review")
        .order_by("seq")
        .values_list("attempt", "state", "previous__attempt")
    )
    assert offers == [(1, "returned", None), (2, "accepted", 1)]


def test_the_invariants_hold_along_a_journey(demo):
    sent = demo.submit()
    for step in range(0, len(demo.journey["steps"]), 3):
        demo.play(sent, until=0)
        for one in demo.journey["steps"][step : step + 3]:
            demo.tick(minutes=15)
            demo.do(sent, one)
            demo.settle()
        found = {i.key: invariants.violations(i) for i in invariants.invariants()}
        assert found == {key: [] for key in found}
    expected = [
        "C1",
        "C2",
        "C3",
        "I1",
        "I2",
        "I3",
        "I4",
        "I6",
        "I7",
        "I8",
        "I10",
        "I11",
        "I13",
        "I14",
        "I15",
        "I16",
        "I17",
        "I18",
        "I19",
        "I20",
        "I27",
        "M3",
        "M7",
        "M9",
        "M12",
        "M15",
        "Q1",
        "Q2",
        "Q3",
        "W1",
        "W2",
    ]
    assert [i.key for i in invariants.invariants()] == expected
