"""Charts drawn from tables: what is drawn is what the table says, and leads where it leads."""

import re
from datetime import UTC, date, datetime

import pytest

from valueflow.engine.answers import Cell, Chart, Column, Row, Table
from valueflow.engine.summary import Mark, Times
from valueflow.selectors.naming import Side
from valueflow.views.plots import Drawing, draw
from valueflow.views.plots.draw import KINDS
from valueflow.views.plots.frame import axis_of

DAY = 28_800
COLUMNS = (
    Column("n", "Finished", "count"),
    Column("p50", "Half within", "duration"),
    Column("rate", "Returned", "share"),
)
MONDAYS = ("2026-05-04", "2026-05-11", "2026-05-18")
MARKS = (Mark(datetime(2026, 5, 12, tzinfo=UTC), date(2026, 5, 11), "OM-2"),)
SIDES = {"leg": Side("leg", "LEG", "Legal", "5"), "fin": Side("fin", "FIN", "Finance", "3")}


def row(key: str, n: int | None, name: str = "") -> Row:
    """A row whose figures follow its count; without one it is hidden."""
    if n is None:
        hidden = Cell(None, "finished", hidden=True)
        return Row(key, name or key, {"n": hidden, "p50": hidden, "rate": hidden})
    cells = {
        "n": Cell(n, "finished", {"stream": key}),
        "p50": Cell(Times(n * 86_400, n * DAY)),
        "rate": Cell(n / 100),
    }
    return Row(key, name or key, cells)


def drawn(chart: Chart, *rows: Row) -> str:
    drawing = Drawing(
        url=lambda cell: "" if cell.hidden or not cell.figure else f"/list/{cell.value}/",
        sides=SIDES,
        marks=MARKS,
    )
    return str(draw(Table("A table", COLUMNS, rows, chart), drawing))


CHARTS = {
    "bars": Chart("bars", "n"),
    "bullet": Chart("bullet", "p50", against="p50", upper="p50"),
    "stacked": Chart("stacked", "n", ("n",)),
    "pareto": Chart("pareto", "n"),
    "intervals": Chart("intervals", "p50", against="p50", upper="p50"),
    "funnel": Chart("funnel", "n"),
    "line": Chart("line", "n", lower="n", upper="n"),
    "flow": Chart("flow", "", ("n", "n")),
    "matrix": Chart("matrix", "rate"),
    "scatter": Chart("scatter", "n", against="p50", size="n"),
    "mosaic": Chart("mosaic", "n"),
}


@pytest.mark.parametrize("kind", CHARTS)
def test_marks_lead_to_their_lists_and_what_is_hidden_is_not_drawn(kind: str) -> None:
    text = drawn(CHARTS[kind], row("a", 40), row("b", 20, "<b>"), row("c", None))
    assert " style=" not in text and "<b>" not in text
    assert set(re.findall(r'href="(/list/[^"]*)"', text)) == {"/list/40/", "/list/20/"}
    for link in re.findall(r"<a [^>]*>", text):
        assert 'aria-label="' in link
    assert set(CHARTS) == set(KINDS)


def test_no_rows_or_no_chart_draw_nothing() -> None:
    assert drawn(Chart("bars", "n")) == ""
    assert drawn(Chart("none"), row("a", 40)) == ""
    assert drawn(Chart("mosaic", "n"), row("a", 0), row("b", 0)) == ""


def test_bars_begin_at_zero_and_are_as_long_as_their_figures() -> None:
    text = drawn(CHARTS["bars"], row("a", 40), row("b", 20), row("c", None))
    assert re.findall(r'<rect class="s1" x="([^"]*)" width="([^"]*)"', text) == [
        ("0%", "100%"), ("0%", "50%"),
    ]  # fmt: skip
    assert "fewer than five" in text


def test_versions_and_gaps_stand_in_a_line() -> None:
    text = drawn(CHARTS["line"], *(row(day, n) for day, n in zip(MONDAYS, (10, None, 30))))  # noqa: B905
    version = re.search(r'class="version"><title>OM-2</title><line x1="([^"]*)"', text)
    assert version and version[1] == "50%"
    path = re.search(r'class="l1" d="([^"]*)"', text)
    assert path and path[1].count("M") == 2


def test_pairs_make_a_matrix_of_departments_whatever_their_order() -> None:
    text = drawn(CHARTS["matrix"], row("fin>leg", 32), row("leg>fin", None))
    assert re.findall(r'<td class="(h\d|self)">', text)[1:] == [
        "self", "h1", "h4", "self",
    ]  # fmt: skip
    assert "&lt;5" in text and ">32<" in text and text.index("LEG") < text.index("FIN")


@pytest.mark.parametrize(
    ("values", "unit", "step", "texts"),
    [
        ([0.67, 0.98], "share", 1.0, ["0 %", "25 %", "50 %", "75 %", "100 %"]),
        ([3, 412], "count", 1.0, ["0", "200", "400", "600"]),
        ([DAY * 20.0], "duration", DAY, ["0 d", "5 d", "10 d", "15 d", "20 d"]),
        ([-2.0, 3.0], "number", 1.0, ["-2", "0", "2", "4"]),
        ([0.0], "count", 1.0, ["0", "1"]),
    ],
)
def test_axes_have_round_numbers(values, unit, step, texts) -> None:
    axis = axis_of(values, unit, step)
    assert [axis.text(tick) for tick in axis.ticks] == texts
    assert all(axis.low <= value <= axis.high for value in values)
