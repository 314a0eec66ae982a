"""The measured process of ``benchmarks/impact.py``."""

import ast
import json
import statistics
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks import impact_world, model_world  # noqa: E402
from benchmarks.model_inside import measured  # noqa: E402
from esm.accounts.models import User  # noqa: E402
from esm.events.actors import SYSTEM  # noqa: E402
from governance.blueprint.impact import effects, persons  # noqa: E402
from governance.models import ModelVersion, Person  # noqa: E402
from governance.selectors import impact  # noqa: E402
from governance.selectors.impact_page import Asked, impact_page  # noqa: E402
from governance.services import drafting, publishing  # noqa: E402
from workflows.selectors.replaying import replay  # noqa: E402

SAMPLE = 200


def main(chosen: dict[str, Any]) -> None:
    """Build, measure, print."""
    call_command("migrate", verbosity=0)
    results: dict[str, Any] = {}
    elements = model_world.elements(
        chosen["workflows"], chosen["services"], chosen["types"], chosen["roles"]
    )
    print(f"{len(elements):,} elements: {chosen}", flush=True)
    first = drafting.create_draft(number=1, code="BM-1", kind=ModelVersion.Kind.AS_IS, actor=SYSTEM)
    drafting.fill_draft(first, elements, actor=SYSTEM)
    publishing.publish(first, actor=SYSTEM)
    first = ModelVersion.objects.get(pk=first.pk)
    for (kind, key), element in elements.items():
        if kind == "Offering":
            impact_world.FLOWS[key] = element.spec.workflow  # type: ignore[attr-defined]
    draft = drafting.create_draft(number=2, code="BM-2", based_on=first, copy=False, actor=SYSTEM)
    other = impact_world.changed(elements, chosen["share"])
    drafting.fill_draft(draft, other, actor=SYSTEM)
    made = impact_world.people(chosen["people"])
    impact_world.work(chosen["requests"], first, made, chosen["types"])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    _impact(first, draft, results)
    _mine(draft, made, results)
    found = measured("replay of all", results, lambda: replay(draft, most=None))
    print(
        f"{found.decided:,} decisions, {found.requests:,} requests: {found.share} % to another "
        f"decider, {found.otherwise} % another way; {dict(found.sorts)}", flush=True
    )  # fmt: skip
    measured("replay of the latest 2,000, as the page does", results, lambda: replay(draft))
    if chosen["json"]:
        Path(chosen["json"]).write_text(json.dumps({"chosen": chosen, "impact": results}, indent=1))


def _impact(first: ModelVersion, draft: ModelVersion, results: dict[str, Any]) -> None:
    before = measured("read the version in force", results, lambda: impact.read(first))
    after = measured("read the draft", results, lambda: impact.read(draft))
    for name in ("first", "again"):
        found = measured(
            f"impact on roles and teams, {name}", results, lambda: effects(before, after)
        )
    print(f"{len(found):,} effects on {len({e.receiver for e in found})} roles and teams")
    there = measured("who there is", results, lambda: impact.people_of(found))
    told = measured("what changes for everybody", results, lambda: persons(found, there))
    print(f"{len(told):,} people are affected, {len({m.mark for m in told.values()})} marks")
    steward = User.objects.create(username="steward", is_steward=True)
    worked = impact.impact_of(draft, first)
    measured(
        "page: who is affected",
        results,
        lambda: impact_page(steward, worked, Asked("", "", "dept-0")),
    )


def _mine(draft: ModelVersion, made: list[Person], results: dict[str, Any]) -> None:
    """What changes for me, as the page asks it, of a sample of people."""
    took = []
    for number, person in enumerate(made[:: max(1, len(made) // SAMPLE)]):
        user = User.objects.create(username=f"u-{number}")
        person.users.add(user)
        own: dict[str, Any] = {}
        measured("what changes for me", own, lambda user=user: impact.mine(user, draft))
        took.append(own["what changes for me"])
    ms = sorted(one["ms"] for one in took)
    results["what changes for me"] = {
        "n": len(took),
        "p50_ms": round(statistics.median(ms)),
        "p95_ms": ms[min(len(ms) - 1, int(len(ms) * 0.95))],
        "cpu_p50_ms": round(statistics.median(one["cpu_ms"] for one in took)),
        "queries": max(one["queries"] for one in took),
    }
    print("what changes for me:", results["what changes for me"], flush=True)


if __name__ == "__main__":
    main(ast.literal_eval(sys.argv[1]))
