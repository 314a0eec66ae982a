"""The tree an expression is parsed to. Each node knows where in the text it stands."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

Constant = Decimal | str | bool | date | timedelta | None


@dataclass(frozen=True, slots=True)
class Literal:
    position: int
    value: Constant


@dataclass(frozen=True, slots=True)
class Variable:
    position: int
    name: str


@dataclass(frozen=True, slots=True)
class Presence:
    """``name is present``; negated: ``name is absent``."""

    position: int
    operand: Variable
    negated: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    position: int
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Membership:
    """``left in [a, b]`` (``items`` is a tuple) or ``left in name`` (``items`` is a variable)."""

    position: int
    left: "Node"
    items: "tuple[Node, ...] | Variable"
    negated: bool


@dataclass(frozen=True, slots=True)
class Junction:
    """``and`` or ``or`` over two parts and more: flat, so that a long list is not deep."""

    position: int
    operator: str
    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Negation:
    position: int
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``first`` and then, from left to right, each (operator, position, operand) of ``rest``."""

    position: int
    first: "Node"
    rest: "tuple[tuple[str, int, Node], ...]"


@dataclass(frozen=True, slots=True)
class Minus:
    position: int
    operand: "Node"


Node = (
    Literal
    | Variable
    | Presence
    | Comparison
    | Membership
    | Junction
    | Negation
    | Arithmetic
    | Minus
)
