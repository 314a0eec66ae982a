"""Words for full-text search: folded the same way when stored, asked for and highlighted."""

import re
import unicodedata
from collections.abc import Sequence

WORD = re.compile(r"[^\W_]+")
MAX_WORDS, MAX_LETTERS = 8, 60
# Letters that do not come apart into a plain one and an accent.
_OTHER = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})


def fold(text: str) -> str:
    """Without case and accents, words parted by one space; nothing but letters and digits."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(c for c in apart if not unicodedata.combining(c)).translate(_OTHER)
    return " ".join(WORD.findall(plain))


def asked(text: str) -> list[str]:
    """The words somebody asks for, at most eight; a single letter says too little."""
    words = [w[:MAX_LETTERS] for w in fold(text).split() if len(w) > 1 or w.isdigit()]
    return list(dict.fromkeys(words))[:MAX_WORDS]


def raw_query(words: Sequence[str]) -> str:
    """All of the words or longer ones, as ``to_tsquery`` reads it; the words are letters only.

    A short number means itself: every request has a number, and most begin with it.
    """
    return " & ".join(word if word.isdigit() and len(word) < 4 else f"{word}:*" for word in words)


def marked(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """The text in parts, each with whether it is a word that was asked for."""
    found: list[tuple[str, bool]] = []
    at = 0
    for hit in WORD.finditer(text):
        if any(fold(hit[0]).startswith(word) for word in words):
            if hit.start() > at:
                found.append((text[at : hit.start()], False))
            found.append((hit[0], True))
            at = hit.end()
    if at < len(text):
        found.append((text[at:], False))
    return found


def around(text: str, words: Sequence[str], *, before: int = 60, length: int = 180) -> str:
    """The part of a long text around the first word that was asked for; empty without one."""
    for hit in WORD.finditer(text):
        if any(fold(hit[0]).startswith(word) for word in words):
            start = max(0, hit.start() - before)
            cut = text[start : start + length]
            return ("…" if start else "") + cut + ("…" if start + length < len(text) else "")
    return ""
