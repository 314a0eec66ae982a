"""Names and types, checked where an expression is written, not where it runs."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from esm.common.expressions import values
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

_ANY = VarType.ANY
_ORDERED = (VarType.NUMBER, VarType.DATE, VarType.DURATION)
_PHRASES = {
    VarType.TEXT: "text",
    VarType.NUMBER: "a number",
    VarType.BOOLEAN: "true or false",
    VarType.DATE: "a date",
    VarType.DURATION: "a duration",
    VarType.TEXTS: "a list",
    VarType.FILE: "a file",
    VarType.ANY: "anything",
}
_ADDED = {
    ("+", VarType.NUMBER, VarType.NUMBER): VarType.NUMBER,
    ("-", VarType.NUMBER, VarType.NUMBER): VarType.NUMBER,
    ("*", VarType.NUMBER, VarType.NUMBER): VarType.NUMBER,
    ("+", VarType.DURATION, VarType.DURATION): VarType.DURATION,
    ("-", VarType.DURATION, VarType.DURATION): VarType.DURATION,
    ("*", VarType.DURATION, VarType.NUMBER): VarType.DURATION,
    ("*", VarType.NUMBER, VarType.DURATION): VarType.DURATION,
    ("+", VarType.DATE, VarType.DURATION): VarType.DATE,
    ("+", VarType.DURATION, VarType.DATE): VarType.DATE,
    ("-", VarType.DATE, VarType.DURATION): VarType.DATE,
    ("-", VarType.DATE, VarType.DATE): VarType.DURATION,
}


def phrase(kind: VarType) -> str:
    """A type in the words of a sentence: «a number»."""
    return _PHRASES[kind]


def infer(tree: Node, schema: Mapping[str, VarType] | None) -> VarType:
    """The type of what ``tree`` yields. Without schema every variable is ANY.

    Raises ``ExpressionError`` for an unknown name and for types that do not go together.
    """
    return _Checker(schema).infer(tree)


def _is_date(node: Node) -> bool:
    return (
        isinstance(node, Literal)
        and isinstance(node.value, str)
        and values.read_date(node.value) is not None
    )


def _as_date(node: Node, kind: VarType) -> VarType:
    """A text literal that spells a date may stand for one."""
    return VarType.DATE if kind is VarType.TEXT and _is_date(node) else kind


class _Checker:
    def __init__(self, schema: Mapping[str, VarType] | None) -> None:
        self._schema = schema

    def infer(self, node: Node) -> VarType:
        match node:
            case Literal():
                return self._literal(node)
            case Variable():
                return self._variable(node)
            case Presence():
                self._variable(node.operand)
                return VarType.BOOLEAN
            case Comparison():
                return self._comparison(node)
            case Membership():
                return self._membership(node)
            case Junction():
                for part in node.parts:
                    self._truth(part, node.operator)
                return VarType.BOOLEAN
            case Negation():
                self._truth(node.operand, "not")
                return VarType.BOOLEAN
            case Minus():
                return self._minus(node)
            case Arithmetic():
                return self._arithmetic(node)

    def _literal(self, node: Literal) -> VarType:
        value = node.value
        if isinstance(value, bool):
            return VarType.BOOLEAN
        if isinstance(value, Decimal):
            return VarType.NUMBER
        if isinstance(value, str):
            return VarType.TEXT
        if isinstance(value, date):
            return VarType.DATE
        return VarType.DURATION if isinstance(value, timedelta) else _ANY

    def _variable(self, node: Variable) -> VarType:
        if self._schema is None:
            return _ANY
        kind = self._schema.get(node.name)
        if kind is None:
            hint = " A minus needs a space on both sides." if "-" in node.name else ""
            raise ExpressionError(node.position, f"There is no variable “{node.name}”.{hint}")
        return kind

    def _truth(self, node: Node, operator: str) -> None:
        kind = self.infer(node)
        if kind not in (VarType.BOOLEAN, _ANY):
            raise ExpressionError(
                node.position, f"“{operator}” joins conditions; here stands {phrase(kind)}."
            )

    def _comparison(self, node: Comparison) -> VarType:
        self._comparable(node.position, node.left, node.right, node.operator)
        return VarType.BOOLEAN

    def _comparable(self, position: int, left: Node, right: Node, operator: str) -> None:
        a, b = self.infer(left), self.infer(right)
        for node, kind in ((left, a), (right, b)):
            if kind in (VarType.TEXTS, VarType.FILE):
                raise ExpressionError(
                    node.position,
                    f"{phrase(kind).capitalize()} cannot be compared; ask with “in”, "
                    "“is present” or “is absent”.",
                )
            if self._schema is not None and isinstance(node, Literal) and node.value is None:
                raise ExpressionError(node.position, "Write “is absent” or “is present”.")
        ordering = operator not in ("==", "!=")
        if ordering or VarType.DATE in (a, b):
            a, b = _as_date(left, a), _as_date(right, b)
        if _ANY not in (a, b) and a is not b:
            raise ExpressionError(
                position, f"{phrase(a).capitalize()} cannot be compared with {phrase(b)}."
            )
        if ordering:
            for kind in (a, b):
                if kind not in (*_ORDERED, _ANY):
                    raise ExpressionError(
                        position, f"“{operator}” needs an order; {phrase(kind)} has none."
                    )

    def _membership(self, node: Membership) -> VarType:
        if isinstance(node.items, tuple):
            for item in node.items:
                self._comparable(item.position, node.left, item, "==")
            return VarType.BOOLEAN
        kind = self._variable(node.items)
        if kind not in (VarType.TEXTS, _ANY):
            raise ExpressionError(
                node.items.position, f"“in” needs a list; here stands {phrase(kind)}."
            )
        wanted = self.infer(node.left)
        if wanted not in (VarType.TEXT, _ANY) and kind is not _ANY:
            raise ExpressionError(
                node.left.position, f"A list holds text; here stands {phrase(wanted)}."
            )
        return VarType.BOOLEAN

    def _minus(self, node: Minus) -> VarType:
        kind = self.infer(node.operand)
        if kind not in (VarType.NUMBER, VarType.DURATION, _ANY):
            raise ExpressionError(node.position, f"{phrase(kind).capitalize()} has no negative.")
        return kind

    def _arithmetic(self, node: Arithmetic) -> VarType:
        a = _as_date(node.first, self.infer(node.first))
        for operator, position, operand in node.rest:
            b = _as_date(operand, self.infer(operand))
            a = self._step(operator, position, a, b)
        return a

    def _step(self, operator: str, position: int, a: VarType, b: VarType) -> VarType:
        found = {
            result
            for (sign, left, right), result in _ADDED.items()
            if sign == operator and a in (left, _ANY) and b in (right, _ANY)
        }
        if not found:
            raise ExpressionError(
                position, f"“{operator}” cannot be used on {phrase(a)} and {phrase(b)}."
            )
        return found.pop() if len(found) == 1 else _ANY
