"""What votes come to, by the rule under which several decide."""

import pytest

from governance.blueprint.rights import tally


@pytest.mark.parametrize(
    ("rule", "quorum", "needed", "said", "late", "outcome"),
    [
        ("single", 1, 1, {}, False, None),
        ("single", 1, 1, {"a": "decline"}, False, "decline"),
        ("majority", 2, 2, {"a": "approve"}, False, None),
        ("majority", 2, 2, {"a": "approve", "b": "approve"}, False, "approve"),
        ("majority", 3, 2, {"a": "approve", "b": "approve"}, False, None),
        ("majority", 2, 2, {"a": "approve", "b": "decline"}, False, None),
        ("majority", 2, 2, {"a": "decline", "b": "decline"}, False, "decline"),
        ("majority", 2, 2, {"a": "refer_back", "b": "decline"}, False, "refer_back"),
        ("majority", 2, 2, {"x": "approve", "y": "approve"}, False, None),
        ("unanimity", 2, 3, {"a": "approve", "b": "approve"}, False, None),
        ("unanimity", 2, 3, {"a": "approve", "b": "approve", "c": "approve"}, False, "approve"),
        ("unanimity", 2, 3, {"a": "approve", "b": "decline"}, False, "decline"),
        ("consent", 2, 2, {"a": "approve", "b": "approve"}, False, None),
        ("consent", 2, 2, {"a": "approve", "b": "approve"}, True, "approve"),
        ("consent", 2, 2, {"a": "approve"}, True, None),
        ("consent", 2, 2, {"a": "decline"}, False, "decline"),
        ("consent", 2, 2, {"a": "approve", "b": "approve", "c": "approve"}, False, "approve"),
    ],
)
def test_what_votes_come_to(rule, quorum, needed, said, late, outcome):
    found = tally(
        rule,
        quorum=quorum,
        needed=needed,
        deciders=["a", "b", "c"],
        ballots=list(said.items()),
        late=late,
    )
    assert found.outcome == outcome
    assert found.counted == tuple(one for one in said if one in "abc")
    assert found.missing == tuple(one for one in "abc" if one not in said)
    assert (found.yes, found.no) == (
        sum(c == "approve" for p, c in said.items() if p in "abc"),
        sum(c != "approve" for p, c in said.items() if p in "abc"),
    )


def test_one_person_counts_once_and_a_rule_must_be_known():
    found = tally(
        "majority", quorum=1, needed=2, deciders="ab", ballots=[("a", "approve"), ("a", "approve")]
    )
    assert (found.outcome, found.counted, found.missing) == (None, ("a",), ("b",))
    with pytest.raises(ValueError, match="dice"):
        tally("dice", quorum=1, needed=1, deciders="a", ballots=[])


def outcome(rule, deciders, said, quorum=1, needed=1):
    ballots = [(person, "approve") for person in said]
    return tally(rule, quorum=quorum, needed=needed, deciders=deciders, ballots=ballots).outcome


def test_nobody_decides_nothing():
    for rule in ("unanimity", "consent"):
        assert outcome(rule, "", "", quorum=0) is None
    # Too few are left to approve, and nobody said no: it is left to others.
    assert outcome("majority", "a", "", needed=2) is None
    assert outcome("majority", "a", "a", needed=2) is None


def test_all_must_be_as_many_as_take_part_at_least():
    assert outcome("unanimity", "abc", "abc", quorum=3, needed=3) == "approve"
    assert outcome("unanimity", "abc", "abc", quorum=4, needed=3) is None


def test_it_is_not_late_unless_that_is_said():
    assert outcome("consent", "abc", "ab", quorum=2) is None
