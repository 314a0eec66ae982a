from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction

from esm.accounts.models import User
from esm.common import clock
from esm.events.actors import SYSTEM, Actor
from governance import registries
from governance.locks import lock_version
from governance.models import Decision, ModelVersion, Person, Team
from governance.registries import SubjectSummary
from governance.selectors import people as who
from governance.services import opening
from governance.services.drafting import apply_files
from governance.services.people_file import apply_people
from tests.governance import small
from tests.snapshots import once
from tests.support import forget

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK_ONE = date(2026, 2, 23)
PEOPLE = Path(__file__).with_name("people.yaml")


@pytest.fixture
def now() -> Iterator[datetime]:
    with clock.frozen(NOW):
        yield NOW


@pytest.fixture
def published(request: pytest.FixtureRequest, db: None, now: datetime) -> ModelVersion:
    """The small model in force; with its people where a test asks for the staff."""
    peopled = "staff" in request.fixturenames

    def build() -> None:
        apply_files(small.model(), actor=SYSTEM, publish=True)
        if peopled:
            apply_people(PEOPLE, actor=SYSTEM, week_one=WEEK_ONE)

    once(("small", peopled), build)
    forget()
    return ModelVersion.objects.get()


@pytest.fixture
def staff(published: ModelVersion) -> dict[str, Person]:
    """Olga owns and leads the counter, Bruno buys, Hedda heads the bakers, Ben bakes."""
    return {person.key: person for person in Person.objects.all()}


@dataclass
class Probe:
    """A subject to decide on: the chain of a version, with content that a test may change."""

    version: ModelVersion
    content: dict[str, object] = field(default_factory=lambda: {"title": "Feast", "data": {}})
    moved: list[tuple[str, str]] = field(default_factory=list)
    fail: bool = False

    def on_decided(self, parent: ModelVersion, decision: Decision, *, actor: Actor) -> None:
        self.moved.append((decision.outcome, actor.role))
        if self.fail:
            raise RuntimeError("power cut")


@pytest.fixture
def probe(staff: dict[str, Person], published: ModelVersion) -> Iterator[Probe]:
    made = Probe(published)
    registries.register_subject(
        "probe",
        lock=lock_version,
        summary=lambda pks: {pk: SubjectSummary(title="Feast", url="/x/") for pk in pks},
        on_decided=made.on_decided,
        content=lambda parent: made.content,
    )
    yield made
    registries._registry.subjects.pop("probe")


def ask(probe: Probe, requester: Person, amount: str | None = "150", **extra: object) -> Decision:
    with transaction.atomic():
        parent = lock_version(probe.version.pk)
        values: dict[str, object] = {
            "parent": parent,
            "subject_kind": "probe",
            "subject_id": parent.pk,
            "subject_ref": "X-1",
            "seq": Decision.objects.count() + 1,
            "decision_type": "accept-order",
            "amount": None if amount is None else Decimal(amount),
            "currency": "EUR",
            "department_key": "house",
            "service_key": "big-order",
            "version": probe.version,
            "requester": requester,
            "content": {},
            "team": Team.objects.get(key="counter"),
            "due_at": NOW + DAY,
            "actor": SYSTEM,
            "visit": 2,
            "calendar": "weekdays",
        }
        return opening.open_decision(**{**values, **extra})


def actor(name: str) -> Actor:
    return who.actor_for(User.objects.get(username=name))


@pytest.fixture
def together(probe, staff):
    """Bruno (buyer), Hedda (head baker) and Olga (owner) decide between 100 and 1,000."""

    def opened(rule="majority", quorum=2, **extra):
        content = small.specs()
        content["GovernanceBody", "round"] = {
            "name": "The round",
            "members": ["buyer", "head-baker", "owner"],
            "rule": rule,
            "quorum": quorum,
        }
        content["DecisionRight", "accept-middle"] |= {"role": None, "body": "round"}
        version = apply_files(small.model(2, content), actor=SYSTEM, publish=True).version
        return ask(probe, extra.pop("requester", staff["ben"]), "600", version=version, **extra)

    return opened
