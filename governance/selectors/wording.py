"""Names of the model's elements and fields as people say them; no field name is shown on a page."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel

from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.diff import name_of
from governance.blueprint.kinds import KINDS, ElementSpec, noun_of
from governance.blueprint.kinds.base import RefTo
from governance.blueprint.weeks import WeekDate

NOUNS = {"SodRule": "separation rule"}
WORDS: dict[str, str] = {
    "a": "one side",
    "accept_mode": "accepted",
    "accountable_role": "accountable",
    "allow_override": "may be handed over incomplete",
    "amount_field": "amount is asked as",
    "annual_cost": "cost a year",
    "at": "holds at",
    "audience": "offered to",
    "audience_roles": "offered to holders of",
    "audience_sites": "offered to people at",
    "b": "other side",
    "about": "is about",
    "chair": "chaired by",
    "clarify_s": "answers questions within",
    "complete_s": "completed within",
    "does": "does to the clock",
    "day_s": "length of a day",
    "decision_type": "decision",
    "delay_cost": "cost of a day of delay",
    "decision_types": "holds for",
    "default_calendar": "usual calendar",
    "escalate_to": "told when late",
    "escalation_role": "told when it stands still",
    "est_accurate": "estimated share that comes complete and accurate",
    "est_touch_s": "estimated work",
    "est_wait_s": "estimated wait",
    "expression": "holds when",
    "fallback_role": "else decides",
    "field": "checks the answer",
    "flows": "ways",
    "giver_team": "hands over",
    "head_role": "headed by",
    "kind": "kind",
    "latency_s": "decided within",
    "lead_role": "led by",
    "max": "below",
    "min": "from",
    "min_holders": "held by at least",
    "on_behalf": "may be asked for others",
    "owner_role": "owner",
    "bulk_below": "decided several at once below",
    "consulted_roles": "is asked for its view",
    "informed_roles": "is told",
    "party_field": "with whom is asked as",
    "pre_authorised": "allowed beforehand",
    "promise_s": "promise",
    "receiver_team": "receives",
    "requester_excluded": "whoever asks never decides",
    "quorum": "take part at least",
    "respond_s": "accepted within",
    "responsible_roles": "does the work",
    "rhythm": "meets",
    "risk_classes": "classes of risk",
    "risk_field": "risk is asked as",
    "rule": "decides by",
    "rules": "moved by events",
    "signed_by": "signed by",
    "silence_consents": "silence counts as consent",
    "split_days": "days that are added up",
    "supports": "supports",
    "test": "kept when",
    "title_field": "title is asked as",
    "variations": "ways of its own that are allowed",
    "waiver_days": "days it may be waived at most",
    "warn_at": "warns at percent",
    "whole_s": "the whole step within",
    "we_need": "what we need",
    "when": "needed when",
    "wip_limit": "limit of work",
    "work_sessions": "measures working time",
    "you_get": "what you get",
}
CONDITIONS = {"when", "expression", "test"}
_STEP = re.compile(r"([A-Za-z_]+)|\[([^\]]*)\]")
_OPERATORS = (
    (" == ", " is "),
    (" != ", " is not "),
    (" >= ", " is at least "),
    (" <= ", " is at most "),
    (" > ", " is above "),
    (" < ", " is below "),
    (" is present", " is given"),
    (" is absent", " is not given"),
    (" not in ", " is none of "),
    (" in ", " is one of "),
)


def label(name: str) -> str:
    """A field's name as people say it."""
    if name in WORDS:
        return WORDS[name]
    plain = name.removesuffix("_s") if name.endswith("_s") else name
    return plain.removesuffix("_role").replace("_", " ")


def first_upper(text: str) -> str:
    """«Completed within»."""
    return f"{text[:1].upper()}{text[1:]}"


def noun(kind: str) -> str:
    """The everyday word of a kind."""
    return NOUNS.get(kind, noun_of(kind))


def plural(kind: str) -> str:
    """«value streams», «policies»."""
    word = noun(kind)
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def condition_words(text: str) -> str:
    """A condition without signs: «paper is theirs or differs is yes»."""
    for sign, words in _OPERATORS:
        text = text.replace(sign, words)
    return text.replace("['", "").replace("']", "").replace("'", "").replace("_", " ")


def element_name(bp: Blueprint, kind: str, key: str) -> str:
    """What people call an element; agreements and rights by what they are between."""
    spec = bp.peek(KINDS[kind], key)
    if spec is None:
        return key
    match spec:
        case kinds.HandoffAgreement():
            pair = f"{_team(bp, spec.giver_team)} → {_team(bp, spec.receiver_team)}"
            stage = _stage(bp, spec)
            return f"{pair}, {stage}" if stage else pair
        case kinds.DecisionRight():
            question = element_name(bp, "DecisionType", spec.decision_type)
            return f"{question}: {_whose(bp, spec)}"
        case kinds.ClockPolicy():
            return f"Warnings: {spec.metric}"
    return name_of(spec, key)


def _whose(bp: Blueprint, spec: kinds.DecisionRight) -> str:
    if spec.body is not None:
        return element_name(bp, "GovernanceBody", spec.body)
    if spec.role is not None:
        return element_name(bp, "Role", spec.role)
    return "allowed beforehand"


def _team(bp: Blueprint, key: str) -> str:
    team = bp.peek(kinds.Team, key)
    return team.name if team else key


def _stage(bp: Blueprint, agreement: kinds.HandoffAgreement) -> str:
    if agreement.stage is None:
        return ""
    for key, workflow in bp.find(kinds.Workflow).items():
        if agreement.workflow in (None, key):
            for stage in workflow.stages:
                if stage.key == agreement.stage:
                    return stage.name
    return agreement.stage


def part_name(part: object) -> str:
    """What people call a part of an element, such as a stage or an option; "" for none."""
    for name in ("name", "title", "label", "text"):
        value = getattr(part, name, "")
        if value:
            return str(value)
    return ""


@cache
def reference_kinds() -> dict[str, str]:
    """The kind that a field of a name points at, where all fields of that name agree."""
    found: dict[str, set[str]] = {}
    for model in _models():
        for name, info in model.model_fields.items():
            marks = [*info.metadata, *_inner(info.annotation)]
            kind = next((mark.kind for mark in marks if isinstance(mark, RefTo)), "")
            found.setdefault(name, set()).add(kind)
    return {
        name: known
        for name, several in found.items()
        if len(several) == 1 and (known := next(iter(several)))
    }


def _models() -> Iterator[type[BaseModel]]:
    waiting: list[type[BaseModel]] = list(KINDS.values())
    seen: set[type[BaseModel]] = set()
    while waiting:
        model = waiting.pop()
        if model in seen:
            continue
        seen.add(model)
        yield model
        for info in model.model_fields.values():
            waiting += [
                part
                for part in _parts(info.annotation)
                if isinstance(part, type) and issubclass(part, BaseModel)
            ]


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _parts(part)


def _inner(annotation: Any) -> Iterator[Any]:
    for part in _parts(annotation):
        yield from getattr(part, "__metadata__", ())


def path_words(path: str, *specs: ElementSpec | None) -> str:
    """``stages[bake].complete_s`` becomes «Bake · completed within».

    Parts are named as in the first of ``specs`` that has them; a list whose part has a name of its
    own is not named.
    """
    order = path.endswith(" order")
    words: list[str] = []
    here: list[object] = [spec for spec in specs if spec is not None]
    pending = ""
    for name, key in _STEP.findall(path.removesuffix(" order")):
        if name:
            if pending and not _is_part(here):
                words.append(label(pending))
            pending = name
            here = [v for spec in here if (v := getattr(spec, name, None)) is not None]
            continue
        here = [item for items in here if (item := _item(items, key)) is not None]
        named = next((text for item in here if (text := part_name(item))), "")
        if not named:
            words.append(label(pending))
            named = way_words(key, *specs)
        words.append(named or key)
        pending = ""
    if pending and not _is_part(here):
        words.append(label(pending))
    return " · ".join([*words, "order"] if order else words)


def way_words(key: str, *specs: ElementSpec | None) -> str:
    """A way «bake → end» by the names of its stages; "" for what is no way."""
    source, arrow, target = key.partition(" → ")
    names: dict[str, str] = {}
    for spec in specs:
        for stage in getattr(spec, "stages", ()):
            names.setdefault(stage.key, stage.name)
    return f"{names.get(source, source)}{arrow}{names.get(target, target)}" if arrow else ""


def _is_part(here: list[object]) -> bool:
    """A part that says nothing by its field's name: the form of an offering is just its form."""
    # A day counted in weeks is a value, though it has parts.
    return bool(here) and isinstance(here[0], BaseModel) and not isinstance(here[0], WeekDate)


def _item(items: object, key: str) -> object | None:
    if isinstance(items, dict):
        item: object = items.get(key)
        return item
    if isinstance(items, tuple):
        for item in items:
            found = getattr(item, "key", None)
            if found is None and hasattr(item, "source"):
                found = f"{item.source} → {getattr(item, 'target', '')}"
            if found == key:
                return item
    return None


def value_words(bp: Blueprint, path: str, text: str) -> str:
    """A value of a difference: names for keys, words for conditions."""
    steps = [name for name, _ in _STEP.findall(path) if name]
    field = steps[-1] if steps else ""
    if field in CONDITIONS:
        return condition_words(text)
    kind = reference_kinds().get(field)
    if kind is None or text == "nothing":
        return text
    return ", ".join(element_name(bp, kind, key) for key in text.split(", "))
