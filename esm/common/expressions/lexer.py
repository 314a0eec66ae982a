"""Text to words. Knows characters, not grammar."""

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import Enum, auto

from esm.common.expressions.language import KEYWORDS, MAX_DIGITS, MAX_LENGTH, ExpressionError


class Word(Enum):
    """The kinds of words."""

    NUMBER = auto()
    TEXT = auto()
    DURATION = auto()
    NAME = auto()
    KEYWORD = auto()
    SYMBOL = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One word: its kind, where it starts, how it is written and, for constants, its value."""

    kind: Word
    position: int
    text: str
    value: Decimal | str | timedelta | None = None


# One alternative per word; the first that fits wins, so a duration stands before a number.
# No alternative can match the same text in two ways: the scan is linear.
_PATTERN = re.compile(
    r"""
      (?P<space>[ \t\r\n]+)
    | (?P<duration>[0-9]+[dhm](?![A-Za-z0-9_])(?:[ ]+[0-9]+[dhm](?![A-Za-z0-9_]))*)
    | (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<name>[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*)
    | '(?P<text>(?:[^'\n]|'')*)'
    | (?P<symbol>==|!=|<=|>=|[<>()\[\],+*-])
    """,
    re.VERBOSE,
)
_PARTS = re.compile(r"([0-9]+)([dhm])")
_UNITS = {"d": 86_400, "h": 3_600, "m": 60}
_WORD_CHARACTER = re.compile(r"[A-Za-z0-9_.]")
_HINTS = {
    "=": "Write == for “equals”.",
    "!": "Write “not” or !=.",
    "&": "Write “and”.",
    "|": "Write “or”.",
    "/": "There is no division; multiply instead.",
    '"': "Write text between single quotes.",
    "“": "Write text between single quotes.",
    "‘": "Write text between straight single quotes.",
    "'": "This text has no closing quote.",
    ".": "A name has no parts; the point belongs only inside a number.",
    "_": "A name starts with a letter.",
}


def read(source: str) -> list[Lexeme]:
    """The words of ``source``, closed by one END. Raises ``ExpressionError``."""
    if len(source) > MAX_LENGTH:
        raise ExpressionError(
            MAX_LENGTH, f"An expression has at most {MAX_LENGTH} characters, not {len(source)}."
        )
    words: list[Lexeme] = []
    position = 0
    while position < len(source):
        match = _PATTERN.match(source, position)
        if match is None:
            raise ExpressionError(position, _complaint(source[position]))
        if match.lastgroup != "space":
            words.append(_lexeme(match, position))
        position = match.end()
    words.append(Lexeme(Word.END, len(source), ""))
    return words


def _complaint(character: str) -> str:
    hint = _HINTS.get(character)
    return hint or f"The character {character!r} has no meaning here."


def _lexeme(match: re.Match[str], position: int) -> Lexeme:
    written = match.group()
    kind = match.lastgroup
    if kind == "number":
        return Lexeme(Word.NUMBER, position, written, _number(match, position))
    if kind == "duration":
        return Lexeme(Word.DURATION, position, written, _duration(written, position))
    if kind == "text":
        return Lexeme(Word.TEXT, position, written, match.group("text").replace("''", "'"))
    if kind == "symbol":
        return Lexeme(Word.SYMBOL, position, written)
    if written in KEYWORDS:
        return Lexeme(Word.KEYWORD, position, written)
    if written.lower() in KEYWORDS:
        raise ExpressionError(position, f"Write “{written.lower()}” in small letters.")
    return Lexeme(Word.NAME, position, written)


def _number(match: re.Match[str], position: int) -> Decimal:
    written = match.group()
    if _WORD_CHARACTER.match(match.string, match.end()):
        raise ExpressionError(
            position, "A number has digits and at most one point; a duration is like 5d 4h 30m."
        )
    if len(written.replace(".", "")) > MAX_DIGITS:
        raise ExpressionError(position, f"A number has at most {MAX_DIGITS} digits.")
    return Decimal(written)


def _duration(written: str, position: int) -> timedelta:
    seconds = 0
    last = 86_401
    for digits, letter in _PARTS.findall(written):
        if _UNITS[letter] >= last:
            raise ExpressionError(position, "A duration names days, hours, minutes in this order.")
        last = _UNITS[letter]
        if len(digits) > 6:
            raise ExpressionError(position, "A duration has at most 6 digits per unit.")
        seconds += int(digits) * last
    return timedelta(seconds=seconds)
