"""Remedies on what it is for: outcomes, objectives, technology and who owns it."""

from datetime import date
from typing import Any

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import (
    DecisionType,
    Measure,
    Objective,
    Outcome,
    Policy,
    Service,
    Technology,
    ValueStream,
)
from governance.blueprint.lint.technology import supported_stages
from governance.blueprint.remedies.base import (
    Edits,
    Proposed,
    Remedy,
    Way,
    changed,
    content_of,
    named,
    pick,
    role_choice,
    whole,
)
from governance.blueprint.remedies.promises import looked_at_again

TECHNOLOGY = Technology.__name__
NONE_NEEDED = "none-needed"


def an_outcome(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """VAL01: what a service makes better."""
    service = bp.get(Service, finding.key)

    def make(key: str) -> Edits:
        return (changed(bp, Service.__name__, finding.key, outcomes=[key]),)

    asks = f"What does “{service.name}” make better?"
    return pick("Choose the outcome", asks, named(bp, Outcome), make)


def owner_of_measure(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """VAL02: who answers for a measure, where nothing else is missing; figures are for people."""
    measure = bp.peek(Measure, finding.key) if finding.kind == Measure.__name__ else None
    if measure is None or measure.owner_role is not None:
        return None
    if measure.baseline is None or measure.target is None:
        return None
    outcome = bp.get(Outcome, measure.outcome)
    return role_choice(
        bp,
        "Name the owner",
        f"Who answers for “{measure.name}”?",
        lambda role: (changed(bp, Measure.__name__, finding.key, owner_role=role),),
        (outcome.owner_role,),
    )


def an_outcome_for_it(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """VAL03: which outcome of a stream serves an objective."""
    serving = [key for one in bp.find(ValueStream).values() for key in one.outcomes]
    title = bp.get(Objective, finding.key).title

    def make(key: str) -> Edits:
        own = bp.get(Outcome, key).objectives
        return (changed(bp, Outcome.__name__, key, objectives=[*own, finding.key]),)

    ways = named(bp, Outcome, dict.fromkeys(serving))
    return pick("Link it to an outcome", f"Which outcome serves “{title}”?", ways, make)


def an_outcome_that_serves(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """VAL04: which outcome with an objective a stream is for."""
    stream = bp.get(ValueStream, finding.key)
    serving = [key for key, one in bp.find(Outcome).items() if one.objectives]

    def make(key: str) -> Edits:
        outcomes = [*stream.outcomes, key]
        return (changed(bp, ValueStream.__name__, finding.key, outcomes=outcomes),)

    asks = f"What does “{stream.name}” make better?"
    return pick("Choose the outcome", asks, named(bp, Outcome, serving), make)


def owner_or_review(bp: Blueprint, finding: Finding, today: date | None) -> Remedy | None:
    """TEC02: who owns a technology, or that it still holds."""
    if finding.part:
        return looked_at_again(bp, finding, today)
    name = bp.get(Technology, finding.key).name
    return role_choice(
        bp,
        "Name the owner",
        f"Who owns {name}?",
        lambda role: (changed(bp, TECHNOLOGY, finding.key, owner_role=role),),
    )


def one_records(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """TEC05: one system records a stage, the others support it."""
    place = (finding.key, finding.part)
    recording = [
        key
        for key, one in bp.find(Technology).items()
        if one.lifecycle != "idea"
        and any(
            support.mode == "records" and place in supported_stages(bp, support)
            for support in one.supports
        )
    ]

    def make(keeper: str) -> Edits:
        return tuple(_supporting(bp, key, place) for key in recording if key != keeper)

    stage = bp.stage(*place)
    asks = f"Which system records “{stage.name}”?"
    adopted = [key for key in recording if bp.get(Technology, key).lifecycle == "adopted"]
    ways = named(bp, Technology, recording)
    return pick("Choose the system of record", asks, ways, make, adopted)


def _supporting(bp: Blueprint, key: str, place: tuple[str, str]) -> Proposed:
    supports = content_of(bp, TECHNOLOGY, key)["supports"]
    for given, support in zip(supports, bp.get(Technology, key).supports, strict=True):
        if support.mode == "records" and place in supported_stages(bp, support):
            given["mode"] = "supports"
    return changed(bp, TECHNOLOGY, key, supports=supports)


def a_successor(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """TEC06: what takes over all that a technology which is about to go supports."""
    going = bp.get(Technology, finding.key)
    fit = [
        key
        for key, one in bp.find(Technology).items()
        if one.lifecycle == "adopted" and not one.emergent and one.kind != "ai_model"
    ]

    def make(key: str) -> Edits:
        own = content_of(bp, TECHNOLOGY, key)["supports"]
        theirs = content_of(bp, TECHNOLOGY, finding.key)["supports"]
        return (
            changed(bp, TECHNOLOGY, key, supports=_taken_over(own, theirs)),
            changed(bp, TECHNOLOGY, finding.key, supports=[]),
        )

    asks = f"What follows {going.name}?"
    return pick("Choose what follows it", asks, named(bp, Technology, fit), make)


def _taken_over(own: list[Any], theirs: list[Any]) -> list[Any]:
    def mark(support: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(support[name] for name in ("stage", "workflow", "service", "role", "mode"))

    known = {mark(one) for one in own}
    return [*own, *({**one, "fit": None} for one in theirs if mark(one) not in known)]


def a_policy(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """TEC07: the policy that holds what acts by itself, or the decisions it may take."""
    ways = [Way(f"policy:{way.value}", way.words) for way in named(bp, Policy)]
    ways += [Way(f"type:{one.value}", f"Only “{one.words}”") for one in named(bp, DecisionType)]

    def make(value: str) -> Edits:
        kind, _colon, key = value.partition(":")
        name = "policies" if kind == "policy" else "decision_types"
        return (changed(bp, TECHNOLOGY, finding.key, **{name: [key]}),)

    asks = f"What says how far {bp.get(Technology, finding.key).name} may go?"
    return pick("Attach a policy", asks, ways, make)


def an_objective(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """TEC08: which objective a technology is for, or that none is needed."""
    none = Way(NONE_NEEDED, "None is needed: it keeps daily work going")

    def make(key: str) -> Edits:
        if key == NONE_NEEDED:
            said = "None is needed: it keeps daily work going."
            return (changed(bp, TECHNOLOGY, finding.key, no_strategy=said),)
        link = {"objective": key, "stance": "enables", "note": ""}
        return (changed(bp, TECHNOLOGY, finding.key, strategy=[link]),)

    asks = f"What is {bp.get(Technology, finding.key).name} for?"
    return pick("Link it to an objective", asks, [*named(bp, Objective), none], make)


def supports_nothing(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """TEC01: what supports nothing is about to go."""
    edit = changed(bp, TECHNOLOGY, finding.key, lifecycle="retire")
    name = bp.get(Technology, finding.key).name
    return whole("Let it go", f"{name} is about to go.", edit)


REMEDIES = {
    "VAL01": an_outcome,
    "VAL02": owner_of_measure,
    "VAL03": an_outcome_for_it,
    "VAL04": an_outcome_that_serves,
    "TEC01": supports_nothing,
    "TEC02": owner_or_review,
    "TEC05": one_records,
    "TEC06": a_successor,
    "TEC07": a_policy,
    "TEC08": an_objective,
}
