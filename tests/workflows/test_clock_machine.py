"""Any order of waiting, other targets, days off, sweeps and time: what a clock says adds up."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from esm.events.actors import SYSTEM
from governance.models import CalendarException
from tests.support import World
from workflows.engine import clockwork
from workflows.models import Clock
from workflows.selectors import calendars
from workflows.services import clocks, timers
from workflows.services.case import Case

HOUR = 3600
OPS = st.one_of(
    st.tuples(st.just("advance"), st.integers(1, 30 * HOUR)),
    st.tuples(st.just("sweep"), st.just(0)),
    st.tuples(st.just("pause"), st.sampled_from([0, 1])),
    st.tuples(st.just("resume"), st.just(0)),
    st.tuples(st.just("retarget"), st.integers(1, 90 * HOUR)),
    st.tuples(st.just("day"), st.integers(0, 3)),
    st.tuples(st.just("hold"), st.just(0)),
    st.tuples(st.just("free"), st.just(0)),
    st.tuples(st.just("anew"), st.just(0)),
)


class Model:
    """What must come out, kept without spans: seconds are added as they pass."""

    def __init__(self, row: Clock) -> None:
        self.elapsed, self.still, self.target = 0, 0, row.target_s
        self.runs, self.late, self.held, self.generation = True, False, False, 1

    def pass_by(self, calendar: Any, start: Any, end: Any) -> None:
        seconds = calendar.elapsed(start, end)
        if self.runs:
            self.elapsed += seconds
        else:
            self.still += seconds


def flat(pairs: list[tuple[tuple[str, int], tuple[str, int]]]) -> list[tuple[str, int]]:
    return [one for pair in pairs for one in pair]


def play(world: World, row: Clock, case: Case, ops: list[tuple[str, int]]) -> None:
    model, key = Model(row), row.calendar_key
    case.now = row.running_since  # type: ignore[assignment]
    calendar = calendars.calendar_in(case.blueprint, key)
    for what, amount in [*ops, ("sweep", 0)]:
        if what == "advance":
            before, case.now = case.now, case.now + timedelta(seconds=amount)
            model.pass_by(calendar, before, case.now)
        elif what == "pause":
            clocks.pause(case, row, reason="waits", party=["requester", "third"][amount])
            model.runs = False
        elif what == "resume":
            clocks.resume(case, row)
            model.runs = not model.held
        elif what == "hold" and not model.held:
            clocks.stand(case, row, reason=clocks.RULE, party="")
            model.runs, model.held = False, True
        elif what == "free" and model.held:
            clocks.run(case, row)
            model.runs, model.held = True, False
        elif what == "anew":
            clocks.reset(case, row)
            model.elapsed, model.late, model.generation = 0, False, model.generation + 1
        elif what == "retarget":
            clocks.retarget(case, row, amount, "priority")
            model.target = amount
        elif what == "day":
            day = calendar.local_day(case.now + timedelta(days=amount))
            CalendarException.objects.update_or_create(calendar_key=key, day=day)
            calendars.forget()
            calendar = calendars.calendar_in(case.blueprint, key)
            clocks.project_again(case, row, "calendar")
        elif what == "sweep" and row.state == Clock.State.RUNNING:
            rule = timers._Rules().of(case.request.version_id, row)
            timers._fire_clock(row, rule, case.now)
        was_late, model.late = model.late, row.breached_at is not None
        check(row, model, calendar, case.now, swept=what == "sweep")
        assert model.late or not was_late or what == "anew"
    clocks.stop(case, row) if row.state == Clock.State.RUNNING else clocks.cancel(case, row)
    assert row.elapsed_s == model.elapsed
    assert row.met in (None, not (row.breached_at is not None))
    assert row.breached_at is not None or row.elapsed_s <= row.target_s


def check(row: Clock, model: Model, calendar: Any, now: Any, *, swept: bool) -> None:
    spans = [clockwork.Span.of(one) for one in row.spans]
    assert clockwork.faults(spans) == []
    assert row.generation == model.generation
    assert clockwork.ran(spans, row.generation) == row.elapsed_s
    begun = row.running_since or row.still_since
    open_s = calendar.elapsed(begun, now)
    ran = row.elapsed_s + (open_s if model.runs else 0)
    stood = sum(s for s, _wall in clockwork.pauses(spans).values())
    assert (ran, stood + (0 if model.runs else open_s)) == (model.elapsed, model.still)
    assert row.target_s == model.target
    assert row.rungs == list(range(1, len(row.rungs) + 1))
    if model.runs and row.breached_at is None and row.due_at is not None and row.due_at >= now:
        assert calendar.elapsed(now, row.due_at) == model.target - model.elapsed
    if swept and model.runs:
        assert (row.breached_at is not None) or model.elapsed <= model.target


@pytest.mark.django_db
def test_whatever_happens_to_a_clock_adds_up(desk: World) -> None:
    sent = desk.submit()
    pk = Clock.objects.get(request=sent, metric="promise").pk

    # Time passes before each of them: what happens at one instant is tested elsewhere.
    passing = st.tuples(st.just("advance"), st.integers(1, 8 * HOUR))

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(passing, OPS), min_size=3, max_size=15).map(flat))
    @example([("advance", 5000), ("day", 0), ("advance", 5000)])
    def examples(ops: list[tuple[str, int]]) -> None:
        CalendarException.objects.filter(day__gte=desk.now.date()).delete()
        calendars.forget()
        play(desk, Clock.objects.get(pk=pk), Case.of(sent, SYSTEM), ops)

    examples()
