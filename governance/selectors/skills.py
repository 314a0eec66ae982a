"""What people are able to do, for who may know it: oneself, one's leads, who keeps people."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from esm.common import clock
from esm.common.errors import NotFound
from governance.blueprint.kinds import Skill
from governance.models import Membership, Person, SkillHolding, Team
from governance.policies import Verdict
from governance.selectors.administration import verdict
from governance.selectors.people import Account, person_for
from governance.selectors.versions import blueprint, published


@dataclass(frozen=True, slots=True)
class SkillRow:
    """Something somebody can do; ``past`` where the proof ran out, ``known`` in the model."""

    pk: int
    key: str
    name: str
    level: int
    evidence: str
    confirmed_by: str
    confirmed_at: datetime
    valid_to: date | None
    past: bool
    known: bool


def skill_names() -> dict[str, str]:
    """Names of the skills of the model in force by key."""
    version = published()
    return {k: s.name for k, s in blueprint(version).find(Skill).items()} if version else {}


def skills_of(people: Iterable[Person]) -> dict[int, list[SkillRow]]:
    """What counts now of each of these people, by name of the skill; two queries."""
    names, today = skill_names(), clock.now().date()
    rows = SkillHolding.objects.filter(person__in=list(people), ended_at=None)
    found: dict[int, list[SkillRow]] = defaultdict(list)
    for row in rows.select_related("confirmed_by"):
        found[row.person_id].append(
            SkillRow(
                pk=row.pk,
                key=row.skill_key,
                name=names.get(row.skill_key, row.skill_key),
                level=row.level,
                evidence=row.evidence,
                confirmed_by=row.confirmed_by.name if row.confirmed_by else "",
                confirmed_at=row.confirmed_at,
                valid_to=row.valid_to,
                past=row.valid_to is not None and row.valid_to < today,
                known=row.skill_key in names,
            )
        )
    for held in found.values():
        held.sort(key=lambda one: (one.name.casefold(), one.key))
    return found


def skills_of_person(person: Person) -> list[SkillRow]:
    """What counts now of one person."""
    return skills_of([person]).get(person.pk, [])


def skills_of_team(team: Team) -> dict[int, list[SkillRow]]:
    """What counts now of who is in a team."""
    here = Membership.objects.filter(team=team, valid__contains=clock.now())
    return skills_of(Person.objects.filter(pk__in=here.values("person")))


@dataclass(frozen=True, slots=True)
class HolderRow:
    """Somebody who has a skill, and how well."""

    person: Person
    level: int
    evidence: str
    valid_to: date | None
    past: bool


def holders(key: str, known: frozenset[str] | None) -> list[HolderRow]:
    """Who is here and has a skill, best first; ``known`` are those one may know, None all."""
    rows = SkillHolding.objects.filter(skill_key=key, ended_at=None, person__active=True)
    today = clock.now().date()
    return [
        HolderRow(
            row.person,
            row.level,
            row.evidence,
            row.valid_to,
            row.valid_to is not None and row.valid_to < today,
        )
        for row in rows.select_related("person").order_by("-level", "person__name", "pk")
        if known is None or row.person.ref in known
    ]


def held_skill(person: Person, key: str) -> SkillHolding:
    """What counts now of one person and skill. Raises NotFound."""
    row = SkillHolding.objects.filter(person=person, skill_key=key, ended_at=None).first()
    if row is None:
        raise NotFound("Nobody confirmed that.")
    return row


def shared_team(actor_id: int, person: Person) -> int:
    """A team in which one leads the other now; 0 where there is none."""
    now = clock.now()
    led = Membership.objects.filter(person_id=actor_id, is_lead=True, valid__contains=now)
    shared = Membership.objects.filter(
        person=person, valid__contains=now, team__in=led.values("team")
    )
    return shared.order_by("team_id").values_list("team_id", flat=True).first() or 0


def may_confirm(user: Account, person: Person) -> Verdict:
    """Whether an account says what somebody is able to do."""
    own = person_for(user)
    team = shared_team(own.pk, person) if own else 0
    return verdict(user, "skill.confirm", team_id=team, holder_id=person.pk)
