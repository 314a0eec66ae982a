"""Opportunities: which there are, what may be done with one, what an account reads of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from esm.common import clock
from esm.common.errors import NotFound
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import ValueStream
from governance.selectors import versions
from governance.selectors.people import Account, person_for
from valueflow.models import ImprovementOpportunity
from valueflow.selectors.stream_problems import Reader, hidden_from, in_force, reader

State = ImprovementOpportunity.State
# What a stream that is one of the critical few counts more.
CRITICAL_WEIGHT = 2


@dataclass(frozen=True, slots=True)
class Opportunity:
    """One opportunity as an account reads it; ``secret`` says that its figures wait for an owner.

    ``settles`` says that the account decides on it, ``works`` that it says how far it is.
    """

    row: ImprovementOpportunity
    stream: str
    secret: bool
    settles: bool
    works: bool

    @property
    def evidence(self) -> Mapping[str, object]:
        """What was seen when it was raised; nothing while it is secret."""
        return {} if self.secret else self.row.evidence

    @property
    def next(self) -> tuple[str, ...]:
        """The states it may go to from here, by whoever may move it."""
        return tuple(to for since, to in self.row.MOVES if since == self.row.state)


def visible_to(user: Account) -> QuerySet[ImprovementOpportunity]:
    """Everybody who signs in reads what could be better."""
    rows = ImprovementOpportunity.objects.select_related(
        "owner", "raised_by", "problem", "proposal"
    )
    return rows if user.is_active else rows.none()


STATES = ("open", "mine", "parked", "over", "all")


def standing_is(
    rows: QuerySet[ImprovementOpportunity], state: str, user: Account
) -> QuerySet[ImprovementOpportunity]:
    """Those that stand like this: one of STATES."""
    if state == "mine":
        person = person_for(user)
        mine = Q(owner=person) | Q(raised_by=person)
        return rows.filter(mine) if person is not None else rows.none()
    if state == "parked":
        return rows.filter(state=State.PARKED)
    over = (State.VERIFIED, *ImprovementOpportunity.OVER)
    if state == "over":
        return rows.filter(state__in=over)
    return rows if state == "all" else rows.exclude(state__in=(*over, State.PARKED))


def shown(user: Account, rows: list[ImprovementOpportunity]) -> list[Opportunity]:
    """Opportunities as an account reads them; two queries."""
    who, person, bp = reader(user), person_for(user), in_force()
    return [_shown(row, who, person.pk if person else 0, bp) for row in rows]


def _shown(
    row: ImprovementOpportunity, who: Reader, person: int, bp: Blueprint | None
) -> Opportunity:
    settles = who.steward or row.stream_key in who.owned
    return Opportunity(
        row=row,
        stream=stream_name(bp, row.stream_key),
        secret=row.problem is not None
        and hidden_from(who, row.stream_key, row.problem, clock.now()),
        settles=bool(person) and settles,
        works=bool(person) and (settles or row.owner_id == person),
    )


def stream_name(bp: Blueprint | None, key: str) -> str:
    """What a stream is called in the model in force."""
    spec = bp.peek(ValueStream, key) if bp is not None else None
    return spec.name if spec is not None else key.replace("-", " ").capitalize()


def one(user: Account, number: int) -> Opportunity:
    """One opportunity. Raises NotFound."""
    row = visible_to(user).filter(pk=number).first()
    if row is None:
        raise NotFound(_("There is no such opportunity."))
    return shown(user, [row])[0]


def streams() -> list[tuple[str, str]]:
    """Key and name of every stream of the model in force, by name."""
    version = versions.published()
    if version is None:
        return []
    found = versions.blueprint(version).find(ValueStream)
    return sorted(((key, one.name) for key, one in found.items()), key=lambda row: row[1])


def weight_of(bp: Blueprint | None, stream: str) -> int:
    """How much a stream counts: twice where it is one of the critical few."""
    spec = bp.peek(ValueStream, stream) if bp is not None else None
    return CRITICAL_WEIGHT if spec is not None and spec.criticality == "critical" else 1


def score(row: ImprovementOpportunity, weight: int) -> float | None:
    """Business days it saves a request × requests a quarter × weight ÷ effort; None until said."""
    if row.days is None or row.volume is None or not row.effort:
        return None
    return float(row.days) * row.volume * weight / row.effort
