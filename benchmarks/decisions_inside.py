"""The measured process of ``benchmarks/decisions.py``."""

import ast
import json
import os
import random
import resource
import subprocess
import sys
import time
import tracemalloc
from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks import history, inside, rights_world  # noqa: E402
from catalog.models import Offering  # noqa: E402
from esm.accounts.models import User  # noqa: E402
from esm.common import clock  # noqa: E402
from esm.events.actors import SYSTEM  # noqa: E402
from governance.blueprint.blueprint import clear_cache  # noqa: E402
from governance.blueprint.rights import resolve, rules_of  # noqa: E402
from governance.models import (  # noqa: E402
    Absence,
    Decision,
    Delegation,
    ModelVersion,
    Person,
    Role,
    RoleAssignment,
)
from governance.selectors import people as who  # noqa: E402
from governance.selectors.resolving import Question, answer  # noqa: E402
from governance.selectors.versions import load_blueprint  # noqa: E402
from governance.services import drafting  # noqa: E402
from governance.services.people_file import apply_people  # noqa: E402
from workflows.services import requests  # noqa: E402

NOW = history.NOW
SUBJECTS = 40
TRACE = [
    {"code": "question", "text": "T1: EUR 4,500.", "data": {"amount": "4500"}},
    {"code": "band", "text": "Band: Role 1 decides.", "data": {"right": "type-1-1"}},
    {"code": "decider", "text": "Person 1 decides as Role 1.", "data": {"person": "P-1"}},
]


def build(place: Path, world: rights_world.World, chosen: dict[str, Any]) -> None:
    """The organisation, its people, and decisions open and taken."""
    folder = place / "organisation"
    rights_world.write(folder, world.types, world.roles)
    clock.set_source(lambda: NOW - timedelta(days=300))
    drafting.apply_files(folder / "model", actor=SYSTEM, publish=True)
    apply_people(folder / "people.yaml", actor=SYSTEM, week_one=NOW.date())
    history.colleagues(world.people)
    clock.set_source(lambda: NOW)
    _holdings(world)
    _decisions(world, _subjects(), chosen)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _people(world: rights_world.World) -> list[int]:
    return list(Person.objects.order_by("pk").values_list("pk", flat=True)[: world.people])


def _holdings(world: rights_world.World) -> None:
    """Who holds which role; 3 in 100 are away."""
    people = _people(world)
    roles = dict(Role.objects.values_list("key", "pk"))
    since = (NOW - timedelta(days=200), None)
    RoleAssignment.objects.bulk_create(
        RoleAssignment(role_id=roles[world.role(n)], person_id=pk, valid=since)
        for n, pk in enumerate(people)
    )
    period = (NOW - timedelta(days=5), NOW + timedelta(days=5))
    absences, given = [], []
    for n in world.away:
        how, other = world.instead(n)
        stand_in = people[other] if how == "stand_in" else None
        absences.append(Absence(person_id=people[n], stand_in_id=stand_in, valid=period))
        if how == "delegation":
            given.append(
                Delegation(
                    giver_id=people[n],
                    delegate_id=people[other],
                    of=Delegation.Of.ROLE,
                    key=world.role(n),
                    valid=period,
                    state=Delegation.State.ACCEPTED,
                    accepted_at=period[0],
                )
            )
    Absence.objects.bulk_create(absences)
    Delegation.objects.bulk_create(given)


def _subjects() -> list[int]:
    """Requests that decisions are about."""
    asker = Person.objects.get(key="member-7-1")
    offerings = list(Offering.objects.order_by("pk"))
    return [
        requests.submit(
            offering=offerings[n % len(offerings)],
            data={"what": f"Thing {n}", "why": "So that there is something to decide."},
            requester=asker,
            actor=who.actor_of_person(asker),
            files=[],
        ).pk
        for n in range(SUBJECTS)
    ]


def _decisions(world: rights_world.World, subjects: list[int], chosen: dict[str, Any]) -> None:
    """What was decided in the last 180 days, what is open, and what waits for one person."""
    people, version = _people(world), ModelVersion.objects.get()
    heavy = Person.objects.get(key="chair").pk
    rng = random.Random(59)
    total = chosen["decided"] + chosen["open"]
    for first in range(0, total, 5_000):
        made = []
        for n in range(first, min(first + 5_000, total)):
            kind, is_open = rng.randrange(world.types), n >= chosen["decided"]
            mine = is_open and n < chosen["decided"] + chosen["mine"]
            opened = NOW - timedelta(minutes=rng.randrange(1, 3_000 if is_open else 259_000))
            decider = heavy if mine else rng.choice(people)
            row = Decision(
                subject_kind="request",
                subject_id=subjects[n % SUBJECTS],
                subject_ref=f"R-{n % SUBJECTS}",
                seq=n // SUBJECTS + 1,
                type_key=f"type-{kind}",
                question=f"May question {kind} be done?",
                amount=Decimal(4_500),
                currency="EUR",
                department_key=f"dept-{kind % 20}",
                version=version,
                requester_id=rng.choice(people),
                right_key=f"type-{kind}-1",
                role_key=rights_world.role_of(kind * 3 + 1, world.roles),
                band_min=Decimal(1_000),
                band_max=Decimal(10_000),
                decider_id=decider,
                trace=TRACE,
                content_hash=bytes(32),
                opened_at=opened,
                due_at=opened + timedelta(days=3),
            )
            if not is_open:
                row.state, row.decided_by_id = Decision.State.DECIDED, decider
                row.decided_at = opened + timedelta(minutes=rng.randrange(10, 2_000))
                row.outcome = rng.choice((Decision.Outcome.APPROVE, Decision.Outcome.DECLINE))
            made.append(row)
        Decision.objects.bulk_create(made)


# --- measures ---


def spread(seconds: list[float], unit: float) -> dict[str, float]:
    """P50 and P95."""
    ordered = sorted(seconds)
    p50, p95 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    return {"p50": round(p50 * unit, 1), "p95": round(p95 * unit, 1)}


def compiling() -> dict[str, float]:
    """Reading a model from the database and making its rules, in a process that knows nothing."""
    version = ModelVersion.objects.get()
    clear_cache()
    started = time.perf_counter()
    bp = load_blueprint(version.pk)
    read = time.perf_counter()
    rules_of(bp, "type-0")
    made = time.perf_counter()
    again = load_blueprint(version.pk)
    rules_of(again, "type-0")
    known = time.perf_counter()
    clear_cache()
    tracemalloc.start()
    bp = load_blueprint(version.pk)
    raw = tracemalloc.get_traced_memory()[0]
    rules_of(bp, "type-0")
    held = tracemalloc.get_traced_memory()[0]
    clear_cache()
    rules = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return {
        "read_ms": round((read - started) * 1000, 1),
        "first_ms": round((made - read) * 1000, 1),
        "elements_known_ms": round((known - made) * 1000, 1),
        "raw_mb": round(raw / 2**20, 1),
        "elements_and_rules_mb": round((held - raw) / 2**20, 1),
        "of_that_rules_mb": round((rules - raw) / 2**20, 1),
    }


def resolving(world: rights_world.World, count: int) -> dict[str, Any]:
    """Pure resolutions: with what the selector would read, and with all people at once."""
    bp, facts = load_blueprint(ModelVersion.objects.get().pk), world.facts(NOW)
    narrow: dict[str, dict[str, Any]] = {}
    found: dict[str, Any] = {}
    for name, number in (("as_read", count), ("all_at_once", max(20, count // 50))):
        walls, cpus, ends = [], [], Counter[str]()
        for kind, case in world.cases(number, NOW):
            rules, mine = rules_of(bp, kind), facts
            if name == "as_read":
                if kind not in narrow:
                    narrow[kind] = rights_world.narrowed_to(rules, facts)
                mine = narrow[kind]
            asked = rights_world.inputs(rules, case, mine)
            started, cpu = time.perf_counter(), time.thread_time()
            answered = resolve(asked)
            cpus.append(time.thread_time() - cpu)
            walls.append(time.perf_counter() - started)
            assert answered.decider is not None
            ends["several" if len(answered.deciders) > 1 else answered.decider.how] += 1
        found[name] = {"us": spread(walls, 1e6), "cpu_us": spread(cpus, 1e6), **ends}
        found[name] |= {"per_second": round(number / sum(cpus))}
    return found


def asking(world: rights_world.World, count: int) -> dict[str, Any]:
    """The selector: rules from memory, facts from PostgreSQL."""
    version, people = ModelVersion.objects.get(), _people(world)
    rows = Person.objects.in_bulk(people)
    walls, cpus, numbers = [], [], []
    database = 0.0
    for n, (kind, case) in enumerate([*world.cases(20, NOW), *world.cases(count, NOW)]):
        if n == 20:
            database = inside.database_cpu()
        question = Question(
            version=version,
            decision_type=kind,
            amount=case.amount,
            department=case.scope["department"],
            requester=rows[people[int(str(case.requester)[2:])]],
        )
        if n < 20 or n % 10:
            started, cpu = time.perf_counter(), time.thread_time()
            answer(question)
            cpus.append(time.thread_time() - cpu)
            walls.append(time.perf_counter() - started)
            continue
        counted = inside.Counted()
        with connection.execute_wrapper(counted):
            answer(question)
        numbers.append(counted.number)
    database = inside.database_cpu() - database
    return {
        "queries": {str(n): times for n, times in sorted(Counter(numbers).items())},
        "ms": spread(walls[20:], 1000),
        "cpu_ms": spread(cpus[20:], 1000),
        "database_cpu_ms": round(database / count * 1000, 2),
    }


def pages(chosen: dict[str, Any]) -> list[inside.Figure]:
    """The inbox of whoever has most to decide, and all rights."""
    client = Client()
    client.force_login(User.objects.get(username="chair"))
    addresses = {
        "inbox": ["/decisions/"],
        "inbox, decided": ["/decisions/?tab=decided"],
        "all rights": ["/who-decides/all/"],
        "rights, words": ["/who-decides/all/?q=question+17"],
    }
    found = []
    for page, urls in addresses.items():
        times = chosen["repeats"] if page.startswith("inbox") else max(3, chosen["repeats"] // 6)
        found.append(inside.ask(client, page, "chair", urls, times))
        print(".", end="", flush=True)
    return found


def command(place: Path, world: rights_world.World, cases: int) -> dict[str, Any]:
    """``manage.py who_decides`` on a rights file, in a process of its own."""
    path = place / "rights.json"
    path.write_text(json.dumps(world.rights_file(cases, NOW)))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    told = subprocess.run(
        [sys.executable, "manage.py", "who_decides", str(path), "--json"],
        check=True,
        capture_output=True,
    ).stdout
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "cases": len(json.loads(told)["answers"]),
        "rights": world.types * rights_world.RIGHTS_OF_TYPE,
        "people": world.people,
        "file_mb": round(path.stat().st_size / 2**20, 1),
        "s": round(wall, 1),
        "cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
        "peak_mb": round(after.ru_maxrss / 1024),
    }


def main(place: Path, chosen: dict[str, Any]) -> int:
    """Build, measure, tell."""
    started = time.monotonic()
    clock.set_source(lambda: NOW)
    call_command("migrate", verbosity=0)
    types, roles = chosen["types"], chosen["roles"]
    world = rights_world.World(types, roles, chosen["people"])
    if not (place / "built").exists():
        build(place, world, chosen)
        (place / "built").touch()
    print(
        f"{types} types, {Decision.objects.count():,} decisions; {time.monotonic() - started:.0f} s"
    )
    told: dict[str, Any] = {"machine": inside.machine(), **chosen}
    parts = chosen["parts"].split(",")
    if "rules" in parts:
        told["compile"] = compiling()
        told["resolve"] = resolving(world, chosen["cases"])
    if "answer" in parts:
        told["answer"] = asking(world, min(300, chosen["cases"]))
    if "pages" in parts:
        figures = pages(chosen)
        told["pages"] = [{k: v for k, v in asdict(f).items() if k != "slowest"} for f in figures]
        print(f"\n{inside.table(figures)}\n")
    if "command" in parts:
        # A file holds a million bytes at most.
        share = [max(30, n // 2) for n in (types, roles, chosen["people"])]
        told["who_decides"] = command(place, rights_world.World(*share), 100)
    told["machine"]["load_at_end"] = os.getloadavg()[0]
    print(json.dumps(told))
    if chosen["json"]:
        Path(chosen["json"]).write_text(json.dumps(told, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), ast.literal_eval(sys.argv[2])))
