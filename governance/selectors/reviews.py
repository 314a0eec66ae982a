"""What is to be looked at again by a day: overdue, soon, with who answers for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import KINDS
from governance.blueprint.lint.owner import owner_of
from governance.models import Review
from governance.selectors.lint_facts import reviewed, today_of
from governance.selectors.wording import element_name, noun

SOON = 30
# The kinds that may name a day.
REVIEWED = tuple(sorted(name for name, spec in KINDS.items() if "review_due" in spec.model_fields))


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One element with the day by which it is looked at again; ``days`` until then."""

    kind: str
    key: str
    name: str
    noun: str
    due: date
    days: int
    owner: str
    owner_name: str
    last: Review | None = None

    @property
    def overdue(self) -> bool:
        """The day has passed."""
        return self.days < 0

    @property
    def id(self) -> str:
        """How a page names it."""
        return f"{self.kind}/{self.key}"


def due_of(
    bp: Blueprint, kind: str, key: str, known: Mapping[tuple[str, str], date]
) -> date | None:
    """The day that counts: the model's own, or a later one of a review; None without one."""
    own: date | None = getattr(bp.get(kind, key), "review_due", None)
    if own is None:
        return None
    return max(own, known.get((kind, key), own))


def rows(bp: Blueprint, *, within: int = SOON) -> list[ReviewRow]:
    """Overdue and due within so many days, the longest overdue first; two queries."""
    today, known = today_of(bp), reviewed()
    found = []
    for kind in REVIEWED:
        for key in bp.keys(kind):
            due = due_of(bp, kind, key, known)
            if due is not None and due <= today + timedelta(days=within):
                found.append(_row(bp, kind, key, due, today))
    last = _last({(row.kind, row.key) for row in found})
    told = [_with_last(row, last) for row in found]
    return sorted(told, key=lambda row: (row.due, row.kind, row.key))


def one(bp: Blueprint, kind: str, key: str) -> ReviewRow | None:
    """One element that names a day, however far off; None for others."""
    if kind not in REVIEWED or key not in bp.keys(kind):
        return None
    due = due_of(bp, kind, key, reviewed())
    if due is None:
        return None
    return _with_last(_row(bp, kind, key, due, today_of(bp)), _last({(kind, key)}))


def _row(bp: Blueprint, kind: str, key: str, due: date, today: date) -> ReviewRow:
    owner = owner_of(bp, Finding("", "info", kind, key, ""))
    role = bp.peek(kinds.Role, owner)
    return ReviewRow(
        kind=kind,
        key=key,
        name=element_name(bp, kind, key),
        noun=noun(kind),
        due=due,
        days=(due - today).days,
        owner=owner,
        owner_name=role.name if role is not None else owner.replace("-", " "),
    )


def _last(places: set[tuple[str, str]]) -> dict[tuple[str, str], Review]:
    keys = {key for _kind, key in places}
    rows = Review.objects.filter(key__in=keys).select_related("confirmed_by").order_by("pk")
    return {(row.kind, row.key): row for row in rows}


def _with_last(row: ReviewRow, last: Mapping[tuple[str, str], Review]) -> ReviewRow:
    found = last.get((row.kind, row.key))
    names = {name: getattr(row, name) for name in ReviewRow.__slots__ if name != "last"}
    return ReviewRow(**names, last=found)
