"""What the check finds in workflows that cannot be played, and that it lets sound ones pass."""

from enum import Enum

import pytest

from tests.workflows.flowcharts import Flow, Stage, Workflow
from workflows.engine import check, compile_workflow


class Kind(str, Enum):  # noqa: UP042 - such members do not print as their value
    START = "start"
    END = "end"
    WORK = "work"
    FORK = "fork"
    JOIN = "join"
    REWORK = "rework"
    FORWARD = "forward"


KINDS = {"s": "start", "z": "end", "f": "fork", "g": "fork", "j": "join", "k": "join"}


def found(flows: str, *more: Flow, **conditions: str) -> list[str]:
    """Check a workflow written as ``sa ab bz``; s start, z end, f g forks, j k joins, rest work.

    Conditions: ``a="x"`` for a stage, ``ab="x"`` for a flow.
    """
    pairs = flows.split()
    keys = dict.fromkeys(key for pair in pairs for key in pair)
    stages = [Stage(key, KINDS.get(key, "work"), conditions.get(key, "")) for key in keys]
    plain = [Flow(pair[0], pair[1], conditions.get(pair, "")) for pair in pairs]
    return check(compile_workflow(Workflow(stages, [*plain, *more])))


@pytest.mark.parametrize(
    "flows",
    [
        "sz",
        "sa az",
        "sf fa fb aj bj jz",
        "sf fa fj aj jz",
        "sf fg fc ga gb ak bk kj cj jz",
        "sf fa fb aj bj jg gc gd ck dk kz",
    ],
)
def test_sound_workflows_pass(flows: str) -> None:
    assert found(flows) == []


def test_loops_and_ends_in_branches_pass() -> None:
    back = Flow("b", "a", "again", kind="rework")
    out = Flow("a", "z", "no")
    assert found("sf fa ab fc bj cj jd dz", back, out, Flow("d", "f", "again")) == []
    assert found("sa ab bz", Flow("b", "b", "again"), a="x") == []
    assert found("sa ab bz", back, a="x", b="y") == []


def test_a_kind_may_be_a_member_of_an_enumeration() -> None:
    workflow = Workflow(
        [Stage("s", Kind.START), Stage("a", Kind.WORK), Stage("z", Kind.END)],
        [Flow("s", "a", kind=Kind.FORWARD), Flow("a", "z"), Flow("a", "a", "x", kind=Kind.REWORK)],
    )
    graph = compile_workflow(workflow)
    assert check(graph) == []
    assert [way.rework for way in graph.nodes["a"].exits] == [False, True]


@pytest.mark.parametrize(
    ("flows", "conditions", "findings"),
    [
        ("az", {}, ["There are 0 starts; exactly one is needed."]),
        ("sa", {}, ["There is no end."]),
        (
            "sa az by bz",
            {},
            [
                "“b” cannot be reached from the start.",
                "“y” cannot be reached from the start.",
                "“b” has 2 flows that need no condition; one can be the default.",
                "“y” has no flow out.",
            ],
        ),
        ("sa ab az", {"ab": "x"}, ["From “b” no way leads to an end.", "“b” has no flow out."]),
        ("sa as az", {"as": "x"}, ["A flow leads back to the start “s”."]),
        ("sa az za", {}, ["A flow leads out of the end “z”."]),
        ("sa az", {"z": "x"}, ["“z” is of the kind end and cannot have a condition."]),
        ("sa az", {"az": "x"}, ["“a” has no default flow for when no condition holds."]),
        (
            "sa ab az bz",
            {},
            ["“a” has 2 flows that need no condition; one can be the default."],
        ),
        (
            "sf fa aj jz",
            {},
            [
                "The fork “f” has fewer than two flows out.",
                "The join “j” has fewer than two flows in.",
            ],
        ),
        (
            "sf fa fb aj bj jz",
            {"fa": "x"},
            [
                "The flow from the fork “f” to “a” must be a plain one; put the condition on the "
                "stages of the branch."
            ],
        ),
        ("sf fa fb az bz", {}, ["The fork “f” is closed by no joins; one is needed."]),
        (
            "sf fa fb fc fd aj bj ck dk jz kz",
            {},
            ["The fork “f” is closed by 2 joins; one is needed."],
        ),
        (
            "sa af fb fc bj cj jz ba",
            {"ba": "x"},
            ["The flow from “b” to “a” crosses the edge of a branch."],
        ),
        (
            "sa ab af fb fc bj cj jz",
            {"ab": "x"},
            [
                "“b” leads to the join “j” outside of any fork.",
                "The flow from “f” to “b” crosses the edge of a branch.",
            ],
        ),
        (
            "sf fa fb ab bj aj jz",
            {"ab": "x"},
            ["The flow from “a” to “b” crosses the edge of a branch."],
        ),
        (
            "sf fg fc ga gb aj bj cj jz",
            {},
            [
                "“a” leads to the join “j” from another depth of forks.",
                "“b” leads to the join “j” from another depth of forks.",
                "The join “j” closes two forks, “f” and “g”.",
            ],
        ),
        (
            "sa af ag fb fc gd ge bj cj dj ej jz",
            {"af": "x"},
            ["The join “j” closes two forks, “f” and “g”."],
        ),
        (
            "sa ab bz ba",
            {"a": "x", "b": "y", "ba": "again"},
            ["In the loop of “a”, “b” there may be nothing to do."],
        ),
    ],
)
def test_findings(flows: str, conditions: dict[str, str], findings: list[str]) -> None:
    assert found(flows, **conditions) == findings


def test_findings_about_defaults() -> None:
    assert found("sa ab bz", Flow("a", "z", "x", default=True), ab="y") == [
        "The default flow from “a” to “z” carries a condition."
    ]
    assert found("sa ab bz", Flow("b", "a", default=True), bz="ok", b="x") == []
    assert found("sa ab bz", Flow("b", "a", default=True, kind="rework"), bz="ok", b="x") == [
        "“b” may be skipped, but its default is no forward flow."
    ]


def test_what_cannot_be_compiled_is_named_and_nothing_else() -> None:
    stages = [
        Stage("s", "start"),
        Stage("a"),
        Stage("a"),
        Stage("b", "robot"),
        Stage("c", when="("),
    ]
    graph = compile_workflow(
        Workflow(stages, [Flow("a", "x"), Flow("y", "a"), Flow("s", "a", "=")])
    )
    assert check(graph) == [
        "The flow from “a” to “x” names the unknown stage “x”.",
        "The flow from “y” to “a” names the unknown stage “y”.",
        "The condition of the flow from “s” to “a” cannot be read: "
        "At character 1: Write == for “equals”.",
        "The key “a” is used by two stages.",
        "“b” is of the unknown kind “robot”.",
        "The condition of “c” cannot be read: At character 2: The expression ends too early.",
    ]
