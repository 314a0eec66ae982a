"""What goes with a version over REST: the change pack, and who would have gone another way."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import page_of_list, page_response
from esm.common.api.views import operation, told
from governance.api.views.model import version_of, visible_versions
from workflows.api.serializers_changes import ChangePackOut, ReplayedOut, ReplayQuery
from workflows.selectors.change_pack import change_pack, document, listed, replay_of
from workflows.selectors.replaying import RequestRow
from workflows.selectors.replaying_decisions import DecisionRow

SCOPES = {"read": "model:read"}


class Pack(ScopedView):
    """What goes with a version."""

    scopes = SCOPES

    @operation("change_pack", tag="model", answer=ChangePackOut)
    def get(self, request: Request, code: str) -> Response:
        """Differences, who is affected, the last 90 days under it, findings settled and new."""
        version = version_of(request, code)
        found = change_pack(request.user, version, list(visible_versions(request)))
        return told(ChangePackOut, document(found))


class Replayed(ScopedView):
    """The list behind a replay."""

    scopes = SCOPES

    @operation("change_replay", tag="model", answer=ReplayedOut, query=ReplayQuery, page=True)
    def get(self, request: Request, code: str) -> Response:
        """List requests you may see that would have gone another way under a version, and the
        decisions on them; empty for one that is or was in force."""
        found = replay_of(version_of(request, code))
        rows: list[dict[str, Any]] = []
        if found is not None:
            asked = {"sort": self.query["sort"], "what": self.query["what"]}
            shown = listed(request.user, found, **asked)
            rows = [*map(_decision, shown.decisions), *map(_request, shown.requests)]
        rows.sort(key=_place)
        page = page_of_list(rows, name=f"replay {code}", key=_place, query=self.query)
        return page_response(request, page, ReplayedOut)


def _place(row: dict[str, Any]) -> tuple[str, int]:
    return row["of"], row["pk"]


def _decision(row: DecisionRow) -> dict[str, Any]:
    return {
        "of": "decision", "pk": row.pk, "ref": row.ref, "at": row.at, "question": row.question,
        "sort": row.sort, "before": row.before, "after": row.after,
    }  # fmt: skip


def _request(row: RequestRow) -> dict[str, Any]:
    before, after = row.promise or (None, None)
    return {
        "of": "request", "pk": row.pk, "ref": row.ref, "at": row.at, "newly": list(row.newly),
        "no_longer": list(row.no_longer), "promise_before_s": before, "promise_after_s": after,
        "problem": row.problem,
    }  # fmt: skip
