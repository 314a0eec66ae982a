"""What a model must say, element by element, weighed by the work each element saw in ninety days.

Whether an element has what it must have is what the checks of the model say of it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.lint import RULES, Facts
from governance.blueprint.paths import steps_of
from governance.models import Decision
from governance.selectors.comparable import general
from governance.selectors.lint_facts import people_now
from valueflow.engine.clarity import Must
from valueflow.models import FactHandoff, FactVisit
from valueflow.selectors import population
from valueflow.selectors.scope import FlowScope

RECENT = timedelta(days=90)
MUST = {
    "PRC01", "VAL01", "VAL08", "PRC05", "PRC06", "PRC07",
    "GOV01", "GOV02", "GOV03", "GOV04", "GOV05", "VAL02",
}  # fmt: skip
WORKED = ("work", "decision")
NOT_LIVE = ("proposed", "retired")
# Codes by kind, key and part of what they were found on.
Found = dict[tuple[str, str, str], set[str]]


@dataclass(frozen=True, slots=True)
class Volumes:
    """Work of ninety days: visits, requests and offers, what was decided."""

    visits: Counter[tuple[str, str]]
    requests: Counter[tuple[str, str]]
    offers: Counter[tuple[str, str, str]]
    decided: Counter[str]


def musts(bp: Blueprint, scope: FlowScope) -> list[Must]:
    """Every element that must have something, of one stream where the scope names one.

    Ten queries: who there is, and the volumes until the moment looked at.
    """
    lacks = _lacking(bp)
    volumes = _volumes(scope.at)
    found = [
        *_stages(bp, lacks, volumes, scope.stream),
        *_services(bp, lacks, volumes, scope.stream),
        *_handoffs(bp, lacks, volumes, scope.stream),
        *_decisions(bp, lacks, volumes, scope.stream),
        *_measures(bp, lacks, volumes, scope.stream),
    ]
    return found


def _lacking(bp: Blueprint) -> Found:
    """What the checks say, by what they say it of; six queries for who there is."""
    facts = Facts(people=people_now(bp))
    found: Found = defaultdict(set)
    for rule in RULES:
        if MUST.isdisjoint(rule.codes):
            continue
        for one in rule.findings(bp, facts):
            if one.rule in MUST:
                found[one.kind, one.key, one.part].add(one.rule)
    return found


def _volumes(at: datetime) -> Volumes:
    """Four queries."""
    since = at - RECENT
    visits = FactVisit.objects.filter(
        fact__confidential=False, entered_at__gte=since, entered_at__lt=at
    )
    sent = population.general().filter(submitted_at__gte=since, submitted_at__lt=at)
    offers = FactHandoff.objects.filter(
        fact__confidential=False, attempt=1, offered_at__gte=since, offered_at__lt=at
    )
    decided = general(Decision.objects.all()).filter(
        state=Decision.State.DECIDED, decided_at__gte=since, decided_at__lt=at
    )
    visited: Counter[tuple[str, str]] = Counter()
    for workflow, stage, n in (
        visits.order_by().values_list("fact__workflow", "stage").annotate(n=Count("pk"))
    ):
        visited[workflow, stage] = n
    asked: Counter[tuple[str, str]] = Counter()
    for stream, service, n in (
        sent.order_by().values_list("stream", "service").annotate(n=Count("pk"))
    ):
        asked["stream", stream] += n
        asked["service", service] += n
    passed: Counter[tuple[str, str, str]] = Counter()
    for workflow, source, target, n in (
        offers.order_by()
        .values_list("fact__workflow", "from_stage", "to_stage")
        .annotate(n=Count("pk"))
    ):
        passed[workflow, source, target] = n
    types = Counter(dict(decided.order_by().values_list("type_key").annotate(n=Count("pk"))))
    return Volumes(visited, asked, passed, types)


def _workflows(bp: Blueprint, stream: str) -> dict[str, kinds.Workflow]:
    found = bp.find(kinds.Workflow).items()
    return {key: one for key, one in found if stream in ("", str(one.value_stream))}


def _stages(bp: Blueprint, lacks: Found, volumes: Volumes, stream: str) -> Iterator[Must]:
    for key, workflow in _workflows(bp, stream).items():
        for stage in workflow.stages:
            if stage.kind in WORKED:
                codes = lacks.get(("Workflow", key, stage.key), set()) & {"PRC01"}
                yield Must(
                    "stages", f"{key}/{stage.key}", f"{workflow.name}: {stage.name}",
                    volumes.visits[key, stage.key], tuple(sorted(codes)), "Workflow", key,
                )  # fmt: skip


def _services(bp: Blueprint, lacks: Found, volumes: Volumes, stream: str) -> Iterator[Must]:
    offered: dict[str, list[str]] = defaultdict(list)
    for key, offering in bp.find(kinds.Offering).items():
        offered[str(offering.service)].append(key)
    for key, service in bp.find(kinds.Service).items():
        if service.lifecycle in NOT_LIVE or stream not in ("", str(service.value_stream)):
            continue
        codes = set(lacks.get(("Service", key, ""), set()))
        for name in offered[key]:
            codes |= lacks.get(("Offering", name, ""), set()) & {"VAL08"}
        yield Must(
            "services", key, service.name, volumes.requests["service", key],
            tuple(sorted(codes)), "Service", key,
        )  # fmt: skip


def _handoffs(bp: Blueprint, lacks: Found, volumes: Volumes, stream: str) -> Iterator[Must]:
    """Every crossing between two teams; its agreement has to be whole and signed."""
    for key, workflow in _workflows(bp, stream).items():
        for source, target in steps_of(bp, key):
            if not source.team or not target.team or source.team == target.team:
                continue
            agreed = bp.agreement(source.team, target.team, key, target.key)
            part = f"{source.key}/{target.key}"
            codes = lacks.get(("Workflow", key, part), set()) & {"PRC05"}
            if agreed is not None:
                codes = codes | lacks.get(("HandoffAgreement", agreed[0], ""), set())
            where = ("HandoffAgreement", agreed[0]) if agreed else ("Workflow", key)
            yield Must(
                "handoffs", f"{key}/{part}", f"{workflow.name}: {source.name} → {target.name}",
                volumes.offers[key, source.key, target.key], tuple(sorted(codes)), *where,
            )  # fmt: skip


def _decisions(bp: Blueprint, lacks: Found, volumes: Volumes, stream: str) -> Iterator[Must]:
    used = {
        str(stage.decision_type)
        for workflow in _workflows(bp, stream).values()
        for stage in workflow.stages
        if stage.decision_type
    }
    codes: dict[str, set[str]] = defaultdict(set)
    for (kind, key, _part), found in lacks.items():
        if kind == "DecisionType":
            codes[key] |= found
    for key, spec in bp.find(kinds.DecisionType).items():
        if not stream or key in used:
            yield Must(
                "decisions", key, spec.question, volumes.decided[key],
                tuple(sorted(codes[key])), "DecisionType", key,
            )  # fmt: skip


def _measures(bp: Blueprint, lacks: Found, volumes: Volumes, stream: str) -> Iterator[Must]:
    for key, spec in bp.find(kinds.Measure).items():
        of = str(spec.value_stream or "")
        if stream in ("", of):
            yield Must(
                "measures", key, spec.name, volumes.requests["stream", of] if of else 0,
                tuple(sorted(lacks.get(("Measure", key, ""), set()))), "Measure", key,
            )  # fmt: skip
