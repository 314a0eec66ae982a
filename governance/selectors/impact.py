"""What a version changes for whom: worked out from both models and who there is now."""

import threading
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q

from esm.common import clock
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import ElementId
from governance.blueprint.impact import Effect, Mine, Receiver, effects, persons
from governance.blueprint.lint.facts import People, SkillHeld, TeamFacts
from governance.blueprint.rights import Holding
from governance.blueprint.rights.findings import Standing
from governance.models import Membership, ModelVersion, Person, RoleAssignment, SkillHolding
from governance.selectors.people import Account, person_for
from governance.selectors.versions import blueprint, load_blueprint, published, versions

State = ModelVersion.State
# How long a version that is in force is still told as a change (days of the calendar).
TOLD_DAYS = 90
KNOWN = 24
# Of fewer people no number is said.
FEW = 5

_known: OrderedDict[tuple[bytes, bytes], tuple[Effect, ...]] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Impact:
    """What ``version`` changes against ``against``; without one nothing was in force before it."""

    version: ModelVersion
    against: ModelVersion | None
    before: Blueprint
    after: Blueprint
    effects: tuple[Effect, ...]

    def touched(self, found: Iterable[Effect]) -> set[ElementId]:
        """Elements that some effects come from."""
        return {item for one in found for item in one.touches}


@dataclass(frozen=True)
class ForMe:
    """What a version changes for one person; ``mine`` is None where it is nothing."""

    version: ModelVersion
    impact: Impact
    mine: Mine | None = None
    sorts: Mapping[str, int] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """Nothing changes for them."""
        return self.mine is None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a version touches; ``people`` are those for whom anything is different now."""

    people: int
    roles: int
    teams: int
    steps: int
    rights: int
    agreements: int
    systems: int

    @property
    def few(self) -> bool:
        """Too few people to say how many."""
        return 0 < self.people < FEW


def base_of(version: ModelVersion, known: Collection[ModelVersion] = ()) -> ModelVersion | None:
    """What a version is compared with: what was in force before it, or is in force now."""
    if version.published_at is not None:
        former = [
            one
            for one in known or versions()
            if one.published_at is not None and one.published_at < version.published_at
        ]
        return max(former, key=lambda one: (one.published_at, one.number), default=None)
    now = next((v for v in known if v.state == State.PUBLISHED), None) or published()
    return now if now is not None and now.pk != version.pk else None


def impact_of(version: ModelVersion, against: ModelVersion | None = None) -> Impact:
    """What a version changes for roles and teams; against its base unless another is named."""
    base = against or base_of(version)
    after = read(version)
    if base is None:
        return Impact(version, None, after, after, ())
    before = read(base)
    return Impact(version, base, before, after, _effects(before, after))


def read(version: ModelVersion) -> Blueprint:
    """The blueprint of a version in any state."""
    final = version.state in (State.PUBLISHED, State.RETIRED)
    return blueprint(version) if final else load_blueprint(version.pk)


def _effects(before: Blueprint, after: Blueprint) -> tuple[Effect, ...]:
    """Remembered by the content of both, so that it is never stale."""
    mark = (before.content_hash, after.content_hash)
    with _lock:
        found = _known.get(mark)
        if found is not None:
            _known.move_to_end(mark)
            return found
    found = effects(before, after)
    with _lock:
        _known[mark] = found
        while len(_known) > KNOWN:
            _known.popitem(last=False)
    return found


def people_of(found: Iterable[Effect], person_id: int | None = None) -> People:
    """Who holds now what some effects are about, of all or of one person; three queries."""
    found = list(found)
    roles = {one.receiver.key for one in found if one.receiver.kind == "role"}
    teams = {one.receiver.key for one in found if one.receiver.kind == "team"}
    skills = {one.needs[0] for one in found if one.needs is not None}
    own = Q(person__active=True)
    if person_id is not None:
        own &= Q(person_id=person_id)
    at = clock.now()
    held = RoleAssignment.objects.filter(own, role__key__in=roles, valid__contains=at)
    holdings = [
        Holding(role, f"P-{pk}", kind, key)
        for role, pk, kind, key in held.values_list(
            "role__key", "person_id", "focus_kind", "focus_key"
        ).order_by("pk")
    ]
    return People(Standing(at, holdings, {}), _teams(teams, own), _skills(skills, own))


def _teams(keys: Collection[str], own: Q) -> dict[str, TeamFacts]:
    members: dict[str, set[str]] = defaultdict(set)
    rows = Membership.objects.filter(own, team__key__in=keys, valid__contains=clock.now())
    for key, pk in rows.values_list("team__key", "person_id"):
        members[key].add(f"P-{pk}")
    return {key: TeamFacts(frozenset(refs)) for key, refs in members.items()}


def _skills(keys: Collection[str], own: Q) -> list[SkillHeld]:
    if not keys:
        return []
    rows = SkillHolding.objects.filter(own, skill_key__in=keys, ended_at=None)
    return [
        SkillHeld(f"P-{pk}", skill, level)
        for pk, skill, level in rows.values_list("person_id", "skill_key", "level")
    ]


def changed_for(impact: Impact) -> dict[int, Mine]:
    """What is different for every person for whom anything is, by id of the person."""
    found = persons(impact.effects, people_of(impact.effects))
    return {int(ref.removeprefix("P-")): mine for ref, mine in found.items()}


def counts_of(impact: Impact) -> Counts:
    """How many people, roles, steps, rights, agreements and systems a version touches."""
    kinds = Counter(kind for kind, _key in impact.touched(impact.effects))
    receivers = Counter(kind for kind, _key in {one.receiver for one in impact.effects})
    steps = {
        (one.key, one.part.partition("/")[0])
        for one in impact.effects
        if one.kind == "Workflow" and one.part
    }
    return Counts(
        people=len(changed_for(impact)),
        roles=receivers["role"],
        teams=receivers["team"],
        steps=len(steps),
        rights=kinds["DecisionRight"],
        agreements=kinds["HandoffAgreement"],
        systems=kinds["Technology"],
    )


def mine_of(person: Person, impact: Impact) -> Mine | None:
    """What is different for one person."""
    if not impact.effects:
        return None
    return persons(impact.effects, people_of(impact.effects, person.pk)).get(person.ref)


def mine(user: Account, version: ModelVersion, impact: Impact | None = None) -> ForMe:
    """What a version changes for whoever is signed in."""
    impact = impact or impact_of(version)
    person = person_for(user)
    found = mine_of(person, impact) if person is not None else None
    sorts: dict[str, int] = defaultdict(int)
    for one in found.effects if found is not None else ():
        sorts[one.sort] += 1
    return ForMe(version, impact, found, dict(sorts))


def told_now(known: Iterable[ModelVersion]) -> list[ModelVersion]:
    """Versions that are told as a change now: in review, agreed, or in force since not long."""
    since = clock.now() - timedelta(days=TOLD_DAYS)
    found = [
        one
        for one in known
        if one.state in (State.IN_REVIEW, State.AGREED)
        or (one.published_at is not None and one.published_at >= since)
    ]
    return sorted(found, key=lambda one: -one.number)


def changes_for(user: Account, known: Collection[ModelVersion]) -> list[ForMe]:
    """What each version that is told now changes for somebody, the latest first."""
    return [mine(user, one, impact_of(one, base_of(one, known))) for one in told_now(known)]


def holders_of(receivers: Iterable[Receiver], people: People) -> dict[Receiver, set[str]]:
    """Who has each role or is in each team now, by reference."""
    wanted = set(receivers)
    found: dict[Receiver, set[str]] = {one: set() for one in wanted}
    for held in people.standing.now():
        if (one := Receiver("role", held.role)) in wanted:
            found[one].add(held.person)
    for key, facts in people.teams.items():
        if (one := Receiver("team", key)) in wanted:
            found[one] |= facts.members
    return found
