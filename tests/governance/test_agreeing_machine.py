"""Random courses of a version and its objections, against a small model of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

import pytest
from django.db import transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from esm.common import clock
from esm.common.errors import ServiceError
from esm.events.actors import SYSTEM
from governance.blueprint.consent import Answered, judged
from governance.models import Absence, ConsentAnswer, Decision, ModelVersion, Objection, Person
from governance.selectors import change_invariants, rounds
from governance.services import (
    agreeing,
    consenting,
    deciding,
    drafting,
    objecting,
    publishing,
    submitting,
)
from tests.depth import examples
from tests.governance import agreed
from tests.governance.conftest import DAY, NOW, actor
from tests.snapshots import once
from tests.support import forget

NAMES = ("ben", "bruno", "hedda", "olga")
OPEN = {"raised", "testing", "valid", "integrating"}
FINAL = {"agreed", "published", "retired"}
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
who = st.sampled_from(NAMES)
pick = st.integers(0, 9)


class Agreeing(RuleBasedStateMachine):
    """The portal and the model side by side: Hedda must agree, Bruno decides, Olga keeps it."""

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()
        self.at = NOW
        clock.set_source(self._tick)
        self.staff = {person.key: person for person in Person.objects.all()}
        self.minutes = count(481)
        self.base = 1
        self._begin()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.point)

    def _tick(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at

    def _begin(self) -> None:
        self.state, self.deciding = "draft", False
        self.objections: dict[int, tuple[str, str]] = {}
        self.raised_on: dict[int, int] = {}
        self.answers: dict[str, str] = {}
        self.content = next(self.minutes)
        self.version = agreed.draft(self._specs(), self.base + 1, based_on=self.base)

    def _specs(self) -> dict[tuple[str, str], dict[str, object]]:
        content = agreed.changed()
        content["Workflow", "feast"]["stages"][2]["complete_s"] = f"{self.content} min"
        return content

    def _may(self, act: Callable[[], object], expected: bool) -> bool:
        """Do it in a part of its own; it works exactly where the model says so."""
        try:
            with transaction.atomic():
                act()
        except ServiceError as refused:
            assert not expected, refused.sentence
            return False
        assert expected
        return True

    @property
    def asking(self) -> bool:
        """People may answer."""
        return self.state == "in_review" and not self.deciding

    def _open(self, *states: str) -> list[int]:
        wanted = set(states) or OPEN
        return [n for n, (_who, state) in self.objections.items() if state in wanted]

    def _one(self, pick: int) -> int:
        """An objection, mostly an open one, or a number that there is not."""
        known = self._open() if pick < 8 and self._open() else [*self.objections, 99]
        return known[pick % len(known)]

    def _state(self, n: int) -> str:
        return self.objections.get(n, ("", "none"))[1]

    def _put(self, n: int, state: str) -> None:
        self.objections[n] = (self.objections[n][0], state)

    def _back(self) -> None:
        self.state, self.deciding, self.answers = "draft", False, {}

    # --- what may happen ---

    @precondition(lambda self: self.state == "draft")
    @rule()
    def edit(self) -> None:
        self.content = next(self.minutes)
        files = agreed.small.model(1, self._specs())
        drafting.fill_draft(self.version, files.elements, actor=SYSTEM)

    @rule()
    def submit(self) -> None:
        may = self.state == "draft" and not self._open("valid", "integrating")
        if self._may(lambda: submitting.submit(self.version, actor=actor("olga")), may):
            self.state = "in_review"
            rows = ConsentAnswer.objects.filter(round__version=self.version, round__closed_at=None)
            self.answers = dict(rows.values_list("person__key", "answer"))

    @rule(name=who, said=st.sampled_from(["no_objection", "concern", "abstain", "objection"]))
    def answer(self, name: str, said: str) -> None:
        mine = [n for n in self._open() if self.objections[n][0] == name]
        may = self.asking and name in self.answers and not (said == "objection" and mine)
        done = self._may(
            lambda: consenting.answer(
                self.version, self.staff[name], answer=said, text="So.", actor=actor(name)
            ),
            may,
        )
        if not done:
            return
        self.answers[name] = said
        for n in mine:
            self._put(n, "withdrawn")
        if said == "objection":
            self.objections[len(self.objections) + 1] = (name, "raised")
            self.raised_on[len(self.objections)] = self.content

    @precondition(lambda self: self.asking)
    @rule(name=who)
    def object(self, name: str) -> None:
        """Somebody objects, more often than in life."""
        self.answer(name, "objection")

    @precondition(lambda self: self.asking)
    @rule()
    def everybody_consents(self) -> None:
        """Most courses go on."""
        for name in [n for n, said in self.answers.items() if not said]:
            if self.asking:
                self.answer(name, "no_objection")

    @precondition(lambda self: self.objections)
    @rule(pick=pick)
    def take_up(self, pick: int) -> None:
        n = self._one(pick)
        may = self._state(n) == "raised" and self.objections[n][0] != "olga"
        if self._may(lambda: objecting.take_up(self.version, n, actor=actor("olga")), may):
            self._put(n, "testing")

    @precondition(lambda self: self.objections)
    @rule(pick=pick, bits=st.tuples(*[st.sampled_from([True, True, False])] * 5))
    def test(self, pick: int, bits: tuple[bool, ...]) -> None:
        n = self._one(pick)
        said = Answered(**dict(zip(Objection.QUESTIONS, bits, strict=True)))
        may = self._state(n) in ("raised", "testing", "valid") and self.objections[n][0] != "olga"
        done = self._may(
            lambda: objecting.test(self.version, n, said, reason="Seen.", actor=actor("olga")), may
        )
        if done:
            self._put(n, "valid" if judged(said)[0] else "not_valid")

    @precondition(lambda self: self.objections)
    @rule(pick=pick)
    def integrate(self, pick: int) -> None:
        n = self._one(pick)
        may = self._state(n) == "valid"
        if self._may(lambda: objecting.integrate(self.version, n, actor=actor("olga")), may):
            self._put(n, "integrating")
            self._back()

    @precondition(lambda self: self.objections)
    @rule(pick=pick)
    def resolve(self, pick: int) -> None:
        n = self._one(pick)
        may = self._state(n) == "integrating" and self.content != self.raised_on[n]
        done = self._may(
            lambda: objecting.resolve(self.version, n, changed="It.", actor=actor("olga")), may
        )
        if done:
            self._put(n, "resolved")

    @precondition(lambda self: self.objections)
    @rule(pick=pick, name=who)
    def withdraw(self, pick: int, name: str) -> None:
        n = self._one(pick)
        may = self._state(n) in OPEN and self.objections[n][0] == name
        if self._may(lambda: objecting.withdraw(self.version, n, actor=actor(name)), may):
            self._put(n, "withdrawn")

    @precondition(lambda self: self.objections)
    @rule(pick=pick, name=who)
    def overrule(self, pick: int, name: str) -> None:
        n = self._one(pick)
        may = self._state(n) in OPEN and name == "bruno" != self.objections[n][0]
        done = self._may(
            lambda: objecting.overrule(self.version, n, reason="So be it.", actor=actor(name)), may
        )
        if done:
            self._put(n, "overruled")

    @rule()
    def end_round(self) -> None:
        may = self.asking and not self._open()
        if may:
            consent = rounds.open_round(self.version)
            assert consent is not None
            over = self.at >= consent.deadline
            may = bool(self.answers["hedda"]) and (over or all(self.answers.values()))
        if self._may(lambda: agreeing.end_round(self.version, actor=actor("olga")), may):
            self.deciding = True

    @precondition(lambda self: self.deciding)
    @rule(outcome=st.sampled_from(["approve", "approve", "decline", "refer_back"]))
    def decide(self, outcome: str) -> None:
        row = Decision.objects.get(subject_kind="model_version", state="open")
        deciding.decide(row.pk, outcome=outcome, rationale="So.", actor=actor("bruno"))
        if outcome == "approve":
            self.state, self.deciding = "agreed", False
        else:
            self._back()

    @precondition(lambda self: self.asking)
    @rule(settles=st.booleans(), ends=st.sampled_from([True, True, False]))
    def to_the_end(self, settles: bool, ends: bool) -> None:
        """Everybody answers, objections are withdrawn or one is raised, and it is to be decided."""
        if not settles and not self._open():
            self.answer("bruno", "objection")
        for n in self._open() if settles else ():
            name = self.objections[n][0]
            objecting.withdraw(self.version, n, actor=actor(name))
            self._put(n, "withdrawn")
        self.everybody_consents()
        if ends:
            self.end_round()

    @rule(really=st.integers(0, 3))
    def take_back(self, really: int) -> None:
        if really:
            return
        may = self.state in ("in_review", "agreed")
        done = self._may(
            lambda: submitting.take_back(self.version, reason="Again.", actor=actor("olga")), may
        )
        if done:
            self._back()

    @rule(pick=pick)
    def publish(self, pick: int) -> None:
        """Without consent only a draft, and over no open objection either."""
        forced = pick == 0
        row = ModelVersion.objects.get(pk=self.version.pk)
        may = self.state == "agreed" or (forced and self.state == "draft" and not self._open())
        done = self._may(
            lambda: publishing.publish(
                row, actor=actor("olga"), without_consent=forced, reason="Now."
            ),
            may,
        )
        if done:
            self.state = "published"

    @precondition(lambda self: self.state == "published")
    @rule()
    def next_version(self) -> None:
        self.base += 1
        self._begin()

    @rule(days=st.sampled_from([1, 9]))
    def time_passes(self, days: int) -> None:
        self.at += days * DAY

    # --- what must be so ---

    @invariant()
    def agrees(self) -> None:
        row = ModelVersion.objects.get(pk=self.version.pk)
        assert row.state == self.state
        found = Objection.objects.filter(version=row).values_list("number", "person__key", "state")
        assert {n: (name, state) for n, name, state in found} == self.objections
        assert not (row.state in FINAL and self._open())
        for check in (
            change_invariants.open_objections,
            change_invariants.asked_while_in_review,
            change_invariants.decided_on_what_it_holds,
        ):
            assert list(check()) == []


def run(tries: int, steps: int) -> None:
    once("agreed bakery", agreed.build)
    forget()
    Absence.objects.all().delete()
    try:
        run_state_machine_as_test(
            Agreeing,
            settings=settings(
                max_examples=tries, stateful_step_count=steps, deadline=None, phases=PHASES,
                derandomize=True, database=None,
            ),
        )  # fmt: skip
    finally:
        clock.set_source(lambda: NOW)


@pytest.mark.django_db
def test_an_open_objection_never_coexists_with_agreed(now: datetime) -> None:
    run(examples(12), 25)


@pytest.mark.slow
@pytest.mark.django_db
def test_long_courses_of_many_versions(now: datetime) -> None:
    run(40, 60)
