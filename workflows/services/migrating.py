"""Moves running requests to the version in force, and back before anything happened since.

Under the lock of the request; the move is a row and an event of its own, without which neither the
database nor ``check_invariants`` let a request follow another version. What was done stays under
the version it was done under.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from esm.common.errors import Invalid, InvalidState
from esm.events.actors import Actor
from esm.events.models import Event
from governance import policies
from governance.models import ModelVersion
from governance.policies import Scope
from governance.selectors import versions
from governance.services import reassigning
from workflows.engine.migrating import Hindrance
from workflows.event_types.moving import RequestMigrated, RequestMigrationUndone
from workflows.models import (
    Clock,
    Handoff,
    MigrationRun,
    Request,
    RequestMigration,
    StageVisit,
)
from workflows.selectors import calendars, clock_policies, identities, migrating, migrating_words
from workflows.services import clocks, entering, version_targets
from workflows.services.case import Case
from workflows.services.version_targets import Aim

# What has not happened since where a move can be undone: anything by which work went on.
STEPS = ("visit.", "handoff.", "decision.", "checklist.")
TALK = ("request.shared", "request.nudged", "request.looked_at")


@transaction.atomic
def migrate_request(
    request_id: int,
    *,
    mapping: Mapping[str, str] | None = None,
    ask_anew: bool = False,
    run: MigrationRun | None = None,
    actor: Actor,
) -> RequestMigration:
    """Let a running request follow the version in force from now on.

    ``mapping`` gives for steps of the version it follows the step at which its work goes on;
    ``ask_anew``: decisions that others decide there are asked anew although votes were cast.
    Raises NotAllowed, InvalidState where it has ended or follows that version, Invalid with every
    reason why it cannot be moved as it is.
    """
    case = Case.open(request_id, actor)
    policies.require(actor, "model.move", Scope())
    target = migrating.Target(_goal(case.request), mapping or {})
    (look,) = migrating.look_at([case.request], target)
    left = [one for one in look.hindrances if not (ask_anew and one.code == migrating.VOTED)]
    _refuse(look, left, target)
    return _move(case, look, target, run)


def _goal(request: Request) -> ModelVersion:
    if not request.is_open:
        raise InvalidState(f"This request is {request.get_state_display()}.", allowed=[])
    goal = versions.published()
    if goal is None or goal.pk == request.version_id:
        raise InvalidState("This request follows the version in force already.", allowed=[])
    return goal


def _refuse(look: migrating.Look, left: Sequence[Hindrance], target: migrating.Target) -> None:
    if not left:
        return
    sentences = [migrating_words.reason(look, one, target) for one in left]
    errors = {
        f"step-{one.stage}" if one.stage else "": [said]
        for one, said in zip(left, sentences, strict=True)
    }
    raise Invalid(
        f"{look.request.ref} cannot be moved as it is. {sentences[0]}",
        errors,
        code="not-safe",
        reasons=list(dict.fromkeys(sentences)),
    )


def _move(
    case: Case, look: migrating.Look, target: migrating.Target, run: MigrationRun | None
) -> RequestMigration:
    request, visits = case.request, {visit.pk: visit for visit in look.visits}
    before = request.version
    move = RequestMigration.objects.create(
        request=request,
        seq=request.migrations.count() + 1,
        before_version=before,
        version=target.version,
        mapping=dict(target.mapping),
        before=_as_it_is(case, look.visits),
        run=run,
        moved_at=case.now,
        moved_by_id=case.actor.person_id,
    )
    done = request.visits.exclude(pk__in=visits).filter(version=None)
    done.update(version=before)
    case.follow(target.version)
    case.change(marking=look.moved.marking)
    for visit in look.visits:
        _go_on_at(case, visit, look.moved.stages[visit.token])
    _aim(case, version_targets.aims(case, visits))
    case.note(
        RequestMigrated(
            move=move.seq,
            before=before.code,
            version=target.version.code,
            mapping=dict(target.mapping),
            visits=_told(look.visits),
        )
    )
    _ask_anew(case, look.visits, look.asked_anew)
    _save(case, move)
    return move


def _save(case: Case, move: RequestMigration) -> None:
    case.save()
    move.event_seq = case.request.chain_seq
    move.save(update_fields=["event_seq"])


def _as_it_is(case: Case, visits: Sequence[StageVisit]) -> dict[str, Any]:
    """All that undoing restores."""
    return {
        "marking": case.request.marking,
        "visits": {
            str(v.seq): {
                "stage": v.stage_key,
                "role": v.role_key,
                "est_touch_s": v.est_touch_s,
                "rank": v.queue_rank,
            }
            for v in visits
        },
        "clocks": {
            str(row.seq): {
                "target_s": row.target_s,
                "agreed_s": row.agreed_s,
                "calendar": row.calendar_key,
            }
            for row in case.live_clocks
        },
        "offers": {
            str(found.seq): {"agreement": found.agreement_key, "to_stage": found.to_stage}
            for v in visits
            if (found := getattr(v, "handoff", None)) is not None
        },
    }


def _told(visits: Sequence[StageVisit]) -> list[dict[str, Any]]:
    return [
        {
            "visit": visit.seq,
            "stage": visit.stage_key,
            "role": visit.role_key,
            "est_touch_s": visit.est_touch_s,
        }
        for visit in visits
    ]


def _go_on_at(case: Case, visit: StageVisit, stage_key: str) -> None:
    """A live visit is one of this step from now on."""
    stage = case.blueprint.stage(case.request.workflow_key, stage_key)
    _put(
        visit,
        stage=stage_key,
        role=stage.accountable_role or "",
        est_touch_s=stage.est_touch_s,
        rank=clock_policies.rank(case.blueprint, case.request.priority),
    )
    handoff = getattr(visit, "handoff", None)
    if handoff is not None:
        agreed = version_targets.agreement_of(case.blueprint, visit, case.request.workflow_key)
        _put_offer(handoff, agreement=agreed[0] if agreed else "", to_stage=stage_key)


def _put(visit: StageVisit, *, stage: str, role: str, est_touch_s: int, rank: int) -> None:
    visit.stage_key, visit.role_key = stage, role
    visit.est_touch_s, visit.queue_rank = est_touch_s, rank
    StageVisit.objects.filter(pk=visit.pk).update(
        stage_key=stage, role_key=role, est_touch_s=est_touch_s, queue_rank=rank
    )


def _put_offer(handoff: Handoff, *, agreement: str, to_stage: str) -> None:
    handoff.agreement_key, handoff.to_stage = agreement, to_stage
    Handoff.objects.filter(pk=handoff.pk).update(agreement_key=agreement, to_stage=to_stage)


def _aim(case: Case, aims: Mapping[int, Aim], targets: Mapping[int, int] | None = None) -> None:
    for row in case.live_clocks:
        if row.seq in aims:
            version_targets.take_aim(case, row, aims[row.seq], (targets or {}).get(row.seq))


def _ask_anew(case: Case, visits: Sequence[StageVisit], numbers: Sequence[int]) -> None:
    """What others decide now is asked anew, under the rights of the version that is followed."""
    if not numbers:
        return
    reassigning.void_open(parent=case.request, subject_kind="request", emit=case.note, only=numbers)
    places = {visit.pk: visit for visit in visits}
    for row in list(case.live_clocks):
        if row.metric != Clock.Metric.DECISION or row.decision_seq not in numbers:
            continue
        clocks.cancel(case, row)
        visit = places[row.visit_id or 0]
        identities.attach(visit, "team", "department")
        entering.open_decision(
            case,
            case.blueprint.stage(case.request.workflow_key, visit.stage_key),
            visit,
            calendars.team_calendar_key(case.blueprint, visit.team.key),
        )


@transaction.atomic
def undo_migration(request_id: int, *, actor: Actor) -> RequestMigration:
    """Let a request follow again the version it did before its last move.

    Raises NotAllowed, and InvalidState where it was not moved or something happened since.
    """
    case = Case.open(request_id, actor)
    policies.require(actor, "model.move", Scope())
    move = last_move(case.request)
    if move is None or move.undone_at is not None:
        raise InvalidState("This request was not moved, so there is nothing to take back.")
    if happened_since(case.request, move):
        raise InvalidState(
            f"Work went on since it follows {move.version.code}, so it stays there.", allowed=[]
        )
    _back(case, move)
    return move


def last_move(request: Request) -> RequestMigration | None:
    """The last time a request was moved, if ever."""
    rows = request.migrations.select_related("version", "before_version")
    return rows.order_by("-seq").first()


def happened_since(request: Request, move: RequestMigration) -> bool:
    """Whether work went on since a move; one query."""
    rows = Event.objects.filter(
        bucket=request.chain_bucket, chain=request.chain, seq__gt=move.event_seq
    )
    types = rows.exclude(type__in=TALK).values_list("type", flat=True)
    return any(name.startswith((*STEPS, "request.")) for name in types)


def _back(case: Case, move: RequestMigration) -> None:
    request, before = case.request, move.before
    move.undone_at, move.undone_by_id = case.now, case.actor.person_id
    move.save(update_fields=["undone_at", "undone_by"])
    rows = request.visits.filter(state__in=StageVisit.LIVE).select_related("handoff")
    visits = list(rows.order_by("seq"))
    new = _open_since(case, move)
    case.follow(move.before_version)
    case.change(marking=before["marking"])
    for visit in visits:
        _put(visit, **before["visits"][str(visit.seq)])
        handoff = getattr(visit, "handoff", None)
        if handoff is not None:
            _put_offer(handoff, **before["offers"][str(handoff.seq)])
    request.visits.filter(version=move.before_version).update(version=None)
    known = {int(seq): one for seq, one in before["clocks"].items()}
    aims = {
        seq: Aim(one["agreed_s"] or one["target_s"], one["calendar"]) for seq, one in known.items()
    }
    _aim(case, aims, {seq: one["target_s"] for seq, one in known.items()})
    for row in case.live_clocks:
        if row.seq in known:
            row.agreed_s = known[row.seq]["agreed_s"]
    case.note(
        RequestMigrationUndone(
            move=move.seq,
            before=move.version.code,
            version=move.before_version.code,
            visits=_told(visits),
        )
    )
    _ask_anew(case, visits, new)
    case.save()


def _open_since(case: Case, move: RequestMigration) -> list[int]:
    """Decisions that the move asked anew: their clocks began with it."""
    return [
        row.decision_seq
        for row in case.live_clocks
        if row.decision_seq is not None and str(row.seq) not in move.before["clocks"]
    ]
