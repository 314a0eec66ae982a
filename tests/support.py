"""What tests of running work share: a whole organisation from its files, and time moved by hand."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.core.cache import cache
from django.test import Client

from catalog.models import Offering
from catalog.services import files
from esm.accounts.models import User
from esm.common import clock
from esm.events.actors import SYSTEM, Actor
from esm.events.services import dispatch
from governance.blueprint.weeks import resolve_weeks
from governance.models import Decision, Person
from governance.selectors import people, versions
from governance.services import deciding, drafting
from governance.services.people_file import apply_people
from tests.snapshots import once
from workflows.models import Handoff, Request, StageVisit
from workflows.selectors import calendars, change_pack, identities
from workflows.services import follow_ups, handoffs, requests, stages, timers

ROOT = Path(__file__).resolve().parent.parent
WEEK_ONE = date(2025, 12, 29)
START = datetime(2026, 9, 1, 9, 30, tzinfo=UTC)
DEMO = ROOT / "demo" / "quillmere"
CLINIC = ROOT / "tests" / "fixtures" / "clinic"


def user(name: str) -> User:
    """The account with this username."""
    return User.objects.get(username=name)


def client(name: str) -> Client:
    """A browser in which this account is signed in."""
    made = Client()
    made.force_login(user(name))
    return made


def forget() -> None:
    """Nothing is remembered of another world whose ids come back."""
    for remembered in (identities, calendars, change_pack):
        remembered.forget()
    # Persons come back with the ids they had; how often they called before does not.
    cache.clear()
    for known in list(versions._hash_of):
        versions.forget(known)


class World:
    """An organisation at a moment; ``tick`` moves its time, ``settle`` runs what follows."""

    def __init__(self, directory: Path, models: tuple[str, ...], start: datetime = START) -> None:
        self.directory = directory
        self.now = start - timedelta(days=len(models))
        self.begin()
        if directory in (DEMO, CLINIC):
            once((directory, models, start), lambda: self._apply(models))
        else:
            self._apply(models)
        calendars.forget()
        self.now = start
        journey = (directory / "journey.yaml").read_text()
        self.journey: dict[str, Any] = yaml.load(journey, yaml.CSafeLoader)

    def begin(self) -> None:
        """Let its time count, and nothing that is remembered of another world."""
        clock.set_source(lambda: self.now)
        forget()

    def _apply(self, models: tuple[str, ...]) -> None:
        """Publish the models a day apart, with the people after the first."""
        for number, name in enumerate(models):
            at = self.now
            drafting.apply_files(self.directory / name, actor=SYSTEM, publish=True, at=at)
            if number == 0:
                apply_people(self.directory / "people.yaml", actor=SYSTEM, week_one=WEEK_ONE)
            self.tick(days=1)

    def tick(self, **delta: float) -> datetime:
        """Move time forward."""
        self.now += timedelta(**delta)
        return self.now

    def settle(self) -> None:
        """Run the sweeps and consumers that are due now."""
        timers.sweep()
        follow_ups.wake()
        dispatch.drain("outbox")

    def person(self, username: str) -> Person:
        """The person behind a username of the journey."""
        return Person.objects.get(users__username=username)

    def actor(self, username: str) -> Actor:
        """Somebody acting in their own role."""
        return people.actor_of_person(self.person(username))

    def submit(self, **changes: Any) -> Request:
        """Send the journey's request, with some answers changed (None takes one away)."""
        values: dict[str, Any] = resolve_weeks(self.journey["values"], WEEK_ONE)  # type: ignore[assignment]
        values = {k: v for k, v in {**values, **changes}.items() if v is not None}
        stored = [
            files.store((self.directory / path).open("rb"), Path(path).name, field_key=key)
            for key, path in (self.journey.get("files") or {}).items()
        ]
        return requests.submit(
            offering=Offering.objects.get(key=self.journey["offering"]),
            data=values,
            requester=self.person(self.journey["persona"]),
            actor=self.actor(self.journey["persona"]),
            files=stored,
        )

    def visit(self, request: Request, stage: str) -> StageVisit:
        """The live visit of a stage."""
        rows = StageVisit.objects.filter(request=request, stage_key=stage)
        return rows.filter(state__in=StageVisit.LIVE).latest("seq")

    def handoff(self, request: Request, stage: str) -> Handoff:
        """The handoff by which a stage was entered last."""
        return Handoff.objects.get(to_visit=self.visit(request, stage))

    def do(self, request: Request, step: Mapping[str, Any]) -> None:
        """One step of a journey, by the service it means."""
        actor, stage, action = self.actor(step["actor"]), step["stage"], step["action"]
        if action == "decide":
            row = Decision.objects.get(subject_id=request.pk, state="open")
            outcome, why = step["outcome"], step.get("rationale", "")
            deciding.decide(row.pk, outcome=outcome, rationale=why, actor=actor)
            return
        visit = self.visit(request, stage)
        if action == "claim":
            stages.claim(request.pk, visit.seq, actor=actor)
        elif action in ("hand-over", "complete"):
            stages.complete_visit(request.pk, visit.seq, note=step.get("note", ""), actor=actor)
        elif action == "accept":
            handoffs.accept(request.pk, visit.handoff.seq, actor=actor)
        elif action == "return":
            handoffs.return_to_giver(
                request.pk, visit.handoff.seq, reason=step["reason"], note=step["note"], actor=actor
            )
        else:
            raise AssertionError(f"unknown action {action}")

    def member(self, team_id: int) -> Actor:
        """Somebody who works in a team now."""
        rows = Person.objects.filter(memberships__team_id=team_id, active=True)
        person = rows.filter(memberships__valid__contains=self.now).order_by("pk").first()
        assert person is not None
        return people.actor_of_person(person)

    def to_decision(self, request: Request, minutes: int = 20) -> Decision:
        """Work a request through its steps, whoever is there, until it waits for a decision."""
        while True:
            self.tick(minutes=minutes)
            visit = StageVisit.objects.get(request=request, state__in=StageVisit.LIVE)
            actor = self.member(visit.team_id)
            if visit.state == StageVisit.State.DECIDING:
                return Decision.objects.get(subject_id=request.pk, state="open")
            if visit.state == StageVisit.State.OFFERED:
                handoffs.accept(request.pk, visit.handoff.seq, actor=actor)
            elif visit.state == StageVisit.State.QUEUED:
                stages.claim(request.pk, visit.seq, actor=actor)
            else:
                stages.complete_visit(request.pk, visit.seq, actor=actor)
            self.settle()

    def play(self, request: Request, *, until: int | None = None, minutes: int = 20) -> None:
        """Play the steps of the journey, some minutes apart."""
        for step in self.journey["steps"][:until]:
            self.tick(minutes=minutes)
            self.do(request, step)
            self.settle()
        request.refresh_from_db()
