"""The three figures by which the critical few are chosen, and what is said of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esm.common.errors import Invalid, NotAllowed, NotFound
from esm.events.models import Event
from governance.blueprint.adoption import critical as pure
from governance.blueprint.adoption.critical import Health, Weights
from governance.blueprint.kinds import Organisation, ValueStream
from governance.models import CoverageReason, FeasibilityRating
from governance.selectors import critical as said
from governance.selectors.people import actor_of_person
from governance.selectors.versions import blueprint
from governance.services import critical as service
from tests.governance import small

STREAM = "flour-to-bread"
SHARES = st.floats(0, 1)
HEALTH = st.builds(Health, SHARES, SHARES, SHARES, st.integers(0, 12))


def test_dysfunction_is_the_formula_cut_to_five():
    # 0.35·0.8 + 0.25·0.9 + 0.25·0.4 + 0.15·3/6 = 0.68
    assert pure.dysfunction(0.8, Health(0.5, 0.1, 0.4, 3)) == pytest.approx(3.72)
    assert pure.dysfunction(9, Health(1, 0, 1, 6)) == 5
    assert pure.dysfunction(-9, Health(0, 1, 0, 0)) == 1


def test_breaches_are_compared_among_the_streams():
    assert pure.z_scores({"a": 0.2, "b": 0.4}) == pytest.approx({"a": -1, "b": 1})
    assert pure.z_scores({"a": 0.3, "b": 0.3}) == {"a": 0, "b": 0}
    assert pure.z_scores({}) == {}


def test_priority_weighs_importance_dysfunction_and_feasibility():
    assert pure.priority(Weights(), 5, 4, 3) == pytest.approx(0.45 * 5 + 0.35 * 4 + 0.2 * 3)
    assert pure.priority(Weights(1, 1, 2), 1, 5, 3) == pytest.approx(3)
    assert pure.priority(Weights(), 5, None, 3) is pure.priority(Weights(), 5, 4, None) is None


def test_importance_follows_the_weights_of_the_objectives():
    assert pure.importances({"a": 8, "b": 4, "c": 0}) == {"a": 5, "b": 3, "c": 1}
    assert pure.importances({"a": 0}) == {"a": 1} and pure.importances({}) == {}
    content = small.specs()
    bp = small.model(1, content).blueprint
    assert pure.served(bp, bp.get(ValueStream, STREAM)) == {"fresh": 3}
    content["Objective", "fresh"]["weight"] = 5
    bp = small.model(1, content).blueprint
    assert pure.served(bp, bp.get(ValueStream, STREAM)) == {"fresh": 5}


def test_the_organisation_may_weigh_otherwise():
    bare = small.specs()["Organisation", "bakery"]
    assert pure.weights_of(Organisation(**bare)) == Weights(45, 35, 20)
    assert pure.weights_of(Organisation(**bare, feasibility_weight=0)) == Weights(45, 35, 0)
    none = {f"{name}_weight": 0 for name in ("importance", "dysfunction", "feasibility")}
    assert pure.weights_of(Organisation(**bare, **none)) == Weights()


def test_what_the_few_cover_together():
    volumes = {"a": 60, "b": 30, "c": 10}
    assert pure.share(volumes, ["a", "c", "a", "gone"]) == pytest.approx(0.7)
    assert pure.share({"a": 0}, ["a"]) is None


@given(st.dictionaries(st.sampled_from("abcdef"), HEALTH))
def test_dysfunction_stays_between_one_and_five(known):
    found = pure.dysfunctions(known)
    assert found.keys() == known.keys() and all(1 <= one <= 5 for one in found.values())


@given(HEALTH, st.floats(-3, 3), SHARES, st.integers(0, 6))
def test_what_goes_worse_never_scores_lower(health, z, more, departments):
    worse = Health(
        health.breach,
        health.efficiency * (1 - more),
        health.returned + (1 - health.returned) * more,
        health.departments + departments,
    )
    assert pure.dysfunction(z + more, worse) >= pure.dysfunction(z, health) - 1e-12


@given(
    st.builds(Weights, st.integers(1, 100), st.integers(0, 100), st.integers(0, 100)),
    st.floats(1, 5), st.floats(1, 5), st.integers(1, 5),
)  # fmt: skip
def test_a_priority_lies_between_the_lowest_and_highest_of_its_three(weights, i, d, f):
    found = pure.priority(weights, i, d, f)
    assert min(i, d, f) - 1e-9 <= found <= max(i, d, f) + 1e-9


@pytest.mark.django_db
def test_the_owner_rates_and_what_was_said_stays(staff, published):
    olga, actor = staff["olga"], actor_of_person(staff["olga"])
    for score, reason in ((2, "No sponsor"), (4, " A  sponsor ")):
        service.rate_feasibility(olga, STREAM, score=score, reason=reason, actor=actor)
    assert said.latest_ratings()[STREAM].score == 4
    assert [row.reason for row in said.ratings_of(STREAM)] == ["A sponsor", "No sponsor"]
    events = Event.objects.filter(chain=olga.chain, type="stream.rated").order_by("seq")
    assert [e.data["score"] for e in events] == [2, 4] and events[0].data["stream"] == STREAM


@pytest.mark.django_db
def test_others_do_not_rate_and_a_rating_says_why(staff, published):
    with pytest.raises(NotAllowed, match="Only the owner"):
        service.rate_feasibility(
            staff["bruno"], STREAM, score=3, reason="x", actor=actor_of_person(staff["bruno"])
        )
    actor = actor_of_person(staff["olga"])
    with pytest.raises(Invalid) as refused:
        service.rate_feasibility(staff["olga"], STREAM, score=6, reason=" ", actor=actor)
    assert set(refused.value.errors) == {"score", "reason"}
    with pytest.raises(NotFound):
        service.rate_feasibility(staff["olga"], "none", score=3, reason="x", actor=actor)
    assert not FeasibilityRating.objects.exists()
    assert said.owned_streams(staff["olga"], blueprint(published)) == {STREAM}


@pytest.mark.django_db
def test_a_reason_for_low_coverage_counts_for_exactly_these_streams(staff, published):
    with pytest.raises(NotAllowed):
        service.explain_coverage(
            staff["ben"], [STREAM], text="So", actor=actor_of_person(staff["ben"])
        )
    steward = actor_of_person(staff["olga"], user_id=staff["olga"].users.get().pk)
    with pytest.raises(Invalid):
        service.explain_coverage(staff["olga"], [STREAM], text="", actor=steward)
    service.explain_coverage(staff["olga"], ["z", STREAM], text="They hurt", actor=steward)
    assert CoverageReason.objects.get().streams == [STREAM, "z"]
    assert said.reason_for([STREAM]) is None and said.reason_for(["z", STREAM]).text == "They hurt"
