"""Checks that need a compiled workflow: PRC03 it comes to its end, PRC04 its branches are apart."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, islice, product

from esm.common.expressions import VarType, holds, parse
from esm.common.expressions.nodes import (
    Comparison,
    Constant,
    Junction,
    Literal,
    Membership,
    Negation,
    Node,
    Variable,
)
from esm.common.expressions.parser import parse_tree
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import Offering, Workflow
from governance.blueprint.lint.facts import Facts
from governance.blueprint.lint.rules import found, rule
from governance.blueprint.variables import case_variables
from workflows.engine.graph import compile_workflow
from workflows.engine.soundness import check

MAX_CASES = 4096
# Of a loop the first stages are enough to know it by.
MAX_NAMED = 4
_QUOTED = re.compile("“([^”]*)”")


@rule("PRC03", Workflow)
def unsound(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """Every stage is reached, leads to an end, and every fork is closed."""
    for key in bp.keys(Workflow.__name__):
        told: Counter[str] = Counter()
        for sentence in bp.compiled(Workflow.__name__, key, "sound", _faults):
            # By the stages it speaks of, so that it stays the same when another fault is mended.
            part = "/".join(_QUOTED.findall(sentence)[:MAX_NAMED])
            told[part] += 1
            again = f"/{told[part]}" if told[part] > 1 else ""
            yield found("PRC03", Workflow, key, sentence, f"{part}{again}")


def _faults(workflow: Workflow) -> tuple[str, ...]:
    return tuple(check(compile_workflow(workflow)))


@rule("PRC04", Workflow, Offering)
def branches_overlap(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """Of the conditions under which work leaves a stage no two hold at once.

    Tried with every choice of the form, both answers of yes or no, and numbers and days below, at
    and above those that conditions name: what holds for none of these holds for no answer.
    """
    for key, workflow in bp.find(Workflow).items():
        leaving: dict[str, list[tuple[str, str]]] = {}
        for flow in workflow.flows:
            if flow.when.strip():
                leaving.setdefault(flow.source, []).append((flow.target, flow.when))
        for source, ways in leaving.items():
            if len(ways) > 1:
                yield from _overlaps(bp, key, source, ways)


def _overlaps(
    bp: Blueprint, key: str, source: str, ways: list[tuple[str, str]]
) -> Iterator[Finding]:
    for (first, one), (second, other) in combinations(ways, 2):
        case = _both(bp, key, one, other)
        if case is not None:
            words = ", ".join(f"{name} = {value}" for name, value in case.items()) or "always"
            sentence = f"From `{source}` both `{first}` and `{second}` come next: {words}."
            yield found("PRC04", Workflow, key, sentence, f"{source}/{first}/{second}")


def _both(bp: Blueprint, key: str, one: str, other: str) -> dict[str, object] | None:
    """A case in which two conditions hold; None where none of those tried is one."""
    names = sorted(parse(one).variables | parse(other).variables)
    tried = [_values(bp, key, name, (one, other)) for name in names]
    for values in islice(product(*tried), MAX_CASES):
        case = dict(zip(names, values, strict=True))
        if holds(one, case) and holds(other, case):
            return case
    return None


def _values(bp: Blueprint, key: str, name: str, texts: tuple[str, ...]) -> list[object]:
    """What to try for a variable: its choices, and what lies around what it is compared with."""
    offerings = [one for one in bp.find(Offering).values() if one.workflow == key]
    kind = case_variables(offerings).get(name)
    if kind is VarType.BOOLEAN:
        return [True, False]
    fields = [f for one in offerings for f in one.form.all_fields() if f.key == name]
    tried: list[object] = [option.key for field in fields for option in field.options]
    for text in texts:
        for constant in _compared(parse_tree(text), name):
            tried += _around(constant)
    return list(dict.fromkeys(tried)) or [None]


def _around(constant: Constant) -> list[object]:
    if isinstance(constant, bool | str) or constant is None:
        return [constant]
    if isinstance(constant, Decimal):
        return [constant - 1, constant, constant + 1]
    if isinstance(constant, date):
        return [constant - timedelta(days=1), constant, constant + timedelta(days=1)]
    return [constant]


def _compared(node: Node, name: str) -> Iterator[Constant]:
    """What a variable is compared with anywhere in a condition."""
    if isinstance(node, Junction):
        for part in node.parts:
            yield from _compared(part, name)
    elif isinstance(node, Negation):
        yield from _compared(node.operand, name)
    elif isinstance(node, Comparison):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(one, Variable) and one.name == name and isinstance(other, Literal):
                yield other.value
    elif isinstance(node, Membership) and node.left == Variable(node.left.position, name):
        items = node.items if isinstance(node.items, tuple) else ()
        yield from (item.value for item in items if isinstance(item, Literal))


RULES = {"workflows.sound": unsound, "workflows.branches": branches_overlap}
