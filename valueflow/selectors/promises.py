"""What was promised and what came of it: measures with where they stand, benefits with verdicts.

A computed measure is read from how work went, over what finished since the version in force took
effect, or over thirteen weeks where that is too little; another from what was observed of it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils.translation import gettext as _

from catalog.models import BenefitDecision
from catalog.selectors import measures
from esm.common.errors import NotFound
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.measuring import (
    ENOUGH,
    Goal,
    Reading,
    Standing,
    Verdict,
    standing,
    verdict,
)
from governance.models import ModelVersion
from valueflow.selectors import flow, measured
from valueflow.selectors.measured import Asked
from valueflow.selectors.scope import SINCE, FlowScope, parse

# The gravest first: what is said of a benefit with several measures.
GRAVEST = (
    "not_measurable", "not_realised", "behind", "partly", "too_few", "on_track", "realised",
)  # fmt: skip
ENDED = (BenefitDecision.Outcome.STOP, BenefitDecision.Outcome.WITHDRAW)
PHASES = 6


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read of a measure by today; ``scope`` is the question the last figure answers."""

    readings: tuple[Reading, ...] = ()
    scope: FlowScope | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of the version in force, with where it stands today."""

    key: str
    spec: kinds.Measure
    goal: Goal
    standing: Standing
    scope: FlowScope | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.spec.name


@dataclass(frozen=True, slots=True)
class Promised:
    """A benefit of the version in force; without a measure it is a promise in words only.

    ``due`` is the day that counts, after what was decided last.
    """

    key: str
    spec: kinds.Benefit
    measure_key: str
    measure: kinds.Measure | None
    goal: Goal | None
    verdict: Verdict
    due: date | None
    decision: BenefitDecision | None
    scope: FlowScope | None = None

    @property
    def ended(self) -> bool:
        """It was stopped or withdrawn."""
        return self.decision is not None and self.decision.outcome in ENDED

    @property
    def overdue(self) -> bool:
        """Its day is past, it did not come, and nobody decided what becomes of it."""
        late = self.due is not None and self.verdict.late > 0
        return late and not self.ended and self.verdict.word != "realised"


@dataclass(frozen=True, slots=True)
class Phase:
    """How a promise stood under one version."""

    version: str
    scope: FlowScope
    reading: Reading
    verdict: Verdict


def model() -> tuple[ModelVersion, Blueprint] | None:
    """The version in force with its model."""
    return measures.in_force()


def seen(specs: Mapping[str, kinds.Measure]) -> dict[str, Seen]:
    """What is known of measures today, by key."""
    asked = {key: one for key, spec in specs.items() if (one := measured.asked_by(spec))}
    told = measures.readings([key for key in specs if key not in asked])
    found = {key: Seen(tuple(told.get(key, ()))) for key in specs if key not in asked}
    return found | _computed(asked)


def _computed(asked: Mapping[str, Asked]) -> dict[str, Seen]:
    if not asked:
        return {}
    recent, since = parse({}), _since()
    first = since or recent
    read = measured.read(set(asked.values()), first)
    thin = {one for one, reading in read.items() if (reading.n or 0) < ENOUGH}
    wider = measured.read(thin, recent) if thin and since is not None else {}
    found = {}
    for key, one in asked.items():
        reading, scope = read[one], first
        more = wider.get(one)
        if more is not None and (more.n or 0) > (reading.n or 0):
            reading, scope = more, recent
        found[key] = Seen((reading,), scope)
    return found


def _since() -> FlowScope | None:
    """What happened since the version in force took effect, as the dashboard asks for it."""
    found = measures.in_force()
    began = found[0].effective_from or found[0].published_at if found else None
    scope = parse({})
    if found is None or began is None or began >= scope.now:
        return None
    return replace(scope, start=began, end=scope.now, period=f"{SINCE}{found[0].code}")


def seen_all() -> dict[str, Seen]:
    """What is known of every measure of the version in force, for who asks more than once."""
    found = model()
    return seen(found[1].find(kinds.Measure)) if found else {}


def measured_all(
    keys: Collection[str] | None = None, known: Mapping[str, Seen] | None = None
) -> list[Measured]:
    """Measures of the version in force with their states, all or some."""
    found = model()
    if found is None:
        return []
    bp = found[1]
    specs = {
        key: spec
        for key, spec in sorted(bp.find(kinds.Measure).items())
        if keys is None or key in keys
    }
    known, today = known or seen(specs), measures.today(bp)
    made = []
    for key, spec in specs.items():
        goal = measures.goal_of(spec)
        stands = standing(goal, known[key].readings, today)
        made.append(Measured(key, spec, goal, stands, known[key].scope))
    return made


def measured_by(scope: FlowScope) -> list[Measured]:
    """The measures as they stood at the end of a period; today's where it is not over.

    What is computed is then read over the period, what is observed until its last day.
    """
    found = model()
    if found is None or scope.end >= scope.now:
        return measured_all()
    bp, day = found[1], measured.days_of(scope)[1]
    specs = dict(sorted(bp.find(kinds.Measure).items()))
    asked = {key: one for key, spec in specs.items() if (one := measured.asked_by(spec))}
    told = measures.readings([key for key in specs if key not in asked])
    read = measured.read(set(asked.values()), scope) if asked else {}
    made = []
    for key, spec in specs.items():
        known = [read[asked[key]]] if key in asked else told.get(key, [])
        goal = measures.goal_of(spec)
        stands = standing(goal, [one for one in known if one.until <= day], day)
        made.append(Measured(key, spec, goal, stands, scope if key in asked else None))
    return made


def measured_one(key: str) -> Measured:
    """One of them. Raises NotFound."""
    found = measured_all([key])
    if not found:
        raise NotFound(_("There is no such measure."))
    return found[0]


def promised(
    keys: Iterable[str] | None = None, known: Mapping[str, Seen] | None = None
) -> list[Promised]:
    """Benefits of the version in force with their verdicts, all or some."""
    found = model()
    if found is None:
        return []
    bp = found[1]
    wanted = None if keys is None else set(keys)
    specs = {
        key: spec
        for key, spec in sorted(bp.find(kinds.Benefit).items())
        if wanted is None or key in wanted
    }
    used = {str(ref) for spec in specs.values() for ref in spec.measures}
    known = known or seen({key: bp.get(kinds.Measure, key) for key in used})
    decided = measures.decisions(list(specs))
    return [_promised(bp, key, spec, known, decided.get(key, [])) for key, spec in specs.items()]


def _promised(
    bp: Blueprint,
    key: str,
    spec: kinds.Benefit,
    known: Mapping[str, Seen],
    decided: list[BenefitDecision],
) -> Promised:
    last = decided[0] if decided else None
    due = due_of(spec, last)
    today = measures.today(bp)
    made: list[Promised] = []
    for name in (str(ref) for ref in spec.measures):
        measure = bp.get(kinds.Measure, name)
        goal = goal_of(bp, spec, measure, due)
        found = verdict(goal, known[name].readings, today)
        made.append(
            Promised(key, spec, name, measure, goal, found, goal.due, last, known[name].scope)
        )
    if not made:
        late = max(0, (today - due).days) if due else 0
        bare = replace(verdict(None, (), today), late=late)
        return Promised(key, spec, "", None, None, bare, due, last)
    return min(made, key=lambda one: GRAVEST.index(one.verdict.word))


def due_of(spec: kinds.Benefit, last: BenefitDecision | None) -> date | None:
    """The day that counts: the one that was decided last, else that of the model."""
    if last is not None and last.due is not None:
        return last.due
    return spec.due if isinstance(spec.due, date) else None


def goal_of(bp: Blueprint, spec: kinds.Benefit, measure: kinds.Measure, due: date | None) -> Goal:
    """From what to what a benefit promised, from the day its technology was there."""
    technology = bp.peek(kinds.Technology, spec.technology) if spec.technology else None
    since = technology.since if technology and isinstance(technology.since, date) else None
    return measures.goal_of(measure, since=since, due=due)


def promised_one(key: str) -> Promised:
    """One of them. Raises NotFound."""
    found = promised([key])
    if not found:
        raise NotFound(_("There is no such promise."))
    return found[0]


def phases(one: Promised) -> list[Phase]:
    """How a computed promise stood under each version since it can have had an effect."""
    asked = measured.asked_by(one.measure) if one.measure is not None else None
    if asked is None or one.goal is None or one.goal.baseline is None:
        return []
    scope = parse({})
    first = max(one.goal.baseline.until, one.goal.since or one.goal.baseline.until)
    begins = measured.over_days(scope, first, first).start
    marks = flow.marks(scope)
    found = []
    for number, mark in enumerate(marks):
        last = marks[number + 1].at if number + 1 < len(marks) else scope.now
        start, end = max(mark.at, begins), min(last, scope.now)
        if start >= end:
            continue
        within = measured.over(scope, start, end)
        (reading,) = measured.read([asked], within, mark.label).values()
        day = (end - timedelta(microseconds=1)).astimezone(scope.zone).date()
        found.append(Phase(mark.label, within, reading, verdict(one.goal, [reading], day)))
    return found[-PHASES:]
