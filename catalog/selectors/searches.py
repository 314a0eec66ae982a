"""Words that found nothing, for those who answer for what is offered."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from catalog.models import MissedSearch, Offering
from catalog.policies import review_searches
from esm.common import clock
from esm.common.errors import NotAllowed, NotFound
from governance.models import ModelVersion
from governance.policies import Verdict
from governance.selectors.people import Account, facts_for, person_for, role_keys
from governance.selectors.versions import blueprint, published

SHOWN_FROM = 3
WEEKS = 8
PAGE = 50
VIEWS = ("open", "answered", "dismissed")


@dataclass(frozen=True, slots=True)
class Week:
    """How often in one ISO week."""

    label: str
    times: int


@dataclass(frozen=True, slots=True)
class Missed:
    """Words with their counts of the last weeks, oldest first."""

    row: MissedSearch
    weeks: tuple[Week, ...]

    @property
    def words(self) -> str:
        """What was searched for."""
        return self.row.words

    @property
    def times(self) -> int:
        """In all weeks that are kept."""
        return self.row.times

    @property
    def recent(self) -> int:
        """In the weeks shown."""
        return sum(week.times for week in self.weeks)


def week_of(days_ago: int = 0) -> str:
    """The ISO week of a day, such as 2026-W48."""
    year, week, _ = (clock.now() - timedelta(days=days_ago)).isocalendar()
    return f"{year}-W{week:02d}"


def may_review(user: Account) -> Verdict:
    """May this account see what was searched for in vain?"""
    person, version = person_for(user), published()
    roles = set(role_keys(person.pk)) if person else set()
    return review_searches(facts_for(user), roles, blueprint(version) if version else None)


def require_review(user: Account) -> None:
    """Raises NotAllowed with the reason."""
    verdict = may_review(user)
    if not verdict.ok:
        raise NotAllowed(verdict.reason)


def visible_to(user: Account) -> QuerySet[MissedSearch]:
    """Words that at least three people searched for at least three times; none for all others."""
    if not may_review(user).ok:
        return MissedSearch.objects.none()
    return MissedSearch.objects.filter(times__gte=SHOWN_FROM, people__gte=SHOWN_FROM)


def missed(user: Account, view: str = "open") -> list[Missed]:
    """The words most often searched for: open ones, those answered, those dismissed; at most 50."""
    rows = visible_to(user).filter(
        answered_at__isnull=view != "answered", dismissed_at__isnull=view != "dismissed"
    )
    return [with_weeks(row) for row in rows[:PAGE]]


def with_weeks(row: MissedSearch) -> Missed:
    """Words with their counts by week."""
    labels = [week_of(7 * n) for n in reversed(range(WEEKS))]
    return Missed(row, tuple(Week(label, int(row.weeks.get(label, 0))) for label in labels))


def by_words(user: Account, words: str) -> MissedSearch:
    """One of them. Raises NotFound for what is not shown, as for what is not there."""
    row = visible_to(user).filter(words=words).first()
    if row is None:
        raise NotFound("There is no such search.")
    return row


def drafts_of_model(user: Account) -> list[ModelVersion]:
    """Drafts of the model that this account may change."""
    if not facts_for(user).steward:
        return []
    rows = ModelVersion.objects.filter(state=ModelVersion.State.DRAFT)
    return list(rows.order_by("-number")[:PAGE])


def offerings_to_extend() -> QuerySet[Offering]:
    """What may get a synonym."""
    return Offering.objects.filter(retired_at__isnull=True).order_by("name")
