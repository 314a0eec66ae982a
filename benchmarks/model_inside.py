"""The measured process of ``benchmarks/model.py``."""

import ast
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from benchmarks import model_world  # noqa: E402
from esm.events.actors import SYSTEM  # noqa: E402
from governance.blueprint.blueprint import clear_cache  # noqa: E402
from governance.blueprint.lint import NOTHING  # noqa: E402
from governance.models import ModelVersion  # noqa: E402
from governance.selectors.drafts import draft_blueprint, draft_findings, forget_drafts  # noqa: E402
from governance.selectors.plans import changes_between, findings_of  # noqa: E402
from governance.selectors.versions import blueprint, load_blueprint  # noqa: E402
from governance.services import drafting, publishing  # noqa: E402

T = TypeVar("T")
EDITED = (
    ("Workflow", "flow", "name"),
    ("Role", "role", "purpose"),
    ("DecisionType", "type", "question"),
    ("Offering", "offer", "name"),
    ("Service", "service", "summary"),
)


def measured(name: str, results: dict[str, Any], work: Callable[[], T]) -> T:
    """Do it once; what it took goes to ``results`` and to the screen."""
    cpu, wall = time.process_time(), time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        done = work()
    found = {
        "ms": round((time.perf_counter() - wall) * 1000),
        "cpu_ms": round((time.process_time() - cpu) * 1000),
        "queries": len(queries),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    results[name] = found
    print(f"{name:<44}{found['ms']:>8,} ms {found['cpu_ms']:>8,} ms CPU "
          f"{found['queries']:>5} queries  peak {found['peak_mb']:,} MB", flush=True)  # fmt: skip
    return done


def main(chosen: dict[str, Any]) -> None:
    """Build, measure, print."""
    call_command("migrate", verbosity=0)
    results: dict[str, Any] = {}
    sizes = (chosen["workflows"], chosen["services"], chosen["types"], chosen["roles"])
    elements = model_world.elements(*sizes)
    print(f"{len(elements):,} elements: {chosen}", flush=True)
    first = drafting.create_draft(number=1, code="BM-1", kind=ModelVersion.Kind.AS_IS, actor=SYSTEM)
    measured("fill a draft", results, lambda: drafting.fill_draft(first, elements, actor=SYSTEM))
    measured("publish the first", results, lambda: publishing.publish(first, actor=SYSTEM))

    def copy() -> ModelVersion:
        base = ModelVersion.objects.get(pk=first.pk)
        return drafting.create_draft(number=2, code="BM-2", based_on=base, actor=SYSTEM)

    draft = measured("copy a draft", results, copy)
    clear_cache()
    forget_drafts()
    measured("first opening of the draft, full checks", results, lambda: draft_findings(draft))
    _edits(draft, results, chosen["edits"])
    measured("full checks, nothing kept", results, lambda: _full(draft.pk))
    before = blueprint(first.pk)
    changes = measured(
        "diff of the two", results, lambda: changes_between(before, load_blueprint(draft.pk))
    )
    print(f"{len(changes)} elements differ", flush=True)
    measured(
        "publish the draft",
        results,
        lambda: publishing.publish(draft, actor=SYSTEM, without_consent=True),
    )
    if chosen["json"]:
        Path(chosen["json"]).write_text(json.dumps({"chosen": chosen, "model": results}, indent=1))


def _full(pk: int) -> None:
    clear_cache()
    findings_of(load_blueprint(pk), NOTHING)


def _edits(draft: ModelVersion, results: dict[str, Any], count: int) -> None:
    """Edit elements one by one, checks after each as the page does it."""
    took: list[int] = []
    for number in range(count):
        kind, stem, name = EDITED[number % len(EDITED)]
        key = f"{stem}-{number}"
        bp = draft_blueprint(draft)
        content = bp.get(kind, key).model_dump(mode="json")
        seen = bp.hashes()[kind, key]
        content[name] = f"Changed {number}"

        def edit(
            kind: str = kind, key: str = key, content: Any = content, seen: bytes = seen
        ) -> None:
            drafting.edit_element(draft, kind, key, content, expected_hash=seen, actor=SYSTEM)
            draft_findings(draft)

        own: dict[str, Any] = {}
        measured(f"edit a {kind} and check", own, edit)
        took.append(own[f"edit a {kind} and check"]["ms"])
    took.sort()
    results["edit and check"] = {
        "n": count,
        "p50_ms": round(statistics.median(took)),
        "p95_ms": took[min(len(took) - 1, int(len(took) * 0.95))],
        "max_ms": took[-1],
    }
    print("edit and check:", results["edit and check"], flush=True)


if __name__ == "__main__":
    main(ast.literal_eval(sys.argv[1]))
