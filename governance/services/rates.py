"""Exchange rates, kept by administrators with a reason; a wrong one is replaced, not changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils.dateparse import parse_date

from esm.common import clock
from esm.common.errors import Invalid, InvalidState
from esm.common.tables import Row, Table, read_table
from esm.events.actors import Actor
from esm.events.services import ledger
from governance.event_types import RateKept
from governance.locks import lock_versions
from governance.models import ExchangeRate, ModelVersion
from governance.policies import Scope, require
from governance.services.reasons import with_reason

MAX_ROWS = 1_000
MAX_ORIGIN = 200
PLACES = 10
MOST = Decimal(10) ** 10
FIRST = date(1999, 1, 1)
COLUMNS = ("from", "to", "day", "rate", "origin")
Key = tuple[str, str, date]


@dataclass(frozen=True, slots=True)
class NewRate:
    """What one unit of ``source`` is worth in ``target`` on a day; ``origin`` says who says so."""

    source: str
    target: str
    day: date
    rate: Decimal
    origin: str = ""

    @property
    def key(self) -> Key:
        """What is kept once."""
        return (self.source, self.target, self.day)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a file: the rate, what is kept for its day now, or why it cannot be used."""

    line: int
    cells: dict[str, str]
    rate: NewRate | None = None
    former: str = ""
    wrong: str = ""

    @property
    def state(self) -> str:
        """wrong, same, replaces or new."""
        if self.wrong or self.rate is None:
            return "wrong"
        if not self.former:
            return "new"
        return "same" if Decimal(self.former) == self.rate.rate else "replaces"


def keep_rates(wanted: Sequence[NewRate], *, reason: str, actor: Actor) -> list[ExchangeRate]:
    """Keep rates; those that were not so before. What was asked for earlier keeps its own.

    Recorded with the version in force. Raises NotAllowed, Invalid, InvalidState without a
    published version.
    """
    require(actor, "rate.keep", Scope())
    _check(wanted, reason)
    with transaction.atomic():
        versions = lock_versions().values()
        published = [v for v in versions if v.state == ModelVersion.State.PUBLISHED]
        if not published:
            raise InvalidState("Publish a model before rates are kept for it.")
        known = _known(one.key for one in wanted)
        new = [one for one in wanted if one.key not in known or known[one.key].rate != one.rate]
        now = clock.now()
        former = {one.key: known[one.key] for one in new if one.key in known}
        replaced = [row.pk for row in former.values()]
        ExchangeRate.objects.filter(pk__in=replaced).update(replaced_at=now)
        made = ExchangeRate.objects.bulk_create(
            ExchangeRate(
                source=one.source, target=one.target, day=one.day, rate=one.rate,
                origin=one.origin.strip(), recorded_at=now,
            )
            for one in new
        )  # fmt: skip
        events = [
            RateKept(
                source=one.source,
                target=one.target,
                day=one.day.isoformat(),
                rate=format(one.rate.normalize(), "f"),
                former=former[one.key].plain if one.key in former else "",
                origin=one.origin.strip(),
                private=with_reason(reason),
            )
            for one in new
        ]
        if events:
            ledger.record(published[0], events, actor=actor)
        return made


def look(content: bytes, *, actor: Actor) -> list[Line]:
    """What a file would keep; nothing is changed. Raises NotAllowed, Invalid, TooLarge."""
    require(actor, "rate.keep", Scope())
    table = read_table(content, max_rows=MAX_ROWS)
    columns = _columns(table)
    lines = [_line(row, columns) for row in table.rows]
    known = _known(one.rate.key for one in lines if one.rate is not None)
    seen: dict[Key, int] = {}
    found = []
    for one in lines:
        if one.rate is None:
            found.append(one)
            continue
        first = seen.setdefault(one.rate.key, one.line)
        wrong = "" if first == one.line else f"Line {first} says the same pair and day."
        row = known.get(one.rate.key)
        found.append(Line(one.line, one.cells, one.rate, row.plain if row else "", wrong))
    return found


def apply_content(content: bytes, *, reason: str, actor: Actor) -> list[ExchangeRate]:
    """Keep the rates of a file; none of them when a row is wrong. Raises as ``keep_rates``."""
    lines = look(content, actor=actor)
    wrong = [f"Line {one.line}: {one.wrong}" for one in lines if one.wrong]
    if wrong:
        said = f"{len(wrong)} rows cannot be read; nothing was kept."
        raise Invalid(said, {"file": wrong[:50]})
    return keep_rates([one.rate for one in lines if one.rate], reason=reason, actor=actor)


def _known(keys: Iterable[Key]) -> dict[Key, ExchangeRate]:
    wanted = set(keys)
    rows = ExchangeRate.objects.filter(
        replaced_at=None, day__in={day for _, _, day in wanted},
        source__in={source for source, _, _ in wanted},
    )  # fmt: skip
    found = {(row.source, row.target, row.day): row for row in rows}
    return {key: row for key, row in found.items() if key in wanted}


def _check(wanted: Sequence[NewRate], reason: str) -> None:
    errors: dict[str, list[str]] = {}
    if not reason.strip():
        errors["reason"] = ["Say why, or where the rate is from; auditors read it."]
    with_reason(reason)
    if not wanted:
        errors[""] = ["There is no rate to keep."]
    for one in wanted:
        for field, said in _wrong(one).items():
            errors.setdefault(field, [said])
    if len({one.key for one in wanted}) != len(wanted):
        errors[""] = ["A pair and day is there twice; keep one rate a day."]
    if errors:
        raise Invalid("This rate cannot be kept like this.", errors)


def _wrong(one: NewRate) -> dict[str, str]:
    """What is wrong with a rate, by field."""
    found: dict[str, str] = {}
    for field, code in (("source", one.source), ("target", one.target)):
        if len(code) != 3 or not code.isascii() or not code.isalpha() or code != code.upper():
            found[field] = "Write three capital letters of ISO 4217, such as GBP."
    if not found and one.source == one.target:
        found["target"] = "Choose two different currencies."
    last = clock.now().astimezone(UTC).date() + timedelta(days=1)
    if not FIRST <= one.day <= last:
        found["day"] = "Write a day from 1999 until today: the rate of a day is known on it."
    digits = one.rate.as_tuple().exponent
    if not one.rate.is_finite() or not 0 < one.rate < MOST:
        found["rate"] = "Write a number above zero, such as 1.1786."
    elif isinstance(digits, int) and -digits > PLACES:
        found["rate"] = f"Write at most {PLACES} places behind the point."
    if len(one.origin.strip()) > MAX_ORIGIN or "\x00" in one.origin:
        found["origin"] = f"Say it in at most {MAX_ORIGIN} characters."
    return found


def _columns(table: Table) -> dict[str, str]:
    names = {name.casefold(): name for name in table.columns}
    missing = [name for name in COLUMNS[:4] if name not in names]
    if missing:
        said = f"There is no column {missing[0]}; the header is {', '.join(COLUMNS)}."
        raise Invalid(said, {"file": [said]})
    return {name: names[name] for name in COLUMNS if name in names}


def _line(row: Row, columns: dict[str, str]) -> Line:
    cells = {name: row.cells.get(column, "").strip() for name, column in columns.items()}
    if row.wrong:
        return Line(row.line, cells, wrong=row.wrong)
    try:
        rate = read_rate(cells["from"], cells["to"], cells["day"], cells["rate"],
                         cells.get("origin", ""))  # fmt: skip
    except Invalid as refused:
        return Line(row.line, cells, wrong=next(iter(refused.errors.values()))[0])
    wrong = next(iter(_wrong(rate).values()), "")
    return Line(row.line, cells, None if wrong else rate, wrong=wrong)


def read_rate(source: str, target: str, day: str, rate: str, origin: str = "") -> NewRate:
    """A rate as it was typed. Raises Invalid with what cannot be read."""
    errors: dict[str, list[str]] = {}
    try:
        found_day = parse_date(day.strip())
    except ValueError:
        found_day = None
    if found_day is None:
        errors["day"] = ["Write a day such as 2026-03-31."]
    try:
        number = Decimal(rate.strip())
    except InvalidOperation:
        errors["rate"] = ["Write a number with a point, such as 1.1786."]
    if errors:
        raise Invalid("This rate cannot be read.", errors)
    assert found_day is not None
    codes = source.strip().upper(), target.strip().upper()
    return NewRate(*codes, found_day, number, origin.strip())
