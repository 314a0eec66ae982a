"""A history of any length: real requests as patterns, and a plan of copies that comes in by COPY.

The patterns are worked by the services of the product, one of each service in each state. A copy is
the rows of its pattern at another time, asked by somebody else under another title. The ledger of
copies is there for what is open and what ended last; its hashes are those of the patterns, so that
``ledger verify`` has no meaning here.
"""

import io
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Model

from catalog.models import Offering
from esm.accounts.models import User
from esm.common import clock
from governance.models import Membership, Person
from governance.selectors import people
from workflows.models import Request, StageVisit
from workflows.services import handoffs, requests, stages

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
STATES = ("closed", "queued", "claimed", "offered", "taken", "fulfilled")
# Of what is open: how much waits, is worked, is offered, is worked by the next, waits for a yes.
OPEN_SHARES = (25, 30, 15, 25, 5)
OPEN_SHARE, DAYS, OPEN_DAYS, HEAVY = 0.03, 720, 12, 3000
EVENTS_OF_CLOSED = 20_000
WORDS = re.findall(
    r"\w+",
    "access account badge budget cable calendar camera chair contract course desk door figure form"
    " invoice key laptop letter licence list mail meeting move order parcel phone plan printer"
    " project purchase report room safety sample scanner screen server shelf software supplier"
    " ticket tool training transfer travel update visit voucher warranty window",
)
KINDS = ("new", "lost", "broken", "more", "changed", "missing", "urgent", "old", "second")


class Patterns:
    """Works one request of each service into each state, at a moment of its own."""

    def __init__(self) -> None:
        self.now = NOW
        clock.set_source(lambda: self.now)

    def make(self) -> dict[str, list[int]]:
        """Ids of the patterns by state."""
        found: dict[str, list[int]] = {state: [] for state in STATES}
        for offering in Offering.objects.select_related("service").order_by("pk"):
            for state in STATES:
                # Ends about now, so that a copy is open for as long as its shift says.
                self.now = NOW - timedelta(hours=30 if state in ("closed", "fulfilled") else 6)
                found[state].append(self._work(offering, state).pk)
        self.now = NOW
        return found

    def _work(self, offering: Offering, state: str) -> Request:
        asker = Person.objects.get(key="member-7-1")
        answers = {"what": "A pattern", "why": "So that there is something to copy."}
        request = requests.submit(
            offering=offering,
            data=answers,
            requester=asker,
            actor=people.actor_of_person(asker),
            files=[],
        )
        steps = {"queued": 0, "claimed": 1, "offered": 2, "taken": 4}.get(state, 99)
        for _ in range(steps):
            self.now += timedelta(minutes=40)
            visit = StageVisit.objects.filter(request=request, state__in=StageVisit.LIVE).first()
            if visit is None:
                break
            self._step(request, visit)
        request.refresh_from_db()
        if state == "closed":
            self.now += timedelta(minutes=40)
            requests.comment(request.pk, body="Thank you.", actor=people.actor_of_person(asker))
            requests.close(request.pk, actor=people.actor_of_person(asker))
        return request

    def _step(self, request: Request, visit: StageVisit) -> None:
        row = Person.objects.filter(memberships__team_id=visit.team_id).order_by("-key").first()
        assert row is not None
        actor = people.actor_of_person(row)
        if visit.state == StageVisit.State.OFFERED:
            handoffs.accept(request.pk, visit.handoff.seq, actor=actor)
        elif visit.state == StageVisit.State.QUEUED:
            stages.claim(request.pk, visit.seq, actor=actor)
        else:
            stages.complete_visit(request.pk, visit.seq, actor=actor)


def plan(patterns: dict[str, list[int]], askers: list[tuple[int, int]], count: int) -> None:
    """Write which copy is of which pattern, when, by whom and called what, by COPY."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_plan (n int, pattern bigint, shift interval, requester bigint,"
            " department bigint, title text)"
        )
        cursor.copy_expert("COPY bench_plan FROM STDIN", _Lines(_plan(patterns, askers, count)))
        cursor.execute("CREATE INDEX ON bench_plan (pattern)")
        cursor.execute("ANALYZE bench_plan")


def _plan(
    patterns: dict[str, list[int]], askers: list[tuple[int, int]], count: int
) -> Iterator[str]:
    dice = random.Random(7)
    open_from = count - int(count * OPEN_SHARE)
    heavy = {dice.randrange(count) for _ in range(min(HEAVY, count // 20))}
    for n in range(count):
        if n < open_from:
            state = "closed"
            days = OPEN_DAYS / 4 + (DAYS - OPEN_DAYS / 4) * (1 - n / open_from)
        else:
            state = dice.choices(STATES[1:], OPEN_SHARES)[0]
            days = OPEN_DAYS * dice.random() ** 2
        # A few ask often.
        person, department = askers[0 if n in heavy else int(len(askers) * dice.random() ** 1.5)]
        title = f"{dice.choice(KINDS)} {dice.choice(WORDS)} for {dice.choice(WORDS)} {n % 997}"
        pattern = dice.choice(patterns[state])
        yield f"{n}\t{pattern}\t-{int(days * 1440)} minutes\t{person}\t{department}\t{title}\n"


class _Lines(io.TextIOBase):
    """Lines as a file that COPY reads."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.rest = ""

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> str:
        parts, length = [self.rest], len(self.rest)
        for line in self.lines:
            parts.append(line)
            length += len(line)
            if size is not None and 0 <= size <= length:
                break
        text = "".join(parts)
        end = len(text) if size is None or size < 0 else size
        self.rest = text[end:]
        return text[:end]


def _copy(cursor: Any, model: type[Model], columns: str, lines: Iterator[str]) -> None:
    """Rows of a model by COPY; what the columns do not name is as in a new row."""
    given = columns.split(", ")
    fields = [f for f in model._meta.concrete_fields if f.column not in given and f.has_default()]
    plain = [str(f.get_db_prep_save(f.get_default(), connection)) for f in fields]
    names, tail = ", ".join([*given, *(f.column for f in fields)]), "\t".join(["", *plain])
    whole = (line.replace("\n", f"{tail}\n") for line in lines)
    cursor.copy_expert(f"COPY {model._meta.db_table} ({names}) FROM STDIN", _Lines(whole))


def colleagues(count: int) -> list[tuple[int, int]]:
    """People, accounts and memberships up to this number, by COPY; all as (person, department)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM governance_team ORDER BY id")
        teams = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT count(*), max(id) FROM governance_person")
        there, last = cursor.fetchone()
        cursor.execute("SELECT max(id) FROM accounts_user")
        account = cursor.fetchone()[0]
        more = range(max(0, count - there))
        tables = {
            (Person, "id, key, name, email, zone, active, chain_bucket, chain_seq, chain_hash"): (
                f"{last + 1 + i}\tp-{i}\tPerson {i}\tp{i}@measured.example\tEurope/Berlin\tt\t"
                f"2026-11-01\t0\t\\\\x{'00' * 32}\n"
                for i in more
            ),
            (Membership, "person_id, team_id, is_lead, valid"): (
                f"{last + 1 + i}\t{teams[i % len(teams)]}\tf\t[2020-01-01 00:00+00,)\n"
                for i in more
            ),
            (User, "id, password, username, email, created_at"): (
                f"{account + 1 + i}\t!\tp-{i}\tp{i}@measured.example\t2026-11-01 00:00+00\n"
                for i in more
            ),
            (Person.users.through, "person_id, user_id"): (
                f"{last + 1 + i}\t{account + 1 + i}\n" for i in more
            ),
        }
        for (model, columns), lines in tables.items():
            _copy(cursor, model, columns, lines)
        cursor.execute(
            "SELECT DISTINCT ON (m.person_id) m.person_id, t.department_id"
            " FROM governance_membership m JOIN governance_team t ON t.id = m.team_id"
            " ORDER BY m.person_id, m.id"
        )
        rows: list[tuple[int, int]] = cursor.fetchall()
    rows.sort(key=lambda row: (row[0] * 7919) % 10_007)
    return rows
