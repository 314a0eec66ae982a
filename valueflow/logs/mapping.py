"""Which column is what: a mapping, its guess from names and values, and its file form.

A mapping file is YAML or JSON with the names of the fields of :class:`Mapping`, for example::

    case: number
    activity: incident_state
    timestamp: sys_updated_at
    group: assignment_group
    zone: Europe/Dublin
"""

import dataclasses
import json
from collections import Counter
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import yaml

from valueflow.logs.names import ROLES, name_score
from valueflow.logs.refusal import LogRefused
from valueflow.logs.times import TimeRule, Votes, family_of, parse_times

REQUIRED = ("case", "activity", "timestamp")
NULL_TOKENS = ("", "?", "null", "n/a", "#n/a", "\\n", "(empty)", "nan")  # compared in lower case
_MAX_FILE = 64 * 1024


@dataclass(frozen=True)
class Mapping:
    """Names of columns, and how stamps are read.

    ``zone`` is the IANA zone of stamps without an offset; ``date_format`` uses the directives of
    strptime; ``day_first`` settles 1/3/2016 where None lets the whole column decide.
    """

    case: str
    activity: str
    timestamp: str
    start_timestamp: str | None = None
    group: str | None = None
    resource: str | None = None
    zone: str = "UTC"
    date_format: str | None = None
    day_first: bool | None = None

    def columns(self) -> dict[str, str]:
        """Role -> column, for the roles that have one."""
        pairs = ((role, getattr(self, role)) for role in ROLES)
        return {role: column for role, column in pairs if column}

    def as_dict(self) -> dict[str, Any]:
        """All fields, for storing and for the mapping file."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class ColumnGuess:
    """Why a column was taken for a role. ``confidence`` runs from 0 to 1."""

    role: str
    column: str
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Guess:
    """A guessed mapping, None while a required role is ``missing``; ``time_rule`` says how the
    sample's stamps read, ``share_of_times`` how many of them do (0 to 1)."""

    mapping: Mapping | None
    columns: tuple[ColumnGuess, ...]
    missing: tuple[str, ...]
    time_rule: TimeRule
    share_of_times: float


@dataclass(frozen=True)
class _Shape:
    """What a column's sample looks like; shares are of non-null values."""

    filled: float
    distinct: int
    n: int
    times: float
    numbers: float
    length: float
    rule: TimeRule

    @property
    def repeats(self) -> float:
        return 1 - self.distinct / self.n if self.n else 0.0


def is_null(value: str) -> bool:
    """True for the ways a missing value is written."""
    return value.strip().lower() in NULL_TOKENS


def guess_time_rule(
    values: Sequence[str], zone: str = "UTC", day_first: bool | None = None
) -> tuple[TimeRule, float, Votes]:
    """The rule that reads most values, the share it reads (0 to 1), and the votes behind it."""
    filled = [value.strip() for value in values if not is_null(value)]
    families = Counter(filter(None, map(family_of, filled)))
    if not families:
        return TimeRule(zone=zone), 0.0, Votes()
    rule = TimeRule(families.most_common(1)[0][0], day_first is not False, zone)
    series = pl.Series("v", filled, dtype=pl.String)
    stamps, votes = parse_times(series, rule)
    if day_first is None and votes.prefers_day_first is False:
        rule = dataclasses.replace(rule, day_first=False)
        stamps, votes = parse_times(series, rule)
    return rule, 1 - stamps.null_count() / len(filled), votes


def guess_mapping(columns: Sequence[str], sample: Sequence[Sequence[str]]) -> Guess:
    """Guess from names first and the shape of values second.

    ``sample``: rows as wide as ``columns``. Each role takes the best column left; case, activity
    and time are wanted, group, resource and start are taken only when their name says so.
    """
    shapes = {name: _shape([row[at] for row in sample]) for at, name in enumerate(columns)}
    scored = sorted(
        (
            (score, -order, role, name, reasons)
            for role in ROLES
            for order, name in enumerate(columns)
            for score, reasons in [_score(role, name, shapes[name])]
            if score > 0
        ),
        key=lambda item: (-item[0], -item[1]),
    )
    chosen: dict[str, ColumnGuess] = {}
    used: set[str] = set()
    for score, _, role, name, reasons in scored:
        if role not in chosen and name not in used:
            chosen[role] = ColumnGuess(role, name, round(min(score, 1.0), 2), reasons)
            used.add(name)
    missing = tuple(role for role in REQUIRED if role not in chosen)
    time = chosen.get("timestamp")
    shape = shapes[time.column] if time else None
    names: dict[str, Any] = {role: chosen[role].column for role in ROLES if role in chosen}
    return Guess(
        None if missing else Mapping(**names),
        tuple(chosen[role] for role in ROLES if role in chosen),
        missing,
        shape.rule if shape else TimeRule(),
        shape.times if shape else 0.0,
    )


def _shape(values: list[str]) -> _Shape:
    filled = [value.strip() for value in values if not is_null(value)]
    n = len(filled)
    rule, times, _ = guess_time_rule(filled) if filled else (TimeRule(), 0.0, Votes())
    numbers = sum(v.replace(".", "", 1).replace("-", "", 1).isdigit() for v in filled)
    return _Shape(
        n / max(1, len(values)),
        len(set(filled)),
        n,
        times,
        numbers / max(1, n),
        sum(map(len, filled)) / max(1, n),
        rule,
    )


def _score(role: str, name: str, shape: _Shape) -> tuple[float, tuple[str, ...]]:
    """How well a column fits a role; 0 rules it out."""
    named = name_score(role, name)
    reasons = [f"its name, «{name}»"] if named else []
    if role in ("timestamp", "start_timestamp"):
        if not shape.n:
            return (0.6 * named, tuple(reasons)) if named else (0.0, ())
        if shape.times < 0.5:
            return 0.0, ()
        reasons.append(f"{shape.times:.0%} of its values are times ({shape.rule.words})")
        by_shape = 0.3 * shape.times + 0.1 * shape.distinct / shape.n
        if role == "start_timestamp":
            return (0.6 * named + by_shape, tuple(reasons)) if named else (0.0, ())
        return 0.6 * named + by_shape, tuple(reasons)
    if shape.times > 0.9 and shape.rule.family not in ("compact", "epoch"):
        return 0.0, ()
    if named and shape.n:
        return 0.6 * named + 0.4 * _fit(role, shape, reasons), tuple(reasons)
    if role in ("case", "activity") and shape.n >= 4:
        return 0.4 * _fit(role, shape, reasons), tuple(reasons)
    return 0.6 * named, tuple(reasons)


def _fit(role: str, shape: _Shape, reasons: list[str]) -> float:
    if role == "case":
        if shape.filled < 0.9 or shape.distinct < 2 or shape.repeats < 0.05 or shape.length > 60:
            return 0.0
        reasons.append(f"{shape.distinct} values that repeat in {shape.n} rows")
        return 0.91 + 0.09 * shape.distinct / shape.n  # above any activity: cases vary most
    if role == "activity":
        if shape.filled < 0.9 or not 2 <= shape.distinct <= max(40, shape.n // 4):
            return 0.0
        if shape.numbers > 0.5 or shape.length > 60:
            return 0.1
        reasons.append(f"{shape.distinct} different values")
        return 0.9 if 3 <= shape.distinct <= 40 else 0.5
    return 0.8 if shape.distinct >= 1 and shape.length <= 80 else 0.2


def time_rule(mapping: Mapping, values: Sequence[str]) -> tuple[TimeRule, float]:
    """The rule for a mapping's time column, and the share of ``values`` it reads (0 to 1)."""
    if not mapping.date_format:
        rule, share, _ = guess_time_rule(values, mapping.zone, mapping.day_first)
        return rule, share
    rule = TimeRule(zone=mapping.zone, date_format=mapping.date_format)
    filled = [value.strip() for value in values if not is_null(value)]
    try:
        stamps, _ = parse_times(pl.Series("v", filled, dtype=pl.String), rule)
    except pl.exceptions.PolarsError as error:
        sentence = f"The mapping's date_format «{mapping.date_format}» is no format of dates."
        raise LogRefused("log-mapping", sentence) from error
    return rule, 1 - stamps.null_count() / max(1, len(filled))


def check_mapping(mapping: Mapping, columns: Sequence[str]) -> Mapping:
    """The mapping with names spelled as in the file; refuses unknown columns and zones."""
    known = {name.strip().casefold(): name for name in reversed(columns)}
    exact = set(columns)
    changes: dict[str, Any] = {}
    for role, name in mapping.columns().items():
        found = name if name in exact else known.get(name.strip().casefold())
        if found is None:
            listed = ", ".join(columns)
            sentence = f"The mapping names a column «{name}» ({role}); the file has: {listed}."
            raise LogRefused("log-mapping", sentence)
        changes[role] = found
    try:
        ZoneInfo(mapping.zone)
    except (KeyError, ValueError, OSError) as error:
        sentence = f"The mapping's zone «{mapping.zone}» is no time zone such as Europe/Dublin."
        raise LogRefused("log-mapping", sentence) from error
    return dataclasses.replace(mapping, **changes)


def mapping_from(data: object) -> Mapping:
    """A mapping from parsed YAML or JSON; refuses unknown fields and wrong types by name."""
    if not isinstance(data, AnyMapping):
        raise LogRefused("log-mapping", "The mapping must be a list of names, as «case: number».")
    fields = {f.name for f in dataclasses.fields(Mapping)}
    for name, value in data.items():
        if name not in fields:
            listed = ", ".join(sorted(fields))
            sentence = f"The mapping has an unknown field «{name}»; known are: {listed}."
            raise LogRefused("log-mapping", sentence)
        wanted = bool if name == "day_first" else str
        if value is not None and not isinstance(value, wanted):
            kind = "true or false" if wanted is bool else "text"
            sentence = f"The mapping's «{name}» must be {kind}."
            raise LogRefused("log-mapping", sentence)
    for name in REQUIRED:
        if not data.get(name):
            raise LogRefused("log-mapping", f"The mapping does not name the column for «{name}».")
    return Mapping(**{k: v for k, v in data.items() if v is not None})


def load_mapping(path: str | Path) -> Mapping:
    """Read a mapping file (.json, else YAML); refuses what is none."""
    place = Path(path)
    try:
        raw = place.read_bytes()[: _MAX_FILE + 1]
        text = raw.decode("utf-8-sig")
        if len(raw) > _MAX_FILE:
            raise LogRefused("log-mapping", f"The mapping «{place.name}» is longer than 64 KiB.")
        data = json.loads(text) if place.suffix == ".json" else yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError) as error:
        sentence = f"The mapping «{place.name}» cannot be read as YAML or JSON."
        raise LogRefused("log-mapping", sentence) from error
    return mapping_from(data)


def save_mapping(mapping: Mapping, path: str | Path) -> None:
    """Write a mapping file that ``load_mapping`` reads back equal."""
    place = Path(path)
    data = {name: value for name, value in mapping.as_dict().items() if value is not None}
    if place.suffix == ".json":
        text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    else:
        text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    place.write_text(text, encoding="utf-8")
