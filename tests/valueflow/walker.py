"""Walks requests of the clinic through the real services, at random but repeatably.

Every step picks one of the commands that the state of the request allows, by somebody of the team,
and lets time pass; so returns, questions, pauses, forks and early ends all happen.
"""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from catalog.models import Offering
from catalog.services.files import store
from esm.common import clock
from esm.events.actors import SYSTEM, Actor
from governance.models import Decision, Person
from governance.selectors import people, versions
from governance.services import deciding, drafting, people_file
from workflows.models import Request
from workflows.selectors import calendars, identities
from workflows.services import handoffs, requests, stages, timers

CLINIC = Path(__file__).resolve().parents[1] / "fixtures" / "clinic"
WEEK_ONE = date(2026, 3, 2)
START = datetime(2026, 9, 1, 7, 30, tzinfo=UTC)


class Walker:
    """The clinic with a clock of its own."""

    def __init__(self, seed: int = 1, start: datetime = START) -> None:
        self.now = start
        self.dice = random.Random(seed)

    def __enter__(self) -> "Walker":
        clock.set_source(lambda: self.now)
        identities.forget()
        calendars.forget()
        return self

    def __exit__(self, *_: Any) -> None:
        clock.set_source(None)

    def publish(self) -> "Walker":
        """The clinic's model and people."""
        drafting.apply_files(CLINIC / "model", actor=SYSTEM, publish=True, at=self.now)
        people_file.apply_people(CLINIC / "people.yaml", actor=SYSTEM, week_one=WEEK_ONE)
        return self

    def after(self, **delta: float) -> "Walker":
        """Let time pass."""
        self.now += timedelta(**delta)
        return self

    def person(self, key: str) -> Person:
        """Somebody by key."""
        return Person.objects.get(key=key)

    def submit(self, **values: Any) -> Request:
        """A request of the reception."""
        requester = self.person("beat-aerni")
        data = {
            "patient_label": "A. K., 1951",
            "eyes": "left",
            "sedation": self.dice.random() < 0.6,
            "payer": "patient",
            "expected_cost": str(self.dice.choice([900, 4200])),
        } | values
        return requests.submit(
            offering=self._offering(),
            data=data,
            requester=requester,
            actor=people.actor_of_person(requester),
            files=[self._letter()],
        )

    def _offering(self) -> Any:
        return Offering.objects.get(key="planned-lens-surgery")

    def _letter(self) -> Any:
        with (CLINIC / "files" / "referral.pdf").open("rb") as source:
            return store(source, "referral.pdf", field_key="letter")

    def team_member(self, team_id: int) -> Actor:
        """Somebody of a team."""
        return people.actor_of_person(people.members(team_id).order_by("pk").first())

    def step(self, request: Request) -> bool:
        """One command; False when nothing can be done any more."""
        request.refresh_from_db()
        live = list(
            request.visits.filter(state__in=["offered", "queued", "active", "blocked", "deciding"])
        )
        if not live:
            return False
        visit = self.dice.choice(sorted(live, key=lambda v: v.seq))
        who = self.team_member(visit.team_id)
        getattr(self, f"_{visit.state}")(request, visit, who)
        return True

    def _offered(self, request: Request, visit: Any, who: Actor) -> None:
        handoff = visit.handoff
        throw = self.dice.random()
        if handoff.state == "clarifying" and throw < 0.7:
            giver = self.team_member(handoff.giver_team_id)
            handoffs.answer(request.pk, handoff.seq, text="It is so.", actor=giver)
        elif handoff.state == "offered" and throw < 0.15:
            handoffs.ask(request.pk, handoff.seq, question="Is it so?", actor=who)
        elif throw < 0.3 and handoff.attempt < 3:
            reason = self._reason(request, handoff)
            handoffs.return_to_giver(
                request.pk, handoff.seq, reason=reason, note="Something is missing.", actor=who
            )
        else:
            handoffs.accept(request.pk, handoff.seq, actor=who)

    def _reason(self, request: Request, handoff: Any) -> str:
        blueprint = versions.blueprint(request.version_id)
        agreement = blueprint.get("HandoffAgreement", handoff.agreement_key)
        return str(self.dice.choice(agreement.return_reasons).key)

    def _queued(self, request: Request, visit: Any, who: Actor) -> None:
        stages.claim(request.pk, visit.seq, actor=who)

    def _active(self, request: Request, visit: Any, who: Actor) -> None:
        throw = self.dice.random()
        if throw < 0.15:
            party = self.dice.choice(["requester", "third"])
            stages.pause(request.pk, visit.seq, party=party, reason="A paper", actor=who)
        elif throw < 0.2:
            stages.release(request.pk, visit.seq, actor=who)
        else:
            stages.complete_visit(request.pk, visit.seq, actor=who)

    def _blocked(self, request: Request, visit: Any, who: Actor) -> None:
        stages.resume(request.pk, visit.seq, actor=who)

    def _deciding(self, request: Request, visit: Any, who: Actor) -> None:
        decision = Decision.objects.filter(
            subject_kind="request", subject_id=request.pk, state="open"
        ).latest("pk")
        decider = people.actor_of_person(decision.decider)
        outcome = "approve" if self.dice.random() < 0.9 else "refer_back"
        deciding.decide(decision.pk, outcome=outcome, rationale="Because.", actor=decider)

    def walk(self, request: Request, steps: int = 60) -> Request:
        """Steps with time between them, sweeping clocks on the way."""
        for _ in range(steps):
            self.after(minutes=self.dice.randint(5, 600))
            timers.sweep()
            if not self.step(request):
                break
        request.refresh_from_db()
        return request

    def withdraw(self, request: Request) -> Request:
        """The requester gives up."""
        actor = people.actor_of_person(self.person("beat-aerni"))
        return requests.withdraw(request.pk, reason="No longer needed", actor=actor)
