"""What runs while a version comes into force, workflow by workflow, and what would become of it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from esm.common.errors import NotFound
from governance import policies
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Offering
from governance.blueprint.kinds.workflows import HandoffAgreement, Workflow
from governance.models import InFlightPolicy, ModelVersion
from governance.policies import Scope
from governance.selectors import people, versions
from workflows.engine import migrating as engine
from workflows.models import MigrationRun, Request
from workflows.selectors import migrating, migrating_words, pins
from workflows.selectors import requests as seen
from workflows.selectors.migrating import Look, Target

SHOWN = 50
Policy = InFlightPolicy.Policy


@dataclass(frozen=True)
class Unsafe:
    """A request that somebody has to decide about, and why."""

    request: Request
    step: str
    reasons: list[str]


@dataclass(frozen=True)
class Choice:
    """A step that is not in the new version, and where its work could go on."""

    key: str
    name: str
    chosen: str
    options: list[tuple[str, str]]
    waiting: int

    @property
    def keys(self) -> list[str]:
        """The keys of the steps at which it could go on."""
        return [key for key, _name in self.options]


@dataclass(frozen=True)
class Under:
    """How many requests run under one version."""

    version: str
    requests: int


@dataclass(frozen=True)
class Row:
    """One workflow: how many requests run elsewhere, by version, and what was chosen for them."""

    key: str
    name: str
    n: int
    by_version: list[tuple[str, int]]
    policy: InFlightPolicy | None
    run: MigrationRun | None
    there: bool
    differs: bool

    @property
    def moves(self) -> bool:
        """They move to the version, as far as it is safe."""
        return self.chosen == Policy.MIGRATE

    @property
    def chosen(self) -> str:
        """What becomes of them; they end where they began where nobody chose."""
        return self.policy.policy if self.policy is not None else Policy.FINISH

    @property
    def mapping(self) -> dict[str, str]:
        """The steps that were chosen, by old step."""
        return dict(self.policy.mapping) if self.policy is not None else {}

    @property
    def under(self) -> list[Under]:
        """How many run under each version."""
        return [Under(code, n) for code, n in self.by_version]


@dataclass(frozen=True)
class Preview:
    """What would become of the requests of one workflow under the steps that were chosen.

    ``hidden`` of those that need a decision are not seen by the viewer.
    """

    row: Row
    safe: int
    unsafe: int
    listed: list[Unsafe]
    hidden: int
    choices: list[Choice] = field(default_factory=list)


def check(user: Any) -> None:
    """Stewards alone. Raises NotAllowed."""
    policies.require(people.actor_for(user), "model.move", Scope(), people.facts_for(user))


def movable(found: ModelVersion) -> ModelVersion:
    """A version that requests may move to. Raises NotFound for one that is over."""
    if found.state not in InFlightPolicy.OPEN:
        raise NotFound("Nothing moves to this version any more.")
    return found


def rows(version: ModelVersion) -> list[Row]:
    """Every workflow that differs from where its requests run, or from what is in force."""
    return [row for row in _rows(version) if row.differs or row.run is not None]


def _rows(version: ModelVersion) -> list[Row]:
    counted: dict[str, Counter[int]] = {}
    # Confidential requests follow the same choice, but are in no count that others may read.
    counted_here = migrating.running(but=version).filter(confidential=False).order_by()
    grouped = counted_here.values_list("workflow_key", "version_id")
    for key, pk, n in grouped.annotate(n=Count("pk")):
        counted.setdefault(key, Counter())[pk] = n
    codes = versions.codes_by_id({pk for found in counted.values() for pk in found})
    chosen = {row.workflow_key: row for row in version.in_flight.select_related("chosen_by")}
    runs: dict[str, MigrationRun] = {}
    for run in MigrationRun.objects.filter(version=version).order_by("pk"):
        runs[run.workflow_key] = run
    new = versions.blueprint(version)
    found = []
    now = versions.published()
    start = {now.pk} if now is not None and now.pk != version.pk else set()
    known = {key for pk in (*start, version.pk) for key in versions.blueprint(pk).keys("Workflow")}
    for key in sorted(counted.keys() | runs.keys() | known):
        by_version = counted.get(key, Counter())
        olds = [versions.blueprint(pk) for pk in sorted(by_version.keys() | start, reverse=True)]
        old = olds[0] if olds else new
        spec = new.peek(Workflow, key) or old.peek(Workflow, key)
        found.append(
            Row(
                key=key,
                name=spec.name if spec is not None else key,
                n=sum(by_version.values()),
                by_version=[(codes[pk], by_version[pk]) for pk in sorted(by_version)],
                policy=chosen.get(key),
                run=runs.get(key),
                there=new.peek(Workflow, key) is not None,
                differs=any(_differs(one, new, key) for one in olds),
            )
        )
    return found


def _differs(old: Blueprint, new: Blueprint, workflow: str) -> bool:
    """Whether running under one or the other makes a difference: steps, promises, agreements."""
    return _texts(old, workflow) != _texts(new, workflow)


def _texts(model: Blueprint, workflow: str) -> list[str]:
    spec = model.peek(Workflow, workflow)
    if spec is None:
        return []
    teams = {stage.team for stage in spec.stages}
    asked = {stage.decision_type for stage in spec.stages}
    found = [("Workflow", workflow)]
    found += [("Offering", k) for k, o in model.find(Offering).items() if o.workflow == workflow]
    found += [
        ("HandoffAgreement", key)
        for key, one in model.find(HandoffAgreement).items()
        if one.workflow in (None, workflow) and {one.giver_team, one.receiver_team} <= teams
    ]
    found += [("DecisionType", key) for key in model.keys("DecisionType") if key in asked]
    found += [
        ("DecisionRight", key)
        for key, right in model.find("DecisionRight").items()
        if right.decision_type in asked
    ]
    found += [("ClockPolicy", key) for key in model.keys("ClockPolicy")]
    return [f"{kind} {key} {model.text(kind, key)}" for kind, key in sorted(found)]


def preview(
    user: Any, version: ModelVersion, workflow: str, mapping: dict[str, str] | None
) -> Preview:
    """What would become of what runs in a workflow. Raises NotFound where nothing does.

    Without ``mapping`` that of the policy counts.
    """
    row = next((one for one in _rows(version) if one.key == workflow), None)
    if row is None:
        raise NotFound("There is no such workflow, and nothing of it runs.")
    if mapping is None:
        mapping = row.policy.mapping if row.policy is not None else {}
    target = Target(version, mapping)
    found = list(migrating.looks(migrating.running(workflow, but=version), target))
    unsafe = [look for look in found if not look.safe]
    sees = set(
        seen.visible_to(user)
        .filter(pk__in=[look.request.pk for look in unsafe])
        .values_list("pk", flat=True)
    )
    known = [look for look in unsafe if look.request.pk in sees]
    return Preview(
        row=row,
        safe=len(found) - len(unsafe),
        unsafe=len(unsafe),
        listed=[
            Unsafe(look.request, _steps(look), migrating_words.reasons(look, target))
            for look in known[:SHOWN]
        ],
        hidden=len(unsafe) - len(known),
        choices=_choices(found, target, workflow),
    )


def _steps(look: Look) -> str:
    return ", ".join(
        dict.fromkeys(pins.stage_name(look.request, visit.stage_key) for visit in look.visits)
    )


def choices_now(version: ModelVersion, workflow: str) -> list[Choice]:
    """The steps of what is in force or runs that the version does not have."""
    target = Target(version, {})
    return _choices(
        list(migrating.looks(migrating.running(workflow, but=version), target)), target, workflow
    )


def _choices(looks: list[Look], target: Target, workflow: str) -> list[Choice]:
    """The steps that vanish, of every version in which requests run, each with its options."""
    new = target.blueprint.peek(Workflow, workflow)
    if new is None:
        return []
    graph, names = target.blueprint.workflow_graph(workflow), {s.key: s.name for s in new.stages}
    found: dict[str, Choice] = {}
    now = versions.published()
    olds = {look.request.version_id for look in looks}
    olds |= {now.pk} if now is not None and now.pk != target.version.pk else set()
    for pk in sorted(olds, reverse=True):
        bp = versions.blueprint(pk)
        if bp.peek(Workflow, workflow) is None:
            continue
        old = bp.workflow_graph(workflow)
        for key in engine.vanished(old, graph):
            options = [(k, names[k]) for k in engine.candidates(old, key, graph)]
            waiting = sum(
                any(visit.stage_key == key for visit in look.visits)
                for look in looks
                if look.request.version_id == pk
            )
            before = found.get(key)
            found[key] = Choice(
                key,
                bp.stage(workflow, key).name,
                target.mapping.get(key, ""),
                options if before is None else before.options,
                waiting + (before.waiting if before is not None else 0),
            )
    return list(found.values())
