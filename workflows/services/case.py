"""One locked request during one step: what is pinned, what happened, what changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model

from esm.common import clock, failpoints
from esm.events.actors import Actor
from esm.events.services import ledger
from esm.events.types import DomainEvent
from governance.blueprint.blueprint import Blueprint
from governance.models import ModelVersion
from governance.selectors import versions
from workflows import locks
from workflows.engine.graph import Graph
from workflows.models import Clock, Handoff, Request, StageVisit
from workflows.selectors import identities
from workflows.selectors.variables import values_of
from workflows.services import indexing

_before: list[Callable[["Case"], None]] = []


def before_save(write: Callable[["Case"], None]) -> None:
    """Have ``write`` called when a step is saved, before its events are written; at start."""
    if write not in _before:
        _before.append(write)


@dataclass
class Case:
    """Buffers events and changed columns, so that a step writes the request once."""

    request: Request
    actor: Actor
    now: datetime
    blueprint: Blueprint
    graph: Graph
    events: list[DomainEvent] = field(default_factory=list)
    changed: dict[str, Any] = field(default_factory=dict)
    started: list[Clock] = field(default_factory=list)
    touched: list[Clock] = field(default_factory=list)
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    counted: Blueprint | None = None
    _clocks: list[Clock] | None = None

    @classmethod
    def open(cls, request_id: int, actor: Actor) -> "Case":
        """Lock the request and load the version it is pinned to; call inside a transaction."""
        request = locks.request_for_update(request_id)
        failpoints.hit("service.after_lock")
        return cls.of(request, actor)

    @classmethod
    def of(cls, request: Request, actor: Actor, at: datetime | None = None) -> "Case":
        """Wrap a request that is locked already.

        ``at`` is the whole second it happens in, where that is known: the clock of a promise
        begins in the second from which the promise was reckoned.
        """
        identities.attach(
            request, "version", "offering", "service", "value_stream", "requester_department"
        )
        blueprint = versions.blueprint(request.version_id)
        graph = blueprint.workflow_graph(request.workflow_key)
        # Business time counts whole seconds; a finer moment would make "equal" look late.
        return cls(request, actor, at or clock.now().replace(microsecond=0), blueprint, graph)

    def follow(self, version: ModelVersion) -> None:
        """Go on under another version; clocks still close by the calendars of the one before."""
        self.counted = self.blueprint
        self.change(version_id=version.pk)
        self.request.version = version
        self.blueprint = versions.blueprint(version)
        self.graph = self.blueprint.workflow_graph(self.request.workflow_key)

    def visit(self, seq: int) -> StageVisit:
        """A visit by number, with its team and department. Raises NotFound."""
        found = locks.visit_of(self.request, seq)
        identities.attach(found, "team", "department")
        return found

    def handoff(self, seq: int) -> Handoff:
        """A handoff by number with both visits and teams. Raises NotFound."""
        found = locks.handoff_of(self.request, seq)
        identities.attach(found, "giver_team", "receiver_team")
        for visit in (found.from_visit, found.to_visit):
            identities.attach(visit, "team", "department")
        return found

    def note(self, event: DomainEvent) -> None:
        """Something happened; it is recorded when the step is saved."""
        self.events.append(event)

    def hear(self, event: str, **data: Any) -> None:
        """Something happened in this step that others record on the same chain."""
        self.heard.append((event, data))

    def change(self, **columns: Any) -> None:
        """Set columns of the request now and write them when the step is saved."""
        for name, value in columns.items():
            setattr(self.request, name, value)
        self.changed.update(columns)

    def next_number(self, counter: str) -> int:
        """The next number of a sub-resource; the counter sits on the locked row."""
        value: int = getattr(self.request, counter) + 1
        self.change(**{counter: value})
        return value

    @property
    def live_clocks(self) -> list[Clock]:
        """The clocks that have not ended, read once per step."""
        if self._clocks is None:
            self._clocks = locks.live_clocks(self.request)
        return self._clocks

    def values(self) -> dict[str, Any]:
        """The case variables that conditions read: the form's answers."""
        return values_of(self.request)

    def save(self) -> None:
        """Write the clocks of the step; its events and the request's columns, in one statement."""
        for write in _before:
            write(self)
        if self.events:
            ledger.record(
                self.request, self.events, actor=self.actor, at=self.now, columns=self.changed
            )
            indexing.follow(self.request, self.events, self.changed)
            self.events, self.changed = [], {}
        failpoints.hit("service.before_commit")


def fields_of(row: Model, *names: str) -> dict[str, Any]:
    """The named columns of a row, for one ``update``."""
    return {name: getattr(row, name) for name in names}
