"""The list of decisions behind a figure, by the same predicate over the same rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from esm.accounts.models import User
from esm.common.errors import NotFound
from governance.models import Decision
from governance.selectors.decisions import rows_of, visible_to
from governance.selectors.differing import differing
from governance.selectors.waivers import sees_all
from valueflow.selectors import decided_holders
from valueflow.selectors.decided import FIGURES, decided_rows, guarded
from valueflow.selectors.decided_calendars import calendar_of
from valueflow.selectors.protected import NEVER, Row
from valueflow.selectors.scope import FlowScope

PAGE = 50
LEVEL = re.compile(r"([a-z0-9-]*):(\d{0,18}(?:\.\d{1,2})?):(\d{0,18}(?:\.\d{1,2})?)", re.ASCII)
# What is told of single decisions is for those who answer for the whole.
OTHERWISE = "otherwise"


@dataclass(frozen=True, slots=True)
class Line:
    """One decision of a list: an envelope; title, link and outcome where the viewer sees it."""

    ref: str
    name: str
    title: str
    url: str
    outcome: str
    opened_at: datetime
    decided_at: datetime | None
    took_s: int | None
    day_s: int


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list behind a figure; ``total`` counts all rows.

    ``readable`` counts those listed where only what the viewer may read is.
    """

    title: str
    total: int
    lines: tuple[Line, ...]
    after: str
    readable: int | None = None
    note: str = ""


def behind(
    scope: FlowScope,
    user: User,
    figure: str,
    *,
    kind: str = "",
    level: str = "",
    by: str = "",
    after: str = "",
) -> Listed:
    """The decisions a figure is made of, of one type, level, role or body where named.

    Raises NotFound for a figure that does not exist or is made of too few to show.
    """
    if figure not in FIGURES and (figure != OTHERWISE or not sees_all(user)):
        raise NotFound(_("There is no such figure."))
    title, wanted = FIGURES.get(figure, (_("Decided otherwise than the rules say"), Q()))
    seen = guarded(scope, user)
    if not seen.shows(*_row_of(figure, kind, level, by)):
        raise NotFound(seen.refusal or _("Too few to show."))
    rows = decided_rows(seen.scope)
    rows = rows.filter(type_key=kind) if kind else rows
    rows = _on_level(rows, level) if level else rows
    rows = rows.filter(decided_holders.under(by)) if by else rows
    rows = differing(rows) if figure == OTHERWISE else rows.filter(wanted)
    mine = rows if seen.exact else rows.filter(pk__in=visible_to(user).values("pk"))
    cut = mine.filter(pk__lt=int(after)) if after.isdigit() and len(after) < 19 else mine
    page = list(cut.select_related("version", "team").order_by("-pk")[: PAGE + 1])
    return Listed(
        title=str(title),
        total=rows.count(),
        lines=tuple(_lines(page[:PAGE], user)),
        after=str(page[PAGE - 1].pk) if len(page) > PAGE else "",
        readable=None if seen.exact else mine.count(),
        note=seen.note,
    )


def _row_of(figure: str, kind: str, level: str, by: str) -> Row:
    """The group a list is of."""
    if by:
        return (figure, "by", by) if not (kind or level) else NEVER
    if not level:
        return (figure, "type", kind) if kind else (figure,)
    return (figure, "level", kind, level) if kind else NEVER


def _on_level(rows: QuerySet[Decision], mark: str) -> QuerySet[Decision]:
    """Those under the right and band of a level's mark; none for a mark that is none."""
    found = LEVEL.fullmatch(mark)
    if found is None:
        return rows.none()
    right, low, high = found.groups()
    return rows.filter(
        Q(band_min=Decimal(low)) if low else Q(band_min__isnull=True),
        Q(band_max=Decimal(high)) if high else Q(band_max__isnull=True),
        right_key=right,
    )


def _lines(decisions: Sequence[Decision], user: User) -> list[Line]:
    seen = set(
        visible_to(user).filter(pk__in=[d.pk for d in decisions]).values_list("pk", flat=True)
    )
    found = []
    for row in rows_of(decisions):
        decision, mine = row.decision, row.decision.pk in seen
        calendar = calendar_of(decision.version_id, decision.team.key if decision.team else None)
        beforehand = decision.decided_by_id is None and decision.rule == "single"
        decided = decision.decided_at
        found.append(
            Line(
                ref=f"{decision.subject_ref} · {decision.seq}",
                name=row.name,
                title=row.subject.title if mine else "",
                url=row.subject.url if mine else "",
                outcome=decision.get_outcome_display() if mine else "",
                opened_at=decision.opened_at,
                decided_at=decided,
                took_s=None
                if beforehand or decided is None
                else calendar.elapsed(decision.opened_at, decided),
                day_s=calendar.day_seconds,
            )
        )
    return found
