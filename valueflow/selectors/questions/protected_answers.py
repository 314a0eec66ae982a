"""Answers about protected facts for those who do not see all departments.

A question here is asked again over whole blocks of weeks; every cell is then shown only when the
groups it is made of may be (``selectors.protected``). What a sentence or a colour would say of
hidden figures is left out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from esm.accounts.models import User
from valueflow.engine.answers import Answer, Cell, Row, Table
from valueflow.selectors import decided, felt, following_protected
from valueflow.selectors.protected import NEVER, Protected
from valueflow.selectors.protected import Row as Group
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.scope import FlowScope

HIDDEN = Cell(None, hidden=True)
# The groups that a cell is made of, by number of the table, key of the row and column.
Needs = Callable[[int, str, str], Iterable[Group]]


@dataclass(frozen=True, slots=True)
class Rule:
    """How a question is protected; ``whole`` is the group that its ``n`` counts, if protected."""

    guard: Callable[[FlowScope, User], Protected]
    needs: Needs
    whole: Group = ()


def _deciding(table: int, key: str, column: str) -> list[Group]:
    if table == 0:
        if column == "in_time":
            return [("in-time", "type", key), ("due", "type", key)]
        return [("timed", "type", key)]
    if column == "type":
        return []
    kind, mark = key.split(":", 1)
    return [("decided", "level", kind, mark), ("decided", "type", kind)]


def _approvals(table: int, key: str, column: str) -> list[Group]:
    if table and column == "type":
        return []
    kind, _sep, mark = key.partition(":")
    group = ("level", kind, mark) if table else ("type", kind)
    if column in ("wait", "p50"):
        return [NEVER if table else ("timed", *group)]
    same = [("unchanged", *group)] if column in ("same", "unchanged") else []
    return [("decided", *group), *same]


def _holders(table: int, key: str, column: str) -> list[Group]:
    if table == 2 or column in ("vacant", "rights", "holders"):
        return []
    return [("timed", "type", key) if table == 0 else ("timed", "by", key)]


def _practice(table: int, key: str, column: str) -> list[Group]:
    if table == 0 or column != "n":
        return [NEVER]
    return [("timed", "type", key)]


def _following(table: int, key: str, column: str) -> list[Group]:
    if table == 0:
        return [] if column == "n" else [NEVER]
    if table == 1:
        one = key != "rest" and column in ("n", "share", "declared", "p50")
        return [("variant", key) if one else NEVER]
    if column == "says":
        return []
    return [("deviating", key)] if column in ("requests", "most") else [NEVER]


def _felt(table: int, key: str, column: str) -> list[Group]:
    if table == 0:
        return [] if column == "n" else [NEVER]
    if column in ("n", "kept"):
        return []
    if column in ("answers", "mean", "top"):
        return [("answers", "service", key)]
    return [NEVER]


RULES: Mapping[str, Rule] = {
    "deciding": Rule(decided.guarded, _deciding, ("timed",)),
    "approvals": Rule(decided.guarded, _approvals, ("decided",)),
    "holders": Rule(decided.guarded, _holders, ("timed",)),
    "practice": Rule(decided.guarded, _practice, ("timed",)),
    "following": Rule(following_protected.guarded, _following),
    "felt": Rule(felt.guarded, _felt),
}


def protect(question: Question) -> Question:
    """The question with the answer that each viewer may see."""
    rule = RULES.get(question.slug)
    if rule is None:
        return question

    def answer(scope: FlowScope, user: User) -> Answer:
        guard = rule.guard(scope, user)
        if guard.exact:
            return question.answer(scope, user)
        return _told(question, rule, guard, user)

    return replace(question, answer=answer)


def _told(question: Question, rule: Rule, guard: Protected, user: User) -> Answer:
    scope = guard.scope
    if guard.refusal:
        # Only what the tables look like.
        found = question.answer(replace(scope, end=scope.start), user)
        tables = tuple(replace(table, rows=(), sentence="") for table in found.tables)
        return replace(found, sentence=guard.refusal, n=0, tables=tables, notes=())
    found = question.answer(scope, user)
    tables = tuple(_table(place, table, rule, guard) for place, table in enumerate(found.tables))
    if question.slug == "following":
        # A way that few went is told by its name alone.
        kept = tuple(row for row in tables[1].rows if not row.cells["n"].hidden)
        tables = (tables[0], replace(tables[1], rows=kept), *tables[2:])
    if question.slug == "felt":
        tables = (tables[0], _with_answers(tables[1], guard))
    return replace(
        found,
        sentence=guard.note,
        n=found.n if not rule.whole or guard.shows(*rule.whole) else 0,
        tables=tables,
        notes=(*found.notes, _("Whoever sees all departments sees every figure of any period.")),
    )


def _table(place: int, table: Table, rule: Rule, guard: Protected) -> Table:
    rows = tuple(_row(place, row, rule, guard) for row in table.rows)
    return replace(table, rows=rows, sentence="")


def _row(place: int, row: Row, rule: Rule, guard: Protected) -> Row:
    cells = {
        name: _dated(cell, guard.scope)
        if all(guard.shows(*group) for group in rule.needs(place, row.key, name))
        else HIDDEN
        for name, cell in row.cells.items()
    }
    return replace(row, cells=cells, tone="")


def _dated(cell: Cell, scope: FlowScope) -> Cell:
    """The list behind is of the stretch that the figure is of."""
    if not cell.figure or "week" in cell.extra:
        return cell
    stretch = {"from": scope.start.isoformat(), "to": scope.end.isoformat()}
    return replace(cell, extra={**cell.extra, **stretch})


def _with_answers(table: Table, guard: Protected) -> Table:
    """Services with the answers given in the stretch; their list would name who answered."""
    scores: dict[str, list[int]] = {}
    for service, score in felt.answers(guard).values_list("request__fact__service", "score"):
        scores.setdefault(service, []).append(score)
    rows = []
    for row in table.rows:
        cells = dict(row.cells)
        told = scores.get(row.key, [])
        if guard.shows("answers", "service", row.key) and told:
            top = sum(score >= felt.TOP for score in told) / len(told)
            shown = guard.shows("top", "service", row.key)
            cells["answers"] = Cell(len(told))
            cells["mean"] = Cell(sum(told) / len(told))
            cells["top"] = Cell(top) if shown else HIDDEN
        else:
            cells |= dict.fromkeys(("answers", "mean", "top"), HIDDEN)
        rows.append(replace(row, cells=cells))
    return replace(table, rows=tuple(rows))
