"""What a request serves: its value stream, the outcomes of that, how near they are, objectives."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from catalog.selectors import measures
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.measuring import standing
from workflows.models import Request


@dataclass(frozen=True)
class Sight:
    """One rung of the line of sight from the request to the objective; ``text`` is a number."""

    kind: str
    name: str
    url: str = ""
    text: str = ""


def line_of_sight(request: Request, bp: Blueprint) -> list[Sight]:
    """The rungs, with how far the measures of each outcome have come; one query at most."""
    stream = bp.get("ValueStream", request.value_stream.key)
    rungs = [Sight("Value stream", stream.name, f"/streams/{request.value_stream.key}/")]
    seen = _seen(request.value_stream.key, {str(key) for key in stream.outcomes})
    for outcome_key in stream.outcomes:
        outcome = bp.get("Outcome", outcome_key)
        rungs.append(Sight("Outcome", outcome.statement))
        rungs += seen.get(str(outcome_key), [])
        for objective_key in outcome.objectives:
            objective = bp.get("Objective", objective_key)
            rungs.append(Sight("Objective", objective.title, f"/objectives/#{objective_key}"))
    return rungs


def _seen(stream: str, outcomes: set[str]) -> dict[str, list[Sight]]:
    """Measures of outcomes of which somebody saw how far they are, in the version in force."""
    found = measures.in_force()
    if found is None:
        return {}
    bp = found[1]
    rungs: dict[str, list[Sight]] = {}
    specs = {
        key: spec
        for key, spec in sorted(bp.find(kinds.Measure).items())
        if str(spec.outcome) in outcomes and str(spec.value_stream or stream) == stream
    }
    told = measures.readings(specs) if specs else {}
    today = measures.today(bp)
    for key, spec in specs.items():
        stands = standing(measures.goal_of(spec), told.get(key, []), today)
        if stands.progress is not None:
            share = int(100 * min(1.0, max(0.0, float(stands.progress))))
            said = _("%(share)d %% of the way") % {"share": share}
            rung = Sight("Measure", spec.name, f"/measures/{key}/", said)
            rungs.setdefault(str(spec.outcome), []).append(rung)
    return rungs
