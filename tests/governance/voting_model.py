"""Who may vote and what it comes to, once more and differently: sets of names, no rows.

For the bakery with its round of buyer, head baker and owner between 100 and 1,000, decided by more
than half, at least two; the buyer alone below, the owner alone above.
"""

from dataclasses import dataclass, field
from datetime import datetime

ROUND = ("buyer", "head-baker", "owner")


@dataclass
class Given:
    """What somebody gave to somebody else."""

    giver: str
    delegate: str
    role: str
    until: datetime
    accepted: bool = False


@dataclass
class World:
    """What is so at this moment."""

    now: datetime
    held: set[tuple[str, str]] = field(default_factory=set)
    here: set[str] = field(default_factory=set)
    away: dict[str, str] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)

    def lose(self, person: str, role: str) -> None:
        """Somebody no longer holds a role; what they gave of it ends."""
        self.held.discard((person, role))
        self.given = [g for g in self.given if (g.giver, g.role) != (person, role)]

    def leave(self, person: str) -> None:
        """Somebody leaves."""
        self.here.discard(person)
        self.held = {one for one in self.held if one[0] != person}
        self.given = [g for g in self.given if person not in (g.giver, g.delegate)]

    def for_whom(self, person: str, role: str, asked: str) -> str | None:
        """Who acts for somebody who is away, if anybody."""
        for one in self.given:
            counts = one.accepted and self.now < one.until
            if counts and (one.giver, one.role) == (person, role) and self._can(one, asked):
                return one.delegate
        seen = [person]
        while seen[-1] in self.away:
            other = self.away[seen[-1]]
            if not other or other in seen or other not in self.here or other == asked:
                return None
            seen.append(other)
        return seen[-1]

    def _can(self, one: Given, asked: str) -> bool:
        return one.delegate in self.here - set(self.away) - {asked}

    def seats(self, roles: tuple[str, ...], asked: str) -> set[str]:
        """Who takes part for these roles."""
        may = {(p, r) for p, r in self.held if r in roles and p in self.here and p != asked}
        found = {p for p, _ in may if p not in self.away}
        return found | {a for p, r in may if p in self.away and (a := self.for_whom(p, r, asked))}

    def terms(self, amount: int, asked: str) -> tuple[str, set[str]]:
        """Who decides an amount: alone or as the round, and the set of who may."""
        if 100 <= amount < 1000:
            voters = self.seats(ROUND, asked)
            if len(voters) >= 2:
                return "round", voters
            amount = 1000
        for role in ("buyer", "owner") if amount < 100 else ("owner",):
            if self.seats((role,), asked):
                return f"alone as {role}", self.seats((role,), asked)
            if role == "buyer":
                voters = self.seats(ROUND, asked)
                if len(voters) >= 2:
                    return "round", voters
        return "nobody", set()


@dataclass
class Question:
    """A decision and the votes of its round."""

    amount: int
    asked: str
    terms: str
    round: int = 1
    votes: dict[str, str] = field(default_factory=dict)
    outcome: str = ""
    made_of: set[str] = field(default_factory=set)

    def look(self, terms: str, voters: set[str]) -> None:
        """Who may is found again; what was voted under another right counts no more."""
        if self.terms == "round" and terms != "round" and self.votes:
            self.again()
        self.terms = terms
        if terms == "round":
            self.count(voters)

    def again(self) -> None:
        """A new round."""
        self.round, self.votes = self.round + 1, {}

    def count(self, voters: set[str]) -> None:
        """More than half of those who may, and at least two who vote."""
        cast = {p: said for p, said in self.votes.items() if p in voters}
        yes = sum(said == "approve" for said in cast.values())
        no, needed = len(cast) - yes, len(voters) // 2 + 1
        if yes >= needed and len(cast) >= 2:
            self.outcome, self.made_of = "approve", set(cast)
        elif len(voters) - no < needed and no:
            self.outcome, self.made_of = "decline", set(cast)
