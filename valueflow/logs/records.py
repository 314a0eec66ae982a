"""Which lines of a block are records, which are broken, and where each one stands.

A line whose quotes are well formed is a record on its own; lines with open or odd quotes are
looked at one by one. A quote that opens and never closes costs its own line only: the line after
it that is a whole record by itself is one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from valueflow.logs.refusal import Limits
from valueflow.logs.text import MARK_BYTES, Block, too_long

State = Literal["ok", "open", "stray"]
Ints = npt.NDArray[np.int64]
LOOK_AHEAD = 400_000  # looks a block may waste on quotes that prove to be never closed
TEXT_SHOWN = 200


@dataclass(frozen=True)
class BadRow:
    """One row that was left out. ``line`` is the physical line it starts on, from 1; ``kind`` is
    stable, ``reason`` is for people, ``text`` the row's first 200 characters."""

    line: int
    kind: str
    reason: str
    text: str


@dataclass
class Scan:
    """What a block holds. ``clean`` are lines safe for any CSV parser, ``clean_at`` their index in
    the block; ``quoted`` are records already split here. ``rest`` must precede the next block."""

    clean: bytes
    clean_at: Ints
    quoted: list[tuple[int, list[str]]]
    bad: list[BadRow]
    blank: int
    rest: bytes
    starts: Ints
    ends: Ints

    def line_text(self, data: bytes, at: int) -> str:
        """The start of the block's line ``at``, fit to be shown."""
        return shown(data[int(self.starts[at]) : int(self.ends[at])])


@dataclass
class Scanner:
    """Splits blocks into records of ``width`` fields.

    ``is_whole(fields)`` says whether the fields of one line look like a complete record; it decides
    where an unclosed quote ends.
    """

    delimiter: str
    width: int
    is_whole: Callable[[list[str]], bool]
    limits: Limits
    encoding_name: str = "UTF-8"

    def scan(self, block: Block) -> Scan:
        """Records and broken rows of one block; refuses lines over the limit."""
        data = block.data
        codes = np.frombuffer(data, dtype=np.uint8)
        ends = np.flatnonzero(codes == 10)
        if len(data) and not data.endswith(b"\n"):
            ends = np.append(ends, len(data))
        starts = np.concatenate(([0], ends[:-1] + 1)).astype(np.int64) if len(ends) else ends
        over = np.flatnonzero(ends - starts > self.limits.line)
        if len(over):
            raise too_long(block.first_line + int(over[0]), self.limits)
        return _Pass(self, block, codes, starts, ends).run()


class _Pass:
    """The work on one block; lines are indices into ``starts`` and ``ends``."""

    def __init__(
        self,
        scanner: Scanner,
        block: Block,
        codes: npt.NDArray[np.uint8],
        starts: Ints,
        ends: Ints,
    ) -> None:
        self.scanner, self.block, self.data = scanner, block, block.data
        self.codes, self.starts, self.ends = codes, starts, ends
        self.bad: list[BadRow] = []
        self.quoted: list[tuple[int, list[str]]] = []
        self.stop = len(ends)  # lines from here on wait for the next block
        self.quote_lines = self.wide_lines = np.zeros(0, dtype=np.int64)
        self.wasted = 0

    def run(self) -> Scan:
        fields, dirty = self._structure()
        self.wide_lines = np.flatnonzero((fields == self.scanner.width) & ~dirty)
        damaged = self._damaged()
        single = np.ones(len(self.ends), dtype=bool)  # still to be judged as one line
        at = 0
        for special in np.flatnonzero(dirty | (damaged > 0)).tolist():
            if special < at:
                continue
            last = self._special(special, damaged)
            if last is None:
                self.stop = special
                break
            single[special : last + 1] = False
            at = last + 1
        single[self.stop :] = False
        blank = single & self._blank(fields)
        single &= ~blank
        good = single & (fields == self.scanner.width)
        for line in np.flatnonzero(single & ~good).tolist():
            self._width(line, int(fields[line]))
        clean_at = np.flatnonzero(good)
        rest = self.data[int(self.starts[self.stop]) :] if self.stop < len(self.ends) else b""
        self.bad.sort(key=lambda row: row.line)
        return Scan(
            self._joined(good), clean_at, self.quoted, self.bad, int(blank.sum()), rest,
            self.starts, self.ends,
        )  # fmt: skip

    def _structure(self) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """Per line: fields, and whether its quotes need a closer look."""
        n = len(self.ends)
        code = ord(self.scanner.delimiter)
        cuts = np.flatnonzero(self.codes == code)
        q = np.flatnonzero(self.codes == 34)
        if not len(q):
            return self._per_line(cuts) + 1, np.zeros(n, dtype=bool)
        first = np.searchsorted(q, self.starts)
        line_of = np.searchsorted(self.ends, q)
        opening = (np.arange(len(q)) - first[line_of]) % 2 == 0
        left = np.where(q == self.starts[line_of], code, self.codes[q - 1])
        right = np.where(q + 1 == self.ends[line_of], code, self.codes[(q + 1) % len(self.codes)])
        valid = np.where(opening, (left == code) | (left == 34), (right == code) | (right == 34))
        quotes = self._per_line(q)
        self.quote_lines = np.flatnonzero(quotes)
        dirty = quotes % 2 == 1
        dirty[line_of[~valid]] = True
        inside = np.searchsorted(q, cuts) - first[np.searchsorted(self.ends, cuts)]
        return self._per_line(cuts[inside % 2 == 0]) + 1, dirty

    def _per_line(self, positions: Ints) -> Ints:
        upto = np.searchsorted(positions, self.ends)
        return np.asarray(upto - np.searchsorted(positions, self.starts), dtype=np.int64)

    def _damaged(self) -> npt.NDArray[np.int8]:
        """Per line: 1 for a NUL, 2 for bytes the encoding does not allow."""
        lines = np.zeros(len(self.ends), dtype=np.int8)
        if b"\x00" in self.data:
            lines[np.searchsorted(self.ends, np.flatnonzero(self.codes == 0))] = 1
        at = self.data.find(MARK_BYTES)
        while at >= 0:
            line = int(np.searchsorted(self.ends, at))
            lines[line] = 2
            at = self.data.find(MARK_BYTES, int(self.ends[line]))
        return lines

    def _special(self, line: int, damaged: npt.NDArray[np.int8]) -> int | None:
        """Deal with a line that is damaged or has unusual quotes.

        Returns the last line it took, None when the rest of the record is in the next block.
        """
        if damaged[line]:
            self._damage(line, int(damaged[line]))
            return line
        fields, state = split_record(self._text(line), self.scanner.delimiter)
        if state == "ok":
            self._take(line, fields)
            return line
        if state == "stray":
            self._refuse(line, "quote", "A quote inside a quoted field is not doubled.")
            return line
        return self._several_lines(line, fields, damaged)

    def _several_lines(
        self, line: int, fields: list[str], damaged: npt.NDArray[np.int8]
    ) -> int | None:
        """Follow an open quote line by line until its record ends or proves to be broken."""
        parts, seen, before = [fields.pop()], line, self.wasted
        for last in self._after(self.quote_lines, line, len(self.ends) - 1):
            if not self._may_go_on(line, seen, last):
                return self._unclosed(line)
            if last > seen + 1:
                parts.append(self._text(seen + 1, last - 1))
            seen = last
            text = self._text(last)
            end = closing_quote(text, 0)
            if end < 0:
                parts.append(text)
                continue
            fields.append("\n".join([*parts, text[:end]]).replace('""', '"'))
            more: list[str] = []
            state = "ok"
            if end + 1 < len(text):
                if text[end + 1] != self.scanner.delimiter:
                    return self._unclosed(line)
                more, state = split_record(text[end + 2 :], self.scanner.delimiter)
            if state == "stray":
                return self._unclosed(line)
            fields.extend(more)
            if state == "open":
                parts = [fields.pop()]
                continue
            hurt = int(damaged[line : last + 1].max())
            if hurt:
                self._damage(line, hurt)
            else:
                self._take(line, fields)
            self.wasted = before
            return last
        if self.block.final or not self._may_go_on(line, seen, len(self.ends) - 1):
            return self._unclosed(line)
        return None

    def _may_go_on(self, line: int, seen: int, last: int) -> bool:
        """May the record that began on ``line`` go on to ``last``? Not over the limit of its size,
        and not over a line that is a whole record by itself."""
        if int(self.ends[last] - self.starts[line]) > self.scanner.limits.line:
            return False
        self.wasted += 1
        for at in self._after(self.wide_lines, seen, last):
            self.wasted += 1
            fields, state = split_record(self._text(at), self.scanner.delimiter)
            if state == "ok" and self.scanner.is_whole(fields):
                return False
        return self.wasted < LOOK_AHEAD

    @staticmethod
    def _after(lines: Ints, seen: int, last: int) -> Iterator[int]:
        for at in range(int(np.searchsorted(lines, seen, side="right")), len(lines)):
            if (line := int(lines[at])) > last:
                return
            yield line

    def _unclosed(self, line: int) -> int:
        self._refuse(line, "quote", "A quote is opened and never closed.")
        return line

    def _take(self, line: int, fields: list[str]) -> None:
        if len(fields) == self.scanner.width:
            self.quoted.append((line, fields))
        else:
            self._width(line, len(fields))

    def _width(self, line: int, found: int) -> None:
        wanted = self.scanner.width
        self._refuse(line, "fields", f"The row has {found} fields, the header has {wanted}.")

    def _damage(self, line: int, what: int) -> None:
        if what == 1:
            self._refuse(line, "nul", "The row holds a NUL byte.")
        else:
            name = self.scanner.encoding_name
            self._refuse(line, "undecodable", f"The row holds bytes that are not {name}.")

    def _refuse(self, line: int, kind: str, reason: str) -> None:
        text = shown(self.data[int(self.starts[line]) : int(self.ends[line])])
        self.bad.append(BadRow(self.block.first_line + line, kind, reason, text))

    def _blank(self, fields: Ints) -> npt.NDArray[np.bool_]:
        empty = self.ends == self.starts
        for line in np.flatnonzero((fields == 1) & ~empty).tolist():
            if not self.data[int(self.starts[line]) : int(self.ends[line])].strip():
                empty[line] = True
        return np.asarray(empty, dtype=bool)

    def _text(self, line: int, last: int | None = None) -> str:
        end = self.ends[line if last is None else last]
        return self.data[int(self.starts[line]) : int(end)].decode("utf-8")

    def _joined(self, good: npt.NDArray[np.bool_]) -> bytes:
        """The good lines in one piece, copied run by run."""
        if good.all():
            return self.data
        edges = np.flatnonzero(np.diff(np.concatenate(([False], good, [False])).astype(np.int8)))
        runs = edges.reshape(-1, 2).tolist()
        return b"\n".join(self.data[int(self.starts[a]) : int(self.ends[b - 1])] for a, b in runs)


def split_record(text: str, delimiter: str) -> tuple[list[str], State]:
    """Fields of one record; quotes enclose fields and are doubled inside them.

    ``open``: the text ends inside quotes; the last field is what stands behind the opening quote,
    still with doubled quotes. ``stray``: a closing quote is followed by other text. A quote in the
    middle of an unquoted field is an ordinary character.
    """
    fields: list[str] = []
    at = 0
    while True:
        if text.startswith('"', at):
            end = closing_quote(text, at + 1)
            if end < 0:
                fields.append(text[at + 1 :])
                return fields, "open"
            fields.append(text[at + 1 : end].replace('""', '"'))
            if end + 1 == len(text):
                return fields, "ok"
            if text[end + 1] != delimiter:
                return fields, "stray"
            at = end + 2
        else:
            cut = text.find(delimiter, at)
            if cut < 0:
                fields.append(text[at:])
                return fields, "ok"
            fields.append(text[at:cut])
            at = cut + 1


def closing_quote(text: str, at: int) -> int:
    """Where the quotes that are open at ``at`` close; doubled quotes are text. -1: not here."""
    end = text.find('"', at)
    while end >= 0 and text.startswith('"', end + 1):
        end = text.find('"', end + 2)
    return end


def shown(raw: bytes) -> str:
    """At most 200 characters for a list of bad rows: no NUL, damage as U+FFFD."""
    text = raw[: TEXT_SHOWN * 4].decode("utf-8", errors="replace")[:TEXT_SHOWN]
    return text.replace("\x00", "\ufffd").replace("\uffff", "\ufffd")
