"""Commands on steps and handoffs over REST: one service call each."""

from typing import Any

from rest_framework.request import Request as Call
from rest_framework.response import Response

from esm.common.api.match import tag_of
from esm.common.api.views import operation, told
from esm.common.errors import Invalid
from governance.models import Team
from governance.selectors import people
from workflows.api.bodies import (
    AnswerIn,
    AskIn,
    CompleteIn,
    FollowUpIn,
    PauseIn,
    PriorityIn,
    ReassignIn,
    ReturnIn,
    TakeIn,
    TickIn,
)
from workflows.api.serializers import HandoffOut, VisitOut
from workflows.api.views.base import OfRequest, handoffs_of, numbered
from workflows.api.views.submitting import pointing_at
from workflows.models import Handoff, Request, StageVisit
from workflows.services import (
    checklists,
    follow_ups,
    handoffs,
    prioritising,
    reassigning,
    sessions,
    stages,
)

NOBODY = "Nobody in the team has this key."


class OnVisit(OfRequest):
    """A command on one step."""

    scopes = {"write": "work"}

    def visit(self, ref: str, seq: int) -> tuple[Request, Team]:
        """The visible request and the team of its step. Raises NotFound."""
        return self.to_act_on(ref, seq, StageVisit.objects.all(), "team")

    def told(self, request: Request, seq: int) -> Response:
        """The step as it is now."""
        return self.told_visit(request, seq)

    def tag(self, request: Call, **place: Any) -> str:
        told = self.told(self.visit(place["ref"], place["seq"])[0], place["seq"])
        return tag_of(told.data, VisitOut.moving)


class Claim(OnVisit):
    """Taking a step."""

    @operation("visit_claim", tag="work", answer=VisitOut, body=TakeIn)
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Take a step of your team; the first one starts the request."""
        found, team = self.visit(ref, seq)
        why = self.body(request)["over_limit"]
        stages.claim(found.pk, seq, over_limit=why, actor=self.actor(team.key))
        return self.told(found, seq)


class Release(OnVisit):
    """Putting a step back."""

    @operation("visit_release", tag="work", answer=VisitOut)
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Put a step back into the queue of its team."""
        found, team = self.visit(ref, seq)
        self.body(request)
        stages.release(found.pk, seq, actor=self.actor(team.key))
        return self.told(found, seq)


class Complete(OnVisit):
    """Finishing a step."""

    @operation("visit_complete", tag="work", answer=VisitOut, body=CompleteIn)
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Finish a step; where the next one belongs to another team, this is the offer.

        Refused with the list while a *must* criterion of the agreement does not hold.
        """
        found, team = self.visit(ref, seq)
        body = self.body(request)
        with pointing_at("data"):
            stages.complete_visit(
                found.pk,
                seq,
                data=body.get("data"),
                note=body["note"],
                override=body["override"],
                actor=self.actor(team.key),
            )
        return self.told(found, seq)


class Tick(OnVisit):
    """Ticking the checklist."""

    @operation("visit_tick", tag="work", answer=VisitOut, body=TickIn)
    def post(self, request: Call, ref: str, seq: int, item: str) -> Response:
        """Tick an item of the step's checklist, or take the tick back."""
        found, team = self.visit(ref, seq)
        done = self.body(request)["done"]
        actor = self.actor(team.key)
        checklists.tick_item(found.pk, seq, item=item, done=done, actor=actor)
        return self.told(found, seq)


class FollowUp(OnVisit):
    """The day to follow up."""

    @operation("visit_follow_up", tag="work", answer=VisitOut, body=FollowUpIn)
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Follow up on a day; until the team opens on it, the step sorts below the rest.

        The clocks run on. On the day whoever holds the step, else the team, is told.
        """
        found, team = self.visit(ref, seq)
        day = self.body(request)["on"]
        follow_ups.set_follow_up(found.pk, seq, on=day, actor=self.actor(team.key))
        return self.told(found, seq)


class Prioritise(OnVisit):
    """How soon a request has to be done."""

    @operation("visit_priority", tag="work", answer=VisitOut, body=PriorityIn)
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Give a request another priority, as the team that has it now; its clocks count on.

        What they counted and how long they stood still stays; targets are those of the model.
        """
        found, team = self.visit(ref, seq)
        body = self.body(request)
        prioritising.set_priority(
            found.pk,
            seq,
            priority=body["priority"],
            reason=body["reason"],
            actor=self.actor(team.key),
        )
        return self.told(found, seq)


class StartWork(OnVisit):
    """Beginning to measure."""

    @operation("visit_work_start", tag="work", answer=VisitOut)
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Start your work session on a step you took; the one that ran before stops."""
        found, team = self.visit(ref, seq)
        self.body(request)
        sessions.start_session(found.pk, seq, actor=self.actor(team.key))
        return self.told(found, seq)


class StopWork(OnVisit):
    """Stopping it."""

    @operation("visit_work_stop", tag="work", answer=VisitOut)
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Stop your work session on a step."""
        found, team = self.visit(ref, seq)
        self.body(request)
        sessions.stop_session(found.pk, seq, actor=self.actor(team.key))
        return self.told(found, seq)


class Reassign(OnVisit):
    """Giving held work to somebody else."""

    @operation("visit_reassign", tag="work", answer=VisitOut, body=ReassignIn)
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Give a held step to another member of the team you lead, or back to its queue."""
        found, team = self.visit(ref, seq)
        body = self.body(request)
        rows = people.members(team.pk)
        to = rows.filter(key=body["to"]).first() if body["to"] is not None else None
        if to is None and body["to"] is not None:
            raise Invalid(NOBODY, {"to": [NOBODY]})
        actor = self.actor(team.key)
        reassigning.reassign_visit(found.pk, seq, to=to, reason=body["reason"], actor=actor)
        return self.told(found, seq)


class Pause(OnVisit):
    """Letting a step stand still."""

    @operation("visit_pause", tag="work", answer=VisitOut, body=PauseIn)
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Let a step stand still until the requester or somebody outside answers."""
        found, team = self.visit(ref, seq)
        body = self.body(request)
        stages.pause(
            found.pk,
            seq,
            party=body["party"],
            reason=body["reason"],
            until=body["until"],
            actor=self.actor(team.key),
        )
        return self.told(found, seq)


class Resume(OnVisit):
    """Going on."""

    @operation("visit_resume", tag="work", answer=VisitOut)
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Go on after a wait."""
        found, team = self.visit(ref, seq)
        self.body(request)
        stages.resume(found.pk, seq, actor=self.actor(team.key))
        return self.told(found, seq)


class OnHandoff(OfRequest):
    """A command on one offer."""

    scopes = {"write": "work"}

    def handoff(self, ref: str, seq: int, team: str = "receiver_team") -> tuple[Request, Team]:
        """The visible request and a team of its offer. Raises NotFound."""
        return self.to_act_on(ref, seq, Handoff.objects.all(), team)

    def told(self, request: Request, seq: int) -> Response:
        """The offer as it is now."""
        return told(HandoffOut, numbered(handoffs_of(request), seq))

    def tag(self, request: Call, **place: Any) -> str:
        found, _team = self.handoff(place["ref"], place["seq"])
        return tag_of(self.told(found, place["seq"]).data)


class Accept(OnHandoff):
    """Taking over."""

    @operation("handoff_accept", tag="work", answer=HandoffOut, body=TakeIn)
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Take over what was offered to your team; then its step can be claimed."""
        found, team = self.handoff(ref, seq)
        why = self.body(request)["over_limit"]
        actor = self.actor(team.key)
        handoffs.accept(found.pk, seq, over_limit=why, actor=actor)
        return self.told(found, seq)


class Return(OnHandoff):
    """Sending back."""

    @operation("handoff_return", tag="work", answer=HandoffOut, body=ReturnIn)
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Return an offer with a reason both teams agreed on; it becomes rework of the giver."""
        found, team = self.handoff(ref, seq)
        body = self.body(request)
        handoffs.return_to_giver(
            found.pk,
            seq,
            reason=body["reason"],
            note=body["note"],
            actor=self.actor(team.key),
        )
        return self.told(found, seq)


class Ask(OnHandoff):
    """Asking before accepting."""

    @operation("handoff_ask", tag="work", answer=HandoffOut, body=AskIn)
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Ask the giver before accepting; your clocks stand still until the answer."""
        found, team = self.handoff(ref, seq)
        question = self.body(request)["question"]
        actor = self.actor(team.key)
        handoffs.ask(found.pk, seq, question=question, actor=actor)
        return self.told(found, seq)


class Answer(OnHandoff):
    """Answering."""

    @operation("handoff_answer", tag="work", answer=HandoffOut, body=AnswerIn)
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Answer the receiver's question; the offer stands again."""
        found, team = self.handoff(ref, seq, "giver_team")
        text = self.body(request)["answer"]
        handoffs.answer(found.pk, seq, text=text, actor=self.actor(team.key))
        return self.told(found, seq)
