"""Remedies on who decides: bands that meet, one decider, fewer who agree, bodies with rules."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from governance.blueprint.bands import decide_findings, scope_of
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import ElementId
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import DecisionRight, DecisionType, GovernanceBody, Role
from governance.blueprint.lint.rights_parts import MAX_AGREE
from governance.blueprint.remedies.base import (
    Edits,
    Proposed,
    Remedy,
    Way,
    after,
    changed,
    content_of,
    free_key,
    named,
    pick,
    role_choice,
    whole,
)

RIGHT, TYPE = DecisionRight.__name__, DecisionType.__name__
Rights = dict[str, DecisionRight]
_TWO = re.compile(r"`([^`]+)` and `([^`]+)`\.$")


def _deciding(bp: Blueprint, kind: str) -> Rights:
    def by_type() -> dict[str, Rights]:
        found: dict[str, Rights] = {}
        for key, right in bp.find(DecisionRight).items():
            if right.part == "decide":
                found.setdefault(right.decision_type, {})[key] = right
        return found

    return bp.memo("deciders by type", by_type).get(kind, {})


def _who(bp: Blueprint, right: DecisionRight) -> str:
    if right.body is not None:
        return bp.get(GovernanceBody, right.body).name
    return bp.get(Role, right.role).name if right.role else "Nobody has to be asked"


def _alone(bp: Blueprint, kind: str) -> Blueprint:
    """One question with the rights to decide it, and nothing else."""
    items: list[ElementId] = [(TYPE, kind), *((RIGHT, key) for key in _deciding(bp, kind))]
    hashes = bp.hashes()
    raw = {item: bp.text(*item) for item in items}
    return Blueprint.from_raw(raw, {item: hashes[item] for item in items}).kept()


def _told(alone: Blueprint) -> set[tuple[str, str]]:
    """What is wrong with the bands of a question: rule and part."""
    return {(rule, part) for rule, _key, part, _sentence in decide_findings(alone)}


def _helps(alone: Blueprint, finding: Finding, edits: Edits) -> bool:
    """Whether edits of rights mend a finding of bands and bring no other."""
    before, then = _told(alone), _told(after(alone, edits))
    return then < before and (finding.rule, finding.part) not in then


def _first_that_help(
    bp: Blueprint, finding: Finding, tried: Iterable[tuple[str, str, Edits]], verb: str
) -> Remedy | None:
    alone = _alone(bp, finding.key)
    found = {name: (words, made) for name, words, made in tried if _helps(alone, finding, made)}
    ways = [Way(name, words) for name, (words, _edits) in found.items()]
    first = [ways[0].value] if ways else []
    return pick(verb, "Which of them?", ways, lambda name: found[name][1], first)


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _limit(bp: Blueprint, key: str, **fields: Decimal | None) -> Edits:
    return (changed(bp, RIGHT, key, **{name: _number(one) for name, one in fields.items()}),)


def _from(value: Decimal | None) -> str:
    return "from nothing" if not value else f"from {value:,f}"


def close_the_gap(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """GOV03: the band below reaches up to the next, or the next down to it; an empty one goes."""
    rights = _deciding(bp, finding.key)
    name = finding.part.rpartition("/")[2]
    tried: list[tuple[str, str, Edits]] = []
    if name == "top":
        high = max((one.max for one in rights.values() if one.max is not None), default=None)
        for key, one in rights.items():
            if one.max is not None and one.max == high:
                words = f"{_who(bp, one)} decides {_from(one.min)} upward"
                tried.append((key, words, _limit(bp, key, max=None)))
        return _first_that_help(bp, finding, tried, "Close the gap")
    above = rights.get(name)
    if above is None:
        return None
    low = above.min or Decimal(0)
    if above.max is not None and above.max <= low:
        gone = (Proposed(RIGHT, name, None),)
        words = f"The band of {_who(bp, above)} holds nothing and is taken out"
        return _first_that_help(bp, finding, [(name, words, gone)], "Take the empty band out")
    below = {key: one for key, one in rights.items() if one.max is not None and one.max < low}
    end = max((one.max for one in below.values() if one.max is not None), default=None)
    for key, one in below.items():
        if one.max == end:
            words = f"{_who(bp, one)} decides up to below {low:,f}"
            tried.append((key, words, _limit(bp, key, max=low)))
    words = f"{_who(bp, above)} decides {_from(end)} on"
    tried.append((name, words, _limit(bp, name, min=end)))
    return _first_that_help(bp, finding, tried, "Close the gap")


def draw_the_limit(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """GOV04: the limit of two bands is the end of the one or the beginning of the other."""
    pair = _pair(bp, finding)
    if pair is None:
        return None
    (low, one), (high, other) = pair
    start, end = other.min or Decimal(0), one.max
    tried: list[tuple[str, str, Edits]] = []
    words = f"{_who(bp, one)} decides below {start:,f}, {_who(bp, other)} from there on"
    tried.append((low, words, _limit(bp, low, max=start)))
    if end is not None:
        words = f"{_who(bp, one)} decides below {end:,f}, {_who(bp, other)} from there on"
        tried.append((high, words, _limit(bp, high, min=end)))
    return _first_that_help(bp, finding, tried, "Draw the limit")


def _pair(
    bp: Blueprint, finding: Finding
) -> tuple[tuple[str, DecisionRight], tuple[str, DecisionRight]] | None:
    rights, match = _deciding(bp, finding.key), _TWO.search(finding.sentence)
    if match is None or match[1] not in rights or match[2] not in rights:
        return None
    return (match[1], rights[match[1]]), (match[2], rights[match[2]])


def one_decider(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """GOV02: one of two decides, the other gives input."""
    pair = _pair(bp, finding)
    rights = dict(pair) if pair is not None else _of_scope(bp, finding)
    tried = []
    for key, right in rights.items():
        edits = tuple(_advising(bp, one) for one in rights if one != key)
        others = " and ".join(_who(bp, one) for name, one in rights.items() if name != key)
        tried.append((key, f"{_who(bp, right)} decides; {others} gives input", edits))
    return _first_that_help(bp, finding, tried, "Choose who decides")


def _of_scope(bp: Blueprint, finding: Finding) -> Rights:
    """The deciders of the scope that a finding is about."""
    found: dict[str, Rights] = {}
    for key, right in _deciding(bp, finding.key).items():
        narrows, when = scope_of(right)
        where = " · ".join([*(value for _, value in narrows), *([when] if when else [])])
        found.setdefault(where, {})[key] = right
    return found.get(finding.part, {})


def _advising(bp: Blueprint, key: str) -> Proposed:
    """A right to decide turned into one to be heard; what was allowed beforehand goes."""
    right = bp.get(DecisionRight, key)
    if right.role is None and right.body is None:
        return Proposed(RIGHT, key, None)
    return changed(bp, RIGHT, key, part="input", pre_authorised=None)


def a_decider(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """GOV01: a role that decides all of it."""
    kind = bp.get(DecisionType, finding.key)
    near = (kind.fallback_role, *(one.role for one in _parts(bp, finding.key) if one.role))

    def make(role: str) -> Edits:
        return (_decides(bp, finding.key, role, finding.part),)

    return role_choice(bp, "Say who decides", f"Who decides “{kind.question}”?", make, near)


def _parts(bp: Blueprint, kind: str) -> list[DecisionRight]:
    return [one for one in bp.find(DecisionRight).values() if one.decision_type == kind]


def _decides(bp: Blueprint, kind: str, role: str, risk: str = "") -> Proposed:
    spec = DecisionRight(decision_type=kind, role=role, part="decide", risk=risk or None)
    key = free_key(bp, RIGHT, f"{kind}-by-{role}")
    return Proposed(RIGHT, key, spec.model_dump(mode="json"))


def who_changes_the_model(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """GOV21: which question is about the model, or who decides that one."""
    types = bp.find(DecisionType)
    about = next((key for key, one in types.items() if one.about == "model"), None)
    if about is not None:
        asks = f"Who decides “{types[about].question}”?"
        return role_choice(
            bp,
            "Say who decides",
            asks,
            lambda role: (_decides(bp, about, role),),
            (types[about].fallback_role,),
        )
    decided = {one.decision_type for one in bp.find(DecisionRight).values() if one.part == "decide"}
    free = [key for key, one in types.items() if key in decided and one.about is None]
    return pick(
        "Say which decision it is",
        "By which decision does the operating model change?",
        named(bp, DecisionType, free),
        lambda key: (changed(bp, TYPE, key, about="model"),),
    )


def fewer_agree(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """GOV06: one of those who must agree is heard instead; who recommends it agrees already."""
    key, _slash, twice = finding.part.partition("/")
    right = bp.peek(DecisionRight, key)
    if right is None:
        return None
    if twice:
        edit = Proposed(RIGHT, key, None)
        words = f"{_who(bp, right)} recommends it and need not agree as well."
        return whole("Leave it at the recommendation", words, edit)
    agreeing = {
        name: one
        for name, one in bp.find(DecisionRight).items()
        if one.part == "agree"
        and one.decision_type == finding.key
        and scope_of(one) == scope_of(right)
    }
    if len(agreeing) != MAX_AGREE + 1:
        return None
    ways = [Way(name, f"{_who(bp, one)} is heard") for name, one in agreeing.items()]
    return pick(
        "Turn one into input",
        "Who is heard and need not agree?",
        ways,
        lambda name: (changed(bp, RIGHT, name, part="input"),),
    )


def no_one_for_themselves(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """GOV11: whoever asks is kept from deciding."""
    words = "Whoever asks for it never decides it."
    edit = changed(bp, TYPE, finding.key, requester_excluded=True)
    return whole("Keep them apart", words, edit)


def domain_of_one(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """GOV20: one role keeps a domain, the others give it up."""
    owners = [
        key
        for key, role in bp.find(Role).items()
        if finding.part in {one.strip().casefold() for one in role.domains}
    ]

    def make(keeper: str) -> Edits:
        return tuple(_without(bp, key, finding.part) for key in owners if key != keeper)

    asks = f"Whose domain is “{finding.part}”?"
    return pick("Choose whose it is", asks, named(bp, Role, owners), make, owners)


def _without(bp: Blueprint, key: str, domain: str) -> Proposed:
    kept = [
        one
        for one in content_of(bp, Role.__name__, key)["domains"]
        if one.strip().casefold() != domain
    ]
    return changed(bp, Role.__name__, key, domains=kept)


def a_body_with_rules(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """GOV22: more than half of its members, one of them in the chair, once a month."""
    body = bp.get(GovernanceBody, finding.key)
    members = list(dict.fromkeys(body.members))
    half = len(members) // 2 + 1
    usual: dict[str, Any] = {
        "quorum": body.quorum or half,
        "rhythm": body.rhythm or "monthly",
    }
    said = [] if body.quorum else [f"{half} of {len(members)} take part at least"]
    said += [] if body.rhythm else ["it meets monthly"]

    def make(chair: str) -> Edits:
        return (changed(bp, GovernanceBody.__name__, finding.key, chair=chair, **usual),)

    if body.chair:
        (edit,) = make(body.chair)
        return whole("Give it rules", f"“{body.name}”: {', '.join(said)}.", edit)
    ways = [
        Way(one.value, ", ".join([f"{one.words} leads it", *said]))
        for one in named(bp, Role, members)
    ]
    return pick("Give it rules", f"Who leads “{body.name}”?", ways, make, members)


REMEDIES = {
    "GOV01": a_decider,
    "GOV02": one_decider,
    "GOV03": close_the_gap,
    "GOV04": draw_the_limit,
    "GOV06": fewer_agree,
    "GOV11": no_one_for_themselves,
    "GOV20": domain_of_one,
    "GOV21": who_changes_the_model,
    "GOV22": a_body_with_rules,
}
