"""What problems are told from: sums over the period by stream and place, each one query.

Days are business days: seconds over the day of the service, for handoffs of the receiver.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Aggregate, Count, F, FloatField, Q, Sum
from django.db.models.functions import Cast

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Service, Workflow
from governance.blueprint.lint.facts import StepFlow
from governance.models import Membership
from valueflow.models import FactDecision, FactHandoff, FactVisit
from valueflow.selectors import causes, decided, population
from valueflow.selectors.causes import AtStep
from valueflow.selectors.drill_causes import QUEUE, with_step
from valueflow.selectors.lint_decisions import CAME_UP
from valueflow.selectors.lint_handoffs import FIRST
from valueflow.selectors.lint_steps import step_flows
from valueflow.selectors.scope import FlowScope

Step = tuple[str, str]


class Median(Aggregate):
    """The middle value, between the two middle ones where there are."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True, slots=True)
class Pair:
    """First offers from one department to another for a step."""

    giver: str
    receiver: str
    stage: str
    n: int
    back: int
    days: float


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions of one type by somebody: how often unchanged, how often come up from below."""

    n: int
    unchanged: int
    from_below: int
    days: float = 0.0
    median_days: float = 0.0


class Counts:
    """The sums of one scope, each read when first asked for."""

    def __init__(self, scope: FlowScope, bp: Blueprint) -> None:
        self.scope, self.bp = scope, bp
        self._done = population.finished(scope).order_by()

    @cached_property
    def finished(self) -> int:
        """How many were finished."""
        return self._done.count()

    @cached_property
    def streams(self) -> dict[str, str]:
        """Stream by service."""
        return {key: str(one.value_stream) for key, one in self.bp.find(Service).items()}

    @cached_property
    def workflows(self) -> dict[str, Workflow]:
        """Workflows of the version in force, of the streams asked about."""
        found = self.bp.find(Workflow).items()
        stream = self.scope.stream
        return {key: one for key, one in found if stream in ("", str(one.value_stream))}

    @cached_property
    def loads(self) -> dict[Step, StepFlow]:
        """Load and queue of each step in the last weeks."""
        found: dict[Step, StepFlow] = {}
        for one in step_flows(self.bp, self.scope.at):
            workflow = self.workflows.get(one.workflow)
            if workflow is not None:
                found[str(workflow.value_stream), one.stage] = one
        return found

    @cached_property
    def queued(self) -> dict[Step, AtStep]:
        """What stood in line."""
        return causes.at_steps(self.scope, QUEUE)

    @cached_property
    def batched(self) -> dict[Step, AtStep]:
        """What waited for a batch."""
        return causes.at_steps(self.scope, Q(cause="batching"))

    @cached_property
    def alone(self) -> dict[Step, AtStep]:
        """What waited while nobody was there."""
        return causes.at_steps(self.scope, Q(cause="absence"))

    @cached_property
    def members(self) -> dict[str, int]:
        """How many people are in each team at the moment looked at."""
        rows = Membership.objects.filter(valid__contains=self.scope.at).order_by()
        return dict(rows.values_list("team__key").annotate(n=Count("person", distinct=True)))

    @cached_property
    def pairs(self) -> dict[str, list[Pair]]:
        """First offers of the finished by stream: how many came back, what they took."""
        days = Cast("lost_bus_s", FloatField()) / F("day_s")
        rows = FactHandoff.objects.filter(FIRST, fact__in=self._done).order_by()
        found: dict[str, list[Pair]] = defaultdict(list)
        counted = rows.values_list(
            "fact__stream", "giver_department", "receiver_department", "to_stage"
        ).annotate(
            n=Count("pk"),
            back=Count("pk", filter=Q(sent_back=True)),
            days=Sum(days),
        )
        for stream, giver, receiver, stage, n, back, lost in counted:
            found[stream].append(Pair(giver, receiver, stage, n, back, lost or 0.0))
        return found

    @cached_property
    def again(self) -> dict[Step, AtStep]:
        """What came to a step again, and how long it stayed then."""
        days = Cast("stay_bus_s", FloatField()) / F("fact__day_s")
        rows = FactVisit.objects.filter(rework=True, fact__in=self._done).order_by()
        counted = rows.values_list("fact__stream", "stage").annotate(
            n=Count("fact", distinct=True), days=Sum(days)
        )
        return {(stream, stage): AtStep(n, days or 0.0) for stream, stage, n, days in counted}

    @cached_property
    def decided(self) -> dict[tuple[str, str], Decided]:
        """Decisions of the period by stream and type; two queries."""
        rows = decided.decided_rows(self.scope).filter(decided.FIGURES["timed"][1])
        same = decided.FIGURES["unchanged"][1]
        sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for service, kind, n, unchanged, up in rows.values_list("service_key", "type_key").annotate(
            n=Count("pk"),
            same=Count("pk", filter=same),
            up=Count("pk", filter=same & CAME_UP),
        ):
            sums[self.streams.get(service, ""), kind].update(n=n, same=unchanged, up=up)
        waited = self._deciding()
        return {
            (stream, kind): Decided(
                one["n"], one["same"], one["up"], *waited.get((stream, kind), (0.0, 0.0))
            )
            for (stream, kind), one in sums.items()
            if stream
        }

    def _deciding(self) -> dict[tuple[str, str], tuple[float, float]]:
        """Business days from opened to decided by stream and type: their sum and the middle."""
        days = Cast("wait_bus_s", FloatField()) / F("fact__day_s")
        rows = FactDecision.objects.filter(
            fact__in=population.within(self.scope).order_by(),
            decided_at__gte=self.scope.start,
            decided_at__lt=self.scope.end,
            wait_cal_s__gt=0,
        ).order_by()
        counted = rows.values_list("fact__stream", "type").annotate(
            days=Sum(days), middle=Median(days)
        )
        return {
            (stream, kind): (lay or 0.0, middle or 0.0) for stream, kind, lay, middle in counted
        }

    @cached_property
    def entered(self) -> dict[Step, int]:
        """How many of the finished came to each step, by workflow."""
        rows = FactVisit.objects.filter(fact__in=self._done).order_by()
        counted = rows.values_list("fact__workflow", "stage")
        return {
            (workflow, stage): n
            for workflow, stage, n in counted.annotate(n=Count("fact", distinct=True))
        }

    @cached_property
    def passed(self) -> Mapping[Step, int]:
        """How many of the finished could have come to each step, by workflow."""
        columns = ("request__version_id", "workflow")
        found: Counter[Step] = Counter()
        for version, workflow, n in self._done.values_list(*columns).annotate(n=Count("pk")):
            for stage in with_step(version, workflow):
                found[workflow, stage] += n
        return found

    @cached_property
    def waited(self) -> dict[Step, AtStep]:
        """All waiting at each step."""
        return causes.at_steps(self.scope, ~Q(cause="off_hours"))

    def entered_in(self, stream: str, stage: str) -> int:
        """How many of the finished of a stream came to a step."""
        return sum(
            n
            for (workflow, key), n in self.entered.items()
            if key == stage
            and workflow in self.workflows
            and str(self.workflows[workflow].value_stream) == stream
        )

    def team_of(self, stream: str, stage: str) -> str:
        """The team of a step in the version in force; none for one that is gone."""
        for workflow in self.workflows.values():
            if str(workflow.value_stream) == stream:
                for one in workflow.stages:
                    if one.key == stage:
                        return str(one.team or "")
        return ""
