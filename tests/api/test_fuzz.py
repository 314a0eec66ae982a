"""Whatever is sent to be read, the answer is one that the description names, never a failure."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from esm.accounts.models import User
from esm.wsgi import application
from governance.models import KeptFinding, Membership, Role, RoleAssignment
from governance.selectors import versions
from tests.api.client import Player, caller, send
from tests.depth import examples
from tests.support import CLINIC

MODEL = CLINIC / "model"
schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Bytes, and figures that are described by the app that makes them.
OTHER_BODIES = {"file_content", "file_preview", "flow_summary"}
FEW = settings(
    max_examples=examples(4),
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@contextmanager
def one_connection() -> Iterator[None]:
    """The application would close the connection that holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@dataclass
class Probe:
    """Calls one operation with what hypothesis makes up, and with things that are there."""

    operation: Any
    real: dict[str, Any]
    token: str
    checks: list[Any] = field(default_factory=lambda: CHECKS)
    statuses: set[int] = field(default_factory=set)

    def call(self, case: Any) -> None:
        with one_connection():
            answer = case.call(headers={"Authorization": f"Bearer {self.token}"})
        self.statuses.add(answer.status_code)
        other = self.operation.definition.raw["operationId"] in OTHER_BODIES
        case.validate_response(answer, checks=CHECKS[:1] if other else self.checks)

    def run(self) -> None:
        @FEW
        @given(case=self.operation.as_strategy())
        def anything(case: Any) -> None:
            self.call(case)
            case.path_parameters = {name: self.real[name] for name in case.path_parameters or {}}
            self.call(case)

        anything()
        names = re.findall(r"{(\w+)}", self.operation.path)
        self.call(self.operation.Case(path_parameters={name: self.real[name] for name in names}))


# The key of a type of decision, a former version, a picture, a role that keeps
# services, replies, views, articles, webhooks, delegations, waivers, commitments, assessments and
# sources of others,
# what nobody observed, promised, froze, found or raised, evidence.
NEVER_READ = {
    "/api/v1/who-decides",
    "/api/v1/model/versions/{code}/diff",
    "/api/v1/requests/{ref}/files/{seq}/preview",
    "/api/v1/searches",
    "/api/v1/replies/{number}",
    "/api/v1/views/{number}",
    "/api/v1/templates/{number}",
    "/api/v1/off-model/{number}",
    "/api/v1/articles/{number}",
    "/api/v1/articles/{number}/versions",
    "/api/v1/articles/{number}/versions/{version}",
    "/api/v1/webhooks/{key}",
    "/api/v1/webhooks/{key}/messages",
    "/api/v1/delegations/{number}",
    "/api/v1/waivers/{number}",
    "/api/v1/proposals/{number}",
    "/api/v1/model/versions/{code}/objections/{number}",
    "/api/v1/model/versions/{code}/adoption",
    "/api/v1/commitments/{number}",
    "/api/v1/assessments/{number}",
    "/api/v1/observations/{number}",
    "/api/v1/benefits/{key}",
    "/api/v1/flow/baselines/{number}",
    "/api/v1/flow/problems/{number}",
    "/api/v1/improvements/{number}",
    "/api/v1/sources/{key}",
    "/api/v1/sources/{key}/messages",
    "/api/v1/requests/{ref}/evidence",
    "/api/v1/decisions/{ref}/{seq}/evidence",
    "/api/v1/model/versions/{code}/running",
    "/api/v1/model/versions/{code}/running/{key}",
    "/api/v1/reviews/{kind}/{key}",
}


@pytest.mark.slow
def test_reading_never_fails_and_answers_as_described(clinic):
    """One who may read nearly all; every caller and every operation are in ``test_roles.py``."""
    ref = send(clinic)["ref"]
    Player(clinic, ref).play(until=9)
    who, journey = caller(clinic, "beat"), clinic.journey
    who.post(f"/requests/{ref}/comments", {"body": "hello"}, 201)
    keys = {"services": journey["service"], "offerings": journey["offering"], "flow": "nursing"}
    # An administrator may read who is here, what they hold and when they are away.
    User.objects.filter(username="beat").update(is_admin=True)
    keys |= {"people": clinic.person("beat").key, "roles": Role.objects.earliest("pk").key}
    keys |= {f"{k}s": next((MODEL / k).glob("*.yaml")).stem for k in ("calendar", "measure")}
    program = {"name": "Link", "role": str(keys["roles"]), "owner": keys["people"]}
    keys["programs"] = who.post("/programs", {**program, "scopes": ["work"]}, 201)["key"]
    away = {"since": "2031-01-06T00:00:00Z", "until": "2031-01-10T00:00:00Z"}
    numbers = {
        "absences": who.post("/absences", away, 201)["number"],
        "memberships": Membership.objects.earliest("pk").pk,
        "holdings": RoleAssignment.objects.earliest("pk").pk, "findings": a_finding(),
    }  # fmt: skip
    seen = {}
    for found in schema.include(method="GET").get_all_operations():
        operation = found.ok()
        real = {"ref": ref, "seq": 1, "number": 1, "code": "CL-1", "kind": "Team", "version": 1}
        real["key"] = keys.get(operation.path.split("/")[3], "reception")
        real["number"] = numbers.get(operation.path.split("/")[3], 1)
        real["prefix"] = who.items("/tokens")[0]["prefix"]
        probe = Probe(operation, real, who.token)
        probe.run()
        seen[operation.path] = probe.statuses
    assert len(seen) > 30
    # Some of it is for some roles only.
    assert set.union(*seen.values()) == {200, 400, 403, 404}
    without = {path for path, statuses in seen.items() if 200 not in statuses}
    assert without == NEVER_READ


def a_finding() -> int:
    """The number of one that is kept; the clinic itself is without any."""
    version = versions.published()
    row = KeptFinding.objects.create(
        fingerprint="0" * 32, rule="PEO10", cls="D", severity="warning", kind="Role",
        key="reception", sentence="It says not what it is for.", first_version=version,
        version=version,
    )  # fmt: skip
    return row.pk


@pytest.mark.slow
def test_commands_never_fail(clinic):
    """A request is put through whatever is made up; no command may end in a failure."""
    statuses = set()
    ref, withdrawn = send(clinic)["ref"], send(clinic)["ref"]
    Player(clinic, ref).play(until=2)
    who = caller(clinic, "beat")
    for found in schema.include(method="POST").get_all_operations():
        operation = found.ok()
        ends = operation.path.endswith("/withdraw")
        real = {"ref": withdrawn if ends else ref, "seq": 1, "item": "none", "key": "none"}
        real |= {"number": 1, "prefix": "none", "code": "CL-1", "kind": "Team"}
        probe = Probe(operation, real, who.token, CHECKS[:1])
        probe.run()
        statuses |= probe.statuses
    # 412: a tag was made up, too.
    every = {200, 201, 400, 403, 404, 409, 412, 415, 422}
    assert every >= statuses >= {201, 400, 403, 404, 409}
