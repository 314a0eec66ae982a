"""Calendars of the version in force: their week, the days that differ, who counts in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from esm.common import clock
from esm.common.errors import NotFound
from governance import registries
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.models import CalendarException, CalendarImport, Team
from governance.selectors.people import Account
from governance.selectors.versions import blueprint, published

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
YEARS = (1970, 2100)


@dataclass(frozen=True, slots=True)
class Counted:
    """Something that counts in a calendar: ``through`` is the site a team has it from, or the
    service of an offering; ``usual`` says that a team has none of its own and no site.
    """

    key: str
    name: str
    through: str = ""
    usual: bool = False


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A calendar with the next days that differ, and the sites, teams and offerings that count in
    it in the version of ``code``.
    """

    key: str
    spec: kinds.Calendar
    default: bool
    ahead: list[CalendarException]
    code: str
    sites: list[Counted]
    teams: list[Counted]
    offerings: list[Counted]

    @property
    def team_names(self) -> list[str]:
        """Names of the teams, in their order."""
        return [one.name for one in self.teams]

    @property
    def week(self) -> list[tuple[str, tuple[str, ...]]]:
        """(day, open hours) from Monday on."""
        return [(day, tuple(self.spec.weekly.get(day, ()))) for day in DAYS]  # type: ignore[call-overload]

    @property
    def today(self) -> date:
        """The date where the calendar counts."""
        return self.local(clock.now()).date()

    def local(self, at: datetime) -> datetime:
        """A moment in the calendar's zone."""
        return at.astimezone(ZoneInfo(self.spec.zone))


def calendar_rows() -> list[CalendarRow]:
    """All calendars, the default one first; two queries."""
    version = published()
    if version is None:
        return []
    bp = blueprint(version)
    ahead: dict[str, list[CalendarException]] = {}
    for row in CalendarException.objects.filter(day__gte=clock.now().date()).order_by("day"):
        ahead.setdefault(row.calendar_key, []).append(row)
    teams = _teams(bp)
    code = version.code
    rows = [_row(bp, code, key, ahead.get(key, []), teams) for key in bp.find(kinds.Calendar)]
    return sorted(rows, key=lambda row: (not row.default, row.spec.name, row.key))


def calendar_by_key(key: str) -> CalendarRow:
    """One calendar. Raises NotFound."""
    version = published()
    bp = blueprint(version) if version else None
    if version is None or bp is None or ("Calendar", key) not in bp:
        raise NotFound("There is no such calendar.")
    return _row(bp, version.code, key, [], _teams(bp))


def _teams(bp: Blueprint) -> Mapping[str, list[Counted]]:
    """The teams by the calendar they work by; one query."""
    default = str(bp.organisation().default_calendar)
    found: dict[str, list[Counted]] = {}
    for team in Team.objects.filter(retired_at=None).order_by("name"):
        spec = bp.peek(kinds.Team, team.key)
        if spec is None:
            continue
        site = "" if spec.calendar or not spec.site else bp.get(kinds.Site, spec.site).name
        usual = not spec.calendar and not spec.site
        one = Counted(team.key, team.name, site, usual)
        found.setdefault(bp.team_calendar(team.key) or default, []).append(one)
    return found


def _row(
    bp: Blueprint,
    code: str,
    key: str,
    ahead: list[CalendarException],
    teams: Mapping[str, list[Counted]],
) -> CalendarRow:
    default = str(bp.organisation().default_calendar)
    sites = [
        Counted(one, spec.name) for one, spec in bp.find(kinds.Site).items() if spec.calendar == key
    ]
    offered = [
        Counted(one, spec.name, bp.get(kinds.Service, spec.service).name)
        for one, spec in bp.find(kinds.Offering).items()
        if spec.calendar == key
    ]
    return CalendarRow(
        key=key,
        spec=bp.get("Calendar", key),
        default=key == default,
        ahead=ahead,
        code=code,
        sites=sorted(sites, key=lambda one: one.name),
        teams=teams.get(key, []),
        offerings=sorted(offered, key=lambda one: one.name),
    )


def days_of(key: str, year: int) -> list[CalendarException]:
    """The days of a year on which a calendar differs."""
    rows = CalendarException.objects.filter(calendar_key=key, day__year=year)
    return list(rows.order_by("day"))


def day_of(key: str, day: date) -> CalendarException:
    """One of them. Raises NotFound."""
    row = CalendarException.objects.filter(calendar_key=key, day=day).first()
    if row is None:
        raise NotFound("This day is as every week.")
    return row


def imports_of(key: str) -> list[CalendarImport]:
    """What was taken into a calendar together and is still there, the last first."""
    rows = CalendarImport.objects.filter(calendar_key=key, undone_at=None).defer("content")
    return list(rows.exclude(applied_at=None)[:20])


def import_of(key: str, pk: int) -> CalendarImport:
    """Days that came, or may come, together. Raises NotFound."""
    row = CalendarImport.objects.filter(calendar_key=key, pk=pk).first()
    if row is None:
        raise NotFound("There is no such import.")
    return row


def years_of(key: str, today: date) -> list[int]:
    """Years with days that differ, and this one and the next."""
    known = CalendarException.objects.filter(calendar_key=key).dates("day", "year")
    return sorted({d.year for d in known} | {today.year, today.year + 1})


def use_of(user: Account, key: str) -> int:
    """Running clocks that count in a calendar, of the requests the viewer sees."""
    return registries.calendar_use(user, key)
