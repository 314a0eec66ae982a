"""A tree to one Python closure: each node becomes a small function; no ``eval``, no code."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from esm.common.expressions import values
from esm.common.expressions.language import VarType
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

Run = Callable[[Mapping[str, object]], object]
Schema = Mapping[str, VarType] | None


def compile_tree(node: Node, schema: Schema) -> Run:
    """A total function from values to the value of ``node``."""
    match node:
        case Literal(value=value):
            return lambda _values: value
        case Variable(name=name):
            return _variable(name, schema[name] if schema is not None else VarType.ANY)
        case Presence(operand=Variable(name=name), negated=negated):
            return lambda given: values.is_present(given.get(name)) is not negated
        case Comparison():
            return _comparison(node, schema)
        case Membership():
            return _membership(node, schema)
        case Junction():
            return _junction(node, schema)
        case Negation():
            inner = compile_tree(node.operand, schema)
            return lambda given: inner(given) is not True
        case Minus():
            negated_part = compile_tree(node.operand, schema)
            return lambda given: values.negate(negated_part(given))
        case Arithmetic():
            return _arithmetic(node, schema)


def _variable(name: str, kind: VarType) -> Run:
    if kind is VarType.ANY:
        return lambda given: values.normal(given.get(name))
    as_declared = _READERS[kind]
    return lambda given: as_declared(values.normal(given.get(name)))


def _number(value: object) -> object:
    if type(value) is str:
        return values.read_number(value)
    return value if isinstance(value, Decimal) else None


def _date(value: object) -> object:
    if type(value) is str:
        return values.read_date(value)
    return value if isinstance(value, date) else None


def _duration(value: object) -> object:
    if isinstance(value, Decimal):  # stored durations are whole seconds
        return values.compute("*", timedelta(seconds=1), value)
    return value if isinstance(value, timedelta) else None


def _texts(value: object) -> object:
    return value if isinstance(value, list | tuple | set | frozenset) else None


_READERS: dict[VarType, Callable[[object], object]] = {
    VarType.TEXT: lambda value: value if type(value) is str else None,
    VarType.NUMBER: _number,
    VarType.BOOLEAN: lambda value: value if type(value) is bool else None,
    VarType.DATE: _date,
    VarType.DURATION: _duration,
    VarType.TEXTS: _texts,
    VarType.FILE: lambda value: value,
}


def _comparison(node: Comparison, schema: Schema) -> Run:
    left, right = compile_tree(node.left, schema), compile_tree(node.right, schema)
    sign, compare = node.operator, values.compare
    return lambda given: compare(sign, left(given), right(given))


def _membership(node: Membership, schema: Schema) -> Run:
    left, negated = compile_tree(node.left, schema), node.negated
    if isinstance(node.items, tuple):
        items = tuple(compile_tree(item, schema) for item in node.items)

        def among(given: Mapping[str, object]) -> bool:
            wanted = left(given)
            if wanted is None or type(wanted) in (list, tuple, set, frozenset):
                return False
            found = any(values.compare("==", wanted, item(given)) for item in items)
            return found is not negated

        return among
    listed = compile_tree(node.items, schema)

    def inside(given: Mapping[str, object]) -> bool:
        wanted, several = left(given), _texts(listed(given))
        if wanted is None or several is None:
            return False
        return values.contains(several, wanted) is not negated

    return inside


def _junction(node: Junction, schema: Schema) -> Run:
    parts = tuple(compile_tree(part, schema) for part in node.parts)
    if node.operator == "and":

        def every(given: Mapping[str, object]) -> bool:
            for part in parts:  # noqa: SIM110 - a plain loop is twice as fast as all(...)
                if part(given) is not True:
                    return False
            return True

        return every

    def some(given: Mapping[str, object]) -> bool:
        for part in parts:  # noqa: SIM110 - a plain loop is twice as fast as any(...)
            if part(given) is True:
                return True
        return False

    return some


def _arithmetic(node: Arithmetic, schema: Schema) -> Run:
    first = compile_tree(node.first, schema)
    rest = tuple((sign, compile_tree(operand, schema)) for sign, _, operand in node.rest)

    def total(given: Mapping[str, object]) -> object:
        result = first(given)
        for sign, operand in rest:
            result = values.compute(sign, result, operand(given))
        return result

    return total
