"""Who would have decided: the resolver asked with the rules of a version and the facts of then.

`Past` holds what counted in a span of time. It gives each case the facts of its own moment, the
same that are read from the database when a decision is opened.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from governance.blueprint.rights.facts import (
    Absence,
    Acted,
    Case,
    Delegation,
    Earlier,
    Holding,
    Inputs,
    Rate,
    Rules,
    within,
)

# Sides of a rule of separation that the case itself tells.
_TOLD = frozenset({"requester", "beneficiary", "decider"})


@dataclass(frozen=True, slots=True)
class Given:
    """A delegation, of a role or of a whole type; ``ended_at`` is when it was taken back."""

    delegation: Delegation
    kind: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A rate with the moments between which it was the one that counted."""

    rate: Rate
    recorded_at: datetime
    replaced_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier case in the order of cases; refused at a moment, it is added up no more."""

    earlier: Earlier
    number: int
    refused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Did:
    """What somebody did on a subject; ``number`` is the case it was done in."""

    subject: Hashable
    at: datetime
    number: int
    act: Acted


class Past:
    """Everything dated that finding a decider depends on, over a span of time."""

    def __init__(
        self,
        *,
        holdings: Iterable[Holding] = (),
        absences: Iterable[Absence] = (),
        given: Iterable[Given] = (),
        rates: Iterable[Known] = (),
        before: Iterable[Before] = (),
        did: Iterable[Did] = (),
    ) -> None:
        self.by_role: dict[str, list[tuple[int, Holding]]] = defaultdict(list)
        for number, held in enumerate(holdings):
            self.by_role[held.role].append((number, held))
        self.away: dict[str, list[Absence]] = defaultdict(list)
        for absence in absences:
            self.away[absence.person].append(absence)
        self.given: dict[str, list[Given]] = defaultdict(list)
        for one in given:
            self.given[one.delegation.giver].append(one)
        self.rates: dict[tuple[str, str], list[Known]] = defaultdict(list)
        for known in rates:
            self.rates[known.rate.source, known.rate.target].append(known)
        self.before: dict[tuple[str, str], list[Before]] = defaultdict(list)
        for one_case in before:
            asked = one_case.earlier
            for person in {asked.requester, asked.beneficiary} - {None}:
                self.before[asked.kind, str(person)].append(one_case)
        self.did: dict[Hashable, list[Did]] = defaultdict(list)
        for act in did:
            self.did[act.subject].append(act)
        self._held: dict[tuple[frozenset[str], date], list[Holding]] = {}

    def inputs(self, rules: Rules, case: Case, number: int = 0, subject: Hashable = None) -> Inputs:
        """What `resolve` needs for a case of then; ``number`` is its place in the order of cases,
        ``subject`` what it is about."""
        at = case.at
        holdings = self._holdings(rules, at)
        delegations, absences = self._instead(rules, at, holdings)
        earlier = self._earlier(rules, case, number)
        return Inputs(
            rules=rules,
            case=replace(case, acted=self._acted(rules, at, number, subject)),
            holdings=tuple(holdings),
            absences=tuple(absences),
            delegations=tuple(delegations),
            rates=self._rates(rules, case, delegations, earlier),
            earlier=tuple(earlier),
        )

    def _holdings(self, rules: Rules, at: datetime) -> list[Holding]:
        """Those of the roles that may be asked, in the order they were given."""
        day = (rules.role_keys(), at.date())
        near = self._held.get(day)
        if near is None:
            start = datetime.combine(at.date(), datetime.min.time(), at.tzinfo)
            end = start + timedelta(days=1)
            found = [
                (number, held)
                for role in day[0]
                for number, held in self.by_role.get(role, ())
                if (held.start is None or held.start < end)
                and (held.end is None or held.end > start)
            ]
            near = self._held[day] = [held for _, held in sorted(found, key=lambda one: one[0])]
        return [held for held in near if within(at, held.start, held.end)]

    def _instead(
        self, rules: Rules, at: datetime, holdings: Sequence[Holding]
    ) -> tuple[list[Delegation], list[Absence]]:
        """What holders who are away gave, and the absences along the chain of who acts for them."""
        gone = dict.fromkeys(one.person for one in holdings if self._absent(one.person, at))
        if not gone:
            return [], []
        rights = frozenset(right.key for right in rules.rights)
        given: list[Delegation] = []
        for person in gone:
            for one in self.given.get(person, ()):
                if one.kind and one.kind != rules.kind.key:
                    continue
                if one.ended_at is not None and one.ended_at <= at:
                    continue
                whole = replace(one.delegation, rights=rights) if one.kind else one.delegation
                if whole.accepted_at is not None and whole.accepted_at <= at < whole.end:
                    given.append(whole)
        given.sort(key=lambda one: (one.accepted_at or at, int(one.key or 0)))
        absences: list[Absence] = []
        known: set[str] = set()
        waiting = [*gone, *(one.delegate for one in given)]
        while waiting:
            person = waiting.pop(0)
            if person in known:
                continue
            known.add(person)
            found = self._absent(person, at)
            absences += found
            waiting += [one.stand_in for one in found if one.stand_in is not None]
        return given, absences

    def _absent(self, person: str, at: datetime) -> list[Absence]:
        return [one for one in self.away.get(person, ()) if within(at, one.start, one.end)]

    def _earlier(self, rules: Rules, case: Case, number: int) -> list[Earlier]:
        days = rules.kind.split_days
        if not days or rules.kind.unit == "none":
            return []
        since = case.asked - timedelta(days=days)
        found = {
            one.number: one
            for person in (case.requester, case.beneficiary)
            if person is not None
            for one in self.before.get((rules.kind.key, person), ())
            if one.number < number
            and since < one.earlier.at <= case.asked
            and (one.refused_at is None or one.refused_at > case.at)
        }
        return [found[key].earlier for key in sorted(found)]

    def _acted(
        self, rules: Rules, at: datetime, number: int, subject: Hashable
    ) -> tuple[Acted, ...]:
        sides = {s for rule in rules.separations if not rule.static for s in (rule.a, rule.b)}
        if not sides - _TOLD:
            return ()
        return tuple(
            one.act for one in self.did.get(subject, ()) if one.at <= at and one.number != number
        )

    def _rates(
        self,
        rules: Rules,
        case: Case,
        delegations: Sequence[Delegation],
        earlier: Sequence[Earlier],
    ) -> tuple[Rate, ...]:
        target = rules.kind.currency if rules.kind.unit == "amount" else ""
        sources = {case.currency, *(one.currency for one in earlier)}
        sources |= {one.currency for one in delegations if one.max_amount is not None}
        at = case.asked
        return tuple(
            known.rate
            for source in sorted(sources - {"", target})
            for known in self.rates.get((source, target), ())
            if known.recorded_at <= at and (known.replaced_at is None or known.replaced_at > at)
        )
