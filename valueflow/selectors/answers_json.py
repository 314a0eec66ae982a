"""An answer as JSON: the same cells as the page, durations in both times, hidden ones null."""

from typing import Any

from valueflow.engine.answers import Answer, Cell, Row, Table
from valueflow.engine.summary import Times
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.scope import FlowScope


def to_json(question: Question, scope: FlowScope, found: Answer) -> dict[str, Any]:
    """The document of ``GET /api/v1/flow/questions/<slug>``; its format is in docs/questions.md."""
    return {
        "code": question.code,
        "slug": question.slug,
        "title": str(question.title),
        "sentence": str(found.sentence),
        "n": found.n,
        "unit": found.unit,
        "population": str(found.population),
        "calendar": str(found.calendar),
        "day_s": found.day_s,
        "source": scope.source,
        "from": scope.start.isoformat(),
        "to": scope.end.isoformat(),
        "at": scope.at.isoformat(),
        "zone": scope.zone.key,
        "filters": scope.filters(),
        "versions": [
            {"version": mark.label, "at": mark.at.isoformat(), "week": mark.week.isoformat()}
            for mark in found.marks
        ],
        "notes": [str(note) for note in found.notes],
        "tables": tables(found),
    }


def tables(found: Answer) -> list[dict[str, Any]]:
    """The tables alone."""
    return [_table(table) for table in found.tables]


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": str(table.title),
        "sentence": str(table.sentence),
        "columns": [
            {
                "key": column.key,
                "name": str(column.name),
                "unit": column.unit,
                "definition": str(column.definition),
            }
            for column in table.columns
        ],
        "rows": [_row(table, row) for row in table.rows],
    }


def _row(table: Table, row: Row) -> dict[str, Any]:
    known = [(c.key, row.cells[c.key]) for c in table.columns if c.key in row.cells]
    return {
        "key": row.key,
        "name": str(row.name),
        "figures": {key: value_of(cell) for key, cell in known},
        "hidden": [key for key, cell in known if cell.hidden],
        "lists": {
            key: {"figure": cell.figure, **cell.extra}
            for key, cell in known
            if cell.figure and not cell.hidden
        },
    }


def value_of(cell: Cell) -> Any:
    """A value as JSON knows it; None where it is hidden or not known."""
    if cell.hidden or cell.value is None:
        return None
    if isinstance(cell.value, Times):
        return {"calendar_s": cell.value.calendar, "business_s": cell.value.business}
    if isinstance(cell.value, (int, float)):
        return cell.value
    return str(cell.value)
