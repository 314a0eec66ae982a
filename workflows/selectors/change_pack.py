"""What goes with a version that people are asked about, on one page and as a document."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from esm.common import clock
from governance.blueprint.findings import Finding
from governance.models import ModelVersion
from governance.selectors.impact import Impact, base_of, impact_of, read
from governance.selectors.impact_page import Asked, ImpactPage, impact_page, line_of
from governance.selectors.model_page import WordedChange, worded
from governance.selectors.people import Account
from governance.selectors.plans import changes_between, findings_of_both
from governance.selectors.wording import element_name
from workflows.models import Request
from workflows.selectors import requests as seen
from workflows.selectors.replaying import DecisionRow, Replay, RequestRow, replay

State = ModelVersion.State
SHOWN = 200
REMEMBERED_S = 600
MOST_REMEMBERED = 8

_replays: OrderedDict[tuple[bytes, int | None, int], Replay] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Found:
    """A finding with the name of what it is about."""

    finding: Finding
    name: str


@dataclass(frozen=True)
class ChangePack:
    """What a version changes, for whom, what the last 90 days would have been, what is wrong.

    ``replay`` is None for a version that is or was in force: what it does is counted.
    """

    impact: Impact
    changes: tuple[WordedChange, ...]
    affected: ImpactPage
    replay: Replay | None
    settled: tuple[Found, ...]
    new: tuple[Found, ...]

    @property
    def version(self) -> ModelVersion:
        """Which version."""
        return self.impact.version


def change_pack(
    user: Account, version: ModelVersion, known: Sequence[ModelVersion] = ()
) -> ChangePack:
    """Everything that goes with a version."""
    impact = impact_of(version, base_of(version, known))
    before, after = impact.before.kept(), impact.after.kept()
    old, new = findings_of_both(before, after) if impact.against is not None else ([], [])
    marks = [{one.fingerprint for one in found} for found in (old, new)]
    changes = changes_between(before, after)
    return ChangePack(
        impact,
        tuple(worded(one, before, after) for one in changes),
        impact_page(user, impact, Asked()),
        replay_of(version),
        tuple(
            Found(one, element_name(before, one.kind, one.key))
            for one in old
            if one.fingerprint not in marks[1]
        ),
        tuple(
            Found(one, element_name(after, one.kind, one.key))
            for one in new
            if one.fingerprint not in marks[0]
        ),
    )


def replay_of(version: ModelVersion) -> Replay | None:
    """The last 90 days under a version that is not in force and never was; else None.

    Remembered by its content for some minutes, or until something else is asked for.
    """
    if version.state in (State.PUBLISHED, State.RETIRED):
        return None
    latest = Request.objects.aggregate(latest=Max("pk"))["latest"]
    moment = int(clock.now().timestamp()) // REMEMBERED_S
    mark = (read(version).content_hash, latest, moment)
    with _lock:
        found = _replays.get(mark)
    if found is None:
        found = replay(version)
        with _lock:
            _replays[mark] = found
            while len(_replays) > MOST_REMEMBERED:
                _replays.popitem(last=False)
    return found


def forget() -> None:
    """Drop what is remembered (tests)."""
    _replays.clear()


@dataclass(frozen=True)
class Listed:
    """The list behind a figure of a replay: rows that the viewer may see, and how many more."""

    decisions: tuple[DecisionRow, ...] = ()
    requests: tuple[RequestRow, ...] = ()
    hidden: int = 0
    more: int = 0


def listed(user: Account, found: Replay, *, sort: str = "", what: str = "") -> Listed:
    """Decisions of a sort, or requests that differ in something; all of them without either."""
    decisions = [one for one in found.decisions if not what and sort in ("", one.sort)]
    requests = [one for one in found.rows if not sort and (not what or one.differs(what))]
    ids = {one.request_id for one in decisions} | {one.pk for one in requests}
    may = set(seen.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    open_decisions = [one for one in decisions if one.request_id in may]
    open_requests = [one for one in requests if one.pk in may]
    shown = len(open_decisions) + len(open_requests)
    cut = min(len(open_decisions), SHOWN) + min(len(open_requests), SHOWN)
    return Listed(
        tuple(open_decisions[:SHOWN]),
        tuple(open_requests[:SHOWN]),
        len(decisions) + len(requests) - shown,
        shown - cut,
    )


def document(pack: ChangePack) -> dict[str, Any]:
    """The same as plain data."""
    impact, found = pack.impact, pack.replay
    return {
        "version": pack.version.code,
        "title": pack.version.title,
        "state": pack.version.state,
        "against": impact.against.code if impact.against is not None else None,
        "effective_from": pack.version.effective_from,
        "changes": [
            {
                "op": one.op,
                "kind": one.noun,
                "name": one.name,
                "sentence": one.sentence,
                "fields": [
                    {"what": f.label, "before": f.before, "after": f.after} for f in one.fields
                ],
            }
            for one in pack.changes
        ],
        "affected": {
            "people": pack.affected.total,
            "exact": pack.affected.exact,
            "effects": [
                {
                    "receiver": one.effect.receiver.kind,
                    "key": one.effect.receiver.key,
                    "name": one.receiver,
                    "aspect": one.effect.aspect,
                    "sort": one.effect.sort,
                    "degree": one.effect.degree,
                    "sentence": one.sentence,
                }
                for one in (line_of(impact, effect) for effect in impact.effects)
            ],
            "departments": [
                {"key": row.key, "name": row.name, "people": row.people, "degree": row.degree}
                for row in pack.affected.departments
            ],
        },
        "replay": None if found is None else figures(found),
        "settled": _told(pack.settled),
        "new": _told(pack.new),
    }


def figures(found: Replay) -> dict[str, Any]:
    """The figures of a replay, without the rows behind them."""
    return {
        "since": found.since,
        "until": found.until,
        "decisions": found.decided,
        "sorts": dict(found.sorts),
        "requests_with_decisions": found.with_decisions,
        "decided_otherwise": found.redecided,
        "share_percent": found.share,
        "requests": found.requests,
        "differ": len(found.rows),
        "differ_percent": found.otherwise,
        "differ_in": {n: found.count(n) for n in ("steps", "promise", "teams", "ended", "problem")},
        "steps": [{"name": n, "newly": plus, "no_longer": minus} for n, plus, minus in found.steps],
        "not_replayed": found.apart,
        "cut": found.cut,
    }


def _told(found: Iterable[Found]) -> list[dict[str, str]]:
    return [
        {
            "rule": one.finding.rule,
            "severity": one.finding.severity,
            "about": one.name,
            "sentence": one.finding.sentence,
        }
        for one in found
    ]
