"""What a version changed of how work goes: since when, against which, in which streams."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from governance.blueprint import kinds
from governance.blueprint.belonging import belongings
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.diff import Change, diff
from governance.models import ModelVersion
from governance.selectors import versions

# Elements that say how work goes; who somebody is and what is wanted of it change nothing by
# themselves.
KINDS = frozenset({
    "ValueStream", "Workflow", "Service", "Offering", "HandoffAgreement", "DecisionType",
    "DecisionRight", "ClockPolicy", "Calendar", "Technology", "Control",
})  # fmt: skip
# Not part of any stream, so that they are part of all.
EVERYWHERE = frozenset({"ClockPolicy", "Calendar"})


@dataclass(frozen=True, slots=True)
class InForce:
    """A version that was or is in force, from ``at`` on until ``until`` (None: still)."""

    pk: int
    code: str
    at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Turn:
    """A version and the one it came after; ``others`` are codes in force in the time looked at."""

    now: InForce
    former: InForce
    known: tuple[InForce, ...]

    def between(self, start: datetime, end: datetime) -> list[str]:
        """Other versions that came into force in a stretch of time."""
        return [one.code for one in self.known if one != self.now and start < one.at < end]


def in_force() -> list[InForce]:
    """Every version that came into force, the first one first; one query."""
    rows = ModelVersion.objects.filter(state__in=["published", "retired"]).order_by("number")
    columns = rows.values_list("pk", "code", "effective_from", "published_at")
    dated = [(pk, code, effective or published) for pk, code, effective, published in columns]
    known = [(pk, code, at) for pk, code, at in dated if at is not None]
    ends = [at for _pk, _code, at in known[1:]]
    return [
        InForce(pk, code, at, ends[n] if n < len(ends) else None)
        for n, (pk, code, at) in enumerate(known)
    ]


def turn(code: str = "") -> Turn | None:
    """The version of this code, else the last, after the one before it; None for the first."""
    known = in_force()
    place = next((n for n, one in enumerate(known) if one.code == code), len(known) - 1)
    if code and not (known and known[place].code == code):
        return None
    return Turn(known[place], known[place - 1], tuple(known)) if place > 0 else None


def touched(one: Turn) -> Mapping[str, tuple[Change, ...]]:
    """What changed of how work goes, by stream of the version; those without are left out."""
    before, after = versions.blueprint(one.former.pk), versions.blueprint(one.now.pk)
    return after.memo(f"touched since {one.former.pk}", lambda: _touched(before, after))


def _touched(before: Blueprint, after: Blueprint) -> dict[str, tuple[Change, ...]]:
    old, new = belongings(before), belongings(after)
    found: dict[str, list[Change]] = defaultdict(list)
    streams = list(after.find(kinds.ValueStream))
    for change in diff(before, after):
        if change.kind not in KINDS:
            continue
        item = (change.kind, change.key)
        places = [known[item].streams for known in (old, new) if item in known]
        where = frozenset[str]().union(*places)
        for key in streams if not where and change.kind in EVERYWHERE else sorted(where):
            found[key].append(change)
    return {key: tuple(changes) for key, changes in found.items() if key in streams}


@dataclass(frozen=True, slots=True)
class Counting:
    """Whether lead times and promises are counted as before: ``clock`` the calendar of an
    offering or a rule of the clock of promises is another, ``promise`` how long it may take."""

    clock: bool
    promise: bool


def counting_changed(one: Turn, stream: str) -> Counting:
    """What is different in how a stream's requests are counted; of offerings in both versions."""
    before, after = versions.blueprint(one.former.pk), versions.blueprint(one.now.pk)
    was, now = _counting(before, stream), _counting(after, stream)
    both = was.keys() & now.keys()
    return Counting(
        clock=_clock(before) != _clock(after) or any(was[key][0] != now[key][0] for key in both),
        promise=any(was[key][1] != now[key][1] for key in both),
    )


def _counting(bp: Blueprint, stream: str) -> dict[str, tuple[object, int]]:
    """Of each offering of a stream the hours it is counted in, and what it promises."""
    flows = bp.find(kinds.Workflow)
    found: dict[str, tuple[object, int]] = {}
    for key, offering in bp.find(kinds.Offering).items():
        flow = flows.get(offering.workflow)
        if flow is not None and str(flow.value_stream) == stream:
            calendar = bp.peek(kinds.Calendar, offering.calendar)
            hours = (calendar.zone, calendar.weekly, calendar.day_s) if calendar else None
            found[key] = (hours, offering.promise_s)
    return found


def _clock(bp: Blueprint) -> dict[str, object]:
    return {
        key: (policy.start_when, policy.rules, policy.pauses, policy.on_reopen)
        for key, policy in bp.find(kinds.ClockPolicy).items()
        if policy.metric == "promise"
    }
