"""Controls of the model in force as people look at them: what they guard, what they refused."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from governance.blueprint import kinds
from governance.models import ControlResult, RunFinding, Waiver
from governance.registries import subjects
from governance.selectors import waivers
from governance.selectors.model_page import VersionPage
from governance.selectors.people import Account
from governance.selectors.versions import blueprint, published

SHOWN = 50
PLACES = {"decision": "at a decision", "stage": "at a step", "assignment": "when a role is given",
          "publish": "when a model is published"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ControlRow:
    """A control with its policy; counts are those of what the viewer may know, None for none."""

    key: str
    spec: kinds.Control
    policy: str
    place: str
    refused: int | None
    waived: int | None


@dataclass(frozen=True, slots=True)
class ControlsPage:
    """The whole page; ``results`` and ``findings`` are for those who answer for the whole."""

    code: str
    rows: list[ControlRow]
    results: list[ControlResult]
    findings: list[RunFinding]
    active: int
    everything: bool


def page(user: Account) -> ControlsPage:
    """What controls there are, and what they did where the viewer may know that."""
    version = published()
    everything = waivers.sees_all(user)
    if version is None:
        return ControlsPage("", [], [], [], 0, everything)
    bp = blueprint(version)
    done: Counter[tuple[str, str]] = Counter()
    if everything:
        counted = visible_results(user).values_list("control_key", "state").annotate(n=Count("pk"))
        done.update({(key, state): n for key, state, n in counted.order_by("control_key")})
    rows = []
    for key, spec in bp.find(kinds.Control).items():
        policy = bp.peek(kinds.Policy, spec.policy)
        counts = (done[key, "refused"], done[key, "waived"]) if everything else (None, None)
        said = policy.statement if policy else spec.policy
        rows.append(ControlRow(key, spec, said, PLACES[spec.at], *counts))
    related = visible_results(user).select_related("person", "waiver")
    return ControlsPage(
        code=version.code,
        rows=rows,
        results=list(related[:SHOWN]) if everything else [],
        findings=list(open_findings(user)[:SHOWN]),
        active=waivers.active_count(),
        everything=everything,
    )


def _seen(user: Account) -> Q:
    """What is about things the viewer sees; of other kinds governance says who looks."""
    wanted = ~Q(subject_kind__in=subjects().keys())
    for kind, known in subjects().items():
        theirs = Q(subject_kind=kind)
        if known.visible is not None:
            theirs &= Q(subject_id__in=known.visible(user))
        wanted |= theirs
    return wanted


def visible_results(user: Account) -> QuerySet[ControlResult]:
    """What was refused or waived, latest first, on what the viewer sees; for overseers alone."""
    if not waivers.sees_all(user):
        return ControlResult.objects.none()
    return ControlResult.objects.filter(_seen(user)).order_by("-happened_at", "-pk")


def open_findings(user: Account) -> QuerySet[RunFinding]:
    """What is wrong in what happened, latest first, on what the viewer sees; for overseers."""
    if not waivers.sees_all(user):
        return RunFinding.objects.none()
    rows = RunFinding.objects.filter(_seen(user), closed_at=None)
    return rows.order_by("-happened_at", "-pk")


@dataclass(frozen=True, slots=True)
class FindingsBeside:
    """Waivers in force by the mark of the finding, and what is wrong in what happened."""

    waived: dict[str, Waiver]
    happened: list[RunFinding]


def findings_beside(user: Account, shown: VersionPage) -> FindingsBeside:
    """What belongs beside the findings of the version in force; one or two queries."""
    marks = [finding.fingerprint for finding in shown.findings]
    waived = waivers.active_of_findings(marks) if marks else {}
    return FindingsBeside(waived, list(open_findings(user)[:SHOWN]))
