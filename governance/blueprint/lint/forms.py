"""Checks on what forms ask: what is needed is asked, what is asked is used, and asked once."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from esm.common.expressions import parse
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding, Severity
from governance.blueprint.kinds import (
    ClockPolicy,
    Control,
    DecisionRight,
    DecisionType,
    ElementSpec,
    HandoffAgreement,
    Offering,
    Workflow,
)
from governance.blueprint.kinds.services import FormField
from governance.blueprint.kinds.workflows import Criterion
from governance.blueprint.lint.facts import Facts
from governance.blueprint.lint.rules import found, rule
from governance.blueprint.paths import steps_of
from governance.blueprint.references import condition_fields, parts
from governance.blueprint.variables import case_variables

# A free text is read by whoever works on it; what is chosen or counted is asked to be used.
READ_BY_PEOPLE = frozenset({"text", "textarea", "file", "date"})


Missing = tuple[Criterion, str, str]
Asking = Mapping[str, list[tuple[str, set[str]]]]
Crossings = Mapping[tuple[str, str], list[tuple[str, str]]]


@rule("PRC12", HandoffAgreement, Offering, Workflow)
def criteria_nobody_asks(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """What an entry criterion checks has been asked by the form; a warning where it only should."""
    asking, crossings = _asking(bp), _crossings(bp)
    for key, agreement in bp.find(HandoffAgreement).items():
        for criterion, offering, name in _missing(bp, key, agreement, asking, crossings):
            yield _unasked(key, criterion, bp.get(Offering, offering), name)


def unasked(bp: Blueprint, key: str) -> list[Missing]:
    """What criteria of an agreement need and a form does not ask: criterion, offering, answer."""
    agreement = bp.get(HandoffAgreement, key)
    asking = bp.memo("asked by offerings", lambda: _asking(bp))
    crossings = bp.memo("crossings of teams", lambda: _crossings(bp))
    return list(_missing(bp, key, agreement, asking, crossings))


def _asking(bp: Blueprint) -> Asking:
    """Offerings by workflow, each with what conditions may use of it."""
    found: dict[str, list[tuple[str, set[str]]]] = defaultdict(list)
    for key, offering in bp.find(Offering).items():
        asked = bp.compiled(Offering.__name__, key, "asked", _asked)
        found[offering.workflow].append((key, asked))
    return found


def _missing(
    bp: Blueprint, key: str, agreement: HandoffAgreement, asking: Asking, crossings: Crossings
) -> Iterator[Missing]:
    pair = (agreement.giver_team, agreement.receiver_team)
    workflows = {
        workflow
        for workflow, stage in crossings.get(pair, [])
        if agreement.workflow in (None, workflow) and agreement.stage in (None, stage)
    }
    needed = bp.compiled(HandoffAgreement.__name__, key, "needed", _needed)
    for workflow in sorted(workflows):
        for offering, asked in asking.get(workflow, ()):
            if needed <= asked:
                continue
            for criterion in agreement.criteria:
                for name in sorted(_needs(criterion) - asked):
                    yield criterion, offering, name


def _needed(agreement: HandoffAgreement) -> set[str]:
    return {name for criterion in agreement.criteria for name in _needs(criterion)}


def _asked(offering: Offering) -> set[str]:
    return set(case_variables([offering]))


def _crossings(bp: Blueprint) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Workflows and target stages of every step from one team to another."""
    crossing: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for key in bp.keys(Workflow.__name__):
        for source, target in steps_of(bp, key):
            if source.team is not None and target.team is not None:
                crossing[source.team, target.team].append((key, target.key))
    return crossing


def _unasked(key: str, criterion: Criterion, offering: Offering, name: str) -> Finding:
    sentence = f"“{criterion.text}” needs `{name}`, which the form of “{offering.name}” never asks."
    severity: Severity = "error" if criterion.severity == "must" else "warning"
    return Finding("PRC12", severity, HandoffAgreement.__name__, key, sentence, criterion.key)


def _needs(criterion: Criterion) -> frozenset[str]:
    if criterion.kind in {"field", "attachment"}:
        return frozenset({criterion.field})
    if criterion.kind == "expression":
        return parse(criterion.expression).variables
    return frozenset()


@rule(
    "PRC13",
    Offering,
    Workflow,
    HandoffAgreement,
    DecisionType,
    DecisionRight,
    Control,
    ClockPolicy,
)
def fields_nobody_uses(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """What is chosen, counted or ticked decides something: a way, a criterion, a right, a title.

    Text, dates and files are read by people; a field that says who reads it is for them, too.
    """
    everywhere = _used_everywhere(bp)
    by_workflow = {key: _by_workflow(bp, key) for key in bp.keys(Workflow.__name__)}
    for key, offering in bp.find(Offering).items():
        used = everywhere | by_workflow[offering.workflow] | _by_itself(bp, key)
        for field in offering.form.all_fields():
            if field.key not in used and not _for_people(field):
                sentence = f"“{field.label}” is asked, and nothing uses the answer."
                yield found("PRC13", Offering, key, sentence, field.key)


def used_answers(bp: Blueprint, key: str) -> set[str]:
    """Answers of one form that something uses."""
    flow = bp.get(Offering, key).workflow
    everywhere = bp.memo("answers used everywhere", lambda: _used_everywhere(bp))
    return everywhere | _by_workflow(bp, flow) | _by_itself(bp, key)


def _by_workflow(bp: Blueprint, key: str) -> set[str]:
    return bp.compiled(Workflow.__name__, key, "variables", _conditions)


def _by_itself(bp: Blueprint, key: str) -> set[str]:
    offering = bp.get(Offering, key)
    used = bp.compiled(Offering.__name__, key, "variables", _conditions)
    return used | {offering.title_field, offering.amount_field or ""}


def _for_people(field: FormField) -> bool:
    return field.type in READ_BY_PEOPLE or field.maps_to is not None or bool(field.visible_at)


def _used_everywhere(bp: Blueprint) -> set[str]:
    used: set[str] = set()
    for key in bp.keys(HandoffAgreement.__name__):
        used |= bp.compiled(HandoffAgreement.__name__, key, "needed", _needed)
    for kind in bp.find(DecisionType).values():
        used |= {name for name in (kind.party_field, kind.risk_field) if name}
    for spec in (DecisionRight, ClockPolicy, Control):
        for one in bp.find(spec).values():
            used |= _conditions(one)
    return used


def _conditions(spec: ElementSpec) -> set[str]:
    """Every variable that a condition of the element names."""
    used: set[str] = set()
    for _path, part in parts(spec):
        for name in condition_fields(type(part)):
            if text := getattr(part, name).strip():
                used |= parse(text).variables
    return used


@rule("PRC14", Offering)
def asked_twice(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """One form asks once for what stands for the same."""
    for key, offering in bp.find(Offering).items():
        first: dict[str, FormField] = {}
        for field in offering.form.all_fields():
            if field.maps_to is None:
                continue
            before = first.setdefault(field.maps_to, field)
            if before is not field:
                sentence = f"“{field.label}” asks again for what “{before.label}” has asked."
                yield found("PRC14", Offering, key, sentence, field.key)


@rule("PRV01", Offering)
def withheld_answers_shown(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """What everybody who sees a request reads is no answer that is withheld from some."""
    for key, offering in bp.find(Offering).items():
        shown = {offering.title_field: "title", offering.amount_field: "amount"}
        for field in offering.form.all_fields():
            if field.key in shown and field.limited:
                sentence = (
                    f"“{field.label}” is not for everybody who sees the request, "
                    f"but it is the {shown[field.key]} of the request."
                )
                yield found("PRV01", Offering, key, sentence, field.key)


RULES = (criteria_nobody_asks, fields_nobody_uses, asked_twice, withheld_answers_shown)
