"""What somebody typed into a form of the guide, with a sentence for each answer that is wrong."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds.base import check_storable

MAX_NAME = 80
MAX_TEXT = 500
T = TypeVar("T")


class Wrong(ValueError):
    """Answers that cannot be used: sentences by the name of the field."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__(next((said[0] for said in errors.values()), ""))
        self.errors = dict(errors)


@dataclass
class Answers:
    """Typed values by name, read one by one; ``check`` raises all that was wrong at once."""

    given: Mapping[str, Sequence[str]]
    errors: dict[str, list[str]] = field(default_factory=dict)

    def wrong(self, name: str, sentence: str) -> None:
        """Say what is wrong with an answer."""
        self.errors.setdefault(name, []).append(sentence)

    def check(self) -> None:
        """Raise Wrong where anything was."""
        if self.errors:
            raise Wrong(self.errors)

    def text(self, name: str, ask: str = "", limit: int = MAX_NAME) -> str:
        """One line, blanks made single; ``ask`` is said where it is needed and missing."""
        found = " ".join((self.given.get(name) or [""])[0].split())
        return self._fits(name, found, ask, limit)

    def lines(self, name: str, ask: str = "", limit: int = MAX_NAME) -> list[str]:
        """Lines of a larger field, each once, without the empty ones."""
        raw = (self.given.get(name) or [""])[0].splitlines()
        found = list(dict.fromkeys(" ".join(line.split()) for line in raw))
        kept = [line for line in found if line]
        for line in kept:
            self._fits(name, line, "", limit)
        if ask and not kept:
            self.wrong(name, ask)
        return kept

    def several(self, name: str, allowed: Sequence[str]) -> list[str]:
        """Boxes that were ticked, in the order of those there are."""
        ticked = set(self.given.get(name) or ())
        return [one for one in allowed if one in ticked]

    def one_of(self, name: str, allowed: Sequence[str], ask: str) -> str:
        """What was chosen."""
        found = (self.given.get(name) or [""])[0]
        if found in allowed:
            return found
        self.wrong(name, ask)
        return ""

    def number(self, name: str, least: int, most: int, ask: str) -> int:
        """A whole number within bounds."""
        text = (self.given.get(name) or [""])[0].strip()
        if re.fullmatch(r"[0-9]{1,6}", text) and least <= int(text) <= most:
            return int(text)
        self.wrong(name, ask)
        return least

    def _fits(self, name: str, text: str, ask: str, limit: int) -> str:
        if not text and ask:
            self.wrong(name, ask)
        if len(text) > limit:
            self.wrong(name, f"Write at most {limit} characters.")
        try:
            check_storable(text)
        except ValueError:
            self.wrong(name, "It holds characters that cannot be kept; type it again.")
        return text


def plain_words(text: str) -> str:
    """Lowercase ASCII letters, digits and single hyphens; "" for scripts without any."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-")


def fresh_key(taken: Callable[[str], bool], text: str, otherwise: str) -> str:
    """A key near to a name that nothing has yet."""
    wanted = plain_words(text) or otherwise
    key, number = wanted, 2
    while taken(key):
        key, number = f"{wanted}-{number}", number + 1
    return key


def fresh_in(bp: Blueprint, kind: str, made: set[str]) -> Callable[[str], bool]:
    """Whether a key of a kind is taken, by the model or by what is being made."""
    return lambda key: (kind, key) in bp or key in made


def code_for(name: str, taken: set[str]) -> str:
    """Up to three letters people will call a department by."""
    letters = plain_words(name).replace("-", "").upper() or "D"
    code, number = letters[:3], 2
    while code in taken:
        code, number = f"{letters[:3]}{number}", number + 1
    return code
