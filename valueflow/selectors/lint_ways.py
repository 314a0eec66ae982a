"""Ways that requests took other than the definition, in words."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from governance.blueprint.kinds import Team, Workflow
from governance.blueprint.paths import stages_by_key
from governance.selectors import versions
from valueflow.models import FactDecision, FactHandoff, FactRequest, FactVisit
from workflows.engine import EngineError, Graph, complete, start
from workflows.models import Request, StageVisit
from workflows.selectors.variables import values_of

Pinned = tuple[int, str]


def strayed(rows: QuerySet[FactRequest]) -> dict[int, set[str]]:
    """Ways other than the definition a step was done under, by request; at most six queries.

    The engine lets nobody pass where no way leads; what remains is work that was handed over
    without what was agreed, steps another team did than the one that is named, and decisions that
    were passed by: answers that came later would have led there, or a move did not. A variation
    that was declared until a later day is no other way.
    """
    found: dict[int, set[str]] = defaultdict(set)
    pinned = {pk: (v, w) for pk, v, w in rows.values_list("pk", "request__version_id", "workflow")}
    former = former_versions(rows)
    offers = FactHandoff.objects.filter(fact__in=rows.values("pk"), incomplete=True).order_by()
    for pk, stage, at in offers.values_list("fact_id", "to_stage", "offered_at"):
        name, _own, declared = stage_of(pinned[pk], stage)
        if at < declared.get("", at):
            continue
        found[pk].add(f"“{name}” was offered without what was agreed")
    visits = FactVisit.objects.filter(fact__in=rows.values("pk")).exclude(outcome="cancelled")
    done = visits.order_by().values_list("fact_id", "number", "stage", "team", "entered_at")
    for pk, number, stage, team, at in done:
        place = (former.get((pk, number), pinned[pk][0]), pinned[pk][1])
        name, own, declared = stage_of(place, stage)
        if own and own != team and at >= declared.get(team, at):
            spec = versions.blueprint(place[0]).peek(Team, team)
            found[pk].add(f"“{name}” was done by {spec.name if spec else team}")
    for pk, names in _undecided(pinned).items():
        found[pk] |= {f"“{name}” was passed by without a decision" for name in names}
    return found


def former_versions(rows: QuerySet[FactRequest]) -> dict[tuple[int, int], int]:
    """By request and visit, the version it was done under where the request moved since."""
    moved = StageVisit.objects.filter(request__in=rows.values("pk"), version__isnull=False)
    columns = moved.order_by().values_list("request_id", "seq", "version_id")
    return {(request, seq): version for request, seq, version in columns if version is not None}


def _undecided(pinned: Mapping[int, Pinned]) -> dict[int, list[str]]:
    """By request, decision stages on its way that nobody decided; two queries at most."""
    asking = {place: _asks(place) for place in set(pinned.values())}
    wanted = [pk for pk, place in pinned.items() if asking[place]]
    if not wanted:
        return {}
    decided: dict[int, set[str]] = defaultdict(set)
    rows = FactDecision.objects.filter(fact__in=wanted, decided_at__isnull=False)
    for pk, kind in rows.order_by().values_list("fact_id", "type"):
        decided[pk].add(kind)
    found = {}
    named = ("requester_department", "service", "offering")
    for request in Request.objects.filter(pk__in=wanted).select_related(*named):
        asks = asking[pinned[request.pk]]
        if {kind for _name, kind in asks.values()} <= decided[request.pk]:
            continue
        version, workflow = pinned[request.pk]
        way = _way(versions.blueprint(version).workflow_graph(workflow), request)
        names = [
            name
            for key, (name, kind) in asks.items()
            if key in way and kind not in decided[request.pk]
        ]
        if names:
            found[request.pk] = names
    return found


def _asks(place: Pinned) -> dict[str, tuple[str, str]]:
    """Decision stages of a workflow with their name and type of decision."""
    workflow = versions.blueprint(place[0]).peek(Workflow, place[1])
    stages = workflow.stages if workflow is not None else ()
    return {s.key: (s.name, str(s.decision_type)) for s in stages if s.kind == "decision"}


def _way(graph: Graph, request: Request) -> set[str]:
    """The stages that the answers as they are now lead to; each step is done once, in order."""
    values, seen = values_of(request), set()
    try:
        step = start(graph, values)
        for _ in range(4 * len(graph.nodes)):
            seen |= {entry.stage for entry in step.entered}
            if step.ended:
                break
            step = complete(graph, step.marking, min(step.marking["tokens"]), values)
    except EngineError:
        return set()
    return seen


def stage_of(pinned: Pinned, key: str) -> tuple[str, str, Mapping[str, datetime]]:
    """Name and team of a stage in the version a request was sent under, and what is allowed there.

    By team, "" for what lacks, the moment from which it is no longer allowed.
    """
    bp = versions.blueprint(pinned[0])
    workflow = bp.peek(Workflow, pinned[1])
    stage = stages_by_key(workflow).get(key) if workflow is not None else None
    if workflow is None or stage is None:
        return key, "", {}
    zone = ZoneInfo(bp.organisation().zone)
    declared: dict[str, datetime] = {}
    for one in workflow.variations:
        if one.stage == key:
            ends = datetime.combine(one.until + timedelta(days=1), time.min, zone)
            declared[one.team or ""] = max(ends, declared.get(one.team or "", ends))
    return stage.name, stage.team or "", declared
