"""How far an organisation has come on its way from nothing: read from what is there."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from esm.accounts.models import User
from esm.common import clock
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import DecisionRight
from governance.blueprint.starting import PARTS
from governance.blueprint.starting.handing import crossings_of
from governance.blueprint.starting.house import (
    deciders_of,
    departments_in_order,
    lead_of,
    meta_type,
    team_of,
)
from governance.models import Membership, ModelVersion, Person, Role, RoleAssignment, Team
from governance.selectors.drafts import draft_blueprint
from governance.selectors.versions import blueprint, published

State = ModelVersion.State
ENOUGH_PEOPLE = 2


@dataclass(frozen=True, slots=True)
class InHand:
    """The model of an installation: what is in force, else the draft that is to be."""

    version: ModelVersion | None
    bp: Blueprint

    @property
    def in_force(self) -> bool:
        """Whether work runs on it."""
        return self.version is not None and self.version.state == State.PUBLISHED

    @property
    def may_be_written(self) -> bool:
        """Whether the guide may still write in it: there is none yet, or it is a draft."""
        return self.version is None or self.version.state == State.DRAFT


def in_hand() -> InHand:
    """What is in force, else what waits for its moment, else the newest draft."""
    version = published()
    if version is not None:
        return InHand(version, blueprint(version))
    waiting = ModelVersion.objects.exclude(state__in=[State.DISCARDED, State.RETIRED])
    found = sorted(waiting, key=lambda one: (one.state == State.DRAFT, -one.number))
    if not found:
        return InHand(None, Blueprint.from_raw({}))
    return InHand(found[0], draft_blueprint(found[0]))


def missing_of(bp: Blueprint) -> dict[str, list[str]]:
    """What is missing in each part of a first model, in sentences; nothing where it is done.

    A draft may name what is not there: then its part is what is missing.
    """
    found = {}
    for name, part in PARTS.items():
        try:
            found[name] = part.missing(bp)
        except KeyError:
            found[name] = ["It names something that is not there any more."]
    return found


def people_here(but: int | None = None) -> QuerySet[Person]:
    """Everybody who is here, without one of them."""
    return Person.objects.filter(active=True).exclude(pk=but or 0).order_by("name", "pk")


@dataclass(frozen=True, slots=True)
class Seat:
    """A role somebody has to hold before work can start, with the teams it leads."""

    role: Role
    teams: tuple[Team, ...]
    holder: Person | None
    sits: bool

    @property
    def missing(self) -> str:
        """What is missing, in a sentence; "" where nothing is."""
        if self.holder is None:
            return f"Who is {self.role.name}."
        return "" if self.sits else f"{self.holder.name} is in no team that {self.role.name} leads."


def seats_of(bp: Blueprint) -> list[Seat]:
    """Who leads the teams of the first service, and who decides on changes; once it is in force."""
    leads: dict[str, list[str]] = {}
    teams = [team_of(bp, key) for key in departments_in_order(bp)[:2]]
    named = {one.team for pair in crossings_of(bp) for one in pair if one.team}
    for team in dict.fromkeys([*filter(None, teams), *sorted(named)]):
        if role := lead_of(bp, team):
            leads.setdefault(role, []).append(team)
    question = meta_type(bp)
    for right in deciders_of(bp, question) if question else ():
        if role := bp.get(DecisionRight, right).role:
            leads.setdefault(role, [])
    return _with_holders(leads)


def _with_holders(leads: dict[str, list[str]]) -> list[Seat]:
    now = clock.now()
    roles = {role.key: role for role in Role.objects.filter(key__in=leads)}
    keys = {key for teams in leads.values() for key in teams}
    teams = {team.key: team for team in Team.objects.filter(key__in=keys)}
    held = RoleAssignment.objects.filter(role__key__in=leads, valid__contains=now)
    holders = {
        row.role.key: row.person
        for row in held.select_related("person", "role").order_by("-pk")
        if row.person.active
    }
    works = set(
        Membership.objects.filter(
            person__in=[one.pk for one in holders.values()], valid__contains=now
        ).values_list("person_id", "team__key")
    )
    found = []
    for key, names in leads.items():
        if key not in roles:
            continue
        holder = holders.get(key)
        sits = holder is not None and all((holder.pk, name) in works for name in names)
        there = tuple(teams[name] for name in names if name in teams)
        found.append(Seat(roles[key], there, holder, sits))
    return found


def without_account() -> QuerySet[Person]:
    """People of teams who cannot sign in yet, by name."""
    now = clock.now()
    works = Membership.objects.filter(person_id=OuterRef("pk"), valid__contains=now)
    accounts = User.objects.filter(persons=OuterRef("pk"), is_active=True)
    return people_here().filter(Exists(works), ~Exists(accounts))


def installation_is_new() -> bool:
    """Whether nobody can sign in yet."""
    return not User.objects.exists()
