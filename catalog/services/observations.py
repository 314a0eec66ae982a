"""What was observed of a measure: recorded once a period, corrected by another row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils.dateparse import parse_date

from catalog.event_types import ObservationCorrected, ObservationRecorded
from catalog.locks import lock_series
from catalog.models import Measure, MeasureSeries, Observation
from catalog.selectors import measures
from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed, NotFound
from esm.events.actors import Actor
from esm.events.services import ledger
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.models import ModelVersion
from governance.services.reasons import with_reason

MAX_NOTE = 500
PLACES, MOST = 4, Decimal(10) ** 15
FIRST = date(1990, 1, 1)
MOST_CASES = 1_000_000_000
COMPUTED = "This measure is computed from requests, so nobody enters it by hand."


@dataclass(frozen=True, slots=True)
class Observed:
    """A value over the days of a period, both counted in; ``version`` was in force then."""

    since: date
    until: date
    value: Decimal
    n: int | None = None
    version: ModelVersion | None = None


def read_observed(since: str, until: str, value: str, n: str = "") -> Observed:
    """An observation as it was typed. Raises Invalid with what cannot be read."""
    errors: dict[str, list[str]] = {}
    days: dict[str, date] = {}
    for name, text in (("since", since), ("until", until)):
        try:
            day = parse_date(text.strip())
        except ValueError:
            day = None
        if day is None:
            errors[name] = ["Write a day such as 2026-03-31."]
        else:
            days[name] = day
    number = read_value(value, errors)
    count = read_count(n, errors)
    if errors:
        raise Invalid("This observation cannot be read.", errors)
    return Observed(days["since"], days["until"], number, count)


def read_value(text: str, errors: dict[str, list[str]]) -> Decimal:
    """A number as it was typed, with a comma or a point."""
    try:
        return Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        errors["value"] = ["Write a number, such as 1.4."]
        return Decimal(0)


def read_count(text: str, errors: dict[str, list[str]]) -> int | None:
    """How many a value was made of; None where nothing was typed."""
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        errors["n"] = ["Write how many there were, such as 24, or leave it empty."]
        return None
    return int(text)


def record_observation(
    key: str, observed: Observed, *, note: str = "", actor: Actor
) -> Observation:
    """Record by hand, or by a program, what was observed of a measure over some days.

    Raises NotFound, NotAllowed for who does not own it, InvalidState for one that is computed,
    Invalid, and Conflict where something is recorded for some of these days already.
    """
    with transaction.atomic():
        series, version, bp, spec = _series(key)
        _require(actor, spec)
        if spec.query:
            raise InvalidState(COMPUTED, allowed=[])
        _check(bp, spec, observed, note)
        there = _there(series, observed)
        if there is not None:
            raise Conflict(
                f"{_days(there)} is recorded already: {there.plain}. Correct that, or choose other"
                " days.",
                number=there.pk,
            )
        by_program = actor.kind == "service"
        return _record(
            series,
            observed,
            source=Observation.Source.API if by_program else Observation.Source.MANUAL,
            note=note,
            version=measures.version_at(observed.until, bp) or version,
            actor=actor,
        )


def correct_observation(
    pk: int, *, value: Decimal, n: int | None = None, reason: str, actor: Actor
) -> Observation:
    """Have another value count for the days of an observation; what was there stays to be read.

    Raises NotFound, NotAllowed, Invalid, InvalidState for one that is computed or was corrected.
    """
    found = measures.observation(pk)
    with transaction.atomic():
        series, _version, bp, spec = _series(found.series.measure.key)
        _require(actor, spec)
        row = Observation.objects.select_related("series__measure", "version").get(pk=pk)
        if row.source == Observation.Source.COMPUTED:
            raise InvalidState(COMPUTED, allowed=[])
        if row.replaced_at is not None:
            raise InvalidState("Another value counts by now. Correct that one.", allowed=[])
        observed = Observed(row.period_start, row.period_end, value, n)
        if not reason.strip():
            said = "Say what was wrong; it stays beside both values."
            raise Invalid(said, {"reason": [said]})
        _check(bp, spec, observed, reason)
        if (value, n) == (row.value, row.n):
            said = "That is what is recorded; type the right value."
            raise Invalid(said, {"value": [said]})
        row.replaced_at = clock.now()
        row.save(update_fields=["replaced_at"])
        by_program = actor.kind == "service"
        made = _make(
            series,
            observed,
            source=Observation.Source.API if by_program else Observation.Source.MANUAL,
            note=reason,
            version=row.version,
            actor=actor,
            supersedes=row,
        )
        event = ObservationCorrected(
            measure=spec_key(series),
            period_start=made.period_start.isoformat(),
            period_end=made.period_end.isoformat(),
            value=made.plain,
            n=n,
            former=row.plain,
            source=made.source,
            query="",
            model_version=row.version.code,
            private=with_reason(reason),
        )
        ledger.record(series, [event], actor=actor)
        return made


def record_computed(
    found: Sequence[tuple[str, str, Observed]], *, actor: Actor
) -> list[Observation]:
    """Keep computed values, as (key of the measure, figure, value); days that are taken are left.

    One transaction; called again with the same it writes nothing.
    """
    with transaction.atomic():
        rows = Measure.objects.filter(key__in={key for key, _, _ in found})
        locked = lock_series(list(rows)) if found else {}
        made = []
        for key, query, observed in found:
            series = locked.get(key)
            if series is None or observed.version is None or _there(series, observed):
                continue
            made.append(
                _record(
                    series,
                    observed,
                    source=Observation.Source.COMPUTED,
                    query=query,
                    version=observed.version,
                    actor=actor,
                )
            )
        return made


def spec_key(series: MeasureSeries) -> str:
    """Key of the measure of a record."""
    return str(series.measure.key)


def _series(key: str) -> tuple[MeasureSeries, ModelVersion, Blueprint, kinds.Measure]:
    version, bp, spec = measures.measure(key, exact=True)
    row = Measure.objects.filter(key=key).first()
    if row is None:
        raise NotFound("There is no such measure.")
    return lock_series([row])[key], version, bp, spec


def _require(actor: Actor, spec: kinds.Measure) -> None:
    verdict = measures.may_observe(actor, spec)
    if not verdict.ok:
        raise NotAllowed(verdict.reason, code="measure-observe")


def _there(series: MeasureSeries, observed: Observed) -> Observation | None:
    """What counts for some of these days already."""
    rows = Observation.objects.filter(series=series, replaced_at=None)
    return rows.filter(period_start__lte=observed.until, period_end__gte=observed.since).first()


def _days(row: Observation) -> str:
    return f"{row.period_start:%-d %b %Y} to {row.period_end:%-d %b %Y}"


def _check(bp: Blueprint, spec: kinds.Measure, observed: Observed, note: str) -> None:
    errors: dict[str, list[str]] = {}
    last = measures.today(bp)
    if observed.since < FIRST:
        errors["since"] = ["Write a day from 1990 on."]
    if observed.until < observed.since:
        errors["until"] = ["The last day comes before the first."]
    elif observed.until > last:
        errors["until"] = ["What has not happened cannot be observed: write a day until today."]
    value = observed.value
    digits = value.as_tuple().exponent
    if not value.is_finite() or abs(value) >= MOST:
        errors["value"] = ["Write a number, such as 1.4."]
    elif isinstance(digits, int) and -digits > PLACES:
        errors["value"] = [f"Write at most {PLACES} places behind the point."]
    elif spec.unit.strip() == "%" and not 0 <= value <= 100:
        errors["value"] = ["A share lies between 0 and 100 %."]
    if observed.n is not None and not 1 <= observed.n <= MOST_CASES:
        errors["n"] = ["Write how many there were, at least 1, or leave it empty."]
    if len(note.strip()) > MAX_NOTE or "\x00" in note:
        errors["note"] = [f"Say it in at most {MAX_NOTE} characters."]
    if errors:
        raise Invalid("This observation cannot be recorded like this.", errors)


def _make(
    series: MeasureSeries,
    observed: Observed,
    *,
    source: str,
    version: ModelVersion,
    actor: Actor,
    query: str = "",
    note: str = "",
    supersedes: Observation | None = None,
) -> Observation:
    return Observation.objects.create(
        series=series,
        period_start=observed.since,
        period_end=observed.until,
        value=observed.value,
        n=observed.n,
        source=source,
        query=query,
        note=note.strip(),
        version=version,
        entered_by_id=actor.person_id,
        recorded_at=clock.now(),
        supersedes=supersedes,
    )


def _record(
    series: MeasureSeries,
    observed: Observed,
    *,
    source: str,
    version: ModelVersion,
    actor: Actor,
    query: str = "",
    note: str = "",
) -> Observation:
    made = _make(
        series, observed, source=source, version=version, actor=actor, query=query, note=note
    )
    event = ObservationRecorded(
        measure=spec_key(series),
        period_start=made.period_start.isoformat(),
        period_end=made.period_end.isoformat(),
        value=made.plain,
        n=made.n,
        source=source,
        query=query,
        model_version=version.code,
        private={"note": note.strip()} if note.strip() else {},
    )
    ledger.record(series, [event], actor=actor)
    return made
