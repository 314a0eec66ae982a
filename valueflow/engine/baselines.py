"""What a frozen baseline keeps: words of each figure, a mark of the code, a hash of the rows."""

from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from valueflow.engine.summary import CaseRow

HERE = Path(__file__).parent
# The code that counts: from events to lead times, and from these to what is compared.
COUNTED_BY = (
    "attribution.py", "comparison.py", "facts.py", "figures.py", "statistics.py", "uncertainty.py",
)  # fmt: skip
DEFINITIONS: Mapping[str, str] = {
    "population": "Requests of the stream fulfilled in the window, without confidential ones.",
    "lead": "Sent to fulfilled, in business seconds of the service's calendar and calendar ones.",
    "p50": "Median of lead times, linear between rows.",
    "p85": "85 % quantile of lead times, linear between rows.",
    "kept": "Promises met ÷ (met + missed).",
    "back": "Requests with at least one return ÷ all.",
}
WEEKS, ENOUGH_DONE = 8, 50


@cache
def code_version() -> str:
    """A mark of the code that counts; another one where any of it is another."""
    digest = sha256()
    for name in COUNTED_BY:
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()[:16]


def rows_hash(cases: Iterable[CaseRow]) -> bytes:
    """Over what is counted of each request, by id."""
    digest = sha256()
    for case in sorted(cases, key=lambda case: case.id):
        row = (
            case.id, case.service, case.submitted_at.isoformat(), case.lead.calendar,
            case.lead.business, case.promise, case.promise_s, case.returns,
        )  # fmt: skip
        digest.update(repr(row).encode())
    return digest.digest()
