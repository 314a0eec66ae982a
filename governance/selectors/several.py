"""Several small decisions of one kind, as one person decides them at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.http import urlencode

from governance.models import Person
from governance.selectors import decisions
from governance.selectors.decisions import DecisionRow, refused_in_bulk

MOST = 50
NONE = "Choose decisions that wait for you first."


@dataclass(frozen=True)
class Chosen:
    """What is decided at once: the rows, their sum, and why that is refused, if it is."""

    rows: tuple[DecisionRow, ...]
    refusals: tuple[str, ...]

    @property
    def total(self) -> Decimal:
        """Of all amounts, which are of one currency where nothing is refused."""
        return sum((row.decision.amount or Decimal(0) for row in self.rows), Decimal(0))

    @property
    def currency(self) -> str:
        """Of the sum."""
        return self.rows[0].decision.currency if self.rows else ""


def chosen(person: Person | None, pks: Sequence[int]) -> Chosen:
    """The decisions named, as far as they wait for a person, with what stands against them.

    What is hidden, missing, decided or somebody else's is not there.
    """
    if person is None or not pks:
        return Chosen((), (NONE,))
    if len(pks) > MOST:
        return Chosen((), (f"At most {MOST} are decided at once; choose fewer.",))
    found = {row.pk: row for row in decisions.inbox(person).filter(pk__in=pks)}
    wanted = [found[pk] for pk in dict.fromkeys(pks) if pk in found]
    rows = tuple(decisions.rows_of(wanted))
    return Chosen(rows, tuple(_refusals(rows, len(set(pks)))))


def _refusals(rows: Sequence[DecisionRow], wanted: int) -> list[str]:
    if not rows:
        return [NONE]
    found = []
    if len(rows) < wanted:
        found.append("Some of them no longer wait for you; choose again.")
    if len({_kind(row) for row in rows}) > 1:
        found.append(
            "They are not of one kind; choose decisions of one question under one version."
        )
    for row in rows:
        why = refused_in_bulk(row)
        if why:
            found.append(f"{row.decision.subject_ref}: {why}")
    return found


def _kind(row: DecisionRow) -> tuple[str, int, str]:
    return row.decision.type_key, row.decision.version_id, row.decision.currency


def address_of(rows: Sequence[DecisionRow]) -> str:
    """What the page is asked for all that go with the first that may be decided at once.

    Empty where there are not two; no query of its own.
    """
    may = [row for row in rows if row.several]
    same = [row for row in may if _kind(row) == _kind(may[0])][:MOST]
    if len(same) < 2:
        return ""
    return urlencode([("row", row.decision.pk) for row in same])
