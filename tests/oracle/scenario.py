"""Requests driven at random, but the same for a seed, through the services of an organisation.

Everything that happens to work happens here: nights and weekends between two steps, returns,
questions, pauses for the requester and for third parties, work put back or reopened, withdrawals,
declined and referred back decisions, measured work, requests left alone, a new version half-way.
"""

import heapq
import itertools
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from catalog.models import Offering
from catalog.services import files
from esm.events.actors import SYSTEM, Actor
from governance.models import Decision, Membership, Person
from governance.selectors import people, versions
from governance.services import deciding, drafting
from governance.services.days import DayException, set_calendar_exceptions
from tests.support import CLINIC, DEMO, World
from workflows.models import Handoff, Request, StageVisit, WorkSession
from workflows.selectors import calendars
from workflows.selectors.checklists import open_musts
from workflows.services import closing, handoffs, requests, stages, timers
from workflows.services.checklists import tick_item

START = datetime(2026, 9, 21, 7, 12, 31, 250_000, tzinfo=UTC)
NEW_VERSION = timedelta(days=16)
SENDING = timedelta(days=40)
END = timedelta(days=57)
Values = Callable[["Scenario"], tuple[str, dict[str, Any]]]


class _Way(NamedTuple):
    """How a request will go: steps left before it is left alone, step at which it is withdrawn."""

    request: int
    pace: float
    patience: int
    regret: int


class Scenario:
    """One organisation, some requests, one seed. ``routes``: offers are delivered as they come."""

    routes = True

    def __init__(
        self, world: World, seed: int, values: Values, *, upload: str, later: Path | None = None
    ) -> None:
        self.world, self.values, self.upload, self.later = world, values, upload, later
        self.dice = random.Random(seed)
        self._order = itertools.count()
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._actors: dict[int, Actor] = {}

    @cached_property
    def members(self) -> dict[int, list[int]]:
        """Persons by team, in a fixed order."""
        rows = Membership.objects.order_by("team__key", "person__key")
        found: dict[int, list[int]] = {}
        for team, person in rows.values_list("team_id", "person_id"):
            found.setdefault(team, []).append(person)
        return found

    def run(self, count: int) -> "Scenario":
        """Send ``count`` requests and let them go their way until the end."""
        start = self.world.now
        for _ in range(count):
            self._at(start + SENDING * self.dice.random(), self._send)
        if self.later is not None:
            self._at(start + NEW_VERSION, self._publish)
        while self._due and self._due[0][0] < start + END:
            self.world.now, _, action = heapq.heappop(self._due)
            action()
            self._sweep()
        self.world.now = start + END
        timers.sweep()
        return self

    def _sweep(self) -> None:
        """What follows by itself, some time after it could."""
        throw = self.dice.random()
        if self.routes and throw < 0.4:
            self.world.settle()
        elif throw < 0.2:
            timers.sweep()

    def _at(self, moment: datetime, action: Callable[[], None]) -> None:
        heapq.heappush(self._due, (moment, next(self._order), action))

    def _pause(self, pace: float = 1) -> timedelta:
        """Mostly hours, sometimes a night or a long weekend; ``pace`` stretches all of it."""
        longest = self.dice.choices((0.2, 3, 16, 80), (4, 5, 3, 1))[0]
        return timedelta(hours=pace * self.dice.uniform(0.01, longest))

    def actor(self, person_id: int) -> Actor:
        """Somebody acting in their own role."""
        if person_id not in self._actors:
            person = Person.objects.get(pk=person_id)
            self._actors[person_id] = people.actor_of_person(person)
        return self._actors[person_id]

    def member(self, team_id: int) -> Actor:
        """Anybody of a team."""
        return self.actor(self.dice.choice(self.members[team_id]))

    def _publish(self) -> None:
        assert self.later is not None
        drafting.apply_files(self.later, actor=SYSTEM, publish=True, at=self.world.now)

    def _send(self) -> None:
        offering, data = self.values(self)
        requester = self.world.person(self.dice.choice(self.requesters))
        path = self.world.directory / self.world.journey["files"][self.upload]
        with path.open("rb") as source:
            stored = files.store(source, path.name, field_key=self.upload)
        request = requests.submit(
            offering=Offering.objects.get(key=offering),
            data=data,
            requester=requester,
            actor=self.actor(requester.pk),
            files=[stored],
        )
        # Some are slow, some are left alone after a few steps, some are withdrawn on their way.
        pace = self.dice.choice((0.5, 1, 1, 2, 4))
        patience = self.dice.randint(1, 14) if self.dice.random() < 0.12 else 200
        regret = self.dice.randint(1, 16) if self.dice.random() < 0.12 else 0
        self._next(_Way(request.pk, pace, patience, regret))

    @property
    def requesters(self) -> list[str]:
        """Usernames of those who ask."""
        return [self.world.journey["persona"]]

    def _next(self, way: "_Way") -> None:
        if way.patience:
            self._at(self.world.now + self._pause(way.pace), lambda: self._step(way))

    def _step(self, way: "_Way") -> None:
        """One command that the state of the request allows, by somebody who may."""
        request = Request.objects.get(pk=way.request)
        if way.regret == 1:
            actor = self.actor(request.requester_id)
            requests.withdraw(way.request, reason="No longer needed", actor=actor)
            return
        rows = request.visits.filter(state__in=StageVisit.LIVE).select_related("handoff")
        visit = self.dice.choice(list(rows.order_by("seq")))
        getattr(self, f"_{visit.state}")(request, visit)
        request.refresh_from_db(fields=["state", "is_open"])
        if request.is_open:
            self._next(way._replace(patience=way.patience - 1, regret=max(0, way.regret - 1)))
        elif request.state == Request.State.FULFILLED:
            actor, throw = self.actor(request.requester_id), self.dice.random()
            if throw < 0.5:
                self._at(self.world.now + self._pause(), lambda: self._close(way.request, actor))
            elif throw < 0.7:
                self._at(self.world.now + self._pause(), lambda: self._reopen(way, actor))

    def _reopen(self, way: "_Way", actor: Actor) -> None:
        closing.reopen(way.request, reason="It is not right.", actor=actor)
        self._next(way)

    def _close(self, request_id: int, actor: Actor) -> None:
        requests.close(request_id, actor=actor)

    def _offered(self, request: Request, visit: StageVisit) -> None:
        handoff, who, throw = visit.handoff, self.member(visit.team_id), self.dice.random()
        asked = handoff.state == Handoff.State.CLARIFYING
        if asked and throw < 0.6:
            giver = self.member(handoff.giver_team_id)
            handoffs.answer(request.pk, handoff.seq, text="It is so.", actor=giver)
        elif not asked and throw < 0.13:
            handoffs.ask(request.pk, handoff.seq, question="Is it so?", actor=who)
        elif 0.6 <= throw < 0.75:
            reason = self._reason(request, handoff)
            handoffs.return_to_giver(
                request.pk, handoff.seq, reason=reason, note="Something is missing.", actor=who
            )
        else:
            handoffs.accept(request.pk, handoff.seq, actor=who)

    def _reason(self, request: Request, handoff: Handoff) -> str:
        if not handoff.agreement_key:
            return "incomplete"
        blueprint = versions.blueprint(request.version_id)
        agreement = blueprint.get("HandoffAgreement", handoff.agreement_key)
        return str(self.dice.choice(agreement.return_reasons).key)

    def _queued(self, request: Request, visit: StageVisit) -> None:
        stages.claim(request.pk, visit.seq, actor=self.member(visit.team_id))

    def _active(self, request: Request, visit: StageVisit) -> None:
        assert visit.holder_id is not None
        who, throw = self.actor(visit.holder_id), self.dice.random()
        if throw < 0.16:
            party = self.dice.choice(("requester", "requester", "third"))
            stages.pause(request.pk, visit.seq, party=party, reason="A paper", actor=who)
        elif throw < 0.22:
            stages.release(request.pk, visit.seq, actor=who)
        else:
            if throw < 0.4:
                self._work(visit)
            for item in open_musts(request.pk, visit.seq):
                tick_item(request.pk, visit.seq, item=item.key, done=True, actor=who)
            stages.complete_visit(request.pk, visit.seq, actor=who)

    def _work(self, visit: StageVisit) -> None:
        """Measured work: it ended before the step was completed."""
        began = self.world.now - timedelta(minutes=self.dice.randint(3, 90))
        assert visit.holder_id is not None
        WorkSession.objects.create(
            visit=visit, person_id=visit.holder_id, started_at=began, stopped_at=self.world.now
        )

    def _blocked(self, request: Request, visit: StageVisit) -> None:
        assert visit.holder_id is not None
        stages.resume(request.pk, visit.seq, actor=self.actor(visit.holder_id))

    def _deciding(self, request: Request, visit: StageVisit) -> None:
        decision = Decision.objects.get(
            subject_kind="request", subject_id=request.pk, state=Decision.State.OPEN
        )
        if decision.decider_id is None:
            return
        outcome = self.dice.choices(("approve", "decline", "refer_back"), (16, 2, 4))[0]
        deciding.decide(
            decision.pk,
            outcome=outcome,
            rationale="Because.",
            actor=self.actor(decision.decider_id),
        )


class Contracts(Scenario):
    """The demo organisation, whose second version comes into force half-way.

    No agreement of it accepts by itself, so nothing waits for the delivery of an offer.
    """

    routes = False

    @property
    def requesters(self) -> list[str]:
        """Account managers."""
        return ["mira", "jonas"]


def contract(run: Scenario) -> tuple[str, dict[str, Any]]:
    """A contract as the version in force asks for it; its answers choose the way."""
    dice = run.dice
    version = versions.published()
    assert version is not None
    data: dict[str, Any] = {
        "counter_party": "Norrvik Analytical, Turku",
        "contract_kind": "customer",
        "subject": "A service contract",
        "contract_value": dice.choice((8_000, 30_000, 60_000, 200_000, 700_000)),
        "paper": dice.choice(("ours", "theirs")),
        "target_date": date(2026, 12, 18),
        "personal_data": dice.choice(("yes", "no")),
        "system_access": dice.choice(("none", "read")),
    }
    if version.number > 1:
        data |= {"differs": dice.choice(("yes", "no"))}
        if data["differs"] == "yes":
            data |= {"deviations": "Liability, § 4"}
        if data["personal_data"] == "yes":
            data |= {"data_categories": "Contact persons"}
        if data["system_access"] != "none":
            data |= {"access_detail": "A read-only link"}
    return "contract-review", data


def surgery(run: Scenario) -> tuple[str, dict[str, Any]]:
    """A referral; some are confidential."""
    dice = run.dice
    data = {
        "patient_label": "A. K., 1951",
        "eyes": dice.choice(("left", "right")),
        "sedation": dice.random() < 0.6,
        "payer": "patient",
        "expected_cost": dice.choice((900, 4200)),
    }
    return dice.choices(("planned-lens-surgery", "quiet-lens-surgery"), (9, 1))[0], data


def contracts(seed: int, count: int) -> Scenario:
    """The demo organisation."""
    world = World(DEMO, ("om-1",), START)
    run = Contracts(world, seed, contract, upload="draft", later=DEMO / "om-2")
    return run.run(count)


def clinic(seed: int, count: int, directory: Path) -> Scenario:
    """The clinic of ``directory`` (see ``clinic_files``), with a half-day and a closed day."""
    world = World(directory, ("model",), START)
    set_calendar_exceptions(
        [
            DayException("clinic-hours", date(2026, 10, 6), "Half-day", ("08:00-12:00",)),
            DayException("theatre-hours", date(2026, 10, 13), "Repairs", ()),
        ],
        actor=SYSTEM,
    )
    calendars.forget()
    return Scenario(world, seed, surgery, upload="letter").run(count)


def clinic_files(target: Path) -> Path:
    """A copy of the clinic with a confidential offering, a handoff within one department and one
    that is accepted by agreement, and a decision within the team that worked before."""
    for source in sorted(CLINIC.rglob("*")):
        if source.is_file():
            copy = target / source.relative_to(CLINIC)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
    model = target / "model"
    offering = (model / "offering" / "planned-lens-surgery.yaml").read_text()
    quiet = offering.replace("key: planned-lens-surgery", "key: quiet-lens-surgery")
    quiet = quiet.replace("confidential: false", "confidential: true")
    (model / "offering" / "quiet-lens-surgery.yaml").write_text(quiet)
    _change(model / "team" / "theatre.yaml", "department: surgery", "department: nursing")
    # A decision of the team that worked before it: nothing is handed over, yet it may go back.
    _change(
        model / "workflow" / "lens-surgery-path.yaml",
        "kind: decision\n      team: practice-management",
        "kind: decision\n      team: insurance-desk",
    )
    _change(
        model / "handoff-agreement" / "reception-to-cover-check.yaml",
        "accept_mode: explicit",
        "accept_mode: auto_if_complete",
    )
    return target


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
