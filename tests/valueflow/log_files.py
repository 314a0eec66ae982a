"""Event logs for tests: the shipped cut in other clothes, damaged copies, small logs by hand."""

import csv
import gzip
import io
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CUT = ROOT / "demo" / "logs" / "servicenow_incidents_2016-03-01_to_11.csv.gz"
FIXTURE = ROOT / "tests" / "fixtures" / "servicenow_incidents.json"
FIGURES = (
    "cases", "events", "activities", "activity_counts", "variants", "top_variants",
    "case_duration_hours", "start_activities", "end_activities", "directly_follows_edges",
    "directly_follows_top10", "groups", "handovers_total", "same_group_steps", "handover_pairs",
    "handover_top20",
)  # fmt: skip
RENAMED = {
    "number": "Number",
    "incident_state": "State",
    "sys_updated_at": "Updated",
    "assignment_group": "Assignment group",
}


def expected() -> dict[str, Any]:
    """The true figures of the cut, computed independently of this code."""
    given = json.loads(FIXTURE.read_text())
    return {key: given[key] for key in FIGURES}


def cut_rows() -> list[list[str]]:
    """Header and rows of the cut."""
    return list(csv.reader(io.StringIO(gzip.decompress(CUT.read_bytes()).decode())))


def as_text(rows: Sequence[Sequence[str]], delimiter: str = ",", **options: Any) -> str:
    """Rows as CSV text."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, **options).writerows(rows)
    return out.getvalue()


def shuffled(rows: list[list[str]], seed: int = 7) -> list[list[str]]:
    """The rows with their columns in another order."""
    order = list(range(len(rows[0])))
    random.Random(seed).shuffle(order)
    return [[row[at] for at in order] for row in rows]


def renamed(rows: list[list[str]]) -> list[list[str]]:
    """The rows under a header whose four mapped names are those of a list view."""
    return [[RENAMED.get(name, name) for name in rows[0]], *rows[1:]]


def small(tmp_path: Path, text: str | bytes, name: str = "log.csv") -> Path:
    """A file with this text."""
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
