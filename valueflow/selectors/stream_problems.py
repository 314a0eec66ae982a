"""Problems as their owners were shown them: what they said, and whether others may read figures."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from esm.common import clock
from esm.common.errors import NotFound
from governance.blueprint.blueprint import Blueprint
from governance.selectors import versions
from governance.selectors.critical import owned_streams
from governance.selectors.people import Account, facts_for, person_for
from valueflow.models import StreamProblem
from workflows.selectors.calendars import calendar_in

State = StreamProblem.State
ANSWER_DAYS = 5


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads of problems: the streams they own, and whether some figures wait for an owner."""

    owned: frozenset[str]
    steward: bool
    waits: bool

    def answers(self, stream: str) -> bool:
        """Whether they may say what they think of a problem of a stream."""
        return stream in self.owned


def in_force() -> Blueprint | None:
    """The model in force, if there is one."""
    version = versions.published()
    return versions.blueprint(version) if version is not None else None


def reader(user: Account) -> Reader:
    """Executives who do not keep the model wait for the owners of streams that are not theirs."""
    facts = facts_for(user)
    return Reader(
        owned=owned_streams(person_for(user), in_force()),
        steward=facts.steward,
        waits=facts.executive and not facts.steward,
    )


def answer_until(bp: Blueprint, at: datetime) -> datetime:
    """When the time of an owner ends who is shown a problem now, by working days."""
    days = bp.organisation().answer_days
    calendar = calendar_in(bp, "")
    return calendar.add(at, (ANSWER_DAYS if days is None else days) * calendar.day_seconds)


def looked_at(row: StreamProblem | None, at: datetime) -> bool:
    """Whether its owner still has time to answer, or disputes it. One nobody kept yet is new."""
    if row is None or row.state == State.DISPUTED:
        return True
    return row.state == State.FOUND and at < row.answer_until


def hidden_from(who: Reader, stream: str, row: StreamProblem | None, at: datetime) -> bool:
    """Whether somebody reads that it is being looked at, instead of its figures."""
    return who.waits and stream not in who.owned and looked_at(row, at)


def by_key(keys: Collection[str]) -> Mapping[str, StreamProblem]:
    """What was kept of these problems; one query."""
    rows = StreamProblem.objects.filter(key__in=keys).select_related("answered_by", "settled_by")
    return {row.key: row for row in rows}


def visible_to(user: Account) -> QuerySet[StreamProblem]:
    """Problems whose record an account may read: of the streams they own; all for stewards,
    auditors, and whoever need not wait for an owner's answer."""
    who, rows = reader(user), StreamProblem.objects.select_related("answered_by", "settled_by")
    if not who.waits:
        return rows
    late = rows.filter(state=State.FOUND, answer_until__lte=clock.now())
    shown = rows.filter(state__in=(State.CONFIRMED, State.SETTLED))
    return late | shown | rows.filter(stream_key__in=who.owned)


def one(user: Account, number: int) -> StreamProblem:
    """One problem. Raises NotFound, for hidden and missing alike."""
    row = visible_to(user).filter(pk=number).first()
    if row is None:
        raise NotFound(_("There is no such problem."))
    return row
