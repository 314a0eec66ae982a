"""Small errors made in a module, one at a time: what `mutation.py` puts before the tests. Pure.

Not touched: words of sentences (every f-string, every literal with a space in it), docstrings,
annotations, decorators, `__all__`. What is said beside that is behaviour: codes and keys, numbers,
conditions, order, what is returned, statements.
"""

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SWAPS: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
TURNED = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
ASKING = (ast.If, ast.While, ast.IfExp, ast.Assert)
DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Mutant:
    """One error: the function it is in, what stood there, what stands there now.

    `site` and `edit` find it again in the same source.
    """

    where: str
    old: str
    new: str
    site: int
    edit: int

    @property
    def name(self) -> str:
        """The same in every run, whatever line it is on; a second of the same name is numbered."""
        return f"{self.where}: {self.old} → {self.new}"


Edit = Callable[[ast.AST], tuple[str, str]]


def mutants(source: str) -> list[Mutant]:
    """Every error made in a source; those that read the same are one."""
    found: list[Mutant] = []
    names: Counter[str] = Counter()
    seen: set[tuple[int, str]] = set()
    for number, (node, where, around) in enumerate(_sites(ast.parse(source))):
        seen.add((id(around), _text(around)))
        for order, edit in enumerate(_edits(node)):
            kept = {k: list(v) if isinstance(v, list) else v for k, v in vars(node).items()}
            told = edit(node)
            text = _text(around)
            vars(node).update(kept)
            if (id(around), text) in seen:
                continue
            seen.add((id(around), text))
            one = Mutant(where, *told, number, order)
            names[one.name] += 1
            if names[one.name] > 1:
                one = Mutant(f"{where} ({names[one.name]})", *told, number, order)
            found.append(one)
    return found


def mutated(source: str, mutant: Mutant) -> ast.Module:
    """The module with the error in it, ready to be compiled."""
    tree = ast.parse(source)
    node = next(one for n, (one, _, _) in enumerate(_sites(tree)) if n == mutant.site)
    list(_edits(node))[mutant.edit](node)
    return ast.fix_missing_locations(tree)


def _text(node: ast.AST) -> str:
    return ast.unparse(node).replace("not not ", "")


def _sites(tree: ast.Module) -> Iterator[tuple[ast.AST, str, ast.AST]]:
    """Nodes that may change, in the order of the text, each with the function it is in."""
    yield from _below(tree, "module", tree)


def _below(node: ast.AST, where: str, around: ast.AST) -> Iterator[tuple[ast.AST, str, ast.AST]]:
    yield node, where, around
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _untouched(child):
                continue
            if isinstance(child, DEFINING):
                inner = child.name if where == "module" else f"{where}.{child.name}"
                yield from _below(child, inner, child)
            else:
                yield from _below(child, where, child if isinstance(around, ast.Module) else around)


def _untouched(node: ast.AST) -> bool:
    """Words, types, names that a module gives out, imports."""
    if isinstance(node, ast.Assign):
        named = {target.id for target in node.targets if isinstance(target, ast.Name)}
        # Aliases of types: a capital, then small letters.
        return "__all__" in named or any(name[0].isupper() and not name.isupper() for name in named)
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom)


def _edits(node: ast.AST) -> Iterator[Edit]:
    if isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.Compare):
        yield from (_swapped_compare(n) for n in range(len(node.ops)))
    elif isinstance(node, ast.BoolOp | ast.BinOp | ast.AugAssign) and type(node.op) in SWAPS:
        yield _swapped_operator
    elif isinstance(node, ast.Name) and node.id in NAMES:
        yield _swapped_name
    elif isinstance(node, ast.comprehension):
        yield from (_negated_filter(n) for n in range(len(node.ifs)))
    if isinstance(node, ASKING):
        yield _negated
    if isinstance(node, ast.BoolOp):
        yield from (_left_out(n) for n in range(len(node.values)))
    if isinstance(node, ast.Return) and node.value is not None and not _empty(node.value):
        yield _nothing_returned
        if isinstance(node.value, ast.Compare | ast.BoolOp | ast.UnaryOp):
            yield _negated_value
    for field in ("body", "orelse"):
        block = getattr(node, field, None)
        if isinstance(block, list) and not isinstance(node, ast.Module | ast.ClassDef):
            last = len(block) - 1 if isinstance(node, DEFINING) else -1
            yield from (
                _deleted(field, n) for n, one in enumerate(block) if _deletable(one, n == last)
            )
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield _not_removed


# --- each kind of error: changes the node, tells what was and what is ---


def _constants(node: ast.Constant) -> Iterator[Edit]:
    value = node.value
    if isinstance(value, bool):
        yield _constant(not value)
    elif isinstance(value, int):
        yield _constant(value + 1)
        yield _constant(value - 1)
    elif isinstance(value, str) and " " not in value:
        yield _constant(f"{value}_x")


def _constant(value: object) -> Edit:
    def edit(node: ast.AST) -> tuple[str, str]:
        assert isinstance(node, ast.Constant)
        old, node.value = node.value, value  # type: ignore[assignment]
        return repr(old), repr(value)

    return edit


def _swapped_compare(place: int) -> Edit:
    def edit(node: ast.AST) -> tuple[str, str]:
        assert isinstance(node, ast.Compare)
        old = ast.unparse(node)
        node.ops[place] = SWAPS[type(node.ops[place])]()
        return old, ast.unparse(node)

    return edit


def _swapped_operator(node: ast.AST) -> tuple[str, str]:
    assert isinstance(node, ast.BoolOp | ast.BinOp | ast.AugAssign)
    old = ast.unparse(node)
    node.op = SWAPS[type(node.op)]()
    return old, ast.unparse(node)


def _swapped_name(node: ast.AST) -> tuple[str, str]:
    assert isinstance(node, ast.Name)
    old, node.id = node.id, NAMES[node.id]
    return old, node.id


def _opposite(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return node.operand
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in TURNED:
        return ast.Compare(node.left, [SWAPS[type(node.ops[0])]()], node.comparators)
    return ast.UnaryOp(ast.Not(), node)


def _negated(node: ast.AST) -> tuple[str, str]:
    assert isinstance(node, ASKING)
    old = ast.unparse(node.test)
    node.test = _opposite(node.test)
    return f"if {old}", f"if {ast.unparse(node.test)}"


def _negated_filter(place: int) -> Edit:
    def edit(node: ast.AST) -> tuple[str, str]:
        assert isinstance(node, ast.comprehension)
        old = ast.unparse(node.ifs[place])
        node.ifs[place] = _opposite(node.ifs[place])
        return f"if {old}", f"if {ast.unparse(node.ifs[place])}"

    return edit


def _left_out(place: int) -> Edit:
    """One part of `and` and `or` does not count."""

    def edit(node: ast.AST) -> tuple[str, str]:
        assert isinstance(node, ast.BoolOp)
        old = ast.unparse(node)
        node.values[place] = ast.Constant(isinstance(node.op, ast.And))
        return old, ast.unparse(node)

    return edit


def _empty(node: ast.expr) -> bool:
    """What callers take for nothing already."""
    if isinstance(node, ast.Constant):
        return not node.value
    return isinstance(node, ast.List | ast.Tuple) and not node.elts


def _nothing_returned(node: ast.AST) -> tuple[str, str]:
    assert isinstance(node, ast.Return) and node.value is not None
    old = ast.unparse(node)
    node.value = ast.Constant(None)
    return old, "return None"


def _negated_value(node: ast.AST) -> tuple[str, str]:
    assert isinstance(node, ast.Return) and node.value is not None
    old = ast.unparse(node)
    node.value = _opposite(node.value)
    return old, ast.unparse(node)


def _not_removed(node: ast.AST) -> tuple[str, str]:
    assert isinstance(node, ast.UnaryOp)
    old = ast.unparse(node)
    operand, node.operand = node.operand, ast.UnaryOp(ast.Not(), node.operand)
    return old, ast.unparse(operand)


def _deletable(node: ast.stmt, last: bool) -> bool:
    """Whatever may be missing without a name missing at once, which every test would notice.

    The last `return` of a function is made to return nothing already.
    """
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets)
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Return):
        return not last
    return isinstance(node, ast.AugAssign | ast.Raise | ast.Continue | ast.Break | ast.If | ast.For)


def _deleted(field: str, place: int) -> Edit:
    def edit(node: ast.AST) -> tuple[str, str]:
        block = getattr(node, field)
        old = ast.unparse(block[place]).splitlines()[0]
        block[place] = ast.Pass()
        return old, "nothing"

    return edit
