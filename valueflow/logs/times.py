"""Stamps of a column as text -> instants in UTC.

Day-first or month-first is never decided on one value: the whole column votes (``Votes``). A stamp
without an offset is local time of the mapping's zone (UTC when it names none). Where a zone's
clock is put back, the hour that comes twice means its first pass; where it is put forward, an hour
that does not exist is read with the offset in force before the change, so 01:30 becomes 02:30.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

MICRO = 1_000_000
YEARS = (1900, 2199)
_TIME = (
    r"(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"\s*(?P<ap>[AaPp]\.?[Mm]\.?)?"
)
_ZONE = r"\s*(?P<z>[Zz]|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
_CLOCK = rf"(?:(?:\s*T\s*|\s*,\s*|\s+){_TIME}{_ZONE})?"
_DAY_NAME = r"(?:[A-Za-z]{2,9}\.?,?\s+)?"
_MONTH = r"(?P<b>[A-Za-z]{3,9})"
PATTERNS: dict[str, tuple[str, ...]] = {
    "ymd": (rf"^(?P<y>\d{{4}})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}}){_CLOCK}$",),
    "numeric": (rf"^(?P<p>\d{{1,2}})[-/.](?P<q>\d{{1,2}})[-/.](?P<y>\d{{4}}|\d{{2}}){_CLOCK}$",),
    "named": (
        rf"^{_DAY_NAME}(?P<d>\d{{1,2}})[-. /]+{_MONTH}[-., /]+(?P<y>\d{{4}}|\d{{2}}){_CLOCK}$",
        rf"^{_DAY_NAME}{_MONTH}\.?\s+(?P<d>\d{{1,2}}),?\s+(?P<y>\d{{4}}){_CLOCK}$",
    ),
    "compact": (
        r"^(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
        rf"(?:[T ]?(?P<h>\d{{2}})(?P<mi>\d{{2}})(?P<s>\d{{2}})?{_ZONE})?$",
    ),
    "epoch": (r"^(?P<e>\d{10}|\d{13}|\d{16})(?:\.0+)?$",),
}
WORDS = {
    "ymd": "year-month-day",
    "numeric": "numbers with day and month",
    "named": "month by name",
    "compact": "digits without separators",
    "epoch": "seconds since 1970",
}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class TimeRule:
    """How to read a column. ``day_first`` matters for ``numeric`` dates only; ``date_format``
    (directives of strptime, as ``%d/%m/%Y %H:%M``) overrules every guess."""

    family: str = "ymd"
    day_first: bool = True
    zone: str = "UTC"
    date_format: str | None = None

    @property
    def words(self) -> str:
        """The rule for people, as in «day/month/year»."""
        if self.date_format:
            return self.date_format
        if self.family == "numeric":
            return "day/month/year" if self.day_first else "month/day/year"
        return WORDS[self.family]


@dataclass
class Votes:
    """What a column's values say. Counts are rows; ``skipped`` and ``twice`` are stamps in an
    hour that a clock change skipped or repeated."""

    families: dict[str, int] = field(default_factory=dict)
    day_first: int = 0
    month_first: int = 0
    skipped: int = 0
    twice: int = 0

    @property
    def prefers_day_first(self) -> bool | None:
        """None when no value tells the two apart."""
        if self.day_first == self.month_first:
            return None
        return self.day_first > self.month_first

    @property
    def family(self) -> str | None:
        """The family most rows belong to."""
        return max(self.families, key=lambda name: self.families[name], default=None)

    def add(self, other: "Votes") -> None:
        """Add the votes of another part of the column."""
        for name, n in other.families.items():
            self.families[name] = self.families.get(name, 0) + n
        self.day_first += other.day_first
        self.month_first += other.month_first
        self.skipped += other.skipped
        self.twice += other.twice


_SCALAR = [(family, re.compile(pattern)) for family, some in PATTERNS.items() for pattern in some]


def family_of(value: str) -> str | None:
    """The family one trimmed value has the shape of; no promise that the date exists."""
    for family, pattern in _SCALAR:
        if pattern.match(value):
            return family
    return None


def looks_like_time(value: str) -> bool:
    """Shape only, for one trimmed value."""
    return family_of(value) is not None


def parse_times(values: pl.Series, rule: TimeRule) -> tuple[pl.Series, Votes]:
    """Instants (``Datetime[us, UTC]``, null where unreadable) for trimmed strings without nulls.

    Unambiguous families are read wherever they stand; bare digits only where the rule says so.
    """
    votes = Votes()
    if rule.date_format:
        return _by_format(values, rule, votes), votes
    micros = np.zeros(len(values), dtype=np.int64)
    good = np.zeros(len(values), dtype=bool)
    aware = np.zeros(len(values), dtype=bool)
    order = [rule.family, *(name for name in PATTERNS if name != rule.family)]
    left = np.arange(len(values))
    for family in order:
        if family in ("compact", "epoch") and family != rule.family:
            continue
        for pattern in PATTERNS[family]:
            if not len(left):
                break
            parts = _match(values.gather(left) if len(left) < len(values) else values, pattern)
            hit = parts.pop("hit").to_numpy()
            if not hit.any():
                continue
            where = left[hit]
            found = {k: v.filter(pl.Series(hit)) for k, v in parts.items()}
            stamp, ok, offset = _instants(family, found, rule, votes)
            micros[where], good[where], aware[where] = stamp, ok, offset
            votes.families[family] = votes.families.get(family, 0) + int(ok.sum())
            left = left[~hit]
    return _to_utc(micros, good, aware, rule.zone, votes), votes


def _match(values: pl.Series, pattern: str) -> dict[str, pl.Series]:
    groups = list(re.compile(pattern).groupindex)
    found = values.to_frame("v").select(
        pl.col("v").str.contains(pattern).alias("hit"),
        pl.col("v").str.extract_groups(pattern).alias("g"),
    )
    parts = {name: found["g"].struct.field(name) for name in groups}
    parts["hit"] = found["hit"]
    return parts


def _number(parts: dict[str, pl.Series], name: str, missing: int = 0) -> Ints:
    if name not in parts:
        return np.full(len(next(iter(parts.values()))), missing, dtype=np.int64)
    return parts[name].cast(pl.Int64, strict=False).fill_null(missing).to_numpy()


def _instants(
    family: str, parts: dict[str, pl.Series], rule: TimeRule, votes: Votes
) -> tuple[Ints, Bools, Bools]:
    """Microseconds since 1970, which of them are real dates, which carried an offset."""
    if family == "epoch":
        value = _number(parts, "e")
        digits = parts["e"].str.len_bytes().to_numpy()
        factor = np.select([digits == 10, digits == 13], [MICRO, 1000], 1)
        micros = value * factor
        low, high = (int(np.datetime64(f"{y}-01-01", "us").astype(np.int64)) for y in (1980, 2200))
        return micros, (micros >= low) & (micros < high), np.ones(len(micros), dtype=bool)
    year, month, day = _dates(family, parts, rule, votes)
    hour, minute, second = (_number(parts, k) for k in ("h", "mi", "s"))
    ok = (hour <= 23) & (minute <= 59) & (second <= 59)
    if "ap" in parts:
        half = parts["ap"].str.slice(0, 1).str.to_lowercase()
        noon = (half == "p").fill_null(False).to_numpy()
        stated = half.is_not_null().to_numpy()
        ok &= ~stated | ((hour >= 1) & (hour <= 12))
        hour = np.where(stated, hour % 12 + 12 * noon, hour)
    fraction = np.zeros(len(hour), dtype=np.int64)
    if "f" in parts:
        digits6 = parts["f"].str.pad_end(6, "0").str.slice(0, 6)
        fraction = digits6.cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    offset, has_offset = _offsets(parts)
    ok &= _is_date(year, month, day) & (np.abs(offset) <= 14 * 3600)
    seconds = _days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
    return seconds * MICRO + fraction, ok, has_offset


def _dates(
    family: str, parts: dict[str, pl.Series], rule: TimeRule, votes: Votes
) -> tuple[Ints, Ints, Ints]:
    year = _number(parts, "y")
    if family in ("numeric", "named"):  # two digits: 69-99 are the last century, as POSIX has it
        year = np.where(year < 69, year + 2000, np.where(year < 100, year + 1900, year))
    if family == "numeric":
        p, q = _number(parts, "p"), _number(parts, "q")
        votes.day_first += int((_is_date(year, q, p) & (p > 12)).sum())
        votes.month_first += int((_is_date(year, p, q) & (q > 12)).sum())
        return (year, q, p) if rule.day_first else (year, p, q)
    if family == "named":
        names = parts["b"].str.slice(0, 3).str.to_lowercase()
        table = {name: number for number, name in enumerate(_MONTHS, start=1)}
        month = names.replace_strict(table, default=0, return_dtype=pl.Int64).fill_null(0)
        return year, month.to_numpy(), _number(parts, "d")
    return year, _number(parts, "m"), _number(parts, "d")


def _offsets(parts: dict[str, pl.Series]) -> tuple[Ints, Bools]:
    if "z" not in parts:
        n = len(next(iter(parts.values())))
        return np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool)
    zone = parts["z"]
    digits = zone.str.replace_all(r"[^0-9]", "").str.pad_end(4, "0")
    hours = digits.str.slice(0, 2).cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    minutes = digits.str.slice(2, 2).cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    sign = np.where(zone.str.starts_with("-").fill_null(False).to_numpy(), -1, 1)
    return sign * (hours * 3600 + minutes * 60), zone.is_not_null().to_numpy()


def _is_date(year: Ints, month: Ints, day: Ints) -> Bools:
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    lengths = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    inside = (month >= 1) & (month <= 12)
    last = lengths[np.where(inside, month, 0)] + (leap & (month == 2))
    years = (year >= YEARS[0]) & (year <= YEARS[1])
    return np.asarray(inside & (day >= 1) & (day <= last) & years, dtype=bool)


def _days(year: Ints, month: Ints, day: Ints) -> Ints:
    """Days since 1970-01-01 in the Gregorian calendar, years counted from March."""
    y = np.where(month <= 2, year - 1, year)
    era_year = y % 400
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    day_of_era = era_year * 365 + era_year // 4 - era_year // 100 + day_of_year
    return np.asarray(y // 400 * 146_097 + day_of_era - 719_468, dtype=np.int64)


def _by_format(values: pl.Series, rule: TimeRule, votes: Votes) -> pl.Series:
    # chrono writes fractions with their dot, Python's strptime without.
    pattern = (rule.date_format or "").replace(".%f", "%.f")
    aware = "%z" in pattern or "%:z" in pattern or "%#z" in pattern
    kind = pl.Datetime("us", "UTC") if aware else pl.Datetime("us")
    if re.search(r"%[HIMSTRXcspr+k]", pattern):
        found = values.str.strptime(kind, pattern, strict=False)
    else:
        found = values.str.strptime(pl.Date, pattern, strict=False).cast(kind)
    year = found.dt.year()
    good = ((year >= YEARS[0]) & (year <= YEARS[1])).fill_null(False).to_numpy()
    micros = found.cast(pl.Int64).fill_null(0).to_numpy()
    return _to_utc(micros, good, np.full(len(values), aware), rule.zone, votes)


def _to_utc(micros: Ints, good: Bools, aware: Bools, zone: str, votes: Votes) -> pl.Series:
    stamps = pl.Series("ts", np.where(good, micros, 0)).cast(pl.Datetime("us"))
    utc = stamps.dt.replace_time_zone("UTC")
    local = good & ~aware
    if zone not in ("UTC", "Etc/UTC") and local.any():
        first, last = (
            stamps.dt.replace_time_zone(zone, ambiguous=side, non_existent="null")
            for side in ("earliest", "latest")
        )
        gap = local & first.is_null().to_numpy()
        votes.skipped += int(gap.sum())
        votes.twice += int((local & (first != last).fill_null(False).to_numpy()).sum())
        placed = pl.Series(local)
        utc = pl.select(
            pl.when(placed).then(first.dt.convert_time_zone("UTC")).otherwise(utc)
        ).to_series()
        if gap.any():
            where = np.flatnonzero(gap)
            clock = ZoneInfo(zone)
            moved = [stamps[int(i)].replace(tzinfo=clock).astimezone(UTC) for i in where]
            utc = utc.scatter(where, moved)
    return pl.select(pl.when(pl.Series(good)).then(utc)).to_series().alias("ts")
