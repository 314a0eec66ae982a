"""The answers of a request that a viewer reads: the one way from a form to any page or message."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from governance import policies
from governance.blueprint.kinds.services import FormField
from governance.models import Decision
from governance.selectors import people, versions, voting
from workflows.models import Clock, Request, StageVisit
from workflows.privacy import Reader, reads

EMPTY: tuple[Any, ...] = (None, "", [])


@dataclass(frozen=True)
class Answers:
    """The questions whose answers are read, in the order of the form, and those answers by field.

    ``withheld`` are the keys of the others, whether they were answered or not.
    """

    fields: tuple[FormField, ...]
    data: dict[str, Any]
    withheld: frozenset[str]
    currency: str = ""

    def in_words(self) -> list[dict[str, str]]:
        """Label and answer in words, what was not answered left out; files apart."""
        return [
            {"label": field.label, "value": _text(field, self.data[field.key], self.currency)}
            for field in self.fields
            if field.type != "file" and self.data.get(field.key) not in EMPTY
        ]


def answers_for(user: people.Account, request: Request) -> Answers:
    """What this viewer reads of a request they see; a query more only where answers are limited."""
    fields = _fields(request)
    reader = reader_of(user, request) if limited(request) else Reader()
    return _answers(request, fields, reader)


def limited(request: Request) -> bool:
    """Whether some of its answers are not read by everybody who sees it; no query."""
    return any(field.limited for field in _fields(request))


def readable(request: Request, *, person_id: int | None, teams: Collection[int]) -> Answers:
    """The same for a person in these teams, such as the actor of a step."""
    fields = _fields(request)
    reader = _reader(request, person_id or 0, teams) if limited(request) else Reader()
    return _answers(request, fields, reader)


def withheld(user: people.Account, request: Request) -> frozenset[str]:
    """The keys of the fields whose answers and files this viewer does not read."""
    return answers_for(user, request).withheld


def reader_of(
    user: people.Account, request: Request, visits: Iterable[StageVisit] | None = None
) -> Reader:
    """What an account has to do with a request; read once per request and account.

    No query from its ``visits`` where those were read ``with_part`` of the account's person.
    """
    known: dict[int, Reader] = request.__dict__.setdefault("_readers", {})
    if (user.pk or 0) not in known:
        person, facts = people.person_for(user), people.facts_for(user)
        known[user.pk or 0] = _reader(request, person.pk if person else 0, facts.teams, visits)
    return known[user.pk or 0]


def _fields(request: Request) -> tuple[FormField, ...]:
    bp = versions.blueprint(request.version_id)
    found: tuple[FormField, ...] = bp.get("Offering", request.offering.key).form.all_fields()
    return found


def _answers(request: Request, fields: tuple[FormField, ...], reader: Reader) -> Answers:
    shown = tuple(field for field in fields if reads(field, reader))
    data = {field.key: request.data[field.key] for field in shown if field.key in request.data}
    hidden = frozenset(field.key for field in fields) - {field.key for field in shown}
    return Answers(shown, data, hidden, request.currency)


def with_part(person_id: int) -> QuerySet[StageVisit]:
    """Visits, each with whether this person decides or decided there."""
    decisions = Decision.objects.filter(
        voting.takes_part(person_id),
        subject_kind="request",
        subject_id=OuterRef("request_id"),
    )
    decides = Clock.objects.filter(
        visit=OuterRef("pk"),
        metric=Clock.Metric.DECISION,
        decision_seq__in=decisions.values("seq"),
    )
    return StageVisit.objects.annotate(decides=Exists(decides))


def _reader(
    request: Request,
    person_id: int,
    teams: Collection[int],
    visits: Iterable[StageVisit] | None = None,
) -> Reader:
    if person_id in request.askers:
        return Reader(asks=True)
    codes = {policies.code(policies.TEAM, team) for team in teams}
    codes |= {policies.code(policies.PERSON, person_id)} if person_id else set()
    rows: Any = visits
    if rows is None:
        rows = with_part(person_id).filter(request=request).only("stage_key", "team", "holder")
    part = {v.pk for v in rows if person_id and (v.holder_id == person_id or v.decides)}
    return Reader(
        works=not codes.isdisjoint(request.principals),
        takes_part=bool(part),
        stages=frozenset(v.stage_key for v in rows if v.team_id in teams or v.pk in part),
    )


def _text(field: FormField, value: Any, currency: str) -> str:
    words = {option.key: option.label for option in field.options}
    if isinstance(value, list):
        return ", ".join(words.get(v, str(v)) for v in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field.type == "money":
        return f"{Decimal(str(value)):,.2f} {currency}"
    return words.get(str(value), str(value))
