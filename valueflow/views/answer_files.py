"""An answer as files: one table as CSV, all of them as a spreadsheet; the numbers of the JSON."""

import io
from collections.abc import Iterator
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from esm.common import clock
from esm.common.tables import write_table
from valueflow.engine.answers import Answer, Column, Row, Table
from valueflow.selectors.answers_json import value_of
from valueflow.selectors.cells import hidden_text
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.scope import FlowScope
from valueflow.views.filters import period_text

Plain = str | int | float
SHEET_NAME = 31
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
# How a spreadsheet shows a unit; durations are hours and minutes of their kind of time.
FORMATS = {"share": "0.0%", "count": "#,##0", "money": "#,##0.00", "duration": "[h]:mm"}
DAY_S = 86_400


def headings(table: Table) -> list[str]:
    """The keys of the columns; a duration makes two, in seconds of either time."""
    found = ["key", "name"]
    for column in table.columns:
        if column.unit == "duration":
            found += [f"{column.key}_calendar_s", f"{column.key}_business_s"]
        else:
            found.append(column.key)
    return found


def plain_rows(table: Table) -> Iterator[list[Plain]]:
    """The rows of a table under its ``headings``; empty where a figure is not known."""
    for row in table.rows:
        cells: list[Plain] = [row.key, str(row.name)]
        for column in table.columns:
            cells += _plain(row, column)
        yield cells


def _plain(row: Row, column: Column) -> list[Plain]:
    cell = row.cells.get(column.key)
    wide = 2 if column.unit == "duration" else 1
    if cell is None:
        return [""] * wide
    if cell.hidden:
        return [hidden_text()] * wide
    value = value_of(cell)
    if isinstance(value, dict):
        both = [value["calendar_s"], value["business_s"]]
    else:
        both = [value] * wide
    return ["" if one is None else one for one in both[:wide]]


def to_csv(table: Table) -> str:
    """One table as CSV."""
    rows = ([str(cell) for cell in row] for row in plain_rows(table))
    return write_table(headings(table), rows)


def to_xlsx(question: Question, scope: FlowScope, found: Answer) -> bytes:
    """A spreadsheet: first what was asked and the sentence, then a sheet for each table."""
    content = io.BytesIO()
    # Nothing of a model or a request becomes a formula or a link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": str(question.title), "created": _moment()})
        _first_sheet(book, question, scope, found)
        taken = {"answer"}
        for place, table in enumerate(found.tables, start=1):
            name = _sheet_name(str(table.title), place, taken)
            _table_sheet(book, book.add_worksheet(name), table)
    return content.getvalue()


def _moment() -> Any:
    return clock.now().replace(tzinfo=None)


def _first_sheet(book: Any, question: Question, scope: FlowScope, found: Answer) -> None:
    sheet, bold = book.add_worksheet("Answer"), book.add_format({"bold": True})
    lines: list[tuple[str, Plain]] = [
        (_("Question"), str(question.title)),
        (_("Answer"), str(found.sentence)),
        (_("n"), found.n),
        (_("Counted"), str(found.population)),
        (_("Calendar"), str(found.calendar)),
        (_("Period"), period_text(scope)),
        (_("From"), scope.start.isoformat()),
        (_("To"), scope.end.isoformat()),
        *((name, value) for name, value in scope.filters().items()),
        *((_("Version"), f"{mark.label} {mark.week.isoformat()}") for mark in found.marks),
        *((_("Note"), str(note)) for note in found.notes),
    ]
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 100)
    for place, (name, value) in enumerate(lines):
        sheet.write_string(place, 0, name, bold)
        _write(sheet, place, 1, value)


def _table_sheet(book: Any, sheet: Any, table: Table) -> None:
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    styles: list[tuple[str, Any]] = [("text", None), ("text", None)]
    names = [_("Key"), _("Name")]
    for column in table.columns:
        style = (
            book.add_format({"num_format": FORMATS[column.unit]})
            if (column.unit in FORMATS)
            else None
        )
        if column.unit == "duration":
            names += [
                _("%(name)s, calendar hours") % {"name": column.name},
                _("%(name)s, working hours") % {"name": column.name},
            ]
            styles += [(column.unit, style)] * 2
        else:
            names.append(str(column.name))
            styles.append((column.unit, style))
    sheet.set_column(0, 1, 28)
    sheet.set_column(2, max(len(names) - 1, 2), 16)
    sheet.freeze_panes(1, 2)
    for place, name in enumerate(names):
        sheet.write_string(0, place, name, bold)
    for line, row in enumerate(plain_rows(table), start=1):
        for place, (value, (unit, style)) in enumerate(zip(row, styles, strict=True)):
            seconds = unit == "duration" and not isinstance(value, str)
            _write(sheet, line, place, value / DAY_S if seconds else value, style)  # type: ignore[operator]


def _write(sheet: Any, line: int, place: int, value: Plain, style: Any = None) -> None:
    if isinstance(value, str):
        sheet.write_string(line, place, value, style)
    else:
        sheet.write_number(line, place, value, style)


def _sheet_name(title: str, place: int, taken: set[str]) -> str:
    """A name no other sheet has, without what spreadsheets refuse."""
    name = " ".join(title.translate(FORBIDDEN).split())[:SHEET_NAME].strip() or str(place)
    if name.casefold() in taken:
        name = f"{name[: SHEET_NAME - 3].strip()} {place}"
    taken.add(name.casefold())
    return name
