"""What kind of file this is: encoding, line ends, delimiter, header; or why it is no log."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from valueflow.logs.records import shown, split_record
from valueflow.logs.refusal import MIB, Limits, LogRefused
from valueflow.logs.source import Source, check_packing, chunks, open_source, refuse_foreign
from valueflow.logs.text import ENCODING_NAMES, MARK, guess_encoding, too_long
from valueflow.logs.times import looks_like_time

SAMPLE_BYTES = MIB
SAMPLE_ROWS = 500
HEADER_WITHIN = 20
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\uffff]")
_SEP_LINE = re.compile(r'^"?sep=(.)"?$', re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How the text of a file is built. ``data_line`` is the first physical line below the header
    (from 1); ``columns`` have unique names, made up where the file has none."""

    encoding: str
    mark_length: int
    newline: str
    delimiter: str
    header: bool
    data_line: int
    columns: tuple[str, ...]

    def words(self) -> tuple[str, ...]:
        """The guesses for people, one sentence each."""
        name = DELIMITERS[self.delimiter]
        found = [
            f"The text is {ENCODING_NAMES[self.encoding]}.",
            f"Fields are separated by a {name}.",
        ]
        if not self.header:
            found.append("There is no header line; columns are numbered.")
        elif self.data_line > 2:
            found.append(f"The header stands on line {self.data_line - 1}.")
        return tuple(found)


@dataclass(frozen=True)
class Sniffed:
    """A file that may be a log: its dialect and the first rows, each as wide as the header."""

    source: Source
    dialect: Dialect
    rows: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> list[str]:
        """The sample's values of one column."""
        at = self.dialect.columns.index(name)
        return [row[at] for row in self.rows]


def sniff(path: str | Path, limits: Limits | None = None, encoding: str | None = None) -> Sniffed:
    """Guess how a file is built from its first MiB of text.

    ``encoding`` (a key of ``ENCODING_NAMES``) overrules the guess. Raises LogRefused for what is no
    table of text: archives, binary files, web pages, one column, an empty file.
    """
    limits = limits or Limits()
    source = open_source(path, limits)
    check_packing(source, limits)
    raw, whole = _sample(source, limits)
    refuse_foreign(raw[:16])
    if raw.startswith(b"\x1f\x8b"):
        raise LogRefused("log-archive", "The file is packed with gzip twice; unpack it once.")
    guessed, mark = guess_encoding(raw)
    text, newline = _text(raw, encoding or guessed, mark, whole, limits)
    _refuse_other_text(text)
    lines = text.split("\n")
    if not whole and len(lines) > 1:
        lines.pop()  # cut off by the end of the sample
    dialect, rows = _table(lines, encoding or guessed, mark)
    return Sniffed(source, replace(dialect, newline=newline), tuple(rows))


def _sample(source: Source, limits: Limits) -> tuple[bytes, bool]:
    """The first bytes of the text, and whether they are all of it."""
    parts: list[bytes] = []
    size = 0
    for piece, _ in chunks(source, limits):
        parts.append(piece)
        size += len(piece)
        if size > SAMPLE_BYTES:
            return b"".join(parts)[:SAMPLE_BYTES], False
    if not size:
        raise LogRefused("log-empty", "The file is empty.")
    return b"".join(parts), True


def _text(raw: bytes, encoding: str, mark: int, whole: bool, limits: Limits) -> tuple[str, str]:
    text = raw[mark:].decode(encoding, errors="log-mark").replace("\r\n", "\n")
    _refuse_binary(text)
    newline = "\n"
    if "\n" not in text and "\r" in text.rstrip("\r"):
        text, newline = text.replace("\r", "\n"), "\r"
    if not whole and "\n" not in text:
        raise too_long(1, limits)
    return text, newline


def _refuse_binary(text: str) -> None:
    """One damaged row is a bad row; when half of all lines are damaged, it is no text."""
    odd = _CONTROL.findall(text)
    lines = text.split("\n")
    hurt = sum(1 for line in lines if _CONTROL.search(line)) if odd else 0
    if hurt <= 0.5 * sum(map(bool, lines)):
        return
    first = _CONTROL.search(text)
    at = first.start() if first else 0
    line = text.count("\n", 0, at) + 1
    if len(odd) - odd.count(MARK) < 0.1 * hurt:
        sentence = (
            f"The text is neither UTF-8 nor UTF-16 nor Windows-1252 (from line {line} on); "
            "save it as UTF-8."
        )
        raise LogRefused("log-encoding", sentence, line=line)
    raise LogRefused(
        "log-not-text",
        f"This is no text file: character {at + 1} (line {line}) is a control character, and "
        f"{len(odd)} of the first {len(text)} are.",
        line=line,
    )


def _refuse_other_text(text: str) -> None:
    start = text.lstrip()[:200].lower()
    if not start:
        raise LogRefused("log-empty", "The file holds nothing but blank lines.")
    if start.startswith(("<!doctype html", "<html")):
        sentence = "This is a web page, perhaps a sign-in page saved instead of the export."
        raise LogRefused("log-not-csv", sentence, line=1)
    if start.startswith(("<?xml", "<log", "<ocel")):
        sentence = "This is an XML file (XES, perhaps); only CSV and gzipped CSV are read so far."
        raise LogRefused("log-not-csv", sentence, line=1)
    if re.match(r'[\[{]\s*["{\[]', start):
        sentence = "This is a JSON file; only CSV and gzipped CSV are read so far."
        raise LogRefused("log-not-csv", sentence, line=1)


def _table(lines: list[str], encoding: str, mark: int) -> tuple[Dialect, list[tuple[str, ...]]]:
    first = 0
    forced = _SEP_LINE.match(lines[0].strip())
    if forced and forced[1] in DELIMITERS:
        first, delimiters = 1, [forced[1]]
    else:
        delimiters = list(DELIMITERS)
    top = lines[first : first + SAMPLE_ROWS * 2]
    delimiter, width = _best(top, delimiters)
    if width < 2:
        shown_line = shown(next(filter(str.strip, top), "")[:80].encode())
        raise LogRefused(
            "log-one-column",
            "This is no table: no comma, semicolon, tab or bar separates fields "
            f"(line {first + 1}: «{shown_line}»).",
            line=first + 1,
        )
    at, names, below = _header(lines, first, delimiter, width)
    header = not any(looks_like_time(name.strip()) for name in names)
    dialect = Dialect(
        encoding,
        mark,
        "\n",
        delimiter,
        header,
        (below if header else at) + 1,
        _unique(names if header else [""] * width, width),
    )
    below_header = _records(lines, dialect.data_line - 1, delimiter)
    rows = (tuple(fields) for fields in below_header if len(fields) == len(dialect.columns))
    return dialect, list(islice(rows, SAMPLE_ROWS))


def _best(lines: list[str], delimiters: list[str]) -> tuple[str, int]:
    """The delimiter that gives most records the same width of two or more, and its width.

    A first record of that width speaks for it; between equals the wider wins.
    """
    best = (0.0, 0, "")
    for delimiter in delimiters:
        widths = [len(fields) for fields in _records(lines, 0, delimiter)]
        counts = Counter(width for width in widths if width > 1)
        if counts:
            width, n = max(counts.items(), key=lambda item: (item[1], item[0]))
            share = round(n / len(widths), 2) + (0.5 if widths[0] == width else 0.0)
            best = max(best, (share, width, delimiter))
    return best[2], best[1]


def _records(lines: list[str], first: int, delimiter: str) -> Iterator[list[str]]:
    """Fields of the records from a line on; blank lines and lines with broken quotes are left."""
    at = first
    while at < len(lines):
        fields, below = _joined(lines, at, delimiter)
        if fields and (len(fields) > 1 or fields[0].strip()):
            yield fields
        at = below


def _header(lines: list[str], first: int, delimiter: str, width: int) -> tuple[int, list[str], int]:
    """Index of the header's line, its names, index of the line below it.

    Lines above it that are narrower (titles, filters of a report) are passed over. A header may be
    one name short when every row ends with a delimiter, and may end with one itself.
    """
    shorter: tuple[int, list[str], int] | None = None
    for at in range(first, min(len(lines), first + HEADER_WITHIN)):
        names, below = _joined(lines, at, delimiter)
        if len(names) == width + 1 and not names[-1].strip():
            return at, names[:-1], below
        if len(names) >= width:
            return shorter or (at, names, below)
        if len(names) == width - 1 and width > 2 and shorter is None:
            shorter = (at, names, below)
        else:
            shorter = None if not names else shorter
    names, below = _joined(lines, first, delimiter)
    return first, names, below


def _joined(lines: list[str], at: int, delimiter: str) -> tuple[list[str], int]:
    """Fields of the record that starts at a line, over several lines if its quotes are open."""
    for end in range(at + 1, min(len(lines), at + HEADER_WITHIN) + 1):
        fields, state = split_record("\n".join(lines[at:end]), delimiter)
        if state == "ok":
            return fields, end
        if state == "stray":
            break
    return [], at + 1


def _unique(names: list[str], width: int) -> tuple[str, ...]:
    """As many names as there are columns, none empty, none twice."""
    taken: set[str] = set()
    result = []
    for number in range(1, max(width, len(names)) + 1):
        given = " ".join(names[number - 1].split()) if number <= len(names) else ""
        name = base = given[:200] or f"column {number}"
        again = 2
        while name in taken:
            name, again = f"{base} ({again})", again + 1
        taken.add(name)
        result.append(name)
    return tuple(result)
