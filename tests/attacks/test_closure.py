"""I18: whatever an attacker calls, with whatever arguments, what they may do never grows.

The attacker is Bruno, who buys: with two accounts, tokens of both, and the program that he looks
after. Others act now and then as well and give nothing to him.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from esm.accounts.models import User
from esm.accounts.services import tokens
from esm.common import clock
from esm.common.errors import ServiceError
from esm.events.actors import SYSTEM, Actor
from esm.events.models import Event
from governance.blueprint.blueprint import UnknownElement
from governance.models import (
    Absence,
    Decision,
    Delegation,
    Membership,
    ModelVersion,
    Person,
    Role,
    RoleAssignment,
    Team,
)
from governance.selectors import resolving
from governance.selectors.people import actor_for
from governance.services import (
    accounts,
    deciding,
    delegations,
    leaving,
    people,
    roles,
)
from governance.services import (
    tokens as own,
)
from governance.services.delegations import Wish
from governance.services.drafting import apply_files
from tests.api.client import ALL, Caller
from tests.depth import FULL
from tests.governance import small
from tests.governance.conftest import DAY, NOW, Probe, actor, ask, now, probe, published, staff

__all__ = ["now", "probe", "published", "staff"]

NAMES = ("ben", "bruno", "hedda", "nia", "olga")
ROLES = ("buyer", "head-baker", "owner", "department-head")
TEAMS = ("counter", "bakers", "night-bakers")
AMOUNTS = ("50", "600", "5000")
MARKS = ("steward", "auditor", "admin")
person = st.sampled_from(NAMES)
role = st.sampled_from(ROLES)
# Making a failure shorter would take minutes; the same one comes again.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
TICK = timedelta(milliseconds=1)
# What the machine can ask of the API, with the fields it puts in.
CALLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "/roles/{role}/holders", {"person": "{one}"}),
    ("POST", "/teams/{team}/members", {"person": "{one}", "lead": True}),
    ("POST", "/people/{one}/accounts", {"username": "bruno-more", "marks": ["admin"]}),
    ("PATCH", "/people/{one}/accounts/{two}", {"marks": ["admin"], "active": True}),
    ("POST", "/people/{one}/accounts", {"username": "hedda", "link": True}),
    ("POST", "/people/{one}/leave", {}),
    ("POST", "/people/{one}/come-back", {}),
    ("POST", "/people-file", {"content": "name,key,role\nBruno Balt,bruno,owner\n", "apply": True}),
    ("POST", "/absences", {"person": "{one}", "since": "2026-03-02T00:00Z", "stand_in": "{two}"}),
    ("POST", "/delegations", {"of": "role", "key": "{role}", "delegate": "{two}",
                              "until": "2026-05-01T00:00Z"}),
    ("POST", "/delegations/{number}/accept", {}),
    ("POST", "/decisions/X-1/1/decide", {"outcome": "approve"}),
    ("POST", "/programs", {"name": "Mine", "role": "owner", "scopes": list(ALL)}),
    ("POST", "/tokens", {"name": "More", "scopes": list(ALL)}),
    ("PATCH", "/holdings/{number}", {}),
    ("PATCH", "/memberships/{number}", {"lead": True, "until": None}),
)  # fmt: skip


class Attack(RuleBasedStateMachine):
    """Bruno tries; what he may do is looked at after each try."""

    probe: Probe
    in_force: ModelVersion
    users: list[User]
    callers: list[Caller]

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()
        self.at = NOW
        clock.set_source(self._tick)
        self.staff = {one.key: one for one in Person.objects.all()}
        self.row = ask(self.probe, self.staff["nia"], "600", version=self.in_force)
        self.most = self._may()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.point)

    def _tick(self) -> datetime:
        self.at += TICK
        return self.at

    def _actors(self) -> list[Actor]:
        fresh = [User.objects.get(pk=user.pk) for user in self.users]
        return [*(actor_for(user) for user in fresh), actor("till")]

    def _may(self) -> set[str]:
        """Every right there is, as rows and as the resolver finds it for cases of all sizes."""
        at, bruno = self.at, self.staff["bruno"]
        found = {
            f"holds {key}"
            for key in RoleAssignment.objects.filter(person=bruno, valid__contains=at).values_list(
                "role__key", flat=True
            )
        }
        given = Delegation.objects.filter(delegate=bruno, state="accepted", valid__contains=at)
        found |= {f"was given {row.pk}" for row in given}
        works = Membership.objects.filter(person=bruno, valid__contains=at)
        found |= {f"in {row.team_id}, leads: {row.is_lead}" for row in works}
        for user in bruno.users.filter(is_active=True):
            found |= {f"is {mark}" for mark in MARKS if getattr(user, f"is_{mark}")}
        found |= {
            f"stands in for {pk}"
            for pk in Absence.objects.filter(stand_in=bruno).values_list("person_id", flat=True)
        }
        decision = Decision.objects.select_related("version", "team").get(pk=self.row.pk)
        for amount in AMOUNTS:
            decision.amount = Decimal(amount)
            seat = resolving.answer_for(decision, {}).seat_of(bruno.pk)
            if seat is not None:
                behind = seat.stands_in_for.key if seat.stands_in_for else "himself"
                found.add(f"decides {amount} as {seat.role} for {behind}")
        return found

    def _try(self, act: Callable[[], object]) -> None:
        """A refusal is what should come; done is well as long as nothing grew."""
        try:
            with transaction.atomic():
                act()
        except (ServiceError, UnknownElement):
            return

    # --- what the attacker calls ---

    @rule(n=st.integers(0, 2), one=person, key=role)
    def gives_a_role(self, n: int, one: str, key: str) -> None:
        row = Role.objects.get(key=key)
        act = self._actors()[n]
        self._try(lambda: roles.assign_role(self.staff[one], row, actor=act))
        self._try(lambda: roles.set_assignment(self.staff[one], row, actor=act))

    @rule(n=st.integers(0, 2), one=person)
    def ends_roles(self, n: int, one: str) -> None:
        act = self._actors()[n]
        for row in RoleAssignment.objects.filter(person=self.staff[one]):
            self._try(lambda row=row: roles.end_assignment(row, actor=act))  # type: ignore[misc]

    @rule(n=st.integers(0, 2), one=person, key=st.sampled_from(TEAMS), lead=st.booleans())
    def joins(self, n: int, one: str, key: str, lead: bool) -> None:
        act, team = self._actors()[n], Team.objects.get(key=key)
        self._try(lambda: people.join_team(self.staff[one], team, lead=lead, actor=act))
        self._try(lambda: people.set_membership(self.staff[one], team, lead=lead, actor=act))
        for row in Membership.objects.filter(person=self.staff[one]):
            self._try(
                lambda row=row: people.change_membership(  # type: ignore[misc]
                    row, lead=lead, until=None, actor=act
                )
            )

    @rule(n=st.integers(0, 2), one=person, two=person)
    def sends_away(self, n: int, one: str, two: str) -> None:
        act = self._actors()[n]
        self._try(
            lambda: people.record_absence(
                self.staff[one], since=self.at, until=self.at + DAY, stand_in=self.staff[two],
                actor=act,
            )
        )  # fmt: skip

    @rule(n=st.integers(0, 2), giver=person, delegate=person, of=st.sampled_from(["role", "type"]),
          key=st.sampled_from([*ROLES, "accept-order"]))  # fmt: skip
    def delegates(self, n: int, giver: str, delegate: str, of: str, key: str) -> None:
        act = self._actors()[n]
        wish = Wish(of=of, key=key, until=self.at + 9 * DAY)
        one, other = self.staff[giver], self.staff[delegate]
        self._try(lambda: delegations.propose_delegation(one, other, wish, actor=act))

    @rule(n=st.integers(0, 2))
    def accepts_everything(self, n: int) -> None:
        act = self._actors()[n]
        # An offer that somebody else made to him is a grant of theirs, and there is none.
        for row in Delegation.objects.filter(state="proposed"):
            self._try(lambda row=row: delegations.accept_delegation(row, actor=act))  # type: ignore[misc]

    @rule(n=st.integers(0, 2), one=person, mark=st.sampled_from(MARKS))
    def marks(self, n: int, one: str, mark: str) -> None:
        act, target = self._actors()[n], self.staff[one]
        for user in User.objects.all():
            self._try(lambda user=user: people.link_user(target, user, actor=act))  # type: ignore[misc]
            self._try(
                lambda user=user: accounts.change_account(  # type: ignore[misc]
                    target, user, marks=[mark], active=True, actor=act
                )
            )
        self._try(lambda: accounts.open_account(target, username="more", marks=[mark], actor=act))

    @rule(n=st.integers(0, 2), one=person, away=st.booleans())
    def closes(self, n: int, one: str, away: bool) -> None:
        act = self._actors()[n]
        verb = leaving.deactivate_person if away else leaving.reactivate_person
        self._try(lambda: verb(self.staff[one], actor=act))

    @rule(n=st.integers(0, 2), outcome=st.sampled_from(["approve", "decline"]))
    def decides(self, n: int, outcome: str) -> None:
        act = self._actors()[n]
        self._try(lambda: deciding.decide(self.row.pk, outcome=outcome, rationale="So", actor=act))
        self._try(lambda: deciding.withdraw_vote(self.row.pk, actor=act))

    @rule(n=st.integers(0, 1))
    def makes_a_token(self, n: int) -> None:
        act = self._actors()[n]
        self._try(lambda: own.make_token(self.users[n], name="t", scopes=ALL, actor=act))

    @rule(n=st.integers(0, 1), call=st.sampled_from(CALLS), one=person, two=person, key=role,
          team=st.sampled_from(TEAMS), number=st.integers(1, 12))  # fmt: skip
    def calls(
        self, n: int, call: tuple[str, str, dict[str, Any]], one: str, two: str, key: str,
        team: str, number: int,
    ) -> None:  # fmt: skip
        method, path, body = call
        words = {"one": one, "two": two, "role": key, "team": team, "number": number}
        said = {
            name: value.format(**words)
            if isinstance(value, str) and value.startswith("{")
            else value
            for name, value in body.items()
        }
        answer = self.callers[n].raw(method, path.format(**words), said)
        assert answer.status_code < 500, answer.content

    # --- what others do ---

    @rule(other=st.sampled_from(["ben", "hedda", "nia", "olga"]))
    def somebody_else_is_away(self, other: str) -> None:
        """With nobody in their place: what they decide goes elsewhere, never to him."""
        self._try(
            lambda: people.record_absence(
                self.staff[other], since=self.at, until=self.at + DAY, actor=SYSTEM
            )
        )

    @rule()
    def time_passes(self) -> None:
        self.at += 2 * DAY

    # --- what must be so ---

    @invariant()
    def nothing_grew(self) -> None:
        grown = self._may() - self.most
        assert not grown, grown
        bruno = self.staff["bruno"].ref
        granted = Event.objects.filter(actor=bruno, type__in=["role.assigned", "account.changed"])
        assert not granted.exists()


def run(probe: Probe, examples: int, steps: int) -> None:
    Absence.objects.all().delete()
    people.create_person(key="nia", name="Nia Nest", actor=SYSTEM)
    again = User.objects.create_user(username="bruno-again", password="x")
    people.link_user(Person.objects.get(key="bruno"), again, actor=SYSTEM)
    users = [User.objects.get(username="bruno"), again]
    made = [tokens.create_token(user, name="mine", scopes=ALL).text for user in users]
    content = small.specs()
    content["GovernanceBody", "round"] = {
        "name": "The round",
        "members": ["buyer", "head-baker", "owner"],
        "rule": "majority",
        "quorum": 2,
    }
    content["DecisionRight", "accept-middle"] |= {"role": None, "body": "round"}
    in_force = apply_files(small.model(2, content), actor=SYSTEM, publish=True).version
    shared = {"users": users, "callers": [Caller(text) for text in made]}
    machine = type("Machine", (Attack,), {"probe": probe, "in_force": in_force, **shared})
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(max_examples=examples, stateful_step_count=steps, phases=PHASES),
        )
    finally:
        clock.set_source(lambda: NOW)


@pytest.mark.django_db
def test_a64_what_an_attacker_may_never_grows(probe: Probe, staff: dict[str, Person]) -> None:
    """A few hundred calls in every run, thousands in a full one."""
    if FULL:
        run(probe, examples=150, steps=40)
    else:
        run(probe, examples=10, steps=20)
