"""What a service page promises before anything is asked: what, by when, what for, who decides."""

from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext

from catalog.models import Offering, Service
from catalog.registries import Outlook, outlook
from catalog.selectors.audience import Audience, audience_of
from catalog.selectors.portal import offerings_for
from esm.common import clock
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.models import Department, ModelVersion
from governance.selectors.people import Account, teams_for
from governance.selectors.roles import holders
from governance.selectors.versions import blueprint, published

STEPS = {"work", "decision", "wait"}


@dataclass(frozen=True, slots=True)
class DepartmentChip:
    """A department as a chip shows it; ``slot`` is its colour, "n" for none."""

    code: str
    name: str
    slot: str


@dataclass(frozen=True, slots=True)
class Band:
    """Who decides in a half-open band; None is without bound. ``scope`` narrows it in words."""

    low: Decimal | None
    high: Decimal | None
    role: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """One decision on the way: who decides by which band, and within how many business seconds."""

    code: str
    question: str
    verb: str
    currency: str
    latency_s: int
    requester_excluded: bool
    bands: tuple[Band, ...]
    agrees: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WayStep:
    """A step of the way in the order of the model; ``target_s`` in business seconds."""

    key: str
    name: str
    team: str
    department: DepartmentChip | None
    target_s: int | None
    when: str

    @property
    def sometimes(self) -> bool:
        """Needed by some requests only."""
        return bool(self.when)


@dataclass(frozen=True, slots=True)
class OfferingFacts:
    """One way to ask for a service; ``promise_s`` in business seconds of days of ``day_s``."""

    offering: Offering
    spec: kinds.Offering
    calendar: str
    day_s: int
    decisions: tuple[DecisionFacts, ...]
    steps: tuple[WayStep, ...]
    audience: Audience
    outlook: Outlook | None = None

    @property
    def department_count(self) -> int:
        """How many departments the way touches."""
        return len({step.department.code for step in self.steps if step.department})


@dataclass(frozen=True, slots=True)
class ServicePage:
    """Everything the page of a service shows; ``owners`` hold the owner role now."""

    service: Service
    spec: kinds.Service
    version: ModelVersion
    department: DepartmentChip
    owner_role: str
    owners: tuple[str, ...]
    stream: str
    offerings: tuple[OfferingFacts, ...]


def chips() -> dict[str, DepartmentChip]:
    """Departments by key as chips; one query."""
    return {d.key: chip(d) for d in Department.objects.all()}


def chip(department: Department) -> DepartmentChip:
    """A department as a chip."""
    slot = str(department.slot) if department.slot else "n"
    return DepartmentChip(department.code, department.name, slot)


def service_page(user: Account, key: str) -> ServicePage | None:
    """The page of a service somebody may ask for; None when it is not there for them."""
    version = published()
    service = Service.objects.filter(key=key).select_related("department").first()
    if version is None or service is None:
        return None
    offered = list(offerings_for(user).filter(service=service).order_by("name"))
    bp = blueprint(version)
    spec = bp.peek(kinds.Service, key)
    if not offered or spec is None:
        return None
    departments = chips()
    role = bp.peek(kinds.Role, spec.owner_role)
    stream = bp.peek(kinds.ValueStream, spec.value_stream)
    return ServicePage(
        service=service,
        spec=spec,
        version=version,
        department=chip(service.department),
        owner_role=role.name if role else spec.owner_role,
        owners=tuple(h.name for h in holders(spec.owner_role, department=spec.department)),
        stream=stream.name if stream else "",
        offerings=tuple(facts_now(bp, row, departments, user) for row in offered),
    )


def facts_now(
    bp: Blueprint, offering: Offering, departments: dict[str, DepartmentChip], user: Account
) -> OfferingFacts:
    """What one offering promises, and by when somebody who asks now is answered."""
    facts = offering_facts(bp, offering, departments)
    teams = teams_for(user)
    department = teams[0].department.key if teams else ""
    return replace(facts, outlook=outlook(bp, facts.spec, {}, department, clock.now()))


def offering_facts(
    bp: Blueprint, offering: Offering, departments: dict[str, DepartmentChip]
) -> OfferingFacts:
    """What one offering promises in a version; no query."""
    spec = bp.get(kinds.Offering, offering.key)
    calendar = bp.get(kinds.Calendar, spec.calendar)
    workflow = bp.get(kinds.Workflow, spec.workflow)
    types = [s.decision_type for s in workflow.stages if s.decision_type is not None]
    return OfferingFacts(
        offering=offering,
        spec=spec,
        calendar=calendar.name,
        day_s=calendar.day_s,
        decisions=tuple(decision_facts(bp, key, spec.service) for key in dict.fromkeys(types)),
        steps=tuple(
            _step(bp, stage, departments) for stage in workflow.stages if stage.kind in STEPS
        ),
        audience=audience_of(bp, spec),
    )


def _step(
    bp: Blueprint, stage: kinds.workflows.Stage, departments: dict[str, DepartmentChip]
) -> WayStep:
    team = bp.peek(kinds.Team, stage.team)
    return WayStep(
        key=stage.key,
        name=stage.name,
        team=team.name if team else "",
        department=departments.get(team.department) if team else None,
        target_s=stage.complete_s,
        when=stage.when,
    )


def decision_facts(bp: Blueprint, key: str, service: str) -> DecisionFacts:
    """Who decides a type of decision for a service, lowest band first."""
    spec = bp.get(kinds.DecisionType, key)
    rights = [
        right
        for right in bp.find(kinds.DecisionRight).values()
        if right.decision_type == key and right.service in (None, service)
    ]
    deciding = [right for right in rights if right.part == "decide"]
    deciding.sort(key=lambda right: (right.min or Decimal(0), right.order, right.role or ""))
    return DecisionFacts(
        code=spec.code,
        question=spec.question,
        verb=spec.verb,
        currency="%" if spec.unit == "percentage" else spec.currency or "",
        latency_s=spec.latency_s,
        requester_excluded=spec.requester_excluded,
        bands=tuple(
            Band(right.min, right.max, _whose(bp, right), _scope(bp, right)) for right in deciding
        ),
        agrees=tuple(_whose(bp, right) for right in rights if right.part == "agree"),
    )


def _role(bp: Blueprint, key: str) -> str:
    spec = bp.peek(kinds.Role, key)
    return spec.name if spec else key


def _whose(bp: Blueprint, right: kinds.DecisionRight) -> str:
    if right.pre_authorised:
        return gettext("nobody: allowed beforehand")
    body = bp.peek(kinds.GovernanceBody, right.body)
    return body.name if body else _role(bp, right.role or "")


def _scope(bp: Blueprint, right: kinds.DecisionRight) -> str:
    department = bp.peek(kinds.Department, right.department)
    site = bp.peek(kinds.Site, right.site)
    named = (department.name if department else "", right.category, site.name if site else "")
    return " · ".join(part for part in (*named, right.risk) if part)
