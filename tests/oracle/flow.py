"""A second opinion on the figures of value flow. Imports none of our code.

It reads exported events (``manage.py events export --jsonl``) and the weekly patterns of the
calendars; dated exceptions are events themselves. Population: what was fulfilled in the period.
Durations are seconds, calendar and business; business time counts on the calendar of the service,
at a handoff on that of the receiver.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.oracle import calendar
from tests.oracle.flow_cases import Case, Offer, cases_of, events_of

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Both = dict[str, float | None]


def seconds_of(intervals: Sequence[str]) -> calendar.Pairs:
    """``["09:00-12:30"]`` as pairs of seconds of the local day."""
    found = []
    for text in intervals:
        start, end = ((int(t[:2]) * 60 + int(t[3:5])) * 60 for t in text.split("-"))
        found.append((start, end))
    return found


class Hours:
    """Open seconds of one calendar, summed up once for a stretch of time."""

    def __init__(
        self,
        zone: str,
        weekly: Mapping[str, Sequence[str]],
        exceptions: Mapping[date, Sequence[str]],
        start: datetime,
        end: datetime,
    ) -> None:
        week = {DAYS.index(day): seconds_of(intervals) for day, intervals in weekly.items()}
        dated = {day: seconds_of(intervals) for day, intervals in exceptions.items()}
        self.start, self.end = start, end
        self.spans = list(calendar.spans(zone, week, dated, start, end))
        self.opens = [opens for opens, _ in self.spans]
        self.sums = [0]
        for opens, closes in self.spans:
            self.sums.append(self.sums[-1] + int((closes - opens).total_seconds()))

    def until(self, at: datetime) -> int:
        """Open seconds from the start of the stretch to a moment."""
        if not self.start <= at <= self.end:
            raise ValueError(f"{at} lies outside {self.start} … {self.end}")
        place = bisect_right(self.opens, at)
        if place == 0:
            return 0
        opens, closes = self.spans[place - 1]
        return self.sums[place - 1] + int((min(at, closes) - opens).total_seconds())

    def between(self, a: datetime, b: datetime) -> int:
        """Open seconds from one moment to another."""
        return self.until(b) - self.until(a)

    def passed(self, a: datetime, b: datetime, target: int) -> bool:
        """The moment at which ``target`` open seconds have passed since ``a`` lies before ``b``."""
        gone = self.between(a, b)
        if target <= 0:
            return a < b
        if gone != target:
            return gone > target
        return self.between(a, b - timedelta(seconds=1)) == target


def quantile(values: Iterable[float], share: float) -> float | None:
    """Linear interpolation between the two nearest rows."""
    rows = sorted(values)
    if not rows:
        return None
    place = share * (len(rows) - 1)
    low = int(place)
    high = min(low + 1, len(rows) - 1)
    return rows[low] + (rows[high] - rows[low]) * (place - low)


def ratio(part: float, whole: float) -> float | None:
    """None where there is nothing to divide by."""
    return part / whole if whole else None


def both(calendar_s: float | None, business_s: float | None) -> Both:
    """One figure in both times."""
    return {"calendar_s": calendar_s, "business_s": business_s}


def _finished(case: Case, start: datetime, end: datetime) -> bool:
    return case.outcome == "fulfilled" and case.ended is not None and start <= case.ended < end


def _sums() -> defaultdict[str, list[int]]:
    """Calendar and business seconds by name."""
    return defaultdict(lambda: [0, 0])


class Oracle:
    """Figures of one export. ``calendars`` is key → (zone, weekly pattern)."""

    def __init__(
        self,
        lines: Iterable[str],
        calendars: Mapping[str, tuple[str, Mapping[str, Sequence[str]]]],
        *,
        zone: str,
        start: datetime,
        end: datetime,
    ) -> None:
        self.events = events_of(lines)
        self.zone, self.start, self.now = ZoneInfo(zone), start, end
        dated: dict[str, dict[date, Sequence[str]]] = defaultdict(dict)
        for event in self.events:
            if event["type"] == "calendar.excepted":
                data = event["data"]
                dated[data["calendar"]][date.fromisoformat(data["day"])] = data["intervals"]
        self.hours = {
            key: Hours(zone, weekly, dated[key], start, end)
            for key, (zone, weekly) in calendars.items()
        }

    def elapsed(self, case: Case, a: datetime, b: datetime) -> dict[str, int]:
        """Both times of a stretch of a request, on the calendar of its service."""
        hours = self.hours[case.sent["calendar"]]
        return {"calendar": int((b - a).total_seconds()), "business": hours.between(a, b)}

    def lead(self, case: Case, until: datetime) -> dict[str, int]:
        """Lead time in both times, all stretches together; up to ``until`` while it is open."""
        took = [self.elapsed(case, start, end or until) for start, end in case.stretches]
        return {basis: sum(one[basis] for one in took) for basis in ("calendar", "business")}

    def met(self, case: Case) -> bool:
        """What the clock of the promise ran is no more than its target."""
        assert case.promise is not None
        hours = self.hours[case.promise.calendar]
        return sum(hours.between(a, b) for a, b in case.promise.ran) <= case.promise.target_s

    def late(self, case: Case, at: datetime) -> bool:
        """The promise has passed; a clock that stands still does not get later."""
        assert case.promise is not None
        ran = list(case.promise.ran)
        if case.promise.since is not None:
            ran.append((case.promise.since, at))
        hours = self.hours[case.promise.calendar]
        gone = sum(hours.between(a, b) for a, b in ran[:-1])
        return hours.passed(*ran[-1], case.promise.target_s - gone)

    def summary(self, start: datetime, end: datetime, version: str = "") -> dict[str, Any]:
        """The figures of a period, maybe of one version; open work as it was at the end."""
        at = min(end, self.now).replace(microsecond=0)
        cases = [
            case
            for case in cases_of(self.events, min(end, self.now))
            if not case.confidential and case.sent["version"] == (version or case.sent["version"])
        ]
        done = [case for case in cases if _finished(case, start, end)]
        live = [case for case in cases if case.ended is None]
        return {
            "finished": len(done),
            "submitted": sum(1 for case in cases if start <= case.submitted < end),
            "lead_time": self._lead(done, at),
            "promise": self._promise(done, live, at),
            "flow_efficiency": self._efficiency(done, at),
            "in_flight": {"n": len(live), "late": self._late(live, at)},
            "open": {f"R-{case.sent['number']}": self._open(case, at) for case in live},
            "weeks": self._weeks(cases, start, end, at),
            "handoffs": self._handoffs(done),
            "time": self._time(done, at),
        }

    def _open(self, case: Case, at: datetime) -> dict[str, Any]:
        age = self.elapsed(case, case.submitted, at)
        return {
            "age": both(age["calendar"], age["business"]),
            "late": self.late(case, at),
        }

    def _lead(self, done: list[Case], at: datetime) -> dict[str, Any]:
        found: dict[str, Any] = {"n": len(done)}
        for basis in ("calendar", "business"):
            values = [self.lead(case, at)[basis] for case in done]
            found[basis] = {
                "p50_s": quantile(values, 0.5),
                "p85_s": quantile(values, 0.85),
                "mean_s": ratio(sum(values), len(values)),
            }
        return found

    def _late(self, live: list[Case], at: datetime) -> int:
        return sum(1 for case in live if self.late(case, at))

    def _promise(self, done: list[Case], live: list[Case], at: datetime) -> dict[str, Any]:
        met = sum(1 for case in done if self.met(case))
        late = self._late(live, at)
        n = len(done) + late
        return {
            "n": n,
            "met": met,
            "missed": len(done) - met,
            "open_late": late,
            "share": ratio(met, n),
        }

    def _efficiency(self, done: list[Case], at: datetime) -> dict[str, Any]:
        touch = sum(s for case in done for s, _ in case.touch)
        lead = {
            basis: sum(self.lead(case, at)[basis] for case in done)
            for basis in ("calendar", "business")
        }
        return {
            "n": len(done),
            "touch_s": touch,
            "estimated_s": sum(s for case in done for s, estimated in case.touch if estimated),
            "lead": both(lead["calendar"], lead["business"]),
            "business": ratio(touch, lead["business"]),
            "calendar": ratio(touch, lead["calendar"]),
        }

    def _weeks(
        self, cases: list[Case], start: datetime, end: datetime, at: datetime
    ) -> dict[str, Any]:
        """Whole local weeks of the period; in flight is what was open when a week ended."""
        first = start.astimezone(self.zone).date()
        monday = first - timedelta(days=first.weekday())
        found = {}
        while (opens := self._midnight(monday)) < end:
            closes = self._midnight(monday + timedelta(days=7))
            if start <= opens and closes <= min(end, self.now):
                done = [case for case in cases if _finished(case, opens, closes)]
                there = [case for case in cases if case.submitted < closes]
                found[monday.isoformat()] = {
                    "finished": len(done),
                    "submitted": sum(1 for case in there if case.submitted >= opens),
                    "in_flight": sum(1 for c in there if c.ended is None or c.ended >= closes),
                    "lead_p50": {
                        f"{basis}_s": quantile([self.lead(c, at)[basis] for c in done], 0.5)
                        for basis in ("calendar", "business")
                    },
                    "promise_share": ratio(sum(1 for case in done if self.met(case)), len(done)),
                    "flow_efficiency": self._efficiency(done, at)["business"],
                }
            monday += timedelta(days=7)
        return found

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone)

    def _handoffs(self, done: list[Case]) -> dict[str, Any]:
        """First offers between departments; offers within one are only counted."""
        pairs: dict[tuple[str, str], list[tuple[Case, Offer]]] = defaultdict(list)
        within = 0
        for case in done:
            for offer in case.offers.values():
                sides = (offer.data["giver_department"], offer.data["receiver_department"])
                if sides[0] != sides[1]:
                    pairs[sides].append((case, offer))
                elif offer.data["attempt"] == 1:
                    within += 1
        matrix = {sides: self._pair(offers) for sides, offers in pairs.items()}
        return {"within_departments": within, "matrix": matrix}

    def _pair(self, offers: list[tuple[Case, Offer]]) -> dict[str, Any]:
        first = [offer for _, offer in offers if offer.data["attempt"] == 1]
        back = sum(1 for offer in first if offer.sent_back)
        waits = [self._wait(offer, offer.offered, offer.accepted) for _, offer in offers]
        taken = [wait for wait in waits if wait is not None]
        lost = [self._lost(case, offer) for case, offer in offers]
        return {
            "n": len(first),
            "sent_back": back,
            "return_rate": ratio(back, len(first)),
            "offers": len(offers),
            "wait_p50": both(
                quantile((wait[0] for wait in taken), 0.5),
                quantile((wait[1] for wait in taken), 0.5),
            ),
            "lost": both(sum(one[0] for one in lost), sum(one[1] for one in lost)),
        }

    def _wait(self, offer: Offer, a: datetime, b: datetime | None) -> tuple[int, int] | None:
        if b is None:
            return None
        hours = self.hours[offer.data["calendar"]]
        return int((b - a).total_seconds()), hours.between(a, b)

    def _lost(self, case: Case, offer: Offer) -> tuple[int, int]:
        """The wait until somebody answered, and from a return until it was taken again.

        The wait of an offer that follows a return lies within the latter: no second counts twice.
        """
        stretches = []
        if offer.data["attempt"] == 1:
            stretches.append((offer.offered, offer.accepted or offer.returned))
        before = case.offers.get(offer.data["previous"] or 0)
        if before is not None and before.returned is not None:
            stretches.append((before.returned, offer.accepted or offer.returned))
        waits = [self._wait(offer, a, b) for a, b in stretches]
        known = [wait for wait in waits if wait is not None]
        return sum(wait[0] for wait in known), sum(wait[1] for wait in known)

    def _time(self, done: list[Case], at: datetime) -> dict[str, Any]:
        """Sums of attributed time per stream: by state and by stage; they add up to the lead."""
        found: dict[str, Any] = {}
        for case in done:
            stream = found.setdefault(
                case.sent["stream"],
                {
                    "n": 0,
                    "kinds": defaultdict(lambda: [0, 0]),
                    "stages": defaultdict(lambda: [0, 0]),
                },
            )
            stream["n"] += 1
            for span in case.line(at):
                took = self.elapsed(case, span.start, span.end)
                for sums in (stream["kinds"][span.state], stream["stages"][span.stage]):
                    sums[0] += took["calendar"]
                    sums[1] += took["business"]
        return found
