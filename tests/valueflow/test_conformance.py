"""Simple conformance against a way of counting written anew: all ways a definition allows."""

import random
from dataclasses import dataclass

import pytest

from valueflow.engine.conformance import Deviation, Done, conformance, fit, shape
from valueflow.engine.friction import Friction, too_few


@dataclass
class Stage:
    key: str
    kind: str = "work"
    when: str = ""


@dataclass
class Flow:
    source: str
    target: str
    kind: str = "forward"


def flows(*texts):
    """``a>b`` and, for a way back, ``b<a``."""
    found = []
    for text in texts:
        kind = "rework" if "<" in text else "forward"
        a, b = text.replace("<", ">").split(">")
        found.append(Flow(a, b, kind))
    return found


# Registration, then two side by side, one of them of two steps; perhaps a talk; a choice; the end.
STAGES = [
    Stage("begin", "start"), Stage("a"), Stage("split", "fork"), Stage("b"), Stage("b2"),
    Stage("c"), Stage("both", "join"), Stage("talk", when="x"), Stage("yes"), Stage("no"),
    Stage("end", "end"),
]  # fmt: skip
FLOWS = flows(
    "begin>a", "a>split", "split>b", "split>c", "b>b2", "b2>both", "c>both", "both>talk",
    "talk>yes", "talk>no", "yes>end", "no>end", "yes<a",
)  # fmt: skip
SHAPE = shape(STAGES, FLOWS)


def of(text, rework=()):
    return fit([Done(s, n in rework) for n, s in enumerate(text.split())], SHAPE)


def test_a_shape_is_what_follows_what_is_beside_and_what_nobody_gets_round():
    assert SHAPE.mandatory == {"a", "b", "b2", "c"}
    assert SHAPE.beside == {("b", "c"), ("c", "b"), ("b2", "c"), ("c", "b2")}
    assert SHAPE.follows == {
        ("a", "b"), ("a", "c"), ("b", "b2"), ("b2", "talk"), ("c", "talk"), ("b2", "yes"),
        ("b2", "no"), ("c", "yes"), ("c", "no"), ("talk", "yes"), ("talk", "no"), ("yes", "a"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "rework", "kinds", "figure"),
    [
        ("a b b2 c talk yes", (), [], 1),
        ("a c b b2 no", (), [], 1),
        ("a b c b2 yes a b b2 c no", (), [], 1),  # back along a way that is drawn
        ("a b a b b2 c yes", (2,), [], 1),  # sent back
        ("a b a b b2 c yes", (), [("repeated", "a")], 1 - 1 / 10),
        ("a b b b2 c c yes", (), [("repeated", "b"), ("repeated", "c")], 1 - 2 / 10),
        ("a b b2 yes", (), [("skipped", "c")], 1 - 1 / 7),
        ("b a c b2 yes", (), [("out_of_order", "a")], 1 - 1 / 8),
        ("a other b b2 c yes", (), [("unknown", "other"), ("out_of_order", "b")], 1 - 2 / 9),
        ("", (), [("skipped", s) for s in ("a", "b", "b2", "c")], 0),
    ],
)
def test_each_kind_is_counted_once(text, rework, kinds, figure):
    found = of(text, rework)
    assert found.deviations == tuple(Deviation(*one) for one in kinds)
    assert found.conformance == pytest.approx(figure)


def test_many_ways_are_a_ratio_of_sums():
    rows = [of("a b b2 c talk yes"), of("a b b2 yes"), of("a b b2 yes")]
    assert conformance(rows) == pytest.approx(1 - 2 / (9 + 7 + 7))
    assert conformance([]) is None


def test_what_moved_may_have_followed_what_it_followed_before():
    new = shape(
        [Stage("s", "start"), Stage("a"), Stage("n"), Stage("e", "end")],
        flows("s>a", "a>n", "n>e"),
    )
    old = shape(
        [Stage("s", "start"), Stage("a"), Stage("o"), Stage("e", "end")],
        flows("s>a", "a>o", "o>e"),
    )
    trace = [Done("a"), Done("o"), Done("n")]
    assert [one.kind for one in fit(trace, new).deviations] == ["unknown", "out_of_order"]
    assert [one.kind for one in fit(trace, new, old).deviations] == ["out_of_order"]


def played(dice):
    """A way through the definition, by tokens: whatever is there to be done next, at random."""
    tokens, path, arrived = ["begin"], [], 0
    stages = {one.key: one for one in STAGES}
    targets = {}
    for flow in FLOWS:
        if flow.kind == "forward":
            targets.setdefault(flow.source, []).append(flow.target)
    while tokens:
        key = tokens.pop(dice.randrange(len(tokens)))
        stage = stages[key]
        if stage.kind == "end":
            continue
        if stage.kind == "join":
            arrived += 1
            if arrived < 2:
                continue
        elif stage.kind == "work" and not (stage.when and dice.random() < 0.5):
            path.append(key)
        ways = targets[key]
        tokens += ways if stage.kind == "fork" else [dice.choice(ways)]
    return path


def test_every_way_that_can_be_played_conforms_and_every_gap_is_seen():
    dice = random.Random(5)
    for _ in range(300):
        path = played(dice)
        found = fit([Done(key) for key in path], SHAPE)
        assert found.conformance == 1, path
        gone = dice.choice([key for key in path if key in SHAPE.mandatory])
        rest = [Done(key) for key in path if key != gone]
        assert Deviation("skipped", gone) in fit(rest, SHAPE).deviations


def test_what_is_not_told_cannot_be_worked_out():
    def of(*sizes):
        """Groups of so many people each, none in two of them."""
        ends = [sum(sizes[: n + 1]) for n in range(len(sizes))]
        return {n: frozenset(range(ends[n] - size, ends[n])) for n, size in enumerate(sizes)}

    assert too_few(of(5, 6, 0, 9)) == frozenset()
    # One is too small: the smallest other goes with it.
    assert too_few(of(4, 6, 9)) == {0, 1}
    # Two are too small and five together: no more is needed.
    assert too_few(of(2, 3, 6, 9)) == {0, 1}
    assert too_few(of(2, 2, 6, 9)) == {0, 1, 2}
    assert too_few(of(3, 0)) == {0}
    # Two groups of the same four people are four people.
    same = frozenset(range(4))
    assert too_few({"a": same, "b": same, "c": frozenset(range(20, 26))}) == {"a", "b", "c"}


def test_friction_adds_up():
    total = Friction(1, 2, 3, 4) + Friction(1)
    assert (total.touches, total.score) == (2, 2 + 2 * 2 + 3 * 3 + 2 * 4)
