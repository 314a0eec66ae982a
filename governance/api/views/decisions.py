"""Decisions over REST: what waits, why it is whose, deciding, and who would decide."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Value
from django.db.models.functions import Coalesce
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import Page, page_of, page_response
from esm.common.api.views import operation, told
from esm.common.errors import NotAllowed, NotFound
from governance.api.serializers import (
    AnswerOut,
    DecideIn,
    DecisionDetailOut,
    DecisionOut,
    DecisionsQuery,
    WhoDecidesQuery,
)
from governance.api.serializers_votes import DeferIn, OpinionIn, ReverseIn
from governance.models import Decision, Department, ModelVersion, Person
from governance.selectors import decisions, people, versions
from governance.services import deciding, opinions, reversing
from governance.services.lookups import look_at_decision

FAR = datetime(9999, 1, 1, tzinfo=UTC)
RELATED = ("version", "requester", "decider", "stands_in_for", "decided_by", "reverses")
WAITING = ("ends_at", "subject_ref", "seq")
PUT_OFF = ("deferred_until", "subject_ref", "seq")
DECIDED = ("-decided_at", "-subject_ref", "-seq")


class Decisions(ScopedView):
    """The inbox of the caller."""

    scopes = {"read": "requests:read"}

    @operation(
        "decision_list", tag="decisions", answer=DecisionOut, query=DecisionsQuery, page=True
    )
    def get(self, request: Request) -> Response:
        """List decisions that wait for you, that you put off, or that you took.

        Those that end soonest come first, of those you put off the nearest day, of those you took
        the latest.
        """
        person = people.person_for(request.user)
        if person is None:
            return page_response(request, Page([]), DecisionOut)
        if self.query["view"] == "waiting":
            found, order = decisions.inbox(person), WAITING
            found = found.annotate(ends_at=Coalesce("due_at", Value(FAR)))
        elif self.query["view"] == "put_off":
            found, order = decisions.put_off(person), PUT_OFF
        else:
            found, order = decisions.decided_by(person), DECIDED
        name = f"decisions {self.query['view']} {person.key}"
        page = page_of(found.select_related(*RELATED), name=name, order=order, query=self.query)
        return page_response(request, Page(decisions.rows_of(page.rows), page.cursor), DecisionOut)


class OneDecision(ScopedView):
    """A decision that the caller may see, by its subject and number."""

    def decision(self, request: Request, ref: str, seq: int) -> Decision:
        """Raises NotFound for what is hidden as for what is missing."""
        rows = decisions.visible_to(request.user).select_related(*RELATED)
        row = rows.filter(subject_ref=ref, seq=seq).first()
        if row is None:
            raise NotFound("There is no such decision.")
        return row


class DecisionView(OneDecision):
    """One decision with its trace."""

    scopes = {"read": "requests:read"}

    @operation("decision_get", tag="decisions", answer=DecisionDetailOut)
    def get(self, request: Request, ref: str, seq: int) -> Response:
        """One decision: the question, whose it is, and every check that led there."""
        found = self.decision(request, ref, seq)
        look_at_decision(request.user, found)
        return told(DecisionDetailOut, detail(request, found))


class Decide(OneDecision):
    """Taking a decision."""

    scopes = {"write": "decide"}

    @operation("decision_decide", tag="decisions", answer=DecisionDetailOut, body=DecideIn)
    def post(self, request: Request, ref: str, seq: int) -> Response:
        """Take the decision.

        Who may is found again at this moment, by the rules of the version the subject runs on.
        """
        found = self.decision(request, ref, seq)
        body = self.body(request)
        deciding.decide(
            found.pk,
            outcome=body["outcome"],
            rationale=body["rationale"],
            conditions=body["conditions"],
            seen_round=body.get("round"),
            actor=people.actor_for(request.user),
        )
        row = Decision.objects.select_related(*RELATED).get(pk=found.pk)
        return told(DecisionDetailOut, detail(request, row))


class WithdrawVote(OneDecision):
    """Taking one's vote back."""

    scopes = {"write": "decide"}

    @operation("decision_vote_withdraw", tag="decisions", answer=DecisionDetailOut)
    def post(self, request: Request, ref: str, seq: int) -> Response:
        """Take your vote back before it is decided; it stays on record and counts no more."""
        self.body(request)
        found = self.decision(request, ref, seq)
        deciding.withdraw_vote(found.pk, actor=people.actor_for(request.user))
        return told(DecisionDetailOut, detail(request, self.decision(request, ref, seq)))


class GiveOpinion(OneDecision):
    """Recommending, agreeing, giving input."""

    scopes = {"write": "decide"}

    @operation("decision_opinion", tag="decisions", answer=DecisionDetailOut, body=OpinionIn)
    def post(self, request: Request, ref: str, seq: int) -> Response:
        """Say what you recommend, that you agree, or your input; again replaces what you said."""
        found = self.decision(request, ref, seq)
        opinions.give(found.pk, actor=people.actor_for(request.user), **self.body(request))
        return told(DecisionDetailOut, detail(request, self.decision(request, ref, seq)))


class Reverse(OneDecision):
    """Taking a decision back."""

    scopes = {"write": "decide"}

    @operation("decision_reverse", tag="decisions", answer=DecisionDetailOut, body=ReverseIn)
    def post(self, request: Request, ref: str, seq: int) -> Response:
        """Ask whether this decision is taken back; the answer is the new decision about that."""
        found = self.decision(request, ref, seq)
        reason = self.body(request)["reason"]
        actor = people.actor_for(request.user)
        opened = reversing.ask_reversal(found.pk, reason=reason, actor=actor)
        row = Decision.objects.select_related(*RELATED).get(pk=opened.pk)
        return told(DecisionDetailOut, detail(request, row))


class Defer(OneDecision):
    """Putting a decision off."""

    scopes = {"write": "decide"}

    @operation("decision_defer", tag="decisions", answer=DecisionDetailOut, body=DeferIn)
    def post(self, request: Request, ref: str, seq: int) -> Response:
        """Put the decision off to a later moment; its clock runs on and the requester reads why."""
        found = self.decision(request, ref, seq)
        body = self.body(request)
        deciding.defer(
            found.pk,
            until=body["until"],
            reason=body["reason"],
            actor=people.actor_for(request.user),
        )
        return told(DecisionDetailOut, detail(request, self.decision(request, ref, seq)))


class _Row:
    """A decision's detail with the attributes of its row beside its own."""

    def __init__(self, found: decisions.DecisionDetail) -> None:
        self.found = found
        decision = found.row.decision
        self.band = band(decision.band_min, decision.band_max)
        self.voters = found.round.voters if found.round else ()

    def __getattr__(self, name: str) -> Any:
        if name in ("role_name", "voices", "may_decide", "why_not", "trace", "votes"):
            return getattr(self.found, name)
        return getattr(self.found.row, name)


def detail(request: Request, decision: Decision) -> _Row:
    """A decision as its page knows it."""
    return _Row(decisions.decision_detail(decision, people.person_for(request.user)))


def band(low: Any, high: Any) -> dict[str, str | None]:
    """A half-open band as decimal texts."""
    return {
        "min": None if low is None else format(low, "f"),
        "max": None if high is None else format(high, "f"),
    }


class WhoDecides(ScopedView):
    """Asking without a request."""

    scopes = {"read": "model:read"}

    @operation("who_decides", tag="decisions", answer=AnswerOut, query=WhoDecidesQuery)
    def get(self, request: Request) -> Response:
        """Who would decide a case now, and by which checks."""
        asked = self.query
        version = self._version(request)
        requester = self._requester(request)
        self._known(asked)
        answer = decisions.who_decides(
            version,
            asked["type"],
            amount=asked.get("amount"),
            department=asked.get("department", ""),
            service=asked.get("service", ""),
            risk=asked.get("risk", ""),
            requester=requester,
        )
        if answer is None:
            raise ValidationError({"type": ["This version has no such type of decision."]})
        found = answer.resolution
        spec = versions.blueprint(version).get("DecisionType", asked["type"])
        shown = {
            "version": version.code,
            "type": asked["type"],
            "question": spec.question,
            "decider": answer.decider,
            "stands_in_for": answer.stands_in_for,
            "role": found.role or "",
            "role_name": answer.role_name,
            "right": found.right_key or "",
            "band": band(*found.band),
            "within": found.due_s,
            "requester_excluded": answer.requester_excluded,
            "unresolved": found.unresolved,
            "pre_authorised": found.pre_authorised,
            "deciders": found.deciders,
            "rule": found.rule,
            "quorum": found.quorum,
            "needed": found.needed,
            "parts": found.parts,
            "trace": answer.trace,
        }
        return told(AnswerOut, shown)

    def _version(self, request: Request) -> ModelVersion:
        code = self.query.get("version")
        version = versions.version_by_code(code) if code else versions.published()
        if version is None or version.state == ModelVersion.State.DRAFT:
            raise ValidationError({"version": ["There is no such version."]})
        return version

    def _requester(self, request: Request) -> Person | None:
        key = self.query.get("requester")
        if key is None:
            return None
        own = people.person_for(request.user)
        if own is not None and own.key == key:
            return own
        # What somebody asked for lately counts for the band, and that is not everybody's business.
        if not people.facts_for(request.user).sees_all_departments:
            raise NotAllowed(
                "You may ask for yourself; who answers for the whole may ask for anybody.",
                code="who-decides-requester",
            )
        person = Person.objects.filter(key=key, active=True).first()
        if person is None:
            raise ValidationError({"requester": ["There is no such person."]})
        return person

    def _known(self, asked: dict[str, Any]) -> None:
        department = asked.get("department")
        if department and not Department.objects.filter(key=department).exists():
            raise ValidationError({"department": ["There is no such department."]})
