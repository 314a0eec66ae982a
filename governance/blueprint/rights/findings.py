"""Findings about who holds and gives rights: GOV05, GOV08 to GOV10, GOV12, GOV13.

They need holders and delegations, which are dated facts outside the model; `at` is the moment.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from governance.blueprint.bands import decide_findings
from governance.blueprint.kinds import SodRule
from governance.blueprint.rights.facts import Delegation, Holding, Person, Rules, within
from governance.blueprint.rights.reading import ReadRights
from governance.blueprint.rights.shares import concentration_of

MAX_DELEGATION = timedelta(days=180)
MAX_SHARE, MAX_HHI = Fraction(1, 4), Fraction(18, 100)
# A share of few rights says nothing.
MIN_RIGHTS = 12
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RightsFinding:
    """One thing that is wrong with who holds or gives rights; `subjects` name it for good."""

    rule: str
    subjects: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Who there is at a moment; names are looked up, else the reference stands for itself."""

    at: datetime
    holdings: Sequence[Holding]
    people: Mapping[str, Person]

    def name(self, ref: str) -> str:
        """What a person is called."""
        person = self.people.get(ref)
        return person.name if person else ref

    def active(self, ref: str) -> bool:
        """Whether somebody still belongs to the organisation."""
        person = self.people.get(ref)
        return person is None or person.active

    def now(self) -> list[Holding]:
        """Holdings of active people at the moment."""
        return [
            held
            for held in self.holdings
            if within(self.at, held.start, held.end) and self.active(held.person)
        ]


def delegation_cycles(given: Iterable[Delegation], standing: Standing) -> Iterator[RightsFinding]:
    """GOV08: active delegations lead back to where they began; the resolver ends all the same."""
    out: dict[str, set[str]] = defaultdict(set)
    for one in _active(given, standing.at):
        out[one.giver].add(one.delegate)
    told: set[frozenset[str]] = set()
    for start in sorted(out):
        for path in _ways_back(start, out):
            if frozenset(path) not in told:
                told.add(frozenset(path))
                words = " → ".join(standing.name(ref) for ref in (*path, start))
                text = f"Delegations go round in a circle: {words}."
                yield RightsFinding("GOV08", tuple(sorted(path)), text)


def _ways_back(start: str, out: Mapping[str, set[str]]) -> Iterator[tuple[str, ...]]:
    """The shortest way from a person back to themselves, if there is one."""
    waiting: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while waiting:
        path = waiting.pop(0)
        for ref in sorted(out.get(path[-1], ())):
            if ref == start:
                yield path
                return
            if ref not in seen:
                seen.add(ref)
                waiting.append((*path, ref))


def _active(given: Iterable[Delegation], at: datetime) -> list[Delegation]:
    return [
        one
        for one in given
        if one.accepted_at is not None
        and one.accepted_at <= at
        and (one.revoked_at is None or at < one.revoked_at)
        and within(at, one.start, one.end)
    ]


def delegations_too_wide(
    given: Iterable[Delegation], rights: Mapping[str, str | None], standing: Standing
) -> Iterator[RightsFinding]:
    """GOV09 and GOV10: beyond the giver's own right or 180 days; handed on by a delegate.

    `rights` gives the role of each right.
    """
    active = _active(given, standing.at)
    held = {(h.role, h.person) for h in standing.now()}
    receivers = {one.delegate for one in active}
    for one in active:
        pair = f"{standing.name(one.giver)} to {standing.name(one.delegate)}"
        subjects = (one.giver, one.delegate, one.key)
        roles = [one.role, *(rights.get(key) for key in sorted(one.rights))]
        asked = {role for role in roles if role}
        if any((role, one.giver) not in held for role in asked):
            text = f"The delegation from {pair} gives what the giver does not hold."
            yield RightsFinding("GOV09", subjects, text)
            if one.giver in receivers:
                text = f"The delegation from {pair} hands on what was itself given."
                yield RightsFinding("GOV10", subjects, text)
        if one.end - one.start > MAX_DELEGATION:
            days = (one.end - one.start).days
            text = f"The delegation from {pair} lasts {days} days; 180 are the most."
            yield RightsFinding("GOV09", subjects, text)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A person holds both roles of a static rule; `since` is when the second one began."""

    rule: str
    person: str
    since: datetime | None


def conflicts(rules: Mapping[str, SodRule], standing: Standing) -> Iterator[Conflict]:
    """Who holds two roles that a static rule keeps apart, rule by rule."""
    began: dict[tuple[str, str], datetime] = {}
    for held in standing.now():
        start = held.start or LONG_AGO
        known = began.setdefault((held.person, held.role), start)
        began[held.person, held.role] = min(known, start)
    for key, rule in rules.items():
        if rule.kind != "static":
            continue
        first = {person for person, role in began if role == rule.a}
        for person in sorted(ref for ref in first if (ref, rule.b) in began):
            since = max(began[person, rule.a], began[person, rule.b])
            yield Conflict(key, person, None if since == LONG_AGO else since)


def held_together(rules: Mapping[str, SodRule], standing: Standing) -> Iterator[RightsFinding]:
    """GOV12: one person holds two roles that a static rule keeps apart."""
    for one in conflicts(rules, standing):
        rule, name = rules[one.rule], standing.name(one.person)
        text = f"{name} holds both `{rule.a}` and `{rule.b}`, which `{one.rule}` keeps apart."
        yield RightsFinding("GOV12", (one.rule, one.person), text)


def concentration(rules: Iterable[Rules], standing: Standing) -> Iterator[RightsFinding]:
    """GOV13: one person decides too much: a share above 25 %, or HHI above 0.18.

    Each right to decide counts once and is shared by the holders of its role.
    """
    holders: dict[str, set[str]] = defaultdict(set)
    for held in standing.now():
        holders[held.role].add(held.person)
    shares: Counter[str] = Counter()
    for one in rules:
        for right in one.rights:
            people = holders.get(right.role or "", set())
            if right.part == "decide" and not right.empty and people:
                for person in people:
                    shares[person] += Fraction(1, len(people))  # type: ignore[assignment]
    found = concentration_of(shares)
    if found is None or sum(shares.values()) < MIN_RIGHTS:
        return
    if found.top_share > MAX_SHARE or found.hhi > MAX_HHI:
        text = (
            f"{standing.name(found.top)} holds {float(found.top_share):.0%} of all rights to decide"
            f" (concentration {float(found.hhi):.2f}; 25 % and 0.18 are the most)."
        )
        yield RightsFinding("GOV13", (found.top,), text)


def file_findings(read: ReadRights) -> list[RightsFinding]:
    """What is wrong with the rules and facts of a rights file, at the moment of its first case."""
    first = read.inputs[0]
    standing = Standing(first.case.at, first.holdings, first.people)
    bands = [
        RightsFinding(rule, (key, part), text)
        for rule, key, part, text in decide_findings(read.blueprint)
    ]
    roles = {r.key: r.role for rules in read.rules.values() for r in rules.rights}
    return [
        *bands,
        *delegation_cycles(first.delegations, standing),
        *delegations_too_wide(first.delegations, roles, standing),
        *held_together(read.blueprint.find(SodRule), standing),
        *concentration(read.rules.values(), standing),
    ]
