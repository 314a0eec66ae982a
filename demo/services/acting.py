"""Each action of a simulated history as the call of the service that a person would have made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from catalog.models import Offering
from catalog.services import files
from catalog.services.files import StoredFile
from demo.scenario import Scenario
from demo.story import Action, Case
from esm.events.actors import Actor
from governance.models import Decision, Person
from governance.selectors import people
from governance.services import deciding
from workflows.models import Request, StageVisit
from workflows.selectors import checklists
from workflows.services import handoffs, requests, stages
from workflows.services.checklists import tick_item

# What people say where their team has as much in hand as it agreed on.
ABOVE_LIMIT = "The day on which it has to be signed does not move."


@dataclass
class Cast:
    """The persons of the story and the requests they made so far."""

    scenario: Scenario
    directory: Path
    cases: Mapping[int, Case]
    persons: dict[str, Person] = field(default_factory=dict)
    requests: dict[int, int] = field(default_factory=dict)
    actors: dict[int, Actor] = field(default_factory=dict)
    stored: dict[str, StoredFile] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.persons = {person.key: person for person in Person.objects.all()}
        self.offering = Offering.objects.select_related("service").get(key=self.scenario.offering)
        for key, file in self.scenario.files.items():
            with (self.directory / file.path).open("rb") as source:
                self.stored[key] = files.store(source, file.path, field_key=key)

    def actor(self, person: Person) -> Actor:
        """Somebody in their own role, as they sign in."""
        known = self.actors.get(person.pk)
        if known is None:
            user = person.users.order_by("pk").values_list("pk", flat=True).first()
            known = self.actors[person.pk] = people.actor_of_person(person, user_id=user)
        return known

    def forget(self) -> None:
        """Roles may have changed."""
        self.actors.clear()

    def act(self, action: Action) -> None:
        """Do one thing. Whatever the service refuses is raised."""
        VERBS[action.verb](self, action)

    # --- verbs ---

    def visit(self, action: Action) -> tuple[int, int, int]:
        """Request, visit and handoff number of the live visit of a stage."""
        pk = self.requests[action.case]
        rows = StageVisit.objects.filter(
            request_id=pk, stage_key=action.stage, state__in=StageVisit.LIVE
        )
        seq, handoff = rows.order_by("-seq").values_list("seq", "handoff__seq")[0]
        return pk, seq, handoff or 0

    def who(self, action: Action) -> Actor:
        """The actor of an action that names its person."""
        return self.actor(self.persons[action.person])

    def submit(self, action: Action) -> None:
        asked = self.cases[action.case].asked
        attached = [replace(self.stored[key], name=name) for key, name in asked.files.items()]
        row: Request = requests.submit(
            offering=self.offering,
            data=asked.values,
            requester=self.persons[action.person],
            actor=self.who(action),
            files=attached,
        )
        self.requests[action.case] = row.pk

    def claim(self, action: Action) -> None:
        pk, seq, _ = self.visit(action)
        stages.claim(pk, seq, over_limit=ABOVE_LIMIT, actor=self.who(action))

    def complete(self, action: Action) -> None:
        pk, seq, _ = self.visit(action)
        for item in checklists.open_musts(pk, seq):
            tick_item(pk, seq, item=item.key, done=True, actor=self.who(action))
        stages.complete_visit(pk, seq, note=action.text, actor=self.who(action))

    def pause(self, action: Action) -> None:
        pk, seq, _ = self.visit(action)
        stages.pause(pk, seq, party="requester", reason=action.text, actor=self.who(action))

    def resume(self, action: Action) -> None:
        pk, seq, _ = self.visit(action)
        stages.resume(pk, seq, actor=self.who(action))

    def accept(self, action: Action) -> None:
        pk, _, handoff = self.visit(action)
        handoffs.accept(pk, handoff, over_limit=ABOVE_LIMIT, actor=self.who(action))

    def send_back(self, action: Action) -> None:
        pk, _, handoff = self.visit(action)
        handoffs.return_to_giver(
            pk, handoff, reason=action.choice, note=action.text, actor=self.who(action)
        )

    def ask(self, action: Action) -> None:
        pk, _, handoff = self.visit(action)
        handoffs.ask(pk, handoff, question=action.text, actor=self.who(action))

    def answer(self, action: Action) -> None:
        pk, _, handoff = self.visit(action)
        handoffs.answer(pk, handoff, text=action.text, actor=self.who(action))

    def decide(self, action: Action) -> None:
        decision = Decision.objects.select_related("decider").get(
            subject_kind="request",
            subject_id=self.requests[action.case],
            state=Decision.State.OPEN,
        )
        assert decision.decider is not None, f"nobody decides {decision.subject_ref}"
        actor = self.actor(decision.decider)
        deciding.decide(decision.pk, outcome=action.choice, rationale=action.text, actor=actor)

    def withdraw(self, action: Action) -> None:
        pk = self.requests[action.case]
        requests.withdraw(pk, reason=action.text, actor=self.who(action))

    def comment(self, action: Action) -> None:
        pk = self.requests[action.case]
        requests.comment(pk, body=action.text, actor=self.who(action))


VERBS: dict[str, Callable[[Cast, Action], None]] = {
    "submit": Cast.submit,
    "claim": Cast.claim,
    "complete": Cast.complete,
    "pause": Cast.pause,
    "resume": Cast.resume,
    "accept": Cast.accept,
    "return": Cast.send_back,
    "ask": Cast.ask,
    "answer": Cast.answer,
    "decide": Cast.decide,
    "withdraw": Cast.withdraw,
    "comment": Cast.comment,
}
