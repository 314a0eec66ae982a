"""Votes, delegations, roles, absences and leavers in any order, against a small model of them."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from esm.common import clock
from esm.common.errors import Conflict, InvalidState, NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.locks import lock_version
from governance.models import (
    Absence,
    Decision,
    Delegation,
    ModelVersion,
    Person,
    Role,
    RoleAssignment,
    Vote,
)
from governance.selectors import resolving
from governance.selectors.people import actor_of_person
from governance.services import deciding, delegations, leaving, people, reassigning, roles
from governance.services.delegations import Wish
from governance.services.drafting import apply_files
from tests.concurrency.world import all_of, asked_by_checkers, violations
from tests.governance import small
from tests.governance.conftest import DAY, NOW, Probe, ask
from tests.governance.voting_model import ROUND, Given, Question, World

NAMES = ("ben", "bruno", "hedda", "nia", "olga")
who = st.sampled_from(NAMES)
# Making a failure shorter would take minutes; the same one comes again.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
TICK = timedelta(milliseconds=1)


class Voting(RuleBasedStateMachine):
    """The portal and the model side by side."""

    probe: Probe
    in_force: ModelVersion
    asked: tuple[str, list[object]]

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()
        self.at = NOW
        clock.set_source(self._tick)
        self.probe.content = {"title": "Feast", "data": {"guests": 0}}
        self.staff = {person.key: person for person in Person.objects.all()}
        self.held = {
            ("bruno", "buyer"), ("hedda", "head-baker"), ("olga", "owner")
        }  # fmt: skip
        self.world = World(self.at, set(self.held), {*NAMES, "rita"})
        self._ask(600, "rita")

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.point)
        self.probe.moved.clear()

    def _tick(self) -> datetime:
        self.at += TICK
        return self.at

    def _row(self) -> Decision:
        return Decision.objects.select_related("version", "team").get(pk=self.row.pk)

    def _ask(self, amount: int, asked: str) -> None:
        self.row = ask(
            self.probe,
            self.staff[asked],
            str(amount),
            version=self.in_force,
            due_at=NOW + 900 * DAY,
        )
        self.question = Question(amount, asked, "")
        self.question.terms = self._now()[0]

    def _now(self) -> tuple[str, set[str]]:
        self.world.now = self.at
        return self.world.terms(self.question.amount, self.question.asked)

    def _may(self, act: Callable[[], Any], *refused: type[Exception]) -> bool:
        """Whether it was done; whatever else is raised than what may be is a fault."""
        try:
            with transaction.atomic():
                act()
        except refused:
            return False
        return True

    # --- what may happen ---

    @rule(name=who, outcome=st.sampled_from(["approve", "approve", "decline"]))
    def vote(self, name: str, outcome: str) -> None:
        terms, voters = self._now()
        question = self.question
        expected: type[Exception] | None = None
        if name not in voters or name == question.asked:
            expected = NotAllowed
        elif question.outcome:
            expected = InvalidState
        elif question.terms == "round" and terms != "round":
            expected = Conflict
        elif terms == "round" and name in question.votes:
            expected = InvalidState
        alone = {self._answer().decider_id} if terms.startswith("alone") else set()
        if expected is None and alone and self.staff[name].pk not in alone:
            expected = NotAllowed

        def act() -> None:
            deciding.decide(self.row.pk, outcome=outcome, rationale="So", actor=self._actor(name))

        if expected is not None:
            with pytest.raises(expected), transaction.atomic():
                act()
            return
        act()
        question.terms = terms
        question.votes[name] = outcome
        if terms == "round":
            question.count(voters)
        else:
            question.outcome, question.made_of = outcome, {name}

    @rule(pick=st.integers(0, 4), outcome=st.sampled_from(["approve", "approve", "decline"]))
    def who_may_votes(self, pick: int, outcome: str) -> None:
        """Most votes are of who may, on what is open."""
        if self.question.outcome:
            self._ask(600, "rita")
        voters = sorted(self._now()[1] - set(self.question.votes))
        if voters:
            self.vote(voters[pick % len(voters)], outcome)

    @rule(pick=st.integers(0, 4), leaves=st.booleans())
    def who_voted_is_gone(self, pick: int, leaves: bool) -> None:
        """Of who voted somebody loses every role, or leaves."""
        voted = sorted(set(self.question.votes) & self.world.here)
        if not voted or self.question.outcome:
            return
        name = voted[pick % len(voted)]
        if leaves:
            self.leave(name)
        for role in ROUND:
            self.take_role(name, role)

    @rule(name=who)
    def withdraw(self, name: str) -> None:
        may = not self.question.outcome and name in self.question.votes
        done = self._may(
            lambda: deciding.withdraw_vote(self.row.pk, actor=self._actor(name)), InvalidState
        )
        assert done is may
        if done:
            del self.question.votes[name]

    @rule(amount=st.sampled_from([50, 300, 700, 700, 5000]))
    def amend(self, amount: int) -> None:
        if self.question.outcome:
            return
        guests = self.probe.content["data"]["guests"] + 1  # type: ignore[index]
        self.probe.content = {"title": "Feast", "data": {"guests": guests}}
        with transaction.atomic():
            parent = lock_version(self.probe.version.pk)
            reassigning.renew_open(parent=parent, subject_kind="probe", amount=Decimal(amount))
        self.question.amount = amount
        self.question.again()
        self.question.terms = self._now()[0]

    @rule()
    def sweep(self) -> None:
        reassigning.reassign(self.row.pk)
        if not self.question.outcome:
            self.question.look(*self._now())

    @rule(name=who, role=st.sampled_from(ROUND))
    def give_role(self, name: str, role: str) -> None:
        may = name in self.world.here and (name, role) not in self.world.held
        done = self._may(
            lambda: roles.assign_role(
                self.staff[name], Role.objects.get(key=role), actor=SYSTEM
            ),
            Conflict, InvalidState,
        )  # fmt: skip
        assert done is may
        if done:
            self.world.held.add((name, role))

    @rule(name=who, role=st.sampled_from(ROUND))
    def take_role(self, name: str, role: str) -> None:
        rows = RoleAssignment.objects.filter(
            person=self.staff[name], role__key=role, valid__contains=self.at
        )
        assert rows.exists() is ((name, role) in self.world.held)
        for row in rows:
            roles.end_assignment(row, actor=SYSTEM)
            self.world.lose(name, role)

    @rule(name=who, stand_in=st.sampled_from([*NAMES, ""]))
    def go_away(self, name: str, stand_in: str) -> None:
        if name == stand_in:
            return
        other = self.staff[stand_in] if stand_in else None
        if other is not None:
            other.refresh_from_db()
        may = name not in self.world.away and (not stand_in or stand_in in self.world.here)
        try:
            people.record_absence(
                self.staff[name], since=self._tick(), until=None, stand_in=other, actor=SYSTEM
            )
            done = True
        except Exception as error:
            assert type(error).__name__ in ("Conflict", "Invalid"), error
            done = False
        assert done is may
        if done:
            self.world.away[name] = stand_in

    @rule(name=who)
    def come_back(self, name: str) -> None:
        for row in Absence.objects.filter(person=self.staff[name], valid__contains=self.at):
            people.end_absence(row, actor=SYSTEM)
            del self.world.away[name]

    @rule(giver=who, delegate=who, role=st.sampled_from(ROUND), accepted=st.booleans())
    def give(self, giver: str, delegate: str, role: str, accepted: bool) -> None:
        world = self.world
        if any(g.giver == giver for g in world.given) or (giver, role) not in world.held:
            return
        if delegate not in world.here or giver == delegate:
            return
        until = self.at + 10 * DAY
        row = delegations.propose_delegation(
            self.staff[giver], self.staff[delegate],
            Wish(of="role", key=role, until=until), actor=self._actor(giver),
        )  # fmt: skip
        if accepted:
            delegations.accept_delegation(row, actor=self._actor(delegate))
        world.given.append(Given(giver, delegate, role, until, accepted))

    @rule(giver=who)
    def take_back(self, giver: str) -> None:
        rows = Delegation.objects.filter(
            giver=self.staff[giver], state__in=["proposed", "accepted"],
            valid__endswith__gt=self.at,
        )  # fmt: skip
        for row in rows:
            delegations.revoke_delegation(row, actor=self._actor(giver))
        self.world.given = [g for g in self.world.given if g.giver != giver]

    @rule(name=who)
    def leave(self, name: str) -> None:
        done = self._may(
            lambda: leaving.deactivate_person(self.staff[name], actor=SYSTEM), InvalidState
        )
        assert done is (name in self.world.here)
        self.world.leave(name)

    @rule(name=who)
    def return_to_work(self, name: str) -> None:
        with suppress(InvalidState), transaction.atomic():
            leaving.reactivate_person(self.staff[name], actor=SYSTEM)
        self.world.here.add(name)

    @rule(days=st.sampled_from([0, 1, 4]))
    def time_passes(self, days: int) -> None:
        self.at += days * DAY + timedelta(minutes=2)
        self.world.given = [g for g in self.world.given if self.at < g.until]

    @rule(amount=st.sampled_from([50, 600, 600, 5000]), asked=st.sampled_from(["rita", "bruno"]))
    def ask_anew(self, amount: int, asked: str) -> None:
        if self.question.outcome and asked in self.world.here:
            self._ask(amount, asked)

    # --- what must be so ---

    def _actor(self, name: str) -> Any:
        return actor_of_person(self.staff[name])

    def _answer(self) -> resolving.Answer:
        row = self._row()
        return resolving.answer_for(row, self.probe.content["data"])  # type: ignore[arg-type]

    @invariant()
    def agrees(self) -> None:
        row, question = self._row(), self.question
        terms, voters = self._now()
        found = self._answer()
        seats = {seat.person.key for seat in found.seats}
        if terms == "round":
            assert found.together and seats == voters
        else:
            assert not found.together and seats <= voters and bool(seats) is bool(voters)
        assert (row.state == "decided", row.outcome) == (bool(question.outcome), question.outcome)
        votes = Vote.objects.filter(decision=row, round=row.round, withdrawn_at=None)
        assert row.round == question.round
        assert dict(votes.values_list("person__key", "choice")) == question.votes
        made_of = votes.filter(counted=True).values_list("person__key", flat=True)
        assert set(made_of) == question.made_of
        self._nothing_is_told_before_it_is_so(row, question)
        with connection.cursor() as cursor:
            cursor.execute(*self.asked)
            assert cursor.fetchone()[0] == 0, violations()

    def _nothing_is_told_before_it_is_so(self, row: Decision, question: Question) -> None:
        """I19: what follows from an approval, the event and the move of its subject, is there
        exactly when the round is approved, once, and after every vote that made it."""
        chain = self.probe.version.chain
        told = list(
            Event.objects.filter(chain=chain, type="decision.decided", data__decision=row.seq)
        )
        assert [event.data["outcome"] for event in told] == (
            [question.outcome] if question.outcome else []
        )
        assert len(self.probe.moved) == Decision.objects.filter(state="decided").count()
        made = Vote.objects.filter(decision=row, counted=True).values_list("cast_at", flat=True)
        assert all(cast <= event.occurred_at for event in told for cast in made)


def run(probe: Probe, *, examples: int, steps: int) -> None:
    content = small.specs()
    content["GovernanceBody", "round"] = {
        "name": "The round", "members": list(ROUND), "rule": "majority", "quorum": 2,
    }  # fmt: skip
    content["DecisionRight", "accept-middle"] |= {"role": None, "body": "round"}
    Absence.objects.all().delete()
    RoleAssignment.objects.exclude(role__key__in=ROUND).delete()
    for key, name in (("nia", "Nia Nest"), ("rita", "Rita Rye")):
        people.create_person(key=key, name=name, actor=SYSTEM)
    rules = apply_files(small.model(2, content), actor=SYSTEM, publish=True).version
    shared = {"probe": probe, "in_force": rules, "asked": all_of(asked_by_checkers())}
    machine = type("Machine", (Voting,), shared)
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(max_examples=examples, stateful_step_count=steps, phases=PHASES),
        )
    finally:
        clock.set_source(lambda: NOW)


@pytest.mark.django_db
def test_votes_in_any_order_agree_with_the_model(probe: Probe, staff: dict[str, Person]) -> None:
    run(probe, examples=12, steps=22)


@pytest.mark.slow
@pytest.mark.django_db
def test_many_votes_in_any_order_agree_with_the_model(
    probe: Probe, staff: dict[str, Person]
) -> None:
    run(probe, examples=200, steps=40)
