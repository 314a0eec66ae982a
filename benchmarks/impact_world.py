"""People, what they hold, requests and decisions in bulk, for ``benchmarks/impact.py``."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from catalog.models import Offering
from esm.common import clock
from governance.blueprint.elements import Element, ElementId
from governance.blueprint.serialise import build_spec
from governance.models import (
    Absence,
    Decision,
    Membership,
    ModelVersion,
    Person,
    Role,
    RoleAssignment,
    Team,
)
from workflows.models import Request, ValueStream

LONG_AGO = timedelta(days=400)
DAYS = 85
AWAY = 30
BATCH = 2_000


def changed(elements: Mapping[ElementId, Element], share: float) -> dict[ElementId, Element]:
    """The same model with some steps and bands changed."""
    found = dict(elements)
    every = max(1, round(1 / share))
    for item, element in elements.items():
        kind, key = item
        number = int(key.split("-")[1]) if kind in ("Workflow", "DecisionRight") else 1
        if number % every:
            continue
        content = element.spec.model_dump(mode="json")
        if kind == "Workflow":
            _steps(content)
        elif (kind == "DecisionRight" and not _bands(key, content)) or kind not in (
            "Workflow",
            "DecisionRight",
        ):
            continue
        found[item] = replace(element, spec=build_spec(kind, content))
    return found


def _steps(content: dict[str, Any]) -> None:
    for stage in content["stages"]:
        if stage["key"] == "step-3":
            stage["when"] = ""
        if stage["key"] == "step-8":
            stage["when"] = "field_2 == 'much'"
        if stage["key"] == "step-1":
            stage["complete_s"] = 7_200


def _bands(key: str, content: dict[str, Any]) -> bool:
    """What the second decides up to 10,000 goes up to 5,000; the third begins there."""
    place = int(key.split("-")[2])
    if place == 1:
        content["max"] = "5000"
    elif place == 2:
        content["min"] = "5000"
    return place in (1, 2)


def people(count: int) -> list[Person]:
    """People in one team and one or two roles each; some of them away."""
    rng, now = random.Random(7), clock.now()
    made = Person.objects.bulk_create(
        [Person(key=f"p-{n}", name=f"Person {n}") for n in range(count)], batch_size=BATCH
    )
    teams, roles = list(Team.objects.order_by("pk")), list(Role.objects.order_by("pk"))
    since = (now - LONG_AGO, None)
    Membership.objects.bulk_create(
        [
            Membership(person=one, team=teams[n % len(teams)], valid=since)
            for n, one in enumerate(made)
        ],
        batch_size=BATCH,
    )
    Assigned = RoleAssignment
    holds = [(one, roles[n % len(roles)]) for n, one in enumerate(made)]
    holds += [(one, rng.choice(roles)) for n, one in enumerate(made) if n % 3 == 0]
    Assigned.objects.bulk_create(
        [
            Assigned(role=role, person=one, valid=since)
            for one, role in {(one.pk, role.pk): (one, role) for one, role in holds}.values()
        ],
        batch_size=BATCH,
    )
    Absence.objects.bulk_create(
        [
            Absence(
                person=one,
                stand_in=rng.choice(made),
                valid=(begin := now - timedelta(days=rng.randrange(90)), begin + timedelta(days=7)),
            )
            for one in made[::AWAY]
        ],
        batch_size=BATCH,
    )
    return made


def work(count: int, version: ModelVersion, made: list[Person], types: int) -> None:
    """Requests of the last 85 days, done, with a decision each."""
    rng, now = random.Random(8), clock.now()
    offerings = list(Offering.objects.select_related("service").order_by("pk"))
    stream = ValueStream.objects.get(key="asked-to-done")
    flows = {one.key: one for one in offerings}
    rows = []
    for n in range(count):
        offering = flows[rng.choice(offerings).key]
        at = now - timedelta(days=DAYS) + timedelta(minutes=n * DAYS * 1440 / count)
        data = {f"field_{k}": rng.choice(["little", "much"]) for k in range(10)}
        amount = Decimal(rng.choice([400, 3_000, 7_000, 40_000, 200_000]))
        rows.append(
            Request(
                number=100_000 + n,
                offering=offering,
                service=offering.service,
                value_stream=stream,
                workflow_key=_flow(offering),
                version=version,
                requester=rng.choice(made),
                title=f"Asked {n}",
                data=data,
                amount=amount,
                currency="EUR",
                state="closed",
                is_open=False,
                submitted_at=at,
                marking={"tokens": {}, "parked": {}, "n": 2},
            )
        )
    asked = Request.objects.bulk_create(rows, batch_size=BATCH)
    Decision.objects.bulk_create(
        [
            Decision(
                subject_kind="request",
                subject_id=one.pk,
                subject_ref=one.ref,
                seq=1,
                type_key=f"type-{n % types}",
                question="May it be done?",
                amount=one.amount,
                currency="EUR",
                department_key=f"dept-{(n + 1) % 20}",
                service_key=one.service.key,
                version=version,
                requester=one.requester,
                content_hash=b"\0" * 32,
                state="decided",
                outcome="approve",
                opened_at=one.submitted_at + timedelta(hours=2),
                decided_at=one.submitted_at + timedelta(hours=5),
            )
            for n, one in enumerate(asked)
        ],
        batch_size=BATCH,
    )


def _flow(offering: Offering) -> str:
    return FLOWS[offering.key]


FLOWS: dict[str, str] = {}
