"""An answer as its page shows it: each table with its chart, its words and its links."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from valueflow.engine.answers import Answer, Cell, Column, Row, Table
from valueflow.selectors import cells
from valueflow.selectors.naming import Names
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.scope import FlowScope
from valueflow.views import plots

TONES = {"ok": "ok", "warn": "risk", "risk": "late"}
# Longer tables are closed where a chart says the same.
OPEN_ROWS = 15


@dataclass(frozen=True, slots=True)
class Page:
    """What the parts of an answer's page are written with; ``own_url`` of one of no question."""

    question: Question
    scope: FlowScope
    found: Answer
    names: Names
    own_url: str = ""

    def url(self, cell: Cell) -> str:
        """Where a figure leads: the list behind it, or what its cell names; zero leads nowhere."""
        if cell.hidden or cell.value == 0:
            return ""
        if not cell.figure:
            return cell.url
        chosen = {"figure": cell.figure, **cell.extra}
        if not self.own_url:
            chosen["of"] = self.question.slug
        return reverse("flow-requests") + self.scope.query(**chosen)

    def csv_url(self, table: str) -> str:
        """The file of one table, by its number."""
        if self.own_url:
            return f"{self.own_url}figures.csv{self.scope.query(table=table)}"
        return page_url(self.question, self.scope, "csv", table=table)

    def text(self, cell: Cell | None, column: Column) -> str:
        """A figure in words."""
        return cells.cell_text(cell, column, self.scope.basis, self.found.day_s)


def tables(page: Page, before: Answer | None = None) -> list[dict[str, Any]]:
    """Every table of an answer, the first with the answer's own sentence above."""
    then = before.tables if before else ()
    return [
        _table(page, table, place, then[place] if place < len(then) else None)
        for place, table in enumerate(page.found.tables)
    ]


def _table(page: Page, table: Table, place: int, then: Table | None) -> dict[str, Any]:
    chart = plots.draw(table, plots.Drawing(
        basis=page.scope.basis, day_s=page.found.day_s, url=page.url, sides=page.names.sides,
        marks=tuple(page.found.marks), id=f"plot-{place}",
    ))  # fmt: skip
    columns = [
        {
            "name": column.name,
            "definition": column.definition,
            "numeric": column.unit in cells.NUMERIC,
            "id": f"tip-{place}-{column.key}",
        }
        for column in table.columns
    ]
    earlier = {row.key: row for row in then.rows} if then else {}
    return {
        "id": f"table-{place + 1}",
        "title": table.title,
        # The first sentence stands above the whole page.
        "sentence": table.sentence if place else "",
        "chart": chart,
        "columns": columns,
        "rows": [_row(page, table, row, earlier, then is not None) for row in table.rows],
        "open": not chart or len(table.rows) <= OPEN_ROWS,
        "defined": [column for column in columns if column["definition"]],
        "csv_url": page.csv_url(str(place + 1)),
    }


def _row(
    page: Page, table: Table, row: Row, earlier: Mapping[str, Row], compared: bool
) -> dict[str, Any]:
    before = earlier.get(row.key)
    shown = []
    for column in table.columns:
        cell = row.cells.get(column.key)
        one: dict[str, Any] = {
            "text": page.text(cell, column),
            "url": page.url(cell) if cell else "",
            "figure": cell.figure if cell and not cell.hidden else "",
            "n": cell.value if cell and column.unit == "count" and not cell.hidden else None,
            "hidden": bool(cell and cell.hidden),
            "numeric": column.unit in cells.NUMERIC,
            "label": column.name,
        }
        if compared and one["numeric"]:
            one |= _compared(page, cell, before, column)
        shown.append(one)
    return {"name": row.name, "tone": TONES.get(row.tone, ""), "cells": shown}


def _compared(page: Page, cell: Cell | None, before: Row | None, column: Column) -> dict[str, Any]:
    """What the figure was in the other period, and how far it moved."""
    then = before.cells.get(column.key) if before else None
    moved = cells.change_text(cell, then, column, page.scope.basis, page.found.day_s)
    was = page.text(then, column)
    return {"was": "" if was == "–" else was, "moved": moved}


def page_url(question: Question, scope: FlowScope, kind: str = "", **more: str) -> str:
    """The address of a question under a scope; with ``kind`` the file of the same figures."""
    if not kind:
        return reverse("flow-question", args=[question.slug]) + scope.query(**more)
    return reverse("flow-question-file", args=[question.slug, kind]) + scope.query(**more)
