"""From unpacked bytes to UTF-8 blocks of whole lines; encoding guessed, damage marked.

A byte sequence that the encoding does not allow becomes ``MARK`` (the noncharacter U+FFFF), so
that the line it stands on can be listed instead of spoiling the file.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field

from valueflow.logs.refusal import Limits, LogRefused

MARK = "\uffff"
MARK_BYTES = MARK.encode()
ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16 (little endian)",
    "utf-16-be": "UTF-16 (big endian)",
    "cp1252": "Windows-1252",
}
_KEPT_AS_EVIDENCE = 2_000
# Bytes from 0x80 on that stand in ordinary Western text written as Windows-1252: letters,
# quotation marks, dashes, currency and the like. Left out: ÿ þ ð Þ Ð × ÷, rare and typical of
# random bytes (a stray UTF-16 mark is ÿþ).
_WESTERN = frozenset(
    b"\x80\x82\x84\x85\x8a\x8c\x8e\x91\x92\x93\x94\x95\x96\x97\x99\x9a\x9c\x9e\x9f\xa0\xa3\xa7\xab"
    b"\xae\xb0\xb5\xb7\xbb\xbf\xa1\xaa\xba"
) | frozenset(b for b in range(0xC0, 0xFF) if b not in (0xD0, 0xD7, 0xDE, 0xF0, 0xF7, 0xFE))


def _mark(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError):
        return MARK, error.end
    raise error


codecs.register_error("log-mark", _mark)


@dataclass
class Evidence:
    """What the text said about its encoding: lines with bytes above ASCII, good and damaged."""

    good_lines: int = 0
    damaged: list[bytes] = field(default_factory=list)

    def add(self, block: bytes) -> None:
        """Count the lines of a block of UTF-8 candidates that hold more than ASCII."""
        for line in block.split(b"\n"):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                self.good_lines += 1
            except UnicodeDecodeError:
                if len(self.damaged) < _KEPT_AS_EVIDENCE:
                    self.damaged.append(line)

    @property
    def says_western(self) -> bool:
        """True when the damage is ordinary text in Windows-1252 rather than broken UTF-8."""
        plausible = sum(map(_is_western, self.damaged))
        return bool(self.damaged) and (
            len(self.damaged) > self.good_lines and plausible >= 0.8 * len(self.damaged)
        )


def _is_western(line: bytes) -> bool:
    """Every high byte is a common one, and letters among them continue a word in its case."""
    for at, byte in enumerate(line):
        if byte < 0x80:
            continue
        if byte not in _WESTERN:
            return False
        before = line[at - 1] if at else 0x20
        capital = 0xC0 <= byte <= 0xDE
        if capital and 0x61 <= before <= 0x7A:  # a capital inside a word: not a word
            return False
    return True


@dataclass(frozen=True)
class Block:
    """Whole lines as UTF-8, each ended by ``\\n`` (but perhaps the last of the file).

    ``first_line`` counts physical lines from 1; ``final`` is true for the last block; ``done`` is
    how many packed bytes of the file have been read.
    """

    data: bytes
    first_line: int
    final: bool
    done: int


def guess_encoding(sample: bytes) -> tuple[str, int]:
    """Codec name and length of the byte order mark, from the first bytes of the text."""
    if sample.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        raise LogRefused("log-encoding", "The text is encoded as UTF-32; save it as UTF-8.", line=1)
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8", 3
    if sample.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le", 2
    if sample.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", 2
    even, odd = sample[0:4096:2].count(0), sample[1:4096:2].count(0)
    half = min(len(sample), 4096) / 2
    if odd > 0.3 * half and even < 0.05 * half:
        return "utf-16-le", 0
    if even > 0.3 * half and odd < 0.05 * half:
        return "utf-16-be", 0
    evidence = Evidence()
    evidence.add(sample[: sample.rfind(b"\n") + 1] or sample)
    return ("cp1252" if evidence.says_western else "utf-8"), 0


@dataclass
class Decoder:
    """Turns chunks of bytes into blocks. ``evidence`` is only gathered for UTF-8."""

    encoding: str
    mark_length: int
    newline: str
    limits: Limits
    evidence: Evidence = field(default_factory=Evidence)

    def blocks(self, pieces: Iterator[tuple[bytes, int]]) -> Iterator[Block]:
        """Blocks in order; refuses a physical line longer than the limit, with its number."""
        waiting: list[bytes] = []
        line, done = 1, 0
        for text, done in self._as_utf8(pieces):
            cut = text.rfind(b"\n") + 1
            if not cut:
                waiting.append(text)
                if sum(map(len, waiting)) > self.limits.line:
                    raise too_long(line, self.limits)
                continue
            data = self._clean(b"".join((*waiting, text[:cut])))
            waiting = [text[cut:]]
            yield Block(data, line, False, done)
            line += data.count(b"\n")
        yield Block(self._clean(b"".join(waiting)).removesuffix(b"\r"), line, True, done)

    def _as_utf8(self, pieces: Iterator[tuple[bytes, int]]) -> Iterator[tuple[bytes, int]]:
        skip = self.mark_length
        decoder = (
            None
            if self.encoding == "utf-8"
            else codecs.getincrementaldecoder(self.encoding)(errors="log-mark")
        )
        done = 0
        for piece, done in pieces:
            data, skip = piece[skip:], max(0, skip - len(piece))
            if decoder is not None:
                data = decoder.decode(data).encode("utf-8")
            yield self._newlines(data), done
        if decoder is not None:
            yield self._newlines(decoder.decode(b"", True).encode("utf-8")), done

    def _newlines(self, data: bytes) -> bytes:
        return data.replace(b"\r", b"\n") if self.newline == "\r" else data

    def _clean(self, block: bytes) -> bytes:
        if b"\r\n" in block:
            block = block.replace(b"\r\n", b"\n")
        if self.encoding != "utf-8" or block.isascii():
            return block
        self.evidence.add(block)
        try:
            block.decode("utf-8")
            return block
        except UnicodeDecodeError:
            return block.decode("utf-8", errors="log-mark").encode("utf-8")


def too_long(line: int, limits: Limits) -> LogRefused:
    """The refusal of a physical line over the limit."""
    return LogRefused(
        "log-line-too-long",
        f"Line {line} is longer than {limits.line:,} bytes; no log has such lines. "
        "Nothing was imported.",
        line=line,
    )
