"""What makes an element complete: for each kind, what it is expected to say, and in which part.

Only what a kind may leave open stands here; what its type demands is always said. The four parts
are people, process, technology and governance, whatever the kind: that a service is supported by a
system belongs to technology.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import (
    Benefit,
    Control,
    DecisionRight,
    Measure,
    Offering,
    Outcome,
    ValueStream,
    Workflow,
)
from governance.blueprint.strategy import board
from governance.blueprint.support import Place, support_of

Part = Literal["people", "process", "technology", "governance"]
PARTS: tuple[Part, ...] = ("people", "process", "technology", "governance")
STAGE = "Stage"


@dataclass
class Seen:
    """What is looked up again and again in a model while it is held against expectations."""

    bp: Blueprint
    in_flows: set[str] = field(default_factory=set)
    offered: set[str] = field(default_factory=set)
    decided: set[str] = field(default_factory=set)
    measured: set[str] = field(default_factory=set)
    wanted: set[str] = field(default_factory=set)
    promised: set[str] = field(default_factory=set)
    checked: set[str] = field(default_factory=set)
    positions: dict[tuple[str, str], str] = field(default_factory=dict)


def look(bp: Blueprint) -> Seen:
    """Reads a model once."""
    seen = Seen(bp)
    seen.in_flows = {flow.value_stream for flow in bp.find(Workflow).values()}
    seen.offered = {offering.service for offering in bp.find(Offering).values()}
    seen.decided = {
        one.decision_type for one in bp.find(DecisionRight).values() if one.part == "decide"
    }
    seen.measured = {measure.outcome for measure in bp.find(Measure).values()}
    seen.wanted = {o for outcome in bp.find(Outcome).values() for o in outcome.objectives}
    seen.promised = {b.technology for b in bp.find(Benefit).values() if b.technology is not None}
    seen.checked = {control.policy for control in bp.find(Control).values()}
    strategy = board(bp)
    seen.positions = {("Objective", row.key): row.position for row in strategy.objectives}
    seen.positions |= {("Technology", row.key): row.position for row in strategy.technologies}
    return seen


Test = Callable[[Seen, str, Any], bool]


def _always(seen: Seen, key: str, spec: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Expectation:
    """Something an element of a kind is expected to say; ``when`` says of which elements.

    ``says`` completes «It …», ``lacks`` is what stands in a list of what is missing.
    """

    code: str
    kind: str
    part: Part
    says: str
    lacks: str
    met: Test
    when: Test = _always


def _given(name: str) -> Test:
    """A field says something."""

    def test(seen: Seen, key: str, spec: Any) -> bool:
        value = getattr(spec, name)
        return bool(value.strip() if isinstance(value, str) else value is not None and value != ())

    return test


def _in(name: str) -> Test:
    """The element is one of those that were looked up."""
    return lambda seen, key, spec: key in getattr(seen, name)


def _is(name: str, *values: str) -> Test:
    return lambda seen, key, spec: getattr(spec, name) in values


def _by_people(seen: Seen, key: str, spec: Any) -> bool:
    return spec.kind in ("work", "decision")


def _done(seen: Seen, key: str, spec: Any) -> bool:
    return spec.kind in ("work", "decision", "wait")


def _served(seen: Seen, key: str, spec: Any) -> bool:
    stream = seen.bp.peek(ValueStream, spec.value_stream)
    return bool(spec.outcomes or (stream is not None and stream.outcomes))


def _with(*names: str) -> Test:
    """All of the fields say something."""
    tests = [_given(name) for name in names]
    return lambda seen, key, spec: all(test(seen, key, spec) for test in tests)


def _answered(seen: Seen, key: str, spec: Any) -> bool:
    return seen.positions[type(spec).__name__, key] != "open"


def _supported(seen: Seen, key: str, spec: Any) -> bool:
    """A stage is named by its workflow and its own key."""
    workflow, _, stage = key.partition("/")
    place: Place = (workflow, stage)
    return bool(support_of(seen.bp, place))


def _graded(seen: Seen, key: str, spec: Any) -> bool:
    return all(one.fit is not None for one in spec.supports)


_E = Expectation
# fmt: off
PEOPLE: tuple[Expectation, ...] = (
    _E("department-head", "Department", "people", "names its head", "no head", _given("head_role")),
    _E("team-lead", "Team", "people", "names who leads it", "no lead", _given("lead_role")),
    _E("team-type", "Team", "people", "says what kind of team it is", "no kind of team",
       _given("team_type")),
    _E("role-purpose", "Role", "people", "says what it is for", "no purpose", _given("purpose")),
    _E("role-accountable", "Role", "people", "says what it answers for", "no accountabilities",
       _given("accountabilities")),
    _E("role-skills", "Role", "people", "says which skills it needs", "no skills",
       _given("skills"), _is("category", "line", "process")),
    _E("skill-words", "Skill", "people", "is described", "no description", _given("description")),
    _E("interaction-purpose", "TeamInteraction", "people", "says what it is for", "no purpose",
       _given("purpose")),
    _E("stream-owner", "ValueStream", "people", "has an owner from end to end", "no owner",
       _given("owner_role")),
    _E("stream-sponsor", "ValueStream", "people", "has a sponsor", "no sponsor",
       _given("sponsor_role"), _is("criticality", "critical")),
    _E("stage-team", STAGE, "people", "names the team that does it", "no team", _given("team"),
       _done),
    _E("stage-accountable", STAGE, "people", "names who answers for it", "nobody answers for it",
       _given("accountable_role"), _by_people),
)
PROCESS: tuple[Expectation, ...] = (
    _E("stream-promise", "ValueStream", "process", "says how long it takes at most", "no promise",
       _given("promise_s")),
    _E("stream-trigger", "ValueStream", "process", "says what sets it off and what it is worth",
       "no trigger or value", _with("trigger", "value")),
    _E("stream-workflow", "ValueStream", "process", "has a workflow", "no workflow",
       _in("in_flows")),
    _E("service-offered", "Service", "process", "can be asked for", "no offering", _in("offered"),
       _is("lifecycle", "live")),
    _E("service-stream", "Service", "process", "is part of a value stream", "no value stream",
       _given("value_stream"), _is("lifecycle", "designed", "live")),
    _E("service-summary", "Service", "process", "is described in a sentence", "no summary",
       _given("summary"), _is("lifecycle", "live")),
    _E("offering-gives", "Offering", "process", "says what one gets", "not said what one gets",
       _given("you_get")),
    _E("offering-needs", "Offering", "process", "says what it needs", "not said what it needs",
       _given("we_need")),
    _E("stage-target", STAGE, "process", "has a target", "no target", _given("complete_s"),
       _by_people),
    _E("stage-estimate", STAGE, "process", "estimates the work", "no estimate of the work",
       lambda seen, key, spec: spec.est_touch_s > 0, _is("kind", "work")),
    _E("stage-output", STAGE, "process", "says what comes out", "not said what comes out",
       _given("output"), _is("kind", "work")),
    _E("stage-wait", STAGE, "process", "says for what and on whom it waits", "not said for what",
       _given("waits_for"), _is("kind", "wait")),
    _E("agreement-criteria", "HandoffAgreement", "process", "says what has to be there",
       "no criteria", _given("criteria")),
    _E("agreement-reasons", "HandoffAgreement", "process", "says why work may be returned",
       "no reasons to return", _given("return_reasons")),
)
TECHNOLOGY: tuple[Expectation, ...] = (
    _E("stage-system", STAGE, "technology", "is supported by a system", "done by hand", _supported,
       _by_people),
    _E("technology-owner", "Technology", "technology", "has an owner", "no owner",
       _given("owner_role")),
    _E("technology-supports", "Technology", "technology", "says what it supports",
       "supports nothing", _given("supports")),
    _E("technology-fit", "Technology", "technology", "says how well it supports it",
       "not said how well", _graded, _given("supports")),
    _E("technology-strategy", "Technology", "technology",
       "is for an objective, or says why for none", "for no objective", _answered),
    _E("technology-benefit", "Technology", "technology", "promises a benefit", "promises nothing",
       _in("promised"), _is("lifecycle", "idea", "trial", "adopted")),
    _E("technology-cost", "Technology", "technology", "says what it costs a year", "no cost",
       _given("annual_cost"), _is("lifecycle", "adopted", "contain", "retire")),
    _E("technology-review", "Technology", "technology", "is looked at again on a day",
       "no day of review", _given("review_due")),
    _E("technology-limits", "Technology", "governance", "says what it may do by itself",
       "no limits to what it does", lambda seen, key, spec: bool(
           spec.policies or spec.decision_types), _given("emergent")),
    _E("benefit-measure", "Benefit", "technology", "is measured", "no measure", _given("measures")),
    _E("benefit-owner", "Benefit", "technology", "names who answers for it",
       "nobody answers for it", _given("accountable_role")),
    _E("benefit-due", "Benefit", "technology", "says by when", "no day", _given("due")),
    _E("objective-technology", "Objective", "technology",
       "says what technology it needs, or that it needs none", "no word on technology", _answered),
)
GOVERNANCE: tuple[Expectation, ...] = (
    _E("stage-decision", STAGE, "governance", "names what is decided", "no type of decision",
       _given("decision_type"), _is("kind", "decision")),
    _E("agreement-signed", "HandoffAgreement", "governance", "is signed by both sides",
       "not signed by both", lambda seen, key, spec: len(spec.signed_by) >= 2),
    _E("agreement-escalation", "HandoffAgreement", "governance",
       "says who hears when it stands still", "nobody hears when it stands still",
       _given("escalation_role")),
    _E("agreement-review", "HandoffAgreement", "governance", "is looked at again on a day",
       "no day of review", _given("review_due")),
    _E("workflow-review", "Workflow", "governance", "is looked at again on a day",
       "no day of review", _given("review_due")),
    _E("type-decided", "DecisionType", "governance", "has somebody who decides", "nobody decides",
       _in("decided")),
    _E("type-fallback", "DecisionType", "governance", "says who decides where nobody can",
       "no fallback", _given("fallback_role")),
    _E("body-purpose", "GovernanceBody", "governance", "says what it is for", "no purpose",
       _given("purpose")),
    _E("body-chair", "GovernanceBody", "governance", "has a chair", "no chair", _given("chair")),
    _E("body-rhythm", "GovernanceBody", "governance", "says how often it meets", "no rhythm",
       _given("rhythm")),
    _E("policy-source", "Policy", "governance", "says where it comes from", "no source",
       _given("source")),
    _E("policy-review", "Policy", "governance", "is looked at again on a day", "no day of review",
       _given("review_due")),
    _E("policy-checked", "Policy", "governance", "is checked by a control", "no control",
       _in("checked"), _is("kind", "rule", "law")),
    _E("control-evidence", "Control", "governance", "says what proves it", "no evidence",
       _given("evidence")),
    _E("stream-outcome", "ValueStream", "governance", "serves an outcome", "no outcome",
       _given("outcomes")),
    _E("service-outcome", "Service", "governance", "serves an outcome", "no outcome", _served,
       _is("lifecycle", "live")),
    _E("objective-outcome", "Objective", "governance", "has an outcome that shows it",
       "no outcome", _in("wanted")),
    _E("outcome-measure", "Outcome", "governance", "is measured", "no measure", _in("measured")),
    _E("measure-owner", "Measure", "governance", "has an owner", "no owner", _given("owner_role")),
    _E("measure-baseline", "Measure", "governance", "has a baseline with its days",
       "no baseline with its days", _with("baseline", "baseline_from", "baseline_to")),
    _E("measure-target", "Measure", "governance", "has a target with its day",
       "no target with its day", _with("target", "target_due")),
)
# fmt: on
EXPECTATIONS: tuple[Expectation, ...] = (*PEOPLE, *PROCESS, *TECHNOLOGY, *GOVERNANCE)
BY_CODE: dict[str, Expectation] = {one.code: one for one in EXPECTATIONS}
