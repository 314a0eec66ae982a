"""Three texts of one element become one: nothing that only one of two changed is lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from governance.blueprint.editing.merging import ABSENT, differences, merged

BEFORE = {
    "name": "Bake",
    "promise_s": 100,
    "stages": [{"key": "a", "name": "A"}, {"key": "b", "name": "B"}, {"key": "c", "name": "C"}],
    "flows": [{"source": "a", "target": "b", "when": ""}],
    "warn_at": [50, 75],
}


def with_(**changes):
    return {**BEFORE, **changes}


def paths(mine, theirs):
    return {d.path: d.settled for d in differences(BEFORE, mine, theirs)}


def test_what_each_changed_alone_counts_for_both():
    mine = with_(promise_s=200, stages=[*BEFORE["stages"], {"key": "d", "name": "D"}])
    theirs = with_(name="Bake bread", warn_at=[60])
    assert paths(mine, theirs) == {
        "name": "theirs",
        "promise_s": "mine",
        "stages[d]": "mine",
        "warn_at": "theirs",
    }
    made = merged(BEFORE, mine, theirs, {})
    assert made == {**mine, "name": "Bake bread", "warn_at": [60]}


def test_what_both_changed_is_asked():
    mine, theirs = with_(name="Mine", promise_s=1), with_(name="Theirs", promise_s=1)
    assert paths(mine, theirs) == {"name": None, "promise_s": "mine"}
    for side, name in (("mine", "Mine"), ("theirs", "Theirs"), ("before", "Bake")):
        assert merged(BEFORE, mine, theirs, {"name": side})["name"] == name


def test_a_part_that_one_removed_and_the_other_changed_is_asked_as_a_whole():
    changed = [{"key": "a", "name": "New"}, *BEFORE["stages"][1:]]
    mine, theirs = with_(stages=BEFORE["stages"][1:]), with_(stages=changed)
    (one,) = differences(BEFORE, mine, theirs)
    assert (one.path, one.settled, one.mine) == ("stages[a]", None, ABSENT)
    assert merged(BEFORE, mine, theirs, {"stages[a]": "mine"})["stages"] == BEFORE["stages"][1:]
    assert merged(BEFORE, mine, theirs, {"stages[a]": "theirs"})["stages"] == changed


def test_the_order_of_one_and_the_part_of_the_other():
    a, b, c = BEFORE["stages"]
    new = {"key": "n", "name": "N"}
    mine, theirs = with_(stages=[c, a, b]), with_(stages=[a, new, b, c])
    assert paths(mine, theirs) == {"stages[n]": "theirs", "stages order": "mine"}
    assert [s["key"] for s in merged(BEFORE, mine, theirs, {})["stages"]] == ["c", "a", "n", "b"]
    other = merged(BEFORE, mine, theirs, {"stages order": "theirs"})
    assert [s["key"] for s in other["stages"]] == ["a", "n", "b", "c"]


def test_two_who_made_the_same_element_anew_are_asked_field_by_field():
    found = differences({}, {"name": "One", "code": "A"}, {"name": "Two", "code": "A"})
    assert {d.path: d.settled for d in found} == {"name": None, "code": "mine"}


PARTS = st.lists(
    st.fixed_dictionaries({"key": st.sampled_from("abcd"), "n": st.integers(0, 2)}),
    max_size=4,
    unique_by=lambda item: item["key"],
)
CONTENT = st.fixed_dictionaries(
    {"name": st.sampled_from("xyz"), "parts": PARTS, "plain": st.lists(st.integers(0, 1))}
)


@given(CONTENT, CONTENT, CONTENT)
@settings(max_examples=200, deadline=None)
def test_laws_of_merging(before, mine, theirs):
    assert merged(before, mine, mine, {}) == mine
    assert merged(before, mine, before, {}) == mine
    assert merged(before, before, theirs, {}) == theirs
    found = list(differences(before, mine, theirs))
    all_theirs = {d.path: "theirs" for d in found}
    assert merged(before, mine, theirs, all_theirs) == theirs
    assert merged(before, mine, theirs, {d.path: "mine" for d in found}) == mine
    # Whoever changed a field alone finds it in what comes of both.
    made = merged(before, mine, theirs, {})
    assert made == mine or any(d.settled != "mine" for d in found)
