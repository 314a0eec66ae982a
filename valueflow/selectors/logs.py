"""Imported logs: who sees them, how a file would be read, what was left out."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from esm.accounts.models import User
from esm.common.errors import NotFound
from esm.events.actors import Actor
from governance.policies import Scope, may, require
from governance.selectors import people
from valueflow.logs import cases as log_cases
from valueflow.logs.frame import LogFrame
from valueflow.logs.mapping import ColumnGuess, Mapping, guess_mapping
from valueflow.logs.names import ROLES
from valueflow.logs.sniff import sniff
from valueflow.models import EventLog, LogBadRow

# The right to import hangs on the roles alone, not on who acts.
ANYBODY = Actor(kind="person", ref="")
SAMPLES = 3
CASES = 20


def may_import(user: User) -> bool:
    """The account may bring in logs, and therefore see all of them."""
    return may(ANYBODY, "log.import", Scope(), people.facts_for(user)).ok


def require_import(user: User) -> None:
    """Raises NotAllowed with the reason unless the account may bring in logs."""
    require(ANYBODY, "log.import", Scope(), people.facts_for(user))


def visible_to(user: User) -> QuerySet[EventLog]:
    """Logs an account may see: all for those who import, else samples and its own."""
    if not user.is_authenticated:
        return EventLog.objects.none()
    if may_import(user) or user.is_auditor:
        return EventLog.objects.all()
    return EventLog.objects.filter(Q(is_sample=True) | Q(created_by=user))


def by_number(user: User, pk: int) -> EventLog:
    """One visible log. Raises NotFound."""
    row = visible_to(user).filter(pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such log."))
    return row


@dataclass(frozen=True, slots=True)
class Column:
    """A role to be filled by a column: what was guessed, why, and what stands in it."""

    role: str
    chosen: str
    required: bool
    reasons: tuple[str, ...]
    confidence: float
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guessed:
    """How a file looks: its columns, and what each role would read."""

    columns: tuple[str, ...]
    words: tuple[str, ...]
    roles: tuple[Column, ...]
    mapping: Mapping | None


def guessed(path: str, mapping: Mapping | None = None) -> Guessed:
    """Look at the head of a file. Raises LogRefused when it is no table of text."""
    found = sniff(path)
    columns = found.dialect.columns
    guess = guess_mapping(columns, found.rows)
    by_role = {column.role: column for column in guess.columns}
    chosen = mapping.columns() if mapping else {r: c.column for r, c in by_role.items()}
    roles = tuple(
        _column(role, chosen.get(role, ""), by_role.get(role), columns, found.rows)
        for role in ROLES
    )
    return Guessed(columns, found.dialect.words(), roles, mapping or guess.mapping)


def _column(
    role: str,
    chosen: str,
    guess: ColumnGuess | None,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> Column:
    at = columns.index(chosen) if chosen in columns else -1
    values = (row[at].strip() for row in rows[:200]) if at >= 0 else ()
    seen = tuple(dict.fromkeys(value for value in values if value))[:SAMPLES]
    same = guess is not None and guess.column == chosen
    return Column(
        role=role,
        chosen=chosen,
        required=role in ("case", "activity", "timestamp"),
        reasons=guess.reasons if guess and same else (),
        confidence=guess.confidence if guess and same else 0.0,
        samples=seen,
    )


def first_cases(frame: LogFrame) -> list[log_cases.CaseSteps]:
    """The first cases of a log as they would be stored."""
    count = len(frame.first_of_case()) - 1
    return log_cases.case_steps(frame, range(min(CASES, count)))


def bad_rows(log: EventLog, after: int = 0, limit: int = 100) -> list[LogBadRow]:
    """Rows left out, by line, from after a line on."""
    return list(log.bad_rows.filter(line__gt=after).order_by("line")[:limit])
