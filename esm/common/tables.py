"""Tables that people exchange as CSV: read strictly, written so that a spreadsheet runs nothing.

What cannot be read in one way only is refused with the line it stands on; nothing is guessed from
half a file.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from esm.common.errors import Invalid, TooLarge

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 40
MAX_CELL = 2_000
DELIMITERS = (",", ";", "\t", "|")
# A cell that starts like this would be a formula in a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on, its cells by column, and why it cannot be used."""

    line: int
    cells: dict[str, str]
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def refused(sentence: str) -> Invalid:
    """A file that is not read."""
    return Invalid(sentence, {"file": [sentence]})


def safe_cell(value: str) -> str:
    """A text as a spreadsheet shows it: an apostrophe before what would be a formula."""
    return f"'{value}" if value.startswith(FORMULA) else value


def plain_cell(value: str) -> str:
    """A cell as it was before ``safe_cell``, without blanks around it."""
    value = value.strip()
    return value[1:] if value.startswith("'") and value[1:].startswith(FORMULA) else value


def write_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table as CSV, with CRLF and without formulas."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def read_table(content: bytes, *, max_rows: int = MAX_ROWS) -> Table:
    """A table of bytes. Raises TooLarge and Invalid with the line for what cannot be read."""
    text = _decoded(content)
    lines = text.split("\n", 1)
    delimiter = max(DELIMITERS, key=lambda d: lines[0].count(d))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: tuple[str, ...] = ()
    rows: list[Row] = []
    start = 1
    try:
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = _header(cells)
                continue
            if len(rows) == max_rows:
                raise TooLarge(f"More than {max_rows:,} rows; cut the file in parts.")
            rows.append(_row(line, columns, cells))
    except csv.Error as error:
        raise refused(f"Line {reader.line_num}: this is not CSV ({error}).") from error
    if not columns:
        raise refused("The file is empty.")
    if not rows:
        raise refused("There is no row below the header.")
    return Table(columns, tuple(rows))


def _decoded(content: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 with its mark, or Windows-1252; never a mixture."""
    if len(content) > MAX_BYTES:
        raise TooLarge("The file is larger than 2 MB; cut it in parts.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return _checked(content.decode("utf-16"))
        except UnicodeDecodeError as error:
            raise refused("The file is cut off: save it as UTF-8 again.") from error
    try:
        return _checked(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    if _SEQUENCE.search(content):
        raise refused(f"Line {line}: the file mixes encodings; save it as UTF-8.")
    try:
        return _checked(content.decode("cp1252"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refused(f"Line {line}: this is no text; save it as UTF-8.") from error


def _checked(text: str) -> str:
    place = text.find("\x00")
    if place >= 0:
        line = text.count("\n", 0, place) + 1
        raise refused(f"Line {line}: there is a zero byte in it; this is no text.")
    return text


def _header(cells: Sequence[str]) -> tuple[str, ...]:
    if len(cells) > MAX_COLUMNS:
        raise TooLarge(f"More than {MAX_COLUMNS} columns.")
    names = tuple(
        plain_cell(cell)[:100] or f"column {place}" for place, cell in enumerate(cells, start=1)
    )
    known: dict[str, str] = {}
    for name in names:
        if name.casefold() in known:
            raise refused(f"The column {name} is there twice; give each a name of its own.")
        known[name.casefold()] = name
    return names


def _row(line: int, columns: Sequence[str], cells: Sequence[str]) -> Row:
    if len(cells) != len(columns):
        said = f"It has {len(cells)} cells, the header {len(columns)}."
        return Row(line, dict(zip(columns, cells, strict=False)), said)
    if any(len(cell) > MAX_CELL for cell in cells):
        return Row(line, {}, f"A cell is longer than {MAX_CELL:,} characters.")
    return Row(line, {c: plain_cell(v) for c, v in zip(columns, cells, strict=True)})
