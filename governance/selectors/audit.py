"""What was decided, under which right of which version, for whoever audits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from governance.blueprint import kinds
from governance.models import Decision, Vote
from governance.selectors.decisions import DecisionRow, rows_of, visible_to
from governance.selectors.people import Account
from governance.selectors.versions import blueprint

PAGE = 50
RELATED = ("version", "requester", "decided_by", "stands_in_for")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: a type of decision, letters of who decided, a period."""

    type: str = ""
    who: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """A decision that was taken: the role or body, and whose votes made it."""

    row: DecisionRow
    role: str
    voters: tuple[str, ...]


def decided(user: Account, wanted: Wanted) -> QuerySet[Decision]:
    """Decisions that were taken and that an account sees, the latest first."""
    rows = visible_to(user).filter(state=Decision.State.DECIDED).select_related(*RELATED)
    if wanted.type:
        rows = rows.filter(type_key=wanted.type)
    if wanted.since:
        rows = rows.filter(decided_at__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(decided_at__lt=wanted.until)
    text = wanted.who.replace("\x00", "").strip()[:80]
    if text:
        votes = Vote.objects.filter(person__name__icontains=text, counted=True)
        who = Q(decided_by__name__icontains=text) | Q(pk__in=votes.values("decision_id"))
        rows = rows.filter(who)
    return rows.order_by("-decided_at", "-pk")


def page_of(rows: QuerySet[Decision], after: str) -> tuple[list[Decision], str]:
    """One page and the key the next one begins behind."""
    mark = _mark(rows, after)
    if mark is not None:
        at = mark.decided_at
        rows = rows.filter(Q(decided_at__lt=at) | Q(decided_at=at, pk__lt=mark.pk))
    found = list(rows[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def _mark(rows: QuerySet[Decision], after: str) -> Decision | None:
    if not (after.isascii() and after.isdigit() and len(after) < 16):
        return None
    return rows.filter(pk=int(after)).first()


def shown(found: Sequence[Decision]) -> list[DecidedRow]:
    """With subjects, names of roles, and voters; a bounded number of queries."""
    voters = _voters([row.pk for row in found if row.together])
    told = []
    for row in rows_of(found):
        decision, bp = row.decision, blueprint(row.decision.version)
        body = bp.peek(kinds.GovernanceBody, decision.body_key or None)
        role = bp.peek(kinds.Role, decision.role_key or None)
        name = body.name if body else role.name if role else decision.role_key
        told.append(DecidedRow(row, name, voters.get(decision.pk, ())))
    return told


def _voters(decision_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Names of those whose votes made decided decisions; no query where none was voted on."""
    if not decision_ids:
        return {}
    rows = Vote.objects.filter(decision__in=decision_ids, counted=True).order_by("cast_at", "pk")
    found: dict[int, tuple[str, ...]] = {}
    for decision_id, name in rows.values_list("decision_id", "person__name"):
        found[decision_id] = (*found.get(decision_id, ()), name)
    return found
