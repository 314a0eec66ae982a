"""Following a request: remind whoever is waited on, answer what one is asked."""

from django.db import transaction

from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.actors import Actor
from governance import policies
from governance.policies import Scope
from workflows.event_types.following import QuestionAnswered, RequestNudged
from workflows.models import Request, StageVisit
from workflows.selectors import nudges
from workflows.selectors.scopes import scope_of
from workflows.services import stages
from workflows.services.case import Case


@transaction.atomic
def nudge(request_id: int, *, actor: Actor) -> Request:
    """Remind everybody the actor waits for on this request; once in four working hours."""
    case = Case.open(request_id, actor)
    if not case.request.is_open:
        raise InvalidState("Nothing is waited for: this request has ended.", allowed=[])
    facts = policies.facts_of(actor)
    steps = _waiting(case)
    mine = [step for step in steps if nudges.may(case.request, step, actor, facts)]
    if not mine:
        policies.require(actor, "request.nudge", Scope(), facts)
        raise NotAllowed("Nobody but you is waited for.", code="request-nudge")
    again = nudges.next_at(case.request, case.blueprint)
    if again is not None and case.now < again:
        raise InvalidState(
            "They were reminded less than four working hours ago.",
            allowed=[],
            next_at=again.isoformat(),
        )
    StageVisit.objects.filter(pk__in=[step.visit.pk for step in mine]).update(nudged_at=case.now)
    case.change(nudged_at=case.now)
    for step in mine:
        case.note(RequestNudged(visit=step.visit.seq, party=step.party))
    case.save()
    return case.request


def _waiting(case: Case) -> list[nudges.Waits]:
    live = case.request.visits.filter(state__in=StageVisit.LIVE).select_related("handoff")
    found = [nudges.waits(v, getattr(v, "handoff", None)) for v in live.order_by("seq")]
    return [step for step in found if step is not None]


@transaction.atomic
def answer_question(request_id: int, seq: int, *, text: str, actor: Actor) -> StageVisit:
    """Answer what a step waits for; work and clocks go on at once."""
    if not text.strip():
        raise Invalid("Write your answer.", {"answer": ["Write your answer."]})
    if len(text) > 20_000:
        raise Invalid("That is too long.", {"answer": ["At most 20,000 characters."]})
    case = Case.open(request_id, actor)
    visit = case.visit(seq)
    policies.require(actor, "request.answer", scope_of(case.request))
    if visit.state != StageVisit.State.BLOCKED or visit.blocked_party != "requester":
        raise InvalidState("This step does not wait for an answer.", allowed=stages.allowed(visit))
    case.note(QuestionAnswered(visit=visit.seq, private={"answer": text.strip()}))
    stages.go_on(case, visit)
    case.save()
    return visit
