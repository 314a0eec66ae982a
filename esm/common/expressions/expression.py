"""The parsed expression and the two ways to get at one."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from esm.common.expressions.check import infer, phrase
from esm.common.expressions.compiling import compile_tree
from esm.common.expressions.language import ExpressionError, VarType
from esm.common.expressions.nodes import (
    Arithmetic,
    Comparison,
    Junction,
    Literal,
    Membership,
    Minus,
    Negation,
    Node,
    Presence,
    Variable,
)
from esm.common.expressions.parser import parse_tree


class Expression:
    """A checked expression, safe to share between threads.

    ``text`` is what was written, ``variables`` the names it reads, ``result`` the type it yields
    (``VarType.ANY`` where that shows only at run time).
    """

    __slots__ = ("_run", "result", "text", "variables")

    def __init__(self, text: str, tree: Node, schema: Mapping[str, VarType] | None) -> None:
        self.text = text
        self.result = infer(tree, schema)
        self.variables = frozenset(_names(tree))
        self._run = compile_tree(tree, schema)

    def evaluate(self, values: Mapping[str, object]) -> object:
        """The value: bool, Decimal, str, date, timedelta or None. Never raises.

        Names not in ``values`` are null. Numbers come as int, float, Decimal or as text that spells
        one, dates as date or ISO text, durations as timedelta or (declared) whole seconds.
        """
        return self._run(values)

    def holds(self, values: Mapping[str, object]) -> bool:
        """Whether the value is *true*; anything else, null included, is not."""
        return self._run(values) is True

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def parse(
    text: str,
    schema: Mapping[str, VarType] | None = None,
    *,
    expect: VarType | None = None,
) -> Expression:
    """Parse and check ``text``.

    With a ``schema`` (name → type) unknown names and types that do not go together are refused;
    without one only what is wrong with certainty. ``expect`` also checks the type of the result
    (BOOLEAN for a condition). Raises ``ExpressionError`` with position and sentence.
    """
    expression = Expression(text, parse_tree(text), schema)
    if expect is not None and expression.result not in (expect, VarType.ANY):
        raise ExpressionError(
            0, f"This yields {phrase(expression.result)}; {phrase(expect)} is needed."
        )
    return expression


def holds(text: str, values: Mapping[str, object]) -> bool:
    """Whether the condition ``text`` is true of ``values``; an empty text is no condition: True.

    Raises ``ExpressionError`` only when ``text`` is no expression.
    """
    return _cached(text).holds(values) if text.strip() else True


@lru_cache(maxsize=4096)
def _cached(text: str) -> Expression:
    return parse(text)


def _names(node: Node) -> Iterator[str]:
    match node:
        case Variable(name=name):
            yield name
        case Presence(operand=operand) | Negation(operand=operand) | Minus(operand=operand):
            yield from _names(operand)
        case Comparison(left=left, right=right):
            yield from _names(left)
            yield from _names(right)
        case Membership(left=left, items=items):
            yield from _names(left)
            for item in items if isinstance(items, tuple) else (items,):
                yield from _names(item)
        case Junction(parts=parts):
            for part in parts:
                yield from _names(part)
        case Arithmetic(first=first, rest=rest):
            yield from _names(first)
            for _, _, operand in rest:
                yield from _names(operand)
        case Literal():
            return
