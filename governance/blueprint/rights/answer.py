"""What the resolver answers: who decides, what parts others play, every step that led there."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from governance.blueprint.rights.facts import Band

How = Literal["holder", "delegation", "stand_in"]


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody who may act, in which role, and for whom where they are not the holder."""

    ref: str
    name: str
    role: str
    how: How = "holder"
    for_ref: str | None = None
    for_name: str = ""
    delegation: str | None = None


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step of finding the decider; `data` is JSON-able, numbers as text."""

    code: str
    text: str
    data: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartPlayed:
    """A part beside deciding: whose it is, who can play it now, in how many business seconds."""

    part: str
    right: str
    role: str | None
    body: str | None
    people: tuple[Acting, ...]
    due_s: int


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who decides and why.

    `unresolved` is None when the rules name who decides (the last resort above the top band counts)
    or allow it beforehand; else `no_right`, `conflict`, `no_amount`, `no_rate` (who decides, if
    anybody, is then the fallback) or `no_holder` (nobody is left). `band` and `right_key` are those
    of the right that was used. Where several decide, `quorum` of `deciders` must take part and
    `needed` must say yes. `number` chose the band: converted, with what was split added.
    """

    deciders: tuple[Acting, ...]
    role: str | None
    body: str | None
    right_key: str | None
    band: Band
    number: Decimal | None
    parts: tuple[PartPlayed, ...]
    due_s: int
    trace: tuple[TraceStep, ...]
    unresolved: str | None = None
    pre_authorised: bool = False
    rule: str = "single"
    quorum: int = 1
    needed: int = 1

    @property
    def decider(self) -> Acting | None:
        """Whoever decides alone, or the first of several."""
        return self.deciders[0] if self.deciders else None

    def roles(self, part: str) -> list[str]:
        """Keys of the roles and bodies that play a part beside deciding."""
        named = (p.role or p.body for p in self.parts if p.part == part)
        return list(dict.fromkeys(name for name in named if name))


def band_words(band: Band, measure: str | None) -> str:
    """A band in words: "from 25,000 to below 100,000 EUR"."""
    low, high = band
    unit = f" {measure}" if measure else ""
    if low is None and high is None:
        return "any amount"
    if high is None:
        return f"{low:,f}{unit} and above"
    if low is None or low == 0:
        return f"below {high:,f}{unit}"
    return f"from {low:,f} to below {high:,f}{unit}"
