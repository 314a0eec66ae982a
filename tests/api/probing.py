"""Operations of the API's description, called with what is made up and with what is there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from esm.wsgi import application
from tests.architecture.urls import addresses
from tests.permissions.asking import FILE, Row
from tests.permissions.matrix import ROWS
from tests.permissions.world import Stage

schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@contextmanager
def one_connection() -> Iterator[None]:
    """The application would close the connection that holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done inside is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def operations() -> list[Any]:
    """Every operation of the whole description."""
    return [found.ok() for found in schema.get_all_operations()]


def rows_of(operation: Any) -> list[Row]:
    """The rows of the table of rights that ask the address of an operation."""
    names = {
        address.name
        for address in addresses()
        if "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", address.route) == operation.path
    }
    method = operation.method.lower()
    return [row for row in ROWS if row.name in names and method in row.methods]


def real_of(row: Row, stage: Stage) -> dict[str, Any]:
    """What fills the parameters of the address with something that is there."""
    return dict(stage.place(row.place))


def put_body(case: Any, row: Row, stage: Stage) -> None:
    """Send what the row sends, files as a form."""
    sent = dict((row.send(stage) if callable(row.send) else row.send) or {})
    case.body, case.media_type = sent, "application/json"
    if FILE in sent.values():
        for name in [name for name, value in sent.items() if value == FILE]:
            sent[name] = SimpleUploadedFile("note.txt", b"Something to read.")
        case.body, case.media_type = encode_multipart(BOUNDARY, sent), "multipart/form-data"
        case.headers["Content-Type"] = MULTIPART_CONTENT


@dataclass
class Probe:
    """Calls one operation as one caller; every answer must be as described."""

    operation: Any
    stage: Stage
    token: str
    statuses: set[int] = field(default_factory=set)
    calls: int = 0

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def call(self, case: Any) -> int:
        with one_connection(), taken_back():
            answer = case.call(headers=self.headers)
            case.validate_response(answer, checks=CHECKS)
        self.statuses.add(answer.status_code)
        self.calls += 1
        return int(answer.status_code)

    def made_up(self, examples: int, turn: int) -> None:
        """What hypothesis makes up: names that are not there, then in the place of what is."""
        rows = rows_of(self.operation)
        real = [real_of(row, self.stage) for row in rows]

        @seed(turn)
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=self.operation.as_strategy())
        def anything(case: Any) -> None:
            self.call(case)
            if case.path_parameters:
                case.path_parameters = dict(real[self.calls % len(real)])
                self.call(case)

        anything()

    def as_meant(self) -> None:
        """What is there, and what the table of rights sends to it."""
        for row in rows_of(self.operation):
            case = self.operation.Case(path_parameters=real_of(row, self.stage))
            if "requestBody" in self.operation.definition.raw:
                put_body(case, row, self.stage)
            self.call(case)
