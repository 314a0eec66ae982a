"""Following a request over REST: remind, answer, correct a message, reopen, say how it went."""

from rest_framework.request import Request as Call
from rest_framework.response import Response

from esm.common.api.views import operation, told
from esm.common.errors import NotFound
from governance.selectors.versions import blueprint
from workflows.api.bodies import AnswerIn, EditIn, PulseIn, ReasonIn
from workflows.api.said import CommentOut, PulseOut, ReminderOut
from workflows.api.serializers import (
    RequestDetailOut,
    VisitOut,
)
from workflows.api.views.acting import OnVisit
from workflows.api.views.base import OfRequest, said
from workflows.api.views.requests import OnRequest, detail
from workflows.models import Request
from workflows.selectors import nudges
from workflows.services import closing, conversation, following


class Nudge(OnRequest):
    """Reminding whoever is waited on."""

    @operation("request_nudge", tag="requests", answer=ReminderOut)
    def post(self, request: Call, ref: str) -> Response:
        """Remind whoever you wait for; once in four working hours for a request."""
        found = self.find(ref)
        self.body(request)
        nudged = following.nudge(found.pk, actor=self.actor())
        again = nudges.next_at(nudged, blueprint(nudged.version_id))
        return told(ReminderOut, {"nudged_at": nudged.nudged_at, "again_at": again})


class Reopen(OnRequest):
    """What was delivered is not right."""

    @operation("request_reopen", tag="requests", answer=RequestDetailOut, body=ReasonIn)
    def post(self, request: Call, ref: str) -> Response:
        """Reopen a fulfilled request; the team that finished last has it again."""
        found = self.find(ref)
        closing.reopen(found.pk, reason=self.body(request)["reason"], actor=self.actor())
        return detail(request, self.find(ref))


class Pulse(OnRequest):
    """How it went."""

    @operation("pulse_answer", tag="requests", answer=PulseOut, body=PulseIn, status=201)
    def post(self, request: Call, ref: str) -> Response:
        """Say once how your closed request went; others see figures of five people and more."""
        found = self.find(ref)
        row = closing.answer_pulse(found.pk, **self.body(request), actor=self.actor())
        return told(PulseOut, row, status=201)


class _Said(OfRequest):
    """A message or a note, which are numbered apart."""

    internal = False

    def found(self, ref: str, seq: int) -> Request:
        """The request, where the caller may read what has this number. Raises NotFound."""
        found = self.find(ref)
        if self.internal and not self.may(found, "request.note"):
            raise NotFound("There is nothing with this number.")
        said(found, seq, internal=self.internal)
        return found

    def edit(self, request: Call, ref: str, seq: int) -> Response:
        """Correct it."""
        found, body = self.found(ref, seq), self.body(request)["body"]
        conversation.edit_comment(
            found.pk, seq, body=body, internal=self.internal, actor=self.actor()
        )
        return told(CommentOut, said(found, seq, internal=self.internal))

    def remove(self, ref: str, seq: int) -> Response:
        """Take it back."""
        found = self.found(ref, seq)
        conversation.remove_comment(found.pk, seq, internal=self.internal, actor=self.actor())
        return Response(status=204)


class Comment(_Said):
    """One message."""

    @operation("comment_edit", tag="requests", answer=CommentOut, body=EditIn)
    def patch(self, request: Call, ref: str, seq: int) -> Response:
        """Correct your own message, within five minutes."""
        return self.edit(request, ref, seq)

    @operation("comment_remove", tag="requests", answer=None, status=204)
    def delete(self, request: Call, ref: str, seq: int) -> Response:
        """Take your own message back, within five minutes."""
        return self.remove(ref, seq)


class Note(_Said):
    """One internal note."""

    internal = True

    @operation("note_edit", tag="requests", answer=CommentOut, body=EditIn)
    def patch(self, request: Call, ref: str, seq: int) -> Response:
        """Correct your own note, within five minutes."""
        return self.edit(request, ref, seq)

    @operation("note_remove", tag="requests", answer=None, status=204)
    def delete(self, request: Call, ref: str, seq: int) -> Response:
        """Take your own note back, within five minutes."""
        return self.remove(ref, seq)


class AnswerQuestion(OnVisit):
    """Answering what a step waits for."""

    scopes = {"write": "requests:write"}

    @operation("visit_answer", tag="requests", answer=VisitOut, body=AnswerIn)
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Answer what a step asks you; work and clocks go on at once."""
        found, _visit = self.visit(ref, seq)
        text = self.body(request)["answer"]
        following.answer_question(found.pk, seq, text=text, actor=self.actor())
        return self.told(found, seq)
