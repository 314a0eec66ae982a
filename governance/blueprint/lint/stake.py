"""What a finding in what happened rests on, and how many business days are at stake.

Days at stake are those of the time that is counted: of promises by how much requests were late, of
handoffs what those that came back cost, of a full stage how long work lay there beside what was
done on it, of decisions how long work waited for them. Other findings have none; their severity
says how grave they are.
"""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from governance.blueprint.findings import SEVERITIES, Finding
from governance.blueprint.lint.facts import Flow

_WITH_DAYS = frozenset({"PRC09", "PRC10", "PRC15", "PRC16", "PRC19", "PRC17", "GOV14", "GOV15"})


def evidence_of(one: Finding, flow: Flow | None) -> dict[str, Any]:
    """The figures a finding was made of, as JSON holds them; none of a finding in definitions."""
    part = _part(one, flow) if flow is not None else None
    if part is None:
        return {}
    return {name: _plain(value) for name, value in asdict(part).items() if value not in (None, "")}


def stake_of(one: Finding, flow: Flow | None) -> Decimal | None:
    """Business days at stake, to one decimal; None where nothing tells."""
    if flow is None or one.rule not in _WITH_DAYS:
        return None
    stake: Decimal | None = getattr(_part(one, flow), "stake", None)
    return stake.quantize(Decimal("0.1")) if stake is not None else None


def gravest_first(severity: str, stake: Decimal | None) -> tuple[bool, Decimal, int]:
    """The order by what is at stake: blockers, then by days, then by severity."""
    known: tuple[str, ...] = SEVERITIES
    return severity != "blocker", -(stake or Decimal(0)), known.index(severity)


def _part(one: Finding, flow: Flow) -> Any:
    if one.rule[:3] not in ("PRC", "TEC", "GOV", "VAL"):
        return None
    if one.kind == "Offering":
        return next((o for o in flow.offerings if o.offering == one.key), None)
    if one.kind == "HandoffAgreement":
        return next((a for a in flow.agreements if a.agreement == one.key), None)
    if one.kind == "DecisionType":
        named = (one.key, one.part)
        return next((d for d in flow.decisions if (d.decision_type, d.right) == named), None)
    if one.kind == "Workflow":
        source, _, target = one.part.partition("/")
        ways = (h for h in flow.handoffs if (h.workflow, h.source, h.target) == (
            one.key, source, target))  # fmt: skip
        steps = (s for s in flow.steps if (s.workflow, s.stage) == (one.key, one.part))
        return next(ways if target else steps, None)
    return None


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value.quantize(Decimal("0.001")).normalize(), "f")
    return list(value) if isinstance(value, tuple) else value
