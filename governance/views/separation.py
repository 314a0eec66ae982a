"""What is kept apart in one hand, as a page and as a table."""

from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from esm.common.tables import write_table
from governance.selectors import separation

HEADER = ("rule", "kind", "one side", "other side", "bars", "what", "who or which case", "since",
          "control")  # fmt: skip


@login_required
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """Each rule with who holds both sides now, and what it barred in the last 90 days."""
    found = separation.report(request.user)
    page = {"report": found, "days": separation.DAYS, "most": separation.SHOWN}
    return render(request, "governance/separation.html", page)


@login_required
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The same as CSV: a row for each rule, each conflict and each case."""
    found = separation.report(request.user)
    answer = HttpResponse(write_table(HEADER, _rows(found)), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="separation.csv"'
    return answer


def _rows(found: separation.Report) -> Iterator[list[str]]:
    for rule in found.rules:
        kind = "static" if rule.static else "dynamic"
        said = [rule.key or "own-case", kind, *rule.sides, "yes" if rule.bars else "no"]
        yield [*said, "rule", "", "", rule.control]
        for one in rule.holds:
            since = one.since.isoformat() if one.since else ""
            yield [*said, "holds both", one.person, since, rule.control]
        for what, cases in (("barred", rule.barred), ("warned", rule.near)):
            for case in cases:
                at = case.decision.opened_at.isoformat()
                yield [*said, what, f"{case.decision.subject_ref}: {case.said}", at, rule.control]
