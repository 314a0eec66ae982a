"""The measuring process of ``benchmarks/api.py``: makes both installations, calls them in turn."""

import ast
import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks import history  # noqa: E402
from benchmarks.inside import Counted, build, machine  # noqa: E402
from benchmarks.serving import Call, Server, Spent  # noqa: E402
from esm.accounts.models import User  # noqa: E402
from esm.accounts.services.tokens import create_token  # noqa: E402
from esm.common import clock  # noqa: E402
from esm.events.services import dispatch  # noqa: E402
from workflows.models import Request, StageVisit  # noqa: E402

V1 = "/api/v1"
PEERS = Path(__file__).parent / "peers"
SCOPES = ("requests:read", "requests:write", "work")
# Calls of which queries are counted, and calls that warm each server before anything is measured.
COUNTED, WARM = 6, 80
OPERATIONS = ("create", "list 50", "move")
GOALS = {"create": 1.0, "list 50": 10.0, "move": 1.0}
SERVED = ["--worker-class", "gthread", "--workers", "2", "--threads", "8", "--preload"]


class Ours:
    """Calls of the portal, each by somebody who may."""

    def __init__(self) -> None:
        self.dice = random.Random(11)
        self.tokens: dict[int, str] = {}
        for user in User.objects.filter(username__regex=r"^(member|lead)-\d+-\d$"):
            person = user.persons.get()
            self.tokens[person.pk] = create_token(user, name="measured", scopes=SCOPES).text
        held = StageVisit.objects.filter(state="active", holder_id__in=self.tokens)
        self.held = list(held.order_by("pk").values_list("request__number", "seq", "holder_id"))
        self.dice.shuffle(self.held)
        members = User.objects.filter(username__startswith="member-").values_list(
            "persons", "persons__memberships__team__key"
        )
        self.queues = sorted(members)

    def headers(self, person: int) -> dict[str, str]:
        token = self.tokens[person]
        return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def calls(self, operation: str, count: int) -> list[Call]:
        """So many calls, none of them twice where it changes something."""
        return [getattr(self, "_" + operation.partition(" ")[0])() for _ in range(count)]

    def _create(self) -> Call:
        person, _ = self.dice.choice(self.queues)
        offering = f"offer-{self.dice.randrange(20)}-{self.dice.randrange(2)}"
        answers = {"what": "A ticket about a printer", "why": "Something is broken."}
        body = {"offering": offering, "data": answers}
        return Call("POST", f"{V1}/requests", self.headers(person), body)

    def _list(self) -> Call:
        person, team = self.dice.choice(self.queues)
        return Call("GET", f"{V1}/queues/{team}?limit=50", self.headers(person))

    def _move(self) -> Call:
        number, seq, holder = self.held.pop()
        path = f"{V1}/requests/R-{number}/visits/{seq}/complete"
        return Call("POST", path, self.headers(holder), {"note": "Done."})

    def queries(self, operation: str) -> int:
        """Of one call, everything warm: the fewest of some."""
        found = []
        for call in self.calls(operation, COUNTED):
            counted = Counted()
            with connection.execute_wrapper(counted):
                answer = Client().generic(
                    call.method,
                    call.path,
                    json.dumps(call.body) if call.body is not None else "",
                    content_type="application/json",
                    headers={"Authorization": call.headers["Authorization"]},
                )
            assert answer.status_code < 300, answer.content
            found.append(counted.number)
        return min(found)


class Theirs:
    """Calls of django-helpdesk, by one agent who sees all."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told
        self.open = list(told["open"])
        self.dice = random.Random(11)
        self.dice.shuffle(self.open)

    def calls(self, operation: str, count: int) -> list[Call]:
        """So many calls."""
        return [getattr(self, "_" + operation.partition(" ")[0])() for _ in range(count)]

    def _call(self, method: str, path: str, body: Any = None) -> Call:
        secret = self.told["csrf"]
        cookie = f"sessionid={self.told['session']}; csrftoken={secret}"
        headers = {"Cookie": cookie, "X-CSRFToken": secret, "Content-Type": "application/json"}
        return Call(method, path, headers, body)

    def _create(self) -> Call:
        body = {**self.told["ticket"], "queue": self.dice.choice(self.told["queues"])}
        return self._call("POST", "/api/tickets/", body)

    def _list(self) -> Call:
        return self._call("GET", self.dice.choice(self.told["lists"]))

    def api_list(self, count: int) -> list[Call]:
        """Their list over REST, which reads every open ticket first."""
        return [self._call("GET", self.told["api_list"])] * count

    def _move(self) -> Call:
        body = {**self.told["follow_up"], "ticket": self.open.pop()}
        return self._call("POST", "/api/followups/", body)


def prepare_theirs(chosen: dict[str, Any]) -> dict[str, Any]:
    """A database of theirs on the same server; what their calls need, with their queries."""
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS helpdesk")
        cursor.execute("CREATE DATABASE helpdesk")
    command = [chosen["helpdesk"], str(PEERS / "ticket_api.py"), str(chosen["tickets"])]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    return found


def follow(spent: dict[str, Any]) -> None:
    """What workers do afterwards for what was called: ours alone has that."""
    started = time.process_time()
    wall = time.monotonic()
    done = dispatch.drain("outbox")
    spent["afterwards"] = {
        "deliveries": done,
        "seconds": round(time.monotonic() - wall, 1),
        "cpu_s": round(time.process_time() - started, 1),
    }


def ready(place: Path, chosen: dict[str, Any]) -> None:
    """The installation with its history, made once in a folder."""
    clock.set_source(lambda: history.NOW)
    call_command("migrate", verbosity=0)
    if not (place / "built").exists():
        build(place, chosen["requests"], chosen["people"])
        (place / "built").touch()
    clock.set_source(None)


def main(place: Path, chosen: dict[str, Any]) -> int:
    """Build, serve, call in turn, tell."""
    ready(place, chosen)
    ours = Ours()
    other = prepare_theirs(chosen) if chosen["helpdesk"] else {"open": ours.held}
    movable = min(len(ours.held) - COUNTED, len(other["open"]))
    if movable < chosen["calls"] * chosen["rounds"]:
        chosen["calls"] = movable // chosen["rounds"]
        print(f"{movable} steps and tickets can be moved: {chosen['calls']} calls a round")
    told: dict[str, Any] = {"machine": machine(), "requests": Request.objects.count(), **chosen}
    told["queries"] = {"ours": {name: ours.queries(name) for name in OPERATIONS}}
    sides: list[tuple[Server, Ours | Theirs]] = []
    web = ["esm.wsgi:application", "-c", "python:esm.web"]
    served = Server("ours", sys.executable, web, place, DJANGO_SETTINGS_MODULE="esm.settings.prod")
    sides.append((served, ours))
    try:
        if chosen["helpdesk"]:
            told["queries"]["theirs"] = other["queries"]
            app = ["ticket_api:application", "--chdir", str(PEERS), *SERVED]
            environment = {"PYTHONPATH": "", "DJANGO_SETTINGS_MODULE": ""}
            sides.append((Server("theirs", chosen["helpdesk"], app, place, **environment),
                          Theirs(other)))  # fmt: skip
        for server, calls in sides:
            server.wait(calls.calls("list 50", 1)[0])
            server.run(calls.calls("list 50", WARM))
            server.run(calls.calls("create", WARM))
        spent = {(n, s.name): Spent() for n in OPERATIONS for s, _ in sides}
        for operation in OPERATIONS:
            for _ in range(chosen["rounds"]):
                for server, calls in sides:
                    found = server.run(calls.calls(operation, chosen["calls"]))
                    spent[operation, server.name].add(found)
                    print(".", end="", flush=True)
        for server, calls in sides:
            if isinstance(calls, Theirs):
                few = server.run(calls.api_list(min(8, chosen["calls"])))
                told["their list over REST"] = few.row()
    finally:
        for server, _ in sides:
            server.stop()
    told["figures"] = {f"{who} {name}": s.row() for (name, who), s in spent.items()}
    follow(told)
    print(f"\n{table(told)}")
    if chosen["json"]:
        Path(chosen["json"]).write_text(json.dumps(told, indent=1))
    return 0


def table(told: dict[str, Any]) -> str:
    """The figures as people read them."""
    head = f"{'':10} {'whose':7} {'queries':>8} {'calls/s':>8} {'P50 ms':>8} {'P95 ms':>8}"
    lines = [json.dumps(told["machine"]), f"{told['requests']:,} requests, {told['calls']} calls"
             f" × {told['rounds']} rounds, 4 at a time", "",
             f"{head} {'app CPU ms':>11} {'db CPU ms':>10} {'ratio':>7}"]  # fmt: skip
    for name in OPERATIONS:
        rates = {}
        for who, queries in told["queries"].items():
            row = told["figures"][f"{who} {name}"]
            rates[who] = row["per_second"]
            text = f"{name:10} {who:7} {queries[name]:>8} {row['per_second']:8.1f}"
            text += f" {row['p50_ms']:8.1f} {row['p95_ms']:8.1f} {row['app_cpu_ms']:11.1f}"
            lines.append(f"{text} {row['db_cpu_ms']:10.1f}")
        if len(rates) == 2:
            ratio = rates["ours"] / rates["theirs"]
            kept = "kept" if ratio >= GOALS[name] else "missed"
            lines[-1] += f" {ratio:7.2f} × (goal {GOALS[name]:.0f} ×, {kept})"
    if few := told.get("their list over REST"):
        asked = told["queries"]["theirs"]["list 50 by API"]
        ratio = told["figures"]["ours list 50"]["per_second"] / few["per_second"]
        text = f"their list over REST: {few['per_second']} calls/s, {asked} queries,"
        lines += ["", f"{text} app CPU {few['app_cpu_ms']} ms: ours is {ratio:.1f} ×"]
    after = told["afterwards"]
    lines += ["", f"afterwards by workers, ours: {after['deliveries']} deliveries,"
              f" {after['cpu_s']} s CPU of the process"]  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), ast.literal_eval(sys.argv[2])))
