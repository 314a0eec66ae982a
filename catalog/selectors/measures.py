"""Measures of the model and what was observed of them. Everybody who is signed in may see them."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from catalog import policies
from catalog.models import BenefitDecision, Observation
from esm.common import clock
from esm.common.errors import NotFound
from esm.events.actors import Actor
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.measuring import FIGURES, Goal, Reading
from governance.models import ModelVersion
from governance.policies import FactsOf, Verdict
from governance.selectors.roles import role_keys
from governance.selectors.versions import blueprint, current, published


def in_force(*, exact: bool = False) -> tuple[ModelVersion, Blueprint] | None:
    """The version in force with its model; None before there is one.

    ``exact`` asks for that of this moment, as whoever writes must.
    """
    version = published() if exact else current()
    return (version, blueprint(version)) if version else None


def measure(key: str, *, exact: bool = False) -> tuple[ModelVersion, Blueprint, kinds.Measure]:
    """A measure of the version in force. Raises NotFound."""
    found = in_force(exact=exact)
    spec = found[1].peek(kinds.Measure, key) if found else None
    if found is None or spec is None:
        raise NotFound("There is no such measure.")
    return (*found, spec)


def today(bp: Blueprint) -> date:
    """The day it is where the organisation is."""
    return clock.now().astimezone(ZoneInfo(bp.organisation().zone)).date()


def goal_of(spec: kinds.Measure, *, since: date | None = None, due: date | None = None) -> Goal:
    """From what to what a measure shall come; a ``due`` that was decided counts before its own."""
    began, ended = day_of(spec.baseline_from), day_of(spec.baseline_to)
    baseline = None
    if spec.baseline is not None and began and ended:
        baseline = Reading(began, ended, spec.baseline, spec.baseline_n)
    return Goal(
        direction=spec.direction,
        unit=spec.unit.strip(),
        baseline=baseline,
        target=spec.target,
        due=due or day_of(spec.target_due),
        owner=str(spec.owner_role or ""),
        source=spec.source.strip() or str(spec.query or ""),
        since=since,
        adds_up=adds_up(spec),
    )


def adds_up(spec: kinds.Measure) -> bool:
    """Whether values of two periods, weighed by their n, make that of both."""
    return FIGURES[spec.query].adds_up if spec.query else spec.unit.strip() == "%"


def day_of(value: object) -> date | None:
    """A day the model names; one that is a week of a story has none."""
    return value if isinstance(value, date) else None


def version_at(day: date, bp: Blueprint) -> ModelVersion | None:
    """The version that was in force at the end of a day; None before the first."""
    end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(bp.organisation().zone))
    rows = ModelVersion.objects.filter(state__in=["published", "retired"], effective_from__lt=end)
    return rows.order_by("effective_from", "number").last()


def readings(keys: Iterable[str]) -> dict[str, list[Reading]]:
    """What was observed, by key of the measure, in the order of days; one query."""
    rows = Observation.objects.filter(replaced_at=None, series__measure__key__in=set(keys))
    found: dict[str, list[Reading]] = {}
    columns = ("series__measure__key", "period_start", "period_end", "value", "n", "version__code")
    for key, since, until, value, n, code in rows.order_by("period_start").values_list(*columns):
        found.setdefault(key, []).append(Reading(since, until, value, n, code))
    return found


def observations(key: str, *, replaced: bool = False) -> QuerySet[Observation]:
    """What was observed of one measure, latest first; with what was corrected when asked for."""
    rows = Observation.objects.filter(series__measure__key=key)
    if not replaced:
        rows = rows.filter(replaced_at=None)
    return rows.select_related("series__measure", "version", "entered_by", "superseded_by")


def observation(pk: int) -> Observation:
    """One observation. Raises NotFound."""
    rows = Observation.objects.select_related(
        "series__measure", "version", "entered_by", "superseded_by"
    )
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such observation.")
    return row


def held_by(actor: Actor) -> set[str]:
    """Keys of the roles an actor acts in now."""
    if actor.person_id is not None:
        return set(role_keys(actor.person_id))
    return {actor.role} if actor.role else set()


def _steward(actor: Actor) -> bool:
    """Whether the actor keeps the model; one query."""
    return FactsOf(actor).flags[0]


def may_observe(actor: Actor, spec: kinds.Measure) -> Verdict:
    """Whether the actor records what was observed of a measure, with the reason."""
    owner = str(spec.owner_role or "")
    return policies.observe_measure(actor, _steward(actor), held_by(actor), owner)


def may_decide(actor: Actor, spec: kinds.Benefit) -> Verdict:
    """Whether the actor decides what becomes of a benefit, with the reason."""
    owner = str(spec.accountable_role or "")
    return policies.decide_benefit(actor, _steward(actor), held_by(actor), owner)


def decisions(keys: Collection[str]) -> dict[str, list[BenefitDecision]]:
    """What was decided on benefits, latest first; one query."""
    rows = BenefitDecision.objects.filter(case__key__in=keys).select_related("case", "decided_by")
    found: dict[str, list[BenefitDecision]] = {}
    for row in rows:
        found.setdefault(row.case.key, []).append(row)
    return found
