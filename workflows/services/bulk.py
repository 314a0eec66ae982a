"""Several pieces of work at once: each in a transaction of its own, by the service for one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from esm.common.errors import Invalid, NotFound, ServiceError
from esm.events.actors import Actor
from governance.models import Person
from workflows.models import StageVisit
from workflows.selectors.bulk import ACTIONS, MOST, Found
from workflows.services import assigning, follow_ups, handoffs, reassigning, stages

NOT_THERE = "This work does not exist."


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What goes along with an action: for whom, until when, waiting for whom and why.

    ``back`` gives it to nobody, but to the queue of its team.
    """

    to: Person | None = None
    on: date | None = None
    party: str = ""
    reason: str = ""
    note: str = ""
    over_limit: str = ""
    back: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one row; ``status`` and ``code`` as the service for one would answer."""

    code: str
    visit: StageVisit | None
    status: int = 200
    problem: str = ""
    sentence: str = ""

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.status == 200


def _accept(visit: StageVisit, wishes: Wishes, actor: Actor) -> None:
    handoff = getattr(visit, "handoff", None)
    if handoff is None:
        raise Invalid("Nobody offered this; it can be taken.")
    handoffs.accept(visit.request_id, handoff.seq, over_limit=wishes.over_limit, actor=actor)


def _claim(visit: StageVisit, wishes: Wishes, actor: Actor) -> None:
    stages.claim(visit.request_id, visit.seq, over_limit=wishes.over_limit, actor=actor)


def _assign(visit: StageVisit, wishes: Wishes, actor: Actor) -> None:
    assert wishes.to is not None
    assigning.assign_visit(
        visit.request_id, visit.seq, to=wishes.to, over_limit=wishes.over_limit, actor=actor
    )


def _hand_over(visit: StageVisit, wishes: Wishes, actor: Actor) -> None:
    stages.complete_visit(visit.request_id, visit.seq, note=wishes.note, actor=actor)


def _follow_up(visit: StageVisit, wishes: Wishes, actor: Actor) -> None:
    follow_ups.set_follow_up(visit.request_id, visit.seq, on=wishes.on, actor=actor)


def _pause(visit: StageVisit, wishes: Wishes, actor: Actor) -> None:
    stages.pause(visit.request_id, visit.seq, party=wishes.party, reason=wishes.reason, actor=actor)


def _resume(visit: StageVisit, wishes: Wishes, actor: Actor) -> None:
    stages.resume(visit.request_id, visit.seq, actor=actor)


def _release(visit: StageVisit, wishes: Wishes, actor: Actor) -> None:
    stages.release(visit.request_id, visit.seq, actor=actor)


def _reassign(visit: StageVisit, wishes: Wishes, actor: Actor) -> None:
    to = None if wishes.back else wishes.to
    reassigning.reassign_visit(
        visit.request_id, visit.seq, to=to, reason=wishes.reason, actor=actor
    )


_DO: Mapping[str, Callable[[StageVisit, Wishes, Actor], None]] = {
    "accept": _accept,
    "claim": _claim,
    "assign": _assign,
    "hand-over": _hand_over,
    "follow-up": _follow_up,
    "pause": _pause,
    "resume": _resume,
    "release": _release,
    "reassign": _reassign,
}


def check(action: str, wishes: Wishes) -> None:
    """Refuse what would be refused for every row. Raises Invalid."""
    errors: dict[str, list[str]] = {}
    if action not in ACTIONS:
        errors["do"] = ["Choose what to do with them."]
    if action == "assign" and wishes.to is None:
        errors["to"] = ["Choose a member of the team."]
    if action == "reassign":
        if wishes.to is None and not wishes.back:
            errors["to"] = ["Choose who takes it."]
        if not wishes.reason.strip() or len(wishes.reason) > reassigning.MAX_REASON:
            errors["reason"] = [reassigning.WHY]
    if action == "pause":
        if wishes.party not in stages.WAIT_PARTIES:
            errors["party"] = ["Choose who has to answer."]
        if not wishes.reason.strip():
            errors["reason"] = ["Say for what it waits."]
    if errors:
        raise Invalid("Something is missing before this can be done to all of them.", errors)


def act_on(
    rows: Sequence[Found], action: str, wishes: Wishes, *, actor_of: Callable[[str], Actor]
) -> list[Outcome]:
    """Do one thing to many; what one row refuses changes nothing for the others.

    They are done in the order of their requests, so that two callers who hold several at once never
    wait for each other in a circle, and told in the order given. ``actor_of`` gives the caller as a
    member of a team, by its key. Hidden and missing rows answer alike. Raises Invalid where it
    would be refused for all.
    """
    if not rows or len(rows) > MOST:
        raise Invalid(f"Choose between one and {MOST} rows.")
    check(action, wishes)
    actors: dict[str, Actor] = {}
    found: dict[int, Outcome] = {}
    for at, row in sorted(enumerate(rows), key=_by_request):
        try:
            if row.visit is None:
                raise NotFound(NOT_THERE)
            key = row.visit.team.key
            actors[key] = actors.get(key) or actor_of(key)
            _DO[action](row.visit, wishes, actors[key])
        except ServiceError as refused:
            found[at] = Outcome(row.code, row.visit, refused.status, refused.code, refused.sentence)
        else:
            found[at] = Outcome(row.code, row.visit)
    return [found[at] for at in range(len(rows))]


def _by_request(row: tuple[int, Found]) -> int:
    visit = row[1].visit
    return visit.request_id if visit is not None else 0
