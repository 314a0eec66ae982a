"""Sponsors of value streams: how far each went, what they committed to, and who may read it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from esm.common import clock
from esm.common.errors import NotFound
from governance.blueprint import kinds
from governance.blueprint.adoption.sponsoring import Action, Standing, standing
from governance.blueprint.blueprint import Blueprint
from governance.models import Commitment, Person, RoleAssignment, SponsorSign
from governance.selectors.lint_facts import today_of
from governance.selectors.people import Account, facts_for, person_for, standing_for
from governance.selectors.roles import Holder, Wanted, holders_of
from governance.selectors.versions import blueprint, published

State, Sign = Commitment.State, SponsorSign.Sign
STANDINGS = ("all", "pledged", "done", "missed", "withdrawn")


@dataclass(frozen=True, slots=True)
class Pledge:
    """A commitment and where it stands today; ``days`` to its last day, below 0 once it passed."""

    row: Commitment
    standing: str
    days: int

    @property
    def soon(self) -> bool:
        """Open, and its day comes within a week."""
        return self.standing == State.PLEDGED and self.days <= 7


@dataclass(frozen=True, slots=True)
class SponsorRow:
    """One sponsor of one stream: how far they went, and what they committed to.

    ``pledges`` is empty for who may not read them. ``former`` no longer holds the role.
    """

    person_id: int
    name: str
    standing: Standing
    pledges: tuple[Pledge, ...]
    opened: bool
    supported: bool
    former: bool = False


@dataclass(frozen=True, slots=True)
class StreamRow:
    """A stream with its sponsors; without one it is vacant."""

    key: str
    code: str
    name: str
    critical: bool
    role_key: str
    role: str
    sponsors: tuple[SponsorRow, ...]

    @property
    def late(self) -> int:
        """Actions of today's sponsors that were missed within the last quarter."""
        return sum(one.standing.missed for one in self.sponsors if not one.former)


@dataclass(frozen=True, slots=True)
class Ledger:
    """All streams that have or need a sponsor; ``all`` says that the viewer reads every action."""

    streams: tuple[StreamRow, ...]
    everything: bool
    mine: frozenset[str]
    today: date

    @property
    def overdue(self) -> list[tuple[StreamRow, SponsorRow, Pledge]]:
        """What was missed within the last quarter, latest first: for who may read it."""
        found = [
            (stream, one, pledge)
            for stream in self.streams
            for one in stream.sponsors
            for pledge in one.pledges
            if pledge.standing == State.MISSED and pledge.days > -90
        ]
        return sorted(found, key=lambda row: row[2].row.due, reverse=True)


def in_force() -> Blueprint | None:
    """The model in force, if there is one."""
    version = published()
    return blueprint(version) if version is not None else None


def sponsored_by(person: Person | None, bp: Blueprint) -> frozenset[str]:
    """Keys of the streams whose sponsor somebody is now; one query."""
    if person is None or not person.active:
        return frozenset()
    rows = RoleAssignment.objects.filter(person=person, valid__contains=clock.now())
    held = set(rows.values_list("role__key", "focus_kind", "focus_key"))
    return frozenset(
        key
        for key, spec in bp.find(kinds.ValueStream).items()
        if spec.sponsor_role
        and {(spec.sponsor_role, "", ""), (spec.sponsor_role, "stream", key)} & held
    )


def sees_everything(user: Account, mine: frozenset[str]) -> bool:
    """Sponsors read what the others committed to, so do stewards, auditors and executives."""
    facts = facts_for(user)
    return bool(mine) or facts.steward or facts.auditor or facts.executive


def visible_to(user: Account) -> QuerySet[Commitment]:
    """Commitments whose words an account may read: one's own, and all for who sees everything."""
    person = person_for(user)
    rows = Commitment.objects.select_related("person", "ended_by")
    if sees_everything(user, frozenset()) or _sponsors(user):
        return rows
    return rows.filter(person=person) if person is not None else rows.none()


def _sponsors(user: Account) -> bool:
    """Whether an account's person sponsors anything; no query for who holds no such role."""
    bp, found = in_force(), standing_for(user)
    if bp is None or found is None:
        return False
    asked = {spec.sponsor_role for spec in bp.find(kinds.ValueStream).values()}
    held = {role.key for role in found.roles}
    return not held.isdisjoint(asked) and bool(sponsored_by(found.person, bp))


def standing_is(rows: QuerySet[Commitment], state: str, today: date) -> QuerySet[Commitment]:
    """Those that stand like this on a day: one of STANDINGS."""
    late = Q(state=State.PLEDGED, due__lt=today)
    if state == State.PLEDGED:
        return rows.filter(Q(state=State.PLEDGED) & ~late)
    if state == State.MISSED:
        return rows.filter(Q(state=State.MISSED) | late)
    return rows if state == "all" else rows.filter(state=state)


def today() -> date:
    """The day it is in the organisation's zone."""
    bp = in_force()
    return today_of(bp) if bp is not None else clock.now().date()


def pledge_of(row: Commitment, day: date) -> Pledge:
    """Where a commitment stands on a day."""
    return Pledge(row, row.standing(day), (row.due - day).days)


def one(user: Account, number: int) -> Pledge:
    """One commitment. Raises NotFound, for hidden and missing alike."""
    row = visible_to(user).filter(pk=number).first()
    if row is None:
        raise NotFound("There is no such commitment.")
    return pledge_of(row, today())


def actions_of(rows: Sequence[Commitment]) -> list[Action]:
    """What counts for a level: everything but what was withdrawn."""
    kept = [row for row in rows if row.state != State.WITHDRAWN]
    return [Action(row.due, row.ended_on if row.state == State.DONE else None) for row in kept]


def ledger(user: Account) -> Ledger:
    """Every stream with a sponsor or in need of one, its sponsors and how far they went.

    Critical streams first, then by code. Five queries.
    """
    bp, person = in_force(), person_for(user)
    if bp is None:
        return Ledger((), False, frozenset(), clock.now().date())
    day, mine = today_of(bp), sponsored_by(person, bp)
    everything = sees_everything(user, mine)
    wanted = {
        key: Wanted(spec.sponsor_role, stream=key)
        for key, spec in bp.find(kinds.ValueStream).items()
        if spec.sponsor_role
    }
    held = holders_of(list(wanted.values()))
    known = _known(everything, person.pk if person else 0)
    streams = []
    for key, spec in bp.find(kinds.ValueStream).items():
        if not spec.sponsor_role and spec.criticality != "critical" and key not in known.streams:
            continue
        here = held[wanted[key]] if key in wanted else []
        role = bp.peek(kinds.Role, spec.sponsor_role) if spec.sponsor_role else None
        streams.append(
            StreamRow(
                key=key,
                code=spec.code,
                name=spec.name,
                critical=spec.criticality == "critical",
                role_key=str(spec.sponsor_role or ""),
                role=role.name if role else "",
                sponsors=tuple(known.rows(key, here, day)),
            )
        )
    streams.sort(key=lambda one: (not one.critical, one.code, one.name))
    return Ledger(tuple(streams), everything, mine, day)


def stream(user: Account, key: str) -> StreamRow:
    """One stream of the ledger. Raises NotFound."""
    found = next((row for row in ledger(user).streams if row.key == key), None)
    if found is None:
        raise NotFound("There is no such stream with a sponsor.")
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """All that was given and shown, by stream and person; whose words the viewer reads."""

    pledged: Mapping[tuple[str, int], list[Commitment]]
    signs: Mapping[tuple[str, int], set[str]]
    everything: bool
    own: int

    @property
    def streams(self) -> set[str]:
        return {key for key, _person in self.pledged}

    def rows(self, key: str, held: Sequence[Holder], day: date) -> list[SponsorRow]:
        """Today's sponsors of a stream, then those who committed to something before."""
        now = {int(one.ref[2:]): one.name for one in held}
        found = [self._row(key, pk, name, day, former=False) for pk, name in now.items()]
        if not self.everything:
            return found
        past = {
            pk: rows[0].person.name
            for (stream_key, pk), rows in self.pledged.items()
            if stream_key == key and pk not in now
        }
        return found + [self._row(key, pk, name, day, former=True) for pk, name in past.items()]

    def _row(self, key: str, pk: int, name: str, day: date, *, former: bool) -> SponsorRow:
        rows, signs = self.pledged.get((key, pk), []), self.signs.get((key, pk), set())
        reads = self.everything or pk == self.own
        level = standing(
            opened=Sign.OPENED in signs,
            supported=Sign.SUPPORTED in signs,
            actions=actions_of(rows),
            today=day,
        )
        pledges = [pledge_of(row, day) for row in rows] if reads else []
        pledges.sort(key=_first)
        return SponsorRow(
            pk,
            name,
            level,
            tuple(pledges),
            Sign.OPENED in signs,
            Sign.SUPPORTED in signs,
            former,
        )


def _first(pledge: Pledge) -> tuple[int, int, int]:
    """Missed first, then what is due next, then what ended, latest first."""
    order = {State.MISSED: 0, State.PLEDGED: 1, State.DONE: 2, State.WITHDRAWN: 3}
    place = order[State(pledge.standing)]
    return place, pledge.days if place == 1 else -pledge.days, -pledge.row.pk


def _known(everything: bool, own: int) -> _Known:
    pledged: dict[tuple[str, int], list[Commitment]] = defaultdict(list)
    for row in Commitment.objects.select_related("person").order_by("due", "pk"):
        pledged[row.stream_key, row.person_id].append(row)
    signs: dict[tuple[str, int], set[str]] = defaultdict(set)
    for key, pk, sign in SponsorSign.objects.values_list("stream_key", "person_id", "sign"):
        signs[key, pk].add(sign)
    return _Known(pledged, signs, everything, own)
