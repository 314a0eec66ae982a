"""What would become of running requests under another version, one by one and all together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import F, QuerySet

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Offering, Team
from governance.blueprint.kinds.workflows import Workflow
from governance.models import Decision, ModelVersion, Vote
from governance.selectors import versions
from governance.selectors.rights_changed import decided_otherwise
from workflows.engine.migrating import Hindrance, Live, Moved, move
from workflows.models import Clock, Request, StageVisit

BATCH = 500
# Hindrances beyond those of the engine: what was asked for is not offered any more, the workflow is
# gone, a decision would be asked anew although votes were cast, answers would be read by others.
OFFERING, WORKFLOW, VOTED, FORM = "offering", "workflow", "voted", "form"


@dataclass(frozen=True)
class OpenDecision:
    """An open decision of a live visit; ``voted``: somebody has answered it already."""

    number: int
    type_key: str
    voted: bool


@dataclass(frozen=True)
class Look:
    """One running request under another version: where it would go on, or why it cannot.

    ``asked_anew`` are numbers of open decisions that other rights decide there.
    """

    request: Request
    moved: Moved
    hindrances: tuple[Hindrance, ...]
    asked_anew: tuple[int, ...] = ()
    visits: tuple[StageVisit, ...] = field(default=(), repr=False)

    @property
    def safe(self) -> bool:
        """Nobody has to decide anything before it moves."""
        return not self.hindrances


class Target:
    """A version that requests are moved to, with what is the same for all of them."""

    def __init__(self, version: ModelVersion, mapping: Mapping[str, str]) -> None:
        self.version, self.mapping = version, mapping
        self.blueprint: Blueprint = versions.blueprint(version)
        self._otherwise: dict[tuple[int, str], bool] = {}
        self._decides: dict[str, dict[str, str]] = {}

    def otherwise(self, version_id: int, decision_type: str) -> bool:
        """Whether a type of decision is decided otherwise than in a version."""
        place = (version_id, decision_type)
        if place not in self._otherwise:
            before = versions.blueprint(version_id)
            self._otherwise[place] = decided_otherwise(before, self.blueprint, decision_type)
        return self._otherwise[place]

    def decides(self, workflow: str) -> dict[str, str]:
        """By decision stage of a workflow, the type of decision it asks for."""
        if workflow not in self._decides:
            stages = self.blueprint.get(Workflow, workflow).stages
            self._decides[workflow] = {s.key: str(s.decision_type or "") for s in stages}
        return self._decides[workflow]


def running(workflow: str | None = None, *, but: ModelVersion) -> QuerySet[Request]:
    """Open requests that follow another version than ``but``, maybe of one workflow."""
    rows = Request.objects.filter(is_open=True).exclude(version=but)
    return rows if workflow is None else rows.filter(workflow_key=workflow)


def looks(rows: QuerySet[Request], target: Target) -> Iterator[Look]:
    """What would become of each request; four queries for every 500."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        found = (
            Request.objects.filter(pk__in=ids[start : start + BATCH])
            .select_related("offering")
            .order_by("pk")
        )
        yield from look_at(list(found), target)


def look_at(requests: Sequence[Request], target: Target) -> list[Look]:
    """The same of requests at hand; three queries."""
    ids = [request.pk for request in requests]
    live: dict[int, list[StageVisit]] = defaultdict(list)
    rows = StageVisit.objects.filter(request__in=ids, state__in=StageVisit.LIVE)
    for visit in rows.select_related("handoff").order_by("request_id", "seq"):
        live[visit.request_id].append(visit)
    asked = _open_decisions([v.pk for found in live.values() for v in found])
    return [_look(request, live[request.pk], asked, target) for request in requests]


def _open_decisions(visits: Iterable[int]) -> dict[int, OpenDecision]:
    """By live visit, the decision that is open for it."""
    clocks = Clock.objects.filter(visit__in=visits, metric=Clock.Metric.DECISION)
    by_place = {
        (request, seq): visit
        for request, seq, visit in clocks.values_list("request_id", "decision_seq", "visit_id")
    }
    if not by_place:
        return {}
    rows = Decision.objects.filter(
        subject_kind="request",
        subject_id__in={request for request, _seq in by_place},
        state=Decision.State.OPEN,
    )
    found = list(rows.values_list("pk", "subject_id", "seq", "type_key"))
    votes = Vote.objects.filter(decision__in=[row[0] for row in found])
    cast = set(
        votes.filter(round=F("decision__round"), withdrawn_at=None).values_list(
            "decision_id", flat=True
        )
    )
    return {
        by_place[request, seq]: OpenDecision(seq, type_key, pk in cast)
        for pk, request, seq, type_key in found
        if (request, seq) in by_place
    }


def _look(
    request: Request,
    visits: Sequence[StageVisit],
    asked: Mapping[int, OpenDecision],
    target: Target,
) -> Look:
    lacking = _lacking(request, target)
    if lacking is not None:
        return Look(request, Moved(None, {}, (lacking,)), (lacking,), visits=tuple(visits))
    moved = move(
        versions.blueprint(request.version_id).workflow_graph(request.workflow_key),
        request.marking,
        [_live(visit, asked.get(visit.pk)) for visit in visits],
        target.blueprint.workflow_graph(request.workflow_key),
        target.mapping,
        target.decides(request.workflow_key),
    )
    anew = [
        (visit, found)
        for visit in visits
        if (found := asked.get(visit.pk)) is not None
        and target.otherwise(request.version_id, found.type_key)
    ]
    voted = [Hindrance(VOTED, visit.stage_key) for visit, found in anew if found.voted]
    voted += [Hindrance(FORM)] if _read_otherwise(request, target) else []
    return Look(
        request,
        moved,
        (*moved.hindrances, *voted),
        tuple(found.number for _visit, found in anew),
        tuple(visits),
    )


def _lacking(request: Request, target: Target) -> Hindrance | None:
    if target.blueprint.peek(Workflow, request.workflow_key) is None:
        return Hindrance(WORKFLOW)
    if target.blueprint.peek(Offering, request.offering.key) is None:
        return Hindrance(OFFERING)
    return None


def _read_otherwise(request: Request, target: Target) -> bool:
    """Whether an answer would be read by others there, or by nobody: whoever gave it was told who.

    No query.
    """
    before = versions.blueprint(request.version_id).get(Offering, request.offering.key)
    after = target.blueprint.get(Offering, request.offering.key)
    if before.form == after.form:
        return False
    old = {field.key: field for field in before.form.all_fields()}
    new = {field.key: field for field in after.form.all_fields()}
    for key in request.data.keys() & old.keys():
        if key not in new or old[key].privacy != new[key].privacy:
            return True
        steps = {target.mapping.get(step, step) for step in old[key].visible_at}
        if steps != set(new[key].visible_at):
            return True
    return False


def _live(visit: StageVisit, decision: OpenDecision | None) -> Live:
    return Live(
        token=visit.token,
        stage=visit.stage_key,
        offered=visit.state == StageVisit.State.OFFERED,
        decision=decision.type_key if decision is not None else "",
    )


def team_name(target: Target, workflow: str, stage: str) -> str:
    """Whose a step is in the version that is moved to."""
    team = target.blueprint.stage(workflow, stage).team
    spec = target.blueprint.peek(Team, team)
    return str(spec.name) if spec is not None else str(team or "")
