"""What is wrong with a model before any judgement: dangling names, duplicates, bad conditions."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from esm.common.expressions import ExpressionError, VarType, parse
from governance.blueprint.elements import (
    ElementId,
    Path,
    Problem,
    dangling_sentence,
    place_of,
)
from governance.blueprint.kinds import (
    ClockPolicy,
    Control,
    ElementSpec,
    HandoffAgreement,
    Measure,
    Offering,
    Technology,
    Workflow,
    noun_of,
)
from governance.blueprint.kinds.workflows import Stage
from governance.blueprint.measuring import FIGURES
from governance.blueprint.references import condition_fields, parts, references
from governance.blueprint.variables import case_variables, control_variables, form_variables

Specs = Mapping[ElementId, ElementSpec]
Found = tuple[Path, str]
T = TypeVar("T")


class _Context:
    """What the checks of one element need to know of the others, worked out when it is asked."""

    def __init__(self, specs: Specs, known: Set[ElementId]) -> None:
        self.specs = specs
        self.known = known
        unread = known - specs.keys()
        self.unread_workflows = frozenset(key for kind, key in unread if kind == "Workflow")
        self.unread_offerings = frozenset(key for kind, key in unread if kind == "Offering")

    @cached_property
    def stages(self) -> Mapping[str, Set[str]]:
        """Keys of the stages of every workflow."""
        return {
            key: frozenset(stage.key for stage in spec.stages)
            for (_, key), spec in self.specs.items()
            if isinstance(spec, Workflow)
        }

    @cached_property
    def offerings(self) -> Mapping[str, list[Offering]]:
        """What is offered over every workflow."""
        found: dict[str, list[Offering]] = defaultdict(list)
        for spec in self.specs.values():
            if isinstance(spec, Offering):
                found[spec.workflow].append(spec)
        return found

    def has_stage(self, workflow: str | None, stage: str) -> bool:
        """True also where a workflow that could not be read may have it."""
        if self.unread_workflows and workflow in {None, *self.unread_workflows}:
            return True
        if workflow is not None:
            return stage in self.stages.get(workflow, ())
        return any(stage in keys for keys in self.stages.values())


def problems_of(
    specs: Specs,
    broken: Set[ElementId] = frozenset(),
    *,
    changed: Collection[ElementId] | None = None,
    former: Specs = MappingProxyType({}),
) -> list[Problem]:
    """Every problem of a set of elements, in the order of kind and key.

    `broken` are elements that exist but could not be read; naming them is no problem. With
    `changed` only those are looked at that a change of these elements can have broken, which were
    `former` before; it is for sets that had no problem then.
    """
    context = _Context(specs, specs.keys() | broken)
    found: list[Problem] = []
    looked_at = specs if changed is None else _affected(specs, changed, former)
    for kind, key in sorted(looked_at):
        spec = specs[kind, key]
        for reference in references(spec):
            if (reference.kind, reference.key) not in context.known:
                sentence = dangling_sentence(spec, reference)
                found.append(Problem(sentence, kind, key, reference.path))
        names = _variables(key, spec, context)
        for path, sentence in (*_conditions(spec, names), *_problems(spec, context)):
            found.append(Problem(sentence, kind, key, path))
    return found + _organisation(context.known)


def _affected(specs: Specs, changed: Collection[ElementId], former: Specs) -> Collection[ElementId]:
    """Elements whose problems may be others than before; all where one is gone.

    Some kinds name parts of a workflow, or use what a form asks.
    """
    if any(item not in specs for item in changed):
        return specs.keys()
    flows = {key for kind, key in changed if kind == Workflow.__name__}
    known = [source.get(item) for item in changed for source in (specs, former)]
    asking = {spec.workflow for spec in known if isinstance(spec, Offering)}
    found = {*changed, *((Workflow.__name__, key) for key in asking)} & specs.keys()
    if not (flows or asking):
        return found
    for item, spec in specs.items():
        if isinstance(spec, Offering | HandoffAgreement):
            if spec.workflow in flows or (flows and spec.workflow is None):
                found.add(item)
        elif isinstance(spec, Technology | ClockPolicy | Control | Measure):
            found.add(item)
    return found


def _organisation(known: Set[ElementId]) -> list[Problem]:
    keys = sorted(key for kind, key in known if kind == "Organisation")
    if len(keys) == 1:
        return []
    if not keys:
        return [Problem("the model has no Organisation")]
    return [Problem("the model has more than one Organisation", "Organisation", keys[1])]


def _problems(spec: ElementSpec, context: _Context) -> Iterator[Found]:
    if isinstance(spec, Workflow):
        yield from _workflow(spec)
    elif isinstance(spec, Offering):
        yield from _offering(spec, context)
    elif isinstance(spec, HandoffAgreement):
        yield from _agreement(spec, context)
    elif isinstance(spec, Technology):
        yield from _technology(spec, context)
    elif isinstance(spec, ClockPolicy):
        yield from _clock_policy(spec, context)
    elif isinstance(spec, Control):
        yield from _control(spec, context)
    elif isinstance(spec, Measure):
        yield from _measure(spec, context)


def _conditions(spec: ElementSpec, names: dict[str, VarType] | None) -> Iterator[Found]:
    for path, part in parts(spec):
        for name in condition_fields(type(part)):
            text = getattr(part, name)
            if not text.strip():
                continue
            try:
                parse(text, names, expect=VarType.BOOLEAN)
            except ExpressionError as error:
                place = place_of(spec, (*path, name))
                subject = f"{place} has a condition" if place else "has a condition"
                yield (*path, name), f"{subject} that cannot be used: {error}"


def _variables(key: str, spec: ElementSpec, context: _Context) -> dict[str, VarType] | None:
    # Criteria may name what no form asks: that is a finding, not a broken model.
    if isinstance(spec, Offering):
        return form_variables(spec)
    if isinstance(spec, Control):
        if context.unread_offerings:
            return None
        asked = [offering for found in context.offerings.values() for offering in found]
        return control_variables(spec, context.offerings.get(spec.workflow or "", asked))
    if not isinstance(spec, Workflow) or context.unread_offerings:
        return None
    offerings = context.offerings.get(key, [])
    return case_variables(offerings) if offerings else None


def _twice(
    spec: object, items: Iterable[T], path: Path, key: Callable[[T], str], noun: str
) -> Iterator[Found]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        name = key(item)
        if name in seen:
            yield (*path, index), f"has two {noun} with the key `{name}`"
        seen.add(name)


def _workflow(spec: Workflow) -> Iterator[Found]:
    yield from _twice(spec, spec.stages, ("stages",), lambda stage: stage.key, "stages")
    for index, stage in enumerate(spec.stages):
        yield from _checklist(stage, ("stages", index, "checklist"))
    keys = {stage.key for stage in spec.stages}
    seen: set[tuple[str, str]] = set()
    for index, flow in enumerate(spec.flows):
        for end in ("source", "target"):
            key = getattr(flow, end)
            if key not in keys:
                yield (
                    ("flows", index, end),
                    f"flow `{flow.source} → {flow.target}` names stage `{key}`, "
                    "which does not exist",
                )
        if (flow.source, flow.target) in seen:
            yield ("flows", index), f"has two flows from `{flow.source}` to `{flow.target}`"
        seen.add((flow.source, flow.target))
    yield from _twice(spec, spec.variations, ("variations",), lambda one: one.key, "variations")
    for index, one in enumerate(spec.variations):
        if one.stage not in keys:
            yield (
                ("variations", index, "stage"),
                f"variation `{one.key}` names stage `{one.stage}`, which does not exist",
            )


def _checklist(stage: Stage, path: Path) -> Iterator[Found]:
    noun = f"checklist items of stage `{stage.key}`"
    yield from _twice(stage, stage.checklist, path, lambda item: item.key, noun)
    if stage.checklist and stage.kind != "work":
        yield path, f"stage `{stage.key}` has a checklist, but nobody works on it"


def _offering(spec: Offering, context: _Context) -> Iterator[Found]:
    yield from _twice(spec, spec.form.sections, ("form", "sections"), lambda s: s.key, "sections")
    fields = {}
    for at, section in enumerate(spec.form.sections):
        for index, field in enumerate(section.fields):
            path: Path = ("form", "sections", at, "fields", index)
            if field.key in fields:
                yield path, f"has two fields with the key `{field.key}`"
            fields[field.key] = field
            if field.type in {"choice", "choices"} and not field.options:
                yield path, f"field `{field.key}` is a choice without options"
            yield from _twice(spec, field.options, (*path, "options"), lambda o: o.key, "options")
            for stage in field.visible_at:
                if not context.has_stage(spec.workflow, stage):
                    yield (
                        (*path, "visible_at"),
                        f"field `{field.key}` is visible at stage `{stage}`, which does not exist",
                    )
    yield from _twice(spec, spec.priorities, ("priorities",), lambda p: p.key, "priorities")
    if spec.title_field not in fields:
        yield ("title_field",), f"names field `{spec.title_field}`, which the form does not ask"
    if spec.amount_field is not None:
        amount = fields.get(spec.amount_field)
        if amount is None:
            yield (
                ("amount_field",),
                f"names field `{spec.amount_field}`, which the form does not ask",
            )
        elif amount.type not in {"money", "number"}:
            yield ("amount_field",), f"names field `{amount.key}`, which holds no amount"


def _clock_policy(spec: ClockPolicy, context: _Context) -> Iterator[Found]:
    yield from _twice(
        spec, spec.priorities, ("priorities",), lambda p: p.priority, "targets of a priority"
    )
    for index, rule in enumerate(spec.rules):
        if rule.stage is not None and not context.has_stage(None, rule.stage):
            yield (
                ("rules", index, "stage"),
                f"rule {index + 1} names stage `{rule.stage}`, which does not exist",
            )
    if context.unread_offerings:
        return
    offerings = [one for found in context.offerings.values() for one in found]
    known = {priority.key for one in offerings for priority in one.priorities}
    for index, target in enumerate(spec.priorities):
        if target.priority not in known:
            yield (
                ("priorities", index, "priority"),
                f"names priority `{target.priority}`, which no offering knows",
            )


def _agreement(spec: HandoffAgreement, context: _Context) -> Iterator[Found]:
    yield from _twice(spec, spec.criteria, ("criteria",), lambda c: c.key, "criteria")
    yield from _twice(
        spec, spec.return_reasons, ("return_reasons",), lambda r: r.key, "return reasons"
    )
    if spec.stage is not None and not context.has_stage(spec.workflow, spec.stage):
        yield ("stage",), f"names stage `{spec.stage}`, which does not exist"
    reasons = {reason.key for reason in spec.return_reasons}
    for index, criterion in enumerate(spec.criteria):
        path: Path = ("criteria", index)
        if criterion.return_reason and criterion.return_reason not in reasons:
            yield (
                (*path, "return_reason"),
                f"criterion `{criterion.key}` names return reason "
                f"`{criterion.return_reason}`, which does not exist",
            )
        if criterion.kind in {"field", "attachment"} and not criterion.field:
            yield path, f"criterion `{criterion.key}` does not say which field"
        if criterion.kind == "expression" and not criterion.expression:
            yield path, f"criterion `{criterion.key}` does not say which expression"


def _control(spec: Control, context: _Context) -> Iterator[Found]:
    if spec.stage is not None and not context.has_stage(spec.workflow, spec.stage):
        yield ("stage",), f"names stage `{spec.stage}`, which does not exist"


def _technology(spec: Technology, context: _Context) -> Iterator[Found]:
    for index, support in enumerate(spec.supports):
        path: Path = ("supports", index)
        if (support.stage is None) == (support.service is None):
            yield path, f"support {index + 1} names either a stage or a service"
        elif support.stage is not None and not context.has_stage(support.workflow, support.stage):
            yield (
                (*path, "stage"),
                f"support {index + 1} names stage `{support.stage}`, which does not exist",
            )


def _measure(spec: Measure, context: _Context) -> Iterator[Found]:
    if spec.stage is not None and not context.has_stage(None, spec.stage):
        yield ("stage",), f"names stage `{spec.stage}`, which does not exist"
    if spec.query is None:
        return
    if spec.value_stream is None:
        yield ("value_stream",), f"names figure `{spec.query}` and no stream it is computed for"
    if FIGURES[spec.query].of_stage and spec.stage is None:
        yield ("stage",), f"names figure `{spec.query}` and no stage it is computed for"


def missing_sentence(kind: str, key: str) -> str:
    """Says that an element somebody asked for does not exist."""
    return f"there is no {noun_of(kind)} `{key}`"
