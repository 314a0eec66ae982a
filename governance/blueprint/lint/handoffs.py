"""Checks on what teams agreed about passing work on, and on what was promised outside."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.durations import DAY_SECONDS
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import (
    Calendar,
    HandoffAgreement,
    Offering,
    Organisation,
    Role,
    Site,
    Team,
    ValueStream,
    Workflow,
)
from governance.blueprint.kinds.workflows import Stage
from governance.blueprint.lint.facts import Facts
from governance.blueprint.lint.rules import found, rule
from governance.blueprint.paths import SILENT, longest_way, steps_of
from governance.blueprint.weeks import WEEK_DAYS

MIN_OVERLAP_S = 4 * 3600
MAX_BATCH_SHARE = Fraction(1, 10)
WEEK_S = 7 * 24 * 3600


@rule("PRC05", Workflow, HandoffAgreement, Team)
def crossings_without_agreement(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """Work that crosses teams has an agreement."""
    for key in bp.keys(Workflow.__name__):
        for source, target in steps_of(bp, key):
            if source.team is None or target.team is None or source.team == target.team:
                continue
            if bp.agreement(source.team, target.team, key, target.key) is None:
                giver, receiver = bp.get(Team, source.team), bp.get(Team, target.team)
                sentence = (
                    f"Work goes from “{source.name}” ({giver.name}) to “{target.name}” "
                    f"({receiver.name}) without a handoff agreement."
                )
                yield found("PRC05", Workflow, key, sentence, f"{source.key}/{target.key}")


@rule("PRC06 PRC07", HandoffAgreement, Team, Role)
def agreements_not_whole(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """An agreement says what has to be ready, and both sides signed it.

    A side signs by the role that leads its team, where the model names one.
    """
    for key, one in bp.find(HandoffAgreement).items():
        if not one.criteria:
            sentence = "The agreement has no entry criteria."
            yield found("PRC06", HandoffAgreement, key, sentence)
        sides = (bp.get(Team, one.giver_team), bp.get(Team, one.receiver_team))
        missing = [
            side.name
            for side in dict.fromkeys(sides)
            if side.lead_role is not None and side.lead_role not in one.signed_by
        ]
        if missing:
            sentence = f"The agreement is not signed by {' and '.join(missing)}."
            yield found("PRC07", HandoffAgreement, key, sentence)


@rule("PRC08", Offering, Workflow)
def promises_below_targets(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """A promise is at least the longest way of completion targets."""
    for key, offering in bp.find(Offering).items():
        seconds = targets_along(bp, offering.workflow)
        if offering.promise_s < seconds:
            sentence = (
                f"The promise is {_days(offering.promise_s)} business days, the targets along "
                f"the longest way add up to {_days(seconds)}."
            )
            yield found("PRC08", Offering, key, sentence)


def targets_along(bp: Blueprint, workflow: str) -> int:
    """Business seconds of the completion targets along the longest way."""

    def longest(spec: Workflow) -> int:
        targets = {
            stage.key: max(stage.complete_s or 0, stage.whole_s or 0)
            for stage in spec.stages
            if stage.kind not in SILENT
        }
        return longest_way(spec, targets)[0]

    return bp.compiled("Workflow", workflow, "longest targets", longest)


def _days(seconds: int) -> str:
    return f"{seconds / DAY_SECONDS:g}"


@rule("PRC20", Workflow, ValueStream, Offering)
def waits_for_a_day(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """Waiting for the days on which a stage is done takes at most a tenth of the promise.

    Mean wait over the gaps g between its days: Σg² / (2·Σg), in business days of a five-day week.
    The promise is that of the stream, else the shortest of what is offered.
    """
    promises: dict[str, int] = {}
    for offering in bp.find(Offering).values():
        known = promises.get(offering.workflow, offering.promise_s)
        promises[offering.workflow] = min(known, offering.promise_s)
    for key, workflow in bp.find(Workflow).items():
        promise = bp.get(ValueStream, workflow.value_stream).promise_s or promises.get(key)
        for stage in workflow.stages:
            if not stage.batch_days or not promise:
                continue
            wait = batch_wait_days(stage.batch_days)
            if wait * DAY_SECONDS > MAX_BATCH_SHARE * promise:
                yield _batch(key, stage, wait, promise)


def _batch(key: str, stage: Stage, wait: Fraction, promise: int) -> Finding:
    days = " and ".join(day.capitalize() for day in stage.batch_days)
    sentence = (
        f"“{stage.name}” is done on {days} only: waiting for it takes {float(wait):.1f} business"
        f" days on average, of a promise of {_days(promise)}."
    )
    return found("PRC20", Workflow, key, sentence, stage.key)


def batch_wait_days(days: tuple[str, ...]) -> Fraction:
    """Mean business days until the next of some days of a week of five: Σg² / (2·Σg)."""
    at = sorted({min(WEEK_DAYS.index(day), 4) for day in days if day in WEEK_DAYS})
    if not at:
        return Fraction(0)
    gaps = [b - a for a, b in pairwise([*at, at[0] + 5])]
    if len(gaps) == 5:
        return Fraction(0)
    return Fraction(sum(gap * gap for gap in gaps), 2 * sum(gaps))


@rule("PRC24", HandoffAgreement, Team, Site, Calendar, Organisation)
def hardly_open_together(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """Giver and receiver are open together for four hours on some day of the week."""
    known: dict[tuple[str, str], int] = {}
    for key, one in bp.find(HandoffAgreement).items():
        pair = (bp.team_calendar(one.giver_team), bp.team_calendar(one.receiver_team))
        if pair not in known:
            known[pair] = most_together_s(bp.get(Calendar, pair[0]), bp.get(Calendar, pair[1]))
        most = known[pair]
        if most < MIN_OVERLAP_S:
            names = [bp.get(Team, team).name for team in (one.giver_team, one.receiver_team)]
            sentence = (
                f"{names[0]} and {names[1]} are open together for at most"
                f" {most / 3600:g} hours a day."
            )
            yield found("PRC24", HandoffAgreement, key, sentence)


def most_together_s(one: Calendar, other: Calendar) -> int:
    """Seconds of the day of the week on which both are open together longest.

    Zones are compared as they are in the middle of January.
    """
    spans, others = _utc_week(one), _utc_week(other)
    found_s: dict[int, int] = {}
    for start, end in spans:
        for low, high in others:
            for shift in (-WEEK_S, 0, WEEK_S):
                both = min(end, high + shift) - max(start, low + shift)
                if both > 0:
                    day = max(start, low + shift) // 86_400
                    found_s[day] = found_s.get(day, 0) + both
    return max(found_s.values(), default=0)


def winter_offset_s(zone: str) -> int:
    """How far a zone is before UTC in the middle of January, in seconds."""
    offset = datetime(2026, 1, 15, 12, tzinfo=ZoneInfo(zone)).utcoffset() or timedelta(0)
    return int(offset.total_seconds())


def _utc_week(calendar: Calendar) -> list[tuple[int, int]]:
    offset = winter_offset_s(calendar.zone)
    week: Mapping[int, list[tuple[int, int]]] = calendar.weekly_seconds()
    return [
        (day * 86_400 + start - offset, day * 86_400 + end - offset)
        for day, spans in week.items()
        for start, end in spans
    ]


RULES = (
    crossings_without_agreement,
    agreements_not_whole,
    promises_below_targets,
    waits_for_a_day,
    hardly_open_together,
)
