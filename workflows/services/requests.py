"""The life of a request: submit, withdraw, comment, add a file, share, close."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction

from catalog.locks import lock_draft_to_send
from catalog.models import Draft, DraftFile, Offering
from catalog.selectors import audience, beneficiaries
from catalog.selectors.retired import ended
from catalog.services import forms
from catalog.services.files import StoredFile
from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.actors import Actor
from esm.events.locks import mark_locked
from governance import grants, policies
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Offering as OfferingSpec
from governance.models import Decision, ModelVersion, Person
from governance.selectors import versions
from governance.services import reassigning, taking_effect
from workflows.engine import tokens
from workflows.event_types import (
    CommentAdded,
    HandoffWithdrawn,
    RequestAskedFor,
    RequestClosed,
    RequestDeclined,
    RequestShared,
    RequestSubmitted,
    RequestWithdrawn,
    VisitCancelled,
)
from workflows.models import (
    Clock,
    Comment,
    Handoff,
    Request,
    StageVisit,
    Task,
    ValueStream,
)
from workflows.selectors import calendars, identities, scopes
from workflows.services import (
    attachments,
    clocks,
    conversation,
    entering,
    links,
    prioritising,
    sessions,
    visibility,
)
from workflows.services.case import Case


def _number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('workflows_request_number')")
        row = cursor.fetchone()
    return int(row[0])


@transaction.atomic
def submit(
    *,
    offering: Offering,
    data: Mapping[str, Any],
    requester: Person,
    actor: Actor,
    files: Iterable[StoredFile] = (),
    channel: str = "browser",
    draft: Draft | None = None,
    beneficiary: Person | None = None,
    parent: Request | None = None,
) -> Request:
    """Send a request: pin the published version, set the promise, enter the first stage.

    ``data`` is checked against the offering's form in the published version; ``parent`` is the
    request of which this is a part. Raises Invalid with the field errors, NotAllowed outside the
    audience or for somebody one may not ask for, Retired, Conflict if the draft was sent already.
    """
    version = _in_force()
    above = links.open_parent(parent, actor=actor) if parent is not None else None
    if draft is not None:
        lock_draft_to_send(draft.pk)
    bp = versions.blueprint(version.pk)
    spec = _offered(bp, offering)
    beneficiary = _admitted(bp, spec, requester, beneficiary, actor)
    stored = [*files, *(_stored(f) for f in (draft.files.all() if draft else ()))]
    cleaned = forms.validate(spec, data, {f.field_key for f in stored})
    now = clock.now().replace(microsecond=0)
    priority, promise_s = prioritising.promised(bp, spec, cleaned)
    request = Request.objects.create(
        number=_number(),
        offering=offering,
        service=offering.service,
        value_stream=_stream(bp, spec),
        workflow_key=spec.workflow,
        version=version,
        requester=requester,
        requester_department=identities.department_of(requester.pk),
        beneficiary=beneficiary,
        title=forms.title_of(spec, cleaned) or bp.get("Service", spec.service).name,
        data=cleaned,
        amount=forms.amount_of(spec, cleaned),
        currency=spec.currency or "",
        priority=priority,
        confidential=spec.confidential,
        channel=channel,
        submitted_at=now,
        promised_at=calendars.calendar_in(bp, spec.calendar).add(now, promise_s),
        parent=parent,
        principals=visibility.first(requester, beneficiary, None if spec.confidential else parent),
    )
    mark_locked(request)
    case = Case.of(request, actor, now)
    case.note(_submitted(request, spec, promise_s))
    _begin(case, spec, stored)
    if above is not None:
        links.note_child(above, request)
    if draft is not None:
        Draft.objects.filter(pk=draft.pk).update(sent_as=request.ref, updated_at=now)
    return request


def _offered(bp: Blueprint, offering: Offering) -> OfferingSpec:
    spec = bp.peek(OfferingSpec, offering.key)
    if spec is None:
        raise ended(offering)
    return spec


def _stream(bp: Blueprint, spec: OfferingSpec) -> ValueStream:
    return identities.keyed(ValueStream, bp.get("Workflow", spec.workflow).value_stream)


def _admitted(
    bp: Blueprint,
    spec: OfferingSpec,
    requester: Person,
    beneficiary: Person | None,
    actor: Actor,
) -> Person | None:
    """Whom it is for, None for oneself.

    Raises NotAllowed for who may not ask, or not for them; a program needs a role that may ask, in
    whose name ever it asks.
    """
    asked = [audience.verdict(bp, spec, requester.pk)]
    if actor.kind == "service":
        asked.append(audience.verdict_of_program(bp, spec, actor.role))
    for meant in asked:
        if not meant.ok:
            raise NotAllowed(meant.reason)
    return beneficiaries.require(spec, requester, beneficiary) if beneficiary else None


def _in_force() -> ModelVersion:
    """The version work starts on: it takes effect at its moment, not when a sweep gets to it."""
    version = taking_effect.in_force()
    if version is None:
        raise InvalidState("Nothing can be asked for yet: no version of the model is published.")
    return version


def _begin(case: Case, spec: OfferingSpec, files: Iterable[StoredFile]) -> None:
    whom = case.request.beneficiary
    if whom is not None:
        case.note(RequestAskedFor(requester=case.request.requester.ref, beneficiary=whom.ref))
    clocks.start(case, Clock.Metric.PROMISE, target_s=spec.promise_s, calendar_key=spec.calendar)
    for file in files:
        attachments.attach(case, file, case.request.requester_id)
    step = tokens.start(case.graph, case.values())
    entering.enter(case, step, entering.arrivals(case, step, None))
    case.save()


def _submitted(request: Request, spec: OfferingSpec, promise_s: int) -> RequestSubmitted:
    department, promised = request.requester_department, request.promised_at
    assert promised is not None
    return RequestSubmitted(
        number=request.number,
        service=request.service.key,
        offering=request.offering.key,
        stream=request.value_stream.key,
        workflow=request.workflow_key,
        version=request.version.code,
        requester=request.requester.ref,
        department=department.key if department else "",
        promise_s=promise_s,
        promised_at=promised.isoformat(),
        calendar=spec.calendar,
        amount=str(request.amount) if request.amount is not None else None,
        currency=request.currency,
        confidential=request.confidential,
        channel=request.channel,
        private={"title": request.title},
    )


def _stored(file: DraftFile) -> StoredFile:
    return StoredFile(
        sha256=file.sha256,
        size=file.size,
        content_type=file.content_type,
        name=file.name,
        field_key=file.field_key,
    )


@transaction.atomic
def withdraw(request_id: int, *, reason: str, actor: Actor) -> Request:
    """The requester no longer needs it; open work, clocks and decisions end."""
    if not reason.strip():
        raise Invalid("Say why, so that nobody wonders.", {"reason": ["Say why."]})
    case = Case.open(request_id, actor)
    policies.require(actor, "request.withdraw", scopes.scope_of(case.request))
    if not case.request.is_open:
        raise InvalidState(
            f"This request is {case.request.get_state_display()} already.", allowed=[]
        )
    end_open_work(case)
    case.change(state=Request.State.WITHDRAWN, is_open=False, closed_at=case.now)
    case.note(RequestWithdrawn(private={"reason": reason.strip()}))
    case.save()
    return case.request


def decline(case: Case, decision: Decision) -> None:
    """A decision ended the request; used by the decision's own transaction."""
    end_open_work(case)
    case.change(state=Request.State.DECLINED, is_open=False, closed_at=case.now)
    case.note(RequestDeclined(decision=decision.seq))


def end_open_work(case: Case) -> None:
    """Cancel every live visit, offer, task, clock and open decision; no token stays."""
    visits = list(case.request.visits.filter(state__in=StageVisit.LIVE).order_by("seq"))
    for handoff in case.request.handoffs.filter(state__in=["offered", "clarifying"]):
        case.note(HandoffWithdrawn(handoff=handoff.seq))
    case.request.handoffs.filter(state__in=["offered", "clarifying"]).update(
        state=Handoff.State.WITHDRAWN, responded_at=case.now
    )
    for visit in visits:
        case.note(VisitCancelled(visit=visit.seq))
    sessions.end_all(case, "ended")
    ids = [v.pk for v in visits]
    StageVisit.objects.filter(pk__in=ids).update(
        state=StageVisit.State.CANCELLED, ended_at=case.now
    )
    Task.objects.filter(visit_id__in=ids, state=Task.State.CLAIMED).update(
        state=Task.State.CANCELLED, ended_at=case.now
    )
    for row in case.live_clocks:
        clocks.cancel(case, row)
    reassigning.void_open(parent=case.request, subject_kind="request", emit=case.note)
    case.change(marking={"tokens": {}, "parked": {}, "n": case.request.marking["n"]})


@transaction.atomic
def comment(request_id: int, *, body: str, internal: bool = False, actor: Actor) -> Comment:
    """Say something to everyone on the request, or a note to the teams that worked on it."""
    body = conversation.check_body(body)
    case = Case.open(request_id, actor)
    action = "request.note" if internal else "request.comment"
    policies.require(actor, action, scopes.scope_of(case.request))
    if actor.person_id is None:
        raise NotAllowed("Only a person writes on a request.")
    department = identities.department_of(actor.person_id)
    row = Comment.objects.create(
        request=case.request,
        seq=case.next_number("note_count" if internal else "comment_count"),
        author_id=actor.person_id,
        role_name=actor.role_name,
        department=department,
        body=body,
        internal=internal,
        created_at=case.now,
    )
    case.note(CommentAdded(comment=row.seq, internal=internal, private={"body": row.body}))
    conversation.note_mentions(case, row)
    case.save()
    return row


@transaction.atomic
def share(request_id: int, *, person: Person, actor: Actor) -> None:
    """Give somebody sight of this one request; a guardian grant is the truth, mirrored here."""
    case = Case.open(request_id, actor)
    policies.require(actor, "request.share", scopes.scope_of(case.request))
    grants.grant("view_request", case.request, person)
    visibility.add_person(case, person.pk)
    case.note(RequestShared(person=person.ref))
    case.save()


@transaction.atomic
def close(request_id: int, *, actor: Actor) -> Request:
    """The requester confirms what was delivered."""
    case = Case.open(request_id, actor)
    policies.require(actor, "request.withdraw", scopes.scope_of(case.request))
    if case.request.state != Request.State.FULFILLED:
        raise InvalidState("Only a fulfilled request can be confirmed.", allowed=[])
    case.change(state=Request.State.CLOSED, closed_at=case.now, closes_at=None)
    case.note(RequestClosed())
    case.save()
    return case.request
