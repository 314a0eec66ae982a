"""What two teams agree about passing work on: how soon it is taken, and what is ready by then."""

from typing import Any

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import HandoffAgreement, Offering, Team
from governance.blueprint.kinds.workflows import Stage
from governance.blueprint.paths import steps_of
from governance.blueprint.remedies.base import Edits, Proposed, content_of
from governance.blueprint.starting.answers import Answers, fresh_key
from governance.blueprint.starting.house import lead_of
from governance.blueprint.starting.likes import LIKES
from governance.blueprint.starting.part import Part, Values
from governance.blueprint.starting.service import HOUR, MOST_HOURS, first_service, offering_of

RESPOND_HOURS = 4
SENTENCE = 200


def crossings_of(bp: Blueprint) -> list[tuple[Stage, Stage]]:
    """Where work of the first service goes from one team to another."""
    offering = _offering(bp)
    if offering is None or ("Workflow", offering.workflow) not in bp:
        return []
    return [
        (source, target)
        for source, target in steps_of(bp, offering.workflow)
        if source.team and target.team and source.team != target.team
    ]


def _offering(bp: Blueprint) -> Offering | None:
    service = first_service(bp)
    return offering_of(bp, service)[1] if service else None


def asked_in(bp: Blueprint) -> list[tuple[str, str]]:
    """Questions of the first service, as (key, words)."""
    offering = _offering(bp)
    return [(one.key, one.label) for one in offering.form.all_fields()] if offering else []


def _agreed(bp: Blueprint) -> list[tuple[str, HandoffAgreement]]:
    offering = _offering(bp)
    found = [
        bp.agreement(a.team or "", b.team or "", offering.workflow if offering else None, b.key)
        for a, b in crossings_of(bp)
    ]
    return [one for one in found if one is not None]


def _values(bp: Blueprint, _: str) -> Values:
    agreed, offering = _agreed(bp), _offering(bp)
    asked = list(offering.form.all_fields()) if offering else []
    if not agreed:
        like = _likest(bp)
        return {
            "respond": str(RESPOND_HOURS),
            "fields": [field.key for field in asked if field.required],
            "sentence": like.ready,
            "reasons": "\n".join(like.reasons),
        }
    one = agreed[0][1]
    manual = next((c.text for c in one.criteria if c.kind == "manual"), "")
    return {
        "respond": str(max(1, one.respond_s // HOUR)),
        "fields": [c.field for c in one.criteria if c.field],
        "sentence": manual,
        "reasons": "\n".join(reason.text for reason in one.return_reasons),
    }


def _likest(bp: Blueprint) -> Any:
    """The template whose questions the service asks most of."""
    offering = _offering(bp)
    labels = {field.label for field in offering.form.all_fields()} if offering else set()
    return max(
        LIKES.values(), key=lambda one: (len(labels & {q.label for q in one.questions}), -one.order)
    )


def _edits(bp: Blueprint, answers: Answers) -> Edits:
    offering = _offering(bp)
    ask = f"Write a number of hours from 1 to {MOST_HOURS}."
    hours = answers.number("respond", 1, MOST_HOURS, ask)
    asked = {field.key: field for field in offering.form.all_fields()} if offering else {}
    ticked = answers.several("fields", list(asked))
    sentence = answers.text("sentence", "", SENTENCE)
    reasons = answers.lines("reasons", "Write at least one reason, one a line.")
    if not ticked and not sentence:
        answers.wrong("fields", "Tick what has to be there, or say it in the sentence below.")
    answers.check()
    assert offering is not None
    texts = [
        (
            key,
            f"“{asked[key].label}” is answered",
            "attachment" if asked[key].type == "file" else "field",
        )
        for key in ticked
    ]
    return tuple(
        _one(bp, offering.workflow, source, target, (hours, texts, sentence, reasons))
        for source, target in crossings_of(bp)
    )


def _one(
    bp: Blueprint,
    flow: str,
    source: Stage,
    target: Stage,
    said: tuple[int, list[tuple[str, str, str]], str, list[str]],
) -> Proposed:
    hours, texts, sentence, reasons = said
    giver, receiver = source.team or "", target.team or ""
    old = bp.agreement(giver, receiver, flow, target.key)
    key = (
        old[0]
        if old
        else fresh_key(
            lambda one: ("HandoffAgreement", one) in bp, f"{giver}-to-{target.key}", "handoff"
        )
    )
    taken: set[str] = set()
    why = [{"key": _fresh(taken, text, "reason"), "text": text} for text in reasons]
    names: set[str] = set()
    criteria: list[dict[str, Any]] = [
        {"key": _fresh(names, field, "answer"), "text": text, "kind": kind, "field": field,
         "return_reason": why[0]["key"]}
        for field, text, kind in texts
    ]  # fmt: skip
    if sentence:
        criteria.append({"key": _fresh(names, "ready", "ready"), "text": sentence,
                         "kind": "manual", "severity": "should",
                         "return_reason": why[0]["key"]})  # fmt: skip
    base = {
        "giver_team": giver,
        "receiver_team": receiver,
        "stage": target.key,
        "workflow": flow,
        "escalation_role": lead_of(bp, receiver),
    }
    content = content_of(bp, "HandoffAgreement", key) if old else base
    more = {"respond_s": hours * HOUR, "criteria": criteria, "return_reasons": why}
    return Proposed("HandoffAgreement", key, content | more)


def _fresh(taken: set[str], text: str, otherwise: str) -> str:
    key = fresh_key(taken.__contains__, text, otherwise)
    taken.add(key)
    return key


def _missing(bp: Blueprint) -> list[str]:
    offering = _offering(bp)
    found = []
    for source, target in crossings_of(bp):
        flow = offering.workflow if offering else None
        if bp.agreement(source.team or "", target.team or "", flow, target.key) is None:
            giver, receiver = (bp.get(Team, one.team or "").name for one in (source, target))
            found.append(f"What {giver} and {receiver} agree on “{target.name}”.")
    return found or ([] if crossings_of(bp) else ["A handover between two teams."])


def _grown(bp: Blueprint) -> str:
    for _, one in _agreed(bp):
        if any(c.kind == "expression" for c in one.criteria):
            return "What has to be ready depends on conditions"
        if sum(c.kind == "manual" for c in one.criteria) > 1:
            return "Several things are looked at by hand"
    return ""


HANDING = Part(_values, _edits, _missing, _grown)

__all__ = ["HANDING", "asked_in", "crossings_of"]
