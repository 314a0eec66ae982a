"""Judgements on who may decide what, as far as a model tells without people: GOV01 to GOV22."""

from collections import Counter
from collections.abc import Iterator

from governance.blueprint.bands import decide_findings
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import (
    Control,
    DecisionRight,
    DecisionType,
    GovernanceBody,
    Organisation,
    Policy,
    Role,
    SodRule,
)
from governance.blueprint.lint.rules import plain

# The share of all rights to decide that one role may hold, once there are enough to say so.
MAX_SHARE, MIN_RIGHTS = 0.25, 12


def decide_bands(bp: Blueprint) -> Iterator[Finding]:
    """GOV01 to GOV04: for every scope the bands of deciders meet without gap or overlap."""
    for rule, key, part, sentence in decide_findings(bp):
        yield Finding(rule, "blocker", "DecisionType", key, sentence, part)


def whoever_asks_decides(bp: Blueprint) -> Iterator[Finding]:
    """GOV11: nothing keeps whoever asks from deciding."""
    kept = {
        one
        for rule in bp.find(SodRule).values()
        if rule.kind == "dynamic"
        and {rule.a, rule.b} == {"requester", "decider"}
        and rule.severity != "warning"
        for one in (rule.decision_types or bp.keys(DecisionType.__name__))
    }
    human = {
        right.decision_type
        for right in bp.find(DecisionRight).values()
        if right.part == "decide" and not right.pre_authorised
    }
    for key, kind in bp.find(DecisionType).items():
        if not kind.requester_excluded and key not in kept and key in human:
            sentence = f"Whoever asks for it may decide “{kind.question}” themselves."
            yield Finding("GOV11", "error", "DecisionType", key, sentence)


def parts_kept_apart(bp: Blueprint) -> Iterator[Finding]:
    """GOV12: a right gives one role what a rule of separation keeps apart.

    A rule of two roles is broken by a body that seats both, or by one question in which both play
    parts that a second pair of eyes is for; that one person holds both roles only people can show.
    """
    bodies = bp.find(GovernanceBody)
    for key, rule in bp.find(SodRule).items():
        if rule.kind == "static":
            for name, body in bodies.items():
                if {rule.a, rule.b} <= {*body.members, body.chair}:
                    sentence = f"“{body.name}” seats two roles that `{key}` keeps apart."
                    yield Finding("GOV12", "error", "GovernanceBody", name, sentence, key)
            continue
        for kind, roles in _only_roles(bp, rule).items():
            sentence = (
                f"“{bp.get(DecisionType, kind).question}” gives {_names(bp, roles)} alone"
                f" both parts that `{key}` keeps apart."
            )
            yield Finding("GOV12", "error", "DecisionType", kind, sentence, key)


_PARTS = {
    "decider": "decide",
    "recommender": "recommend",
    "agreer": "agree",
    "adviser": "input",
    "performer": "perform",
}


def _only_roles(bp: Blueprint, rule: SodRule) -> dict[str, str]:
    """Types whose only role for both sides of a rule is the same and held by one person."""
    parts = (_PARTS.get(rule.a), _PARTS.get(rule.b))
    if None in parts:
        return {}
    found = {}
    for kind in rule.decision_types or bp.keys(DecisionType.__name__):
        sides: list[set[str | None]] = [set(), set()]
        for right in bp.find(DecisionRight).values():
            if right.decision_type == kind and right.part in parts:
                sides[parts.index(right.part)].add(right.role or right.body)
        (first, second) = sides
        if len(first) == 1 and first == second:
            role = bp.peek(Role, next(iter(first)))
            if role is not None and role.min_holders <= 1:
                found[kind] = str(next(iter(first)))
    return found


def _names(bp: Blueprint, key: str) -> str:
    role = bp.peek(Role, key)
    return role.name if role is not None else key


def concentrated(bp: Blueprint) -> Iterator[Finding]:
    """GOV13: one role decides too much: of all rights, or an executive from the first cent.

    Shares of persons and of what was really decided need people: `rights/findings.py`.
    """
    roles = bp.find(Role)
    counts: Counter[str] = Counter()
    for key, right in bp.find(DecisionRight).items():
        if right.part != "decide" or right.role is None or right.role not in roles:
            continue
        counts[right.role] += 1
        role = roles[right.role]
        kind = bp.get(DecisionType, right.decision_type)
        from_nothing = right.min is None or right.min == 0
        money = kind.unit == "amount" and from_nothing and right.max is not None
        if money and role.category == "executive":
            unit = f" {kind.currency}" if kind.currency else ""
            sentence = (
                f"{role.name} decides “{kind.question}” from the smallest amount to below"
                f" {right.max:,f}{unit}; nobody nearer to the work decides any of it."
            )
            yield Finding("GOV13", "warning", "Role", right.role, sentence, key)
    total = sum(counts.values())
    for key, count in sorted(counts.items()):
        if total >= MIN_RIGHTS and count > MAX_SHARE * total:
            sentence = (
                f"{roles[key].name} holds {count} of {total} rights to decide;"
                f" more than a quarter in one role is too much."
            )
            yield Finding("GOV13", "warning", "Role", key, sentence)


def model_has_a_decider(bp: Blueprint) -> Iterator[Finding]:
    """GOV21: somebody has the right to decide that the model itself changes."""
    about = {key for key, kind in bp.find(DecisionType).items() if kind.about == "model"}
    rights = bp.find(DecisionRight).values()
    if any(right.part == "decide" and right.decision_type in about for right in rights):
        return
    keys = bp.keys("Organisation")
    sentence = "No right says who decides that the operating model changes."
    yield Finding("GOV21", "blocker", "Organisation", keys[0] if keys else "", sentence)


def bodies_without_rules(bp: Blueprint) -> Iterator[Finding]:
    """GOV22: a body says with how many it decides, who leads it and how often it meets."""
    for key, body in bp.find(GovernanceBody).items():
        missing = [
            word
            for word, value in (
                ("quorum", body.quorum),
                ("chair", body.chair),
                ("rhythm", body.rhythm),
            )
            if not value
        ]
        if missing:
            sentence = f"“{body.name}” has no {', no '.join(missing)}."
            yield Finding("GOV22", "warning", "GovernanceBody", key, sentence)


def policies_without_control(bp: Blueprint) -> Iterator[Finding]:
    """GOV18: what is to hold is checked somewhere; a principle guides and needs no check."""
    watched = {control.policy for control in bp.find(Control).values()}
    for key, policy in bp.find(Policy).items():
        if policy.kind != "principle" and key not in watched:
            sentence = f"No control checks that “{policy.statement.rstrip('.')}” is kept."
            yield Finding("GOV18", "warning", "Policy", key, sentence)


RULES = (
    plain("GOV01 GOV02 GOV03 GOV04", decide_bands, DecisionType, DecisionRight),
    plain("GOV11", whoever_asks_decides, SodRule, DecisionRight, DecisionType),
    plain("GOV12", parts_kept_apart, GovernanceBody, SodRule, DecisionType, DecisionRight, Role),
    plain("GOV13", concentrated, Role, DecisionRight, DecisionType),
    plain("GOV21", model_has_a_decider, DecisionType, DecisionRight, Organisation),
    plain("GOV22", bodies_without_rules, GovernanceBody),
    plain("GOV18", policies_without_control, Control, Policy),
)
