"""Remedies on promises, agreements, clocks, owners and on what was to be looked at again."""

from datetime import date

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.durations import format_duration
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import (
    ClockPolicy,
    HandoffAgreement,
    Offering,
    Organisation,
    Team,
    ValueStream,
    Workflow,
)
from governance.blueprint.kinds.workflows import HandoffAgreement as Agreement
from governance.blueprint.lint.adoption import CRITICAL_LIMIT
from governance.blueprint.lint.handoffs import targets_along
from governance.blueprint.paths import SILENT, longest_way, stages_by_key
from governance.blueprint.remedies.base import (
    Edits,
    Proposed,
    Remedy,
    Way,
    changed,
    content_of,
    free_key,
    named,
    pick,
    role_choice,
    stage_changed,
    stage_of,
    whole,
)

# What lets a clock go on that another event made stand still, and the other way round.
GOES_ON = {
    "request.waiting": "request.resumed",
    "visit.blocked": "visit.unblocked",
    "handoff.clarification_asked": "handoff.clarified",
    "visit.parked": "visit.started",
    "visit.released": "visit.assigned",
}
MONTHS = (3, 6, 12)


def an_agreement(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """PRC05: an agreement between the two teams, to be filled and signed."""
    source, _slash, target = finding.part.partition("/")
    giving, receiving = stage_of(bp, finding, source), stage_of(bp, finding, target)
    if giving is None or receiving is None or giving.team is None or receiving.team is None:
        return None
    names = [bp.get(Team, one).name for one in (giving.team, receiving.team)]
    made = Agreement(
        giver_team=giving.team,
        receiver_team=receiving.team,
        workflow=finding.key,
        stage=receiving.key,
        complete_s=receiving.complete_s,
        escalation_role=bp.get(Team, receiving.team).lead_role,
    )
    key = free_key(bp, HandoffAgreement.__name__, f"{giving.team}-to-{receiving.key}")
    words = (
        f"{names[0]} and {names[1]} get an agreement for “{receiving.name}”; what has to be ready"
        f" and the signatures are still to come."
    )
    edit = Proposed(HandoffAgreement.__name__, key, made.model_dump(mode="json"))
    return whole("Draft the agreement", words, edit)


def a_promise_that_holds(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """PRC08: the promise is the sum of the targets, or the longest of these is cut."""
    offering = bp.get(Offering, finding.key)
    workflow = bp.get(Workflow, offering.workflow)
    seconds = targets_along(bp, offering.workflow)
    over = seconds - offering.promise_s
    if over <= 0:
        return None
    ways = [Way("promise", f"The promise is {format_duration(seconds)}")]
    targets = {
        one.key: max(one.complete_s or 0, one.whole_s or 0)
        for one in workflow.stages
        if one.kind not in SILENT
    }
    stages = stages_by_key(workflow)
    on_way = [key for key in longest_way(workflow, targets)[1] if targets.get(key)]
    for key in sorted(on_way, key=lambda one: -targets[one]):
        cut = targets[key] - over
        rest = longest_way(workflow, targets | {key: cut})[0]
        if cut >= max(stages[key].est_touch_s, 1) and rest <= offering.promise_s:
            words = f"“{stages[key].name}” is done in {format_duration(cut)}"
            ways.append(Way(f"stage:{key}", f"{words} instead of {format_duration(targets[key])}"))

    def make(value: str) -> Edits:
        if value == "promise":
            return (changed(bp, Offering.__name__, finding.key, promise_s=seconds),)
        key = value.removeprefix("stage:")
        cut, stage = targets[key] - over, stages[key]
        fields = {
            name: min(was, cut)
            for name, was in (("complete_s", stage.complete_s), ("whole_s", stage.whole_s))
            if was is not None
        }
        return (stage_changed(bp, offering.workflow, key, **fields),)

    return pick("Bring the two together", "What gives way?", ways, make, ["promise"])


def an_owner(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """PRC11: whoever owns a stream from end to end."""
    stream = bp.get(ValueStream, finding.key)
    return role_choice(
        bp,
        "Name the owner",
        f"Who owns “{stream.name}” from end to end?",
        lambda role: (changed(bp, ValueStream.__name__, finding.key, owner_role=role),),
        (stream.sponsor_role,),
    )


def a_sponsor(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """ADO01: whoever stands for a critical stream; that nobody holds the role is for people."""
    stream = bp.get(ValueStream, finding.key)
    if stream.sponsor_role is not None:
        return None
    return role_choice(
        bp,
        "Name the sponsor",
        f"Who stands for “{stream.name}”?",
        lambda role: (changed(bp, ValueStream.__name__, finding.key, sponsor_role=role),),
        (stream.owner_role,),
    )


def fewer_critical(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """ADO02: where there is one too many, which of them is as usual."""
    streams = bp.find(ValueStream)
    critical = [key for key, one in streams.items() if one.criticality == "critical"]
    if not finding.key or len(critical) != _limit(bp, finding.key) + 1:
        return None
    return pick(
        "Let one be as usual",
        "Which stream is not critical any more?",
        named(bp, ValueStream, critical),
        lambda key: (changed(bp, ValueStream.__name__, key, criticality="normal"),),
    )


def _limit(bp: Blueprint, organisation: str) -> int:
    return bp.get(Organisation, organisation).critical_limit or CRITICAL_LIMIT


def looked_at_again(bp: Blueprint, finding: Finding, today: date | None) -> Remedy | None:
    """PRC21: it still holds, until another day."""
    if today is None:
        return None
    days = {str(months): _later(today, months) for months in MONTHS}
    ways = [Way(months, f"It holds; look again by {day:%-d %B %Y}") for months, day in days.items()]

    def make(months: str) -> Edits:
        day = days[months].isoformat()
        return (changed(bp, finding.kind, finding.key, review_due=day),)

    return pick("Confirm it again", "Does it still hold?", ways, make, ["12"])


def _later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    return date(day.year + year, month + 1, min(day.day, 28))


def a_clock_that_goes_on(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """CLK01: the other half of what a rule does."""
    policy = bp.get(ClockPolicy, finding.key)
    done = {rule.does for rule in policy.rules}
    rules = content_of(bp, ClockPolicy.__name__, finding.key)["rules"]
    if "pause" not in done:
        kept = [one for one in rules if one["does"] != "resume"]
        words = "No rule makes the clock stand still, so none has to let it go on."
        edit = changed(bp, ClockPolicy.__name__, finding.key, rules=kept)
        return whole("Take the rule out", words, edit)
    events = [GOES_ON[one["event"]] for one in rules if one["event"] in GOES_ON]
    if not events:
        return None
    more = [{"does": "resume", "event": event} for event in dict.fromkeys(events)]
    heard = " and ".join(f"“{event.replace('.', ' ')}”" for event in dict.fromkeys(events))
    edit = changed(bp, ClockPolicy.__name__, finding.key, rules=[*rules, *more])
    return whole("Let the clock go on", f"The clock goes on with {heard}.", edit)


def a_clock_that_starts(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """CLK02: it starts with the work, too, where nothing is handed over."""
    rules = content_of(bp, ClockPolicy.__name__, finding.key)["rules"]
    more = {"does": "start", "event": "visit.started"}
    edit = changed(bp, ClockPolicy.__name__, finding.key, rules=[*rules, more])
    return whole("Start it with the work", "The clock starts when work is started, too.", edit)


REMEDIES = {
    "PRC05": an_agreement,
    "PRC08": a_promise_that_holds,
    "PRC11": an_owner,
    "PRC21": looked_at_again,
    "ADO01": a_sponsor,
    "ADO02": fewer_critical,
    "CLK01": a_clock_that_goes_on,
    "CLK02": a_clock_that_starts,
}
