"""Keeps the counts made beforehand: adds what changed, makes them anew, and checks them.

Whoever changes facts holds ``ROLLUP_LOCK`` shared, whoever makes the counts anew alone; readers see
the old counts until the new ones are committed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, models, transaction

from esm.common import clock
from valueflow.engine.contributions import Count, Key, Moves, contributions
from valueflow.engine.figures import midnight, monday
from valueflow.models import FactRequest, RollupFourWeeks, RollupState, RollupWeek
from valueflow.models.rollups import Rollup
from valueflow.selectors import population, rollups, told
from valueflow.selectors.scope import organisation_zone
from valueflow.services.copying import copy_rows

# Advisory lock that keeps a rebuild of the counts apart from projections.
ROLLUP_LOCK = 0x524F4C4C
COLUMNS = ("scope", "metric", "week", "key", "part", "bucket", "n", "total")
TABLES: tuple[type[Rollup], ...] = (RollupWeek, RollupFourWeeks)
Place = tuple[Key, str, int]
Sums = dict[Place, list[int]]
Lines = list[tuple[object, ...]]


@contextmanager
def following(ids: Sequence[int]) -> Iterator[None]:
    """What changes in the facts of these requests meanwhile is counted; in a transaction."""
    _lock("pg_advisory_xact_lock_shared")
    zone = _zone()
    rows = FactRequest.objects.filter(pk__in=ids)
    before = _counted(rows, zone) if zone else {}
    yield
    if zone:
        _apply(_difference(before, _counted(rows, zone)))


def _lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [ROLLUP_LOCK])


def _zone() -> ZoneInfo | None:
    """In whose weeks it is counted; None while the counts are not whole."""
    state = RollupState.objects.first()
    if state is None and not FactRequest.objects.exists():
        state = _begin(organisation_zone())
    return ZoneInfo(state.zone) if state else None


def _begin(zone: ZoneInfo) -> RollupState:
    """Of two that begin at once, one writes the row."""
    RollupState.objects.bulk_create(
        [RollupState(pk=1, zone=zone.key, built_at=clock.now())],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["zone", "built_at"],
    )
    return RollupState.objects.get()


def _counted(rows: models.QuerySet[FactRequest], zone: ZoneInfo) -> Sums:
    return _sums(contributions(told.told(rows), lambda at: monday(at, zone)))


def _sums(found: dict[Key, list[Count]]) -> Sums:
    return {
        (key, metric, bucket): [n, total]
        for key, counts in found.items()
        for metric, bucket, n, total in counts
    }


def _difference(before: Sums, after: Sums) -> Sums:
    found: Sums = {}
    for place in before.keys() | after.keys():
        old, new = before.get(place, (0, 0)), after.get(place, (0, 0))
        change = [new[0] - old[0], new[1] - old[1]]
        if any(change):
            found[place] = change
    return found


def _four(sums: Sums) -> Sums:
    """The same in fours of weeks."""
    found: Sums = {}
    for (key, metric, bucket), both in sums.items():
        assert isinstance(key.slot, date)
        _add(found, (key._replace(slot=rollups.four(key.slot)), metric, bucket), both)
    return found


def _add(sums: Sums, place: Place, more: Sequence[int]) -> None:
    both = sums.setdefault(place, [0, 0])
    both[0] += more[0]
    both[1] += more[1]


def _lines(sums: Sums) -> Lines:
    """Rows in the order of their key, so that two who add wait for each other in one order."""
    return sorted(
        (key.scope, metric, key.slot, key.key, key.part, bucket, n, total)
        for (key, metric, bucket), (n, total) in sums.items()
    )


def _apply(change: Sums) -> None:
    """Add to what is stored."""
    if not change:
        return
    with connection.cursor() as cursor:
        for model, sums in zip(TABLES, (change, _four(change)), strict=True):
            columns = [list(column) for column in zip(*_lines(sums), strict=True)]
            cursor.execute(
                f"INSERT INTO {model._meta.db_table} AS r ({', '.join(COLUMNS)})"
                " SELECT * FROM unnest(%s::text[], %s::text[], %s::date[], %s::text[], %s::text[],"
                " %s::smallint[], %s::int[], %s::bigint[])"
                " ON CONFLICT (scope, metric, week, key, part, bucket)"
                " DO UPDATE SET n = r.n + excluded.n, total = r.total + excluded.total",
                columns,
            )


@transaction.atomic
def rebuild() -> int:
    """Make all counts anew from the facts; how many rows there are now.

    Projections wait meanwhile, requests and readers do not: the new counts take the place of the
    old ones when the transaction commits.
    """
    _lock("pg_advisory_xact_lock")
    zone = organisation_zone()
    with connection.cursor() as cursor:
        # Between two weeks of many requests the transaction waits for us, which takes its time.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    for model in TABLES:
        model._default_manager.all()._raw_delete("default")  # type: ignore[attr-defined]
    written = sum(copy_rows(model, COLUMNS, lines) for model, lines in _everything(zone))
    _begin(zone)
    return written


def _everything(zone: ZoneInfo) -> Iterator[tuple[type[Rollup], Lines]]:
    """Rows of both tables, each once: week by week what finished in it, then moves of any week."""
    moves: Sums = {}
    block: Sums = {}
    begun = date.min
    for week, rows in _slices(zone):
        if rollups.four(week) != begun:
            yield RollupFourWeeks, _lines(block)
            begun, block = rollups.four(week), {}
        here: Sums = {}
        for place, both in _counted(rows, zone).items():
            _add(moves if place[1] in Moves._fields else here, place, both)
        for place, both in _four(here).items():
            _add(block, place, both)
        yield RollupWeek, _lines(here)
    yield RollupFourWeeks, _lines(block)
    yield RollupWeek, _lines(moves)
    yield RollupFourWeeks, _lines(_four(moves))


def _slices(zone: ZoneInfo) -> Iterator[tuple[date, models.QuerySet[FactRequest]]]:
    """All requests once: those not finished, then the finished of each week."""
    finished = population.general().filter(outcome="fulfilled")
    ends = finished.aggregate(first=models.Min("ended_at"), last=models.Max("ended_at"))
    yield rollups.EPOCH, population.general().exclude(outcome="fulfilled")
    if not ends["first"]:
        return
    week, last = monday(ends["first"], zone), monday(ends["last"], zone)
    while week <= last:
        start, end = midnight(week, zone), midnight(week + timedelta(days=7), zone)
        yield week, finished.filter(ended_at__gte=start, ended_at__lt=end)
        week += timedelta(days=7)


def differences() -> Iterator[str]:
    """M15: the stored counts are those of the facts."""
    zone = _zone()
    if zone is None:
        return
    expected: dict[type[Rollup], set[tuple[object, ...]]] = {model: set() for model in TABLES}
    for model, lines in _everything(zone):
        expected[model].update(lines)
    for model, wanted in expected.items():
        stored = set(model._default_manager.exclude(n=0, total=0).values_list(*COLUMNS))
        for place in sorted({row[:6] for row in stored ^ wanted}, key=str):
            told = " ".join(map(str, place))
            yield f"{model.__name__} {told}: the facts say something else."


def recount_if_needed() -> bool:
    """Make the counts anew where there are none yet, or weeks began to begin at another moment."""
    state = RollupState.objects.first()
    if state is not None and state.zone == organisation_zone().key:
        return False
    rebuild()
    return True
