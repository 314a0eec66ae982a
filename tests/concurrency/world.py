"""What races: two decisions, those who may vote on them, and everything that changes who may."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection, transaction

from esm.common import clock, invariants
from esm.common.errors import InvalidState
from esm.events.actors import SYSTEM, Actor
from esm.events.services.verify import verify
from governance import registries
from governance.locks import lock_version
from governance.models import (
    Decision,
    Delegation,
    ModelVersion,
    Person,
    Role,
    RoleAssignment,
)
from governance.registries import SubjectSummary
from governance.selectors.people import actor_of_person
from governance.services import deciding, delegations, leaving, people, reassigning, roles
from governance.services.delegations import Wish
from governance.services.drafting import apply_files
from tests.governance import small
from tests.governance.conftest import DAY, NOW, Probe, ask

TICK = timedelta(milliseconds=1)
LOOKED_AT = ("I15", "I16", "I17", "I18")
# What acts change, by what they are put back from.
TABLES = (
    "governance_vote", "governance_seat", "governance_decision", "governance_delegation",
    "governance_roleassignment", "governance_membership", "governance_absence",
    "governance_person", "governance_modelversion", "accounts_user", "events_event",
    "events_eventprivate", "events_delivery", "events_dirty", "race_content", "race_moved",
)  # fmt: skip


# Sorted, so that two courses with the same end read the same.
SEEN = """
SELECT json_object_agg(name, rows) FROM (
SELECT 'moved' AS name, (SELECT json_agg(r ORDER BY r::text) FROM (
    SELECT json_build_array(decision, outcome) AS r FROM race_moved) x) AS rows
UNION ALL SELECT 'decisions', (SELECT json_agg(r ORDER BY r::text) FROM (
    SELECT json_build_array(id, state, outcome, round, right_key, rule, quorum, needed, amount,
        decider_id, stands_in_for_id, delegation_id, decided_by_id, rationale) AS r
    FROM governance_decision) x)
UNION ALL SELECT 'votes', (SELECT json_agg(r ORDER BY r::text) FROM (
    SELECT json_build_array(decision_id, round, person_id, choice, role_key, stands_in_for_id,
        delegation_id, counted, withdrawn_at IS NULL) AS r
    FROM governance_vote) x)
UNION ALL SELECT 'seats', (SELECT json_agg(r ORDER BY r::text) FROM (
    SELECT json_build_array(decision_id, person_id, role_key, stands_in_for_id, voted_at IS NULL)
        AS r FROM governance_seat) x)
UNION ALL SELECT 'given', (SELECT json_agg(r ORDER BY r::text) FROM (
    SELECT json_build_array(id, state, cause) AS r FROM governance_delegation) x)
UNION ALL SELECT 'held', (SELECT json_agg(r ORDER BY r::text) FROM (
    SELECT json_build_array(person_id, role_id) AS r FROM governance_roleassignment
    WHERE valid @> %(at)s) x)
UNION ALL SELECT 'away', (SELECT json_agg(r ORDER BY r::text) FROM (
    SELECT json_build_array(person_id, stand_in_id) AS r FROM governance_absence
    WHERE valid @> %(at)s) x)
UNION ALL SELECT 'here', (SELECT json_agg(r ORDER BY r::text) FROM (
    SELECT to_json(key) AS r FROM governance_person WHERE active) x)
UNION ALL SELECT 'told', (SELECT json_agg(r ORDER BY r::text) FROM (
    SELECT json_build_array(type, count(*)) AS r FROM events_event GROUP BY type) x)
) parts"""
TOLD = f"""
SELECT d.id, d.state, count(e.id) FROM governance_decision d LEFT JOIN events_event e
ON e.type = 'decision.decided' AND e.chain = '{ModelVersion.CHAIN}/' || d.subject_id
AND e.data ->> 'decision' = d.seq::text
GROUP BY d.id, d.state HAVING count(e.id) <> (d.state = 'decided')::int"""


def violations() -> list[str]:
    looked_at = [one for one in invariants.invariants() if one.key in LOOKED_AT]
    return [f"{one.key}: {said}" for one in looked_at for said in invariants.violations(one)]


def asked_by_checkers() -> list[tuple[str, Any]]:
    """What the checkers ask: where nothing is wrong all answers are empty."""
    queries: list[tuple[str, Any]] = []

    def heard(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        queries.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(heard):
        violations()
    return queries


def all_of(queries: list[tuple[str, Any]]) -> tuple[str, list[object]]:
    """One statement that counts the rows of all."""
    whole = " + ".join(f"(SELECT count(*) FROM ({sql}) q)" for sql, _ in queries)
    return f"SELECT {whole}", [value for _, params in queries for value in params]


class Races:
    """The world, put back before each race; ``acts`` are what may happen in it, by name."""

    def __init__(self, probe: Probe, staff: Mapping[str, Person]) -> None:
        self.probe = probe
        self.staff = dict(staff)
        for key, name in (("nia", "Nia Nest"), ("rita", "Rita Rye")):
            self.staff[key] = people.create_person(key=key, name=name, actor=SYSTEM)
        content = small.specs()
        content["GovernanceBody", "round"] = {
            "name": "The round",
            "members": ["buyer", "head-baker", "owner"],
            "rule": "majority",
            "quorum": 2,
        }
        content["DecisionRight", "accept-middle"] |= {"role": None, "body": "round"}
        content["Role", "taster"] = {"name": "Taster", "purpose": "So that …", "category": "line"}
        content["GovernanceBody", "council"] = {
            "name": "The council",
            "members": ["buyer", "owner", "taster"],
            "rule": "unanimity",
            "quorum": 1,
        }
        content["DecisionRight", "accept-large"] |= {"role": None, "body": "council"}
        self.rules = apply_files(small.model(2, content), actor=SYSTEM, publish=True).version
        self.place = apply_files(small.model(3, content), actor=SYSTEM).version
        self.actors = {key: actor_of_person(person) for key, person in self.staff.items()}
        self._begin()
        self._keep()
        self.acts = self._acts()
        self.asked: tuple[str, list[object]] | None = None

    def who(self, key: str) -> Actor:
        """Somebody acting for themselves."""
        return self.actors[key]

    def _begin(self) -> None:
        """Hedda is away and gave her part to Ben; Olga said yes, one of two more is needed.

        Of three who all had to say yes two did, and the third is no longer asked: whoever looks
        next finds that it is decided.
        """
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS race_content, race_moved")
            cursor.execute("CREATE TABLE race_content (subject bigint, guests int)")
            cursor.execute("CREATE TABLE race_moved (decision bigint, outcome text)")
            cursor.execute("INSERT INTO race_content VALUES (%s, 1)", [self.probe.version.pk])
        self.given = self._given("hedda", "ben", "head-baker")
        delegations.accept_delegation(self.given, actor=self.who("ben"))
        self.offered = self._given("olga", "nia", "owner")
        self.away = people.record_absence(
            self.staff["hedda"], since=NOW, until=NOW + DAY, stand_in=self.staff["nia"],
            actor=SYSTEM,
        )  # fmt: skip
        shared = {"subject_kind": "race", "version": self.rules, "due_at": NOW + 9 * DAY}
        self.together = ask(self.probe, self.staff["rita"], "600", **shared)
        self.alone = self._asked(self.rules, "50", **shared)
        taster = Role.objects.get(key="taster")
        tastes = roles.assign_role(self.staff["nia"], taster, actor=SYSTEM)
        self.ready = self._asked(self.place, "2000", **shared)
        for name in ("olga", "bruno"):
            deciding.decide(self.ready.pk, outcome="approve", actor=self.who(name))
        roles.end_assignment(tastes, actor=SYSTEM)
        deciding.decide(self.together.pk, outcome="approve", actor=self.who("olga"))

    def _asked(self, place: ModelVersion, amount: str, **shared: object) -> Decision:
        with transaction.atomic():
            parent = lock_version(place.pk)
            return ask(
                self.probe, self.staff["rita"], amount, parent=parent, subject_id=parent.pk,
                seq=1, subject_ref=f"X-{place.pk}", **shared,
            )  # fmt: skip

    def _given(self, giver: str, delegate: str, role: str) -> Delegation:
        wish = Wish(of="role", key=role, until=NOW + 9 * DAY)
        one, other = self.staff[giver], self.staff[delegate]
        return delegations.propose_delegation(one, other, wish, actor=self.who(giver))

    def _keep(self) -> None:
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"DROP TABLE IF EXISTS kept_{table}")
                cursor.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")
            cursor.execute("SELECT max(id) FROM events_event")
            (self.last,) = cursor.fetchone()
        back = "".join(f"DELETE FROM {t}; INSERT INTO {t} TABLE kept_{t}; " for t in TABLES)
        self.put_back = f"BEGIN; SET LOCAL session_replication_role = replica; {back} COMMIT"

    def restore(self) -> None:
        """As it was in the beginning, with the same ids."""
        with connection.cursor() as cursor:
            cursor.execute(self.put_back)

    def forget(self) -> None:
        """Leave no table behind."""
        with connection.cursor() as cursor:
            names = ", ".join(["race_content", "race_moved", *(f"kept_{t}" for t in TABLES)])
            cursor.execute(f"DROP TABLE IF EXISTS {names}")

    # --- what happens ---

    def _acts(self) -> dict[str, Callable[[], object]]:
        staff = self.staff
        held = {row.person.key: row for row in self._held()}
        buyer = Role.objects.get(key="buyer")
        tomorrow = NOW + DAY
        return {
            "bruno says yes": lambda: self._say("bruno", "approve"),
            "bruno says no": lambda: self._say("bruno", "decline"),
            "ben says yes for hedda": lambda: self._say("ben", "approve"),
            "nia says yes": lambda: self._say("nia", "approve"),
            "bruno decides alone": lambda: deciding.decide(
                self.alone.pk, outcome="approve", actor=self.who("bruno")
            ),
            "olga takes her vote back": lambda: deciding.withdraw_vote(
                self.together.pk, actor=self.who("olga")
            ),
            "content changes": lambda: self._amend(12, "700"),
            "amount changes": lambda: self._amend(900, "5000"),
            "hedda takes it back": lambda: delegations.revoke_delegation(
                self.given, actor=self.who("hedda")
            ),
            "nia accepts": lambda: delegations.accept_delegation(
                self.offered, actor=self.who("nia")
            ),
            "bruno loses his role": lambda: roles.end_assignment(held["bruno"], actor=SYSTEM),
            "olga loses her role": lambda: roles.end_assignment(held["olga"], actor=SYSTEM),
            "nia is given a role": lambda: roles.assign_role(staff["nia"], buyer, actor=SYSTEM),
            "bruno goes away": lambda: people.record_absence(
                staff["bruno"], since=NOW, until=tomorrow, stand_in=staff["nia"], actor=SYSTEM
            ),
            "nia goes away": lambda: people.record_absence(
                staff["nia"], since=NOW, until=tomorrow, stand_in=staff["bruno"], actor=SYSTEM
            ),
            "hedda is back": lambda: people.end_absence(self.away, actor=SYSTEM),
            "olga leaves": lambda: leaving.deactivate_person(staff["olga"], actor=SYSTEM),
            "a sweep looks": lambda: reassigning.reassign(self.together.pk),
            "a sweep finds it decided": lambda: reassigning.reassign(self.ready.pk),
        }

    def _held(self) -> list[RoleAssignment]:
        rows = RoleAssignment.objects.filter(focus_kind="").select_related("person")
        return list(rows.order_by("pk"))

    def _say(self, who: str, outcome: str) -> Decision:
        why = "" if outcome == "approve" else "No"
        return deciding.decide(
            self.together.pk, outcome=outcome, rationale=why, actor=self.who(who)
        )

    def _amend(self, guests: int, amount: str) -> None:
        with transaction.atomic():
            parent = lock_version(self.probe.version.pk)
            if Decision.objects.get(pk=self.together.pk).state != "open":
                raise InvalidState("It was decided already.", allowed=[])
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE race_content SET guests = %s WHERE subject = %s", [guests, parent.pk]
                )
            reassigning.renew_open(parent=parent, subject_kind="race", amount=Decimal(amount))

    # --- what came of it ---

    def came_to(self) -> dict[str, list[list[object]]]:
        """Everything that a reader would see, without moments."""
        with connection.cursor() as cursor:
            cursor.execute(SEEN, {"at": clock.now()})
            return {name: rows or [] for name, rows in cursor.fetchone()[0].items()}

    def wrong(self) -> list[str]:
        """What must not be, whatever the order was."""
        with connection.cursor() as cursor:
            if self.asked is None:
                self.asked = all_of(asked_by_checkers())
            cursor.execute(*self.asked)
            found = violations() if cursor.fetchone()[0] else []
            cursor.execute(TOLD)
            found += [f"Decision {pk} is {state} and told {n} times." for pk, state, n in cursor]
            cursor.execute("SELECT DISTINCT chain FROM events_event WHERE id > %s", [self.last])
            chains = [chain for (chain,) in cursor]
        return found + [f"I20: {fault}" for fault in verify(chains)]

    # --- the subject ---

    def content(self, parent: ModelVersion) -> dict[str, Any]:
        """What is decided on, read as the transaction of the moment sees it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT guests FROM race_content WHERE subject = %s", [parent.pk])
            row = cursor.fetchone()
        return {"title": "Feast", "data": {"guests": row[0] if row else 0}}


def on_decided(parent: ModelVersion, decision: Decision, *, actor: Actor) -> None:
    """The subject moves."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO race_moved VALUES (%s, %s)", [decision.pk, decision.outcome])


@contextmanager
def racing(probe: Probe, staff: Mapping[str, Person]) -> Iterator[Races]:
    """A world whose clock goes on at every look: so what was looked at too early shows."""
    numbers = count(1)
    before = clock._source

    def ticking() -> datetime:
        return NOW + next(numbers) * TICK

    found: list[Races] = []
    registries.register_subject(
        "race",
        lock=lock_version,
        summary=lambda pks: {pk: SubjectSummary(title="Feast", url="/x/") for pk in pks},
        on_decided=on_decided,
        content=lambda parent: found[0].content(parent) if found else {"title": "Feast"},
    )
    clock.set_source(ticking)
    try:
        races = Races.__new__(Races)
        found.append(races)
        races.__init__(probe, staff)  # type: ignore[misc]
        yield races
    finally:
        found[0].forget()
        clock.set_source(before)
        registries._registry.subjects.pop("race")
