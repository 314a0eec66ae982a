"""The workshop table: stages of a workflow in a draft with what people guess, typed in fast."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from esm.common.errors import Conflict
from governance.blueprint import canvas as core
from governance.blueprint.canvas import Row
from governance.blueprint.kinds import Workflow
from governance.models import ModelVersion
from governance.selectors import administration
from governance.selectors.canvas import canvas_page, names_of
from governance.selectors.drafts import draft_blueprint
from governance.selectors.editing import Stored, stored
from governance.selectors.people import actor_for
from governance.services import drafting
from governance.views.asking import kept
from governance.views.model import find_version
from governance.views.people import ASKS

COLUMNS = ("key", "order", "name", "team", "systems", "touch", "wait", "accurate")
MAX_TEXT = 300


@kept
@ASKS
def table(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Show the table, or write what was typed into the draft."""
    version = find_version(request.user, code)
    administration.check(request.user, "model.edit")
    if version.state != ModelVersion.State.DRAFT:
        page = {"version": version, "may_begin": version.state == ModelVersion.State.PUBLISHED}
        return render(request, "governance/editing/frozen.html", page, status=409)
    now = stored(version, Workflow.__name__, key)
    if now is None or not isinstance(now.spec, Workflow):
        raise Http404
    names = names_of(draft_blueprint(version))
    if request.method != "POST":
        return _page(request, version, key, now, core.rows_of(now.spec, names))
    rows = _typed(request.POST)
    new, errors = core.written(now.spec, rows, names)
    if errors:
        return _page(request, version, key, now, rows, errors, status=400)
    if request.POST.get("mark", "") != now.mark:
        said = _("Somebody changed this workflow meanwhile. What you typed is kept: save again to"
                 " put it on what they made.")  # fmt: skip
        return _page(request, version, key, now, rows, {}, said, 409)
    try:
        drafting.edit_element(
            version,
            Workflow.__name__,
            key,
            new,
            expected_hash=bytes.fromhex(now.mark),
            actor=actor_for(request.user),
        )
    except Conflict as refused:
        return _page(request, version, key, now, rows, {}, refused.sentence, 409)
    messages.success(request, _("Saved."))
    return redirect("model-canvas", code=code, key=key)


def _typed(sent: QueryDict) -> list[Row]:
    """The rows as they were typed, whatever is missing in them."""
    columns = {name: sent.getlist(name) for name in COLUMNS}
    gone = set(sent.getlist("gone"))
    count = min(max((len(values) for values in columns.values()), default=0), 2 * core.MAX_STAGES)
    rows = []
    for at in range(count):
        cells = {
            name: values[at].replace("\x00", "")[:MAX_TEXT] if at < len(values) else ""
            for name, values in columns.items()
        }
        row = Row(**cells, gone=bool(cells["key"]) and cells["key"] in gone)
        if not row.blank:
            rows.append(row)
    return rows


def _page(
    request: HttpRequest,
    version: ModelVersion,
    key: str,
    now: Stored,
    rows: list[Row],
    errors: dict[tuple[int, str], str] | None = None,
    note: str = "",
    status: int = 200,
) -> HttpResponse:
    assert isinstance(now.spec, Workflow)
    names = names_of(draft_blueprint(version))
    page = {
        "version": version,
        "key": key,
        "workflow": now.spec,
        "mark": now.mark,
        "page": canvas_page(request.user, key, now.spec, rows, errors or {}),
        "teams": sorted(names.teams.items(), key=lambda item: item[1].casefold()),
        "systems": sorted(names.systems.values(), key=str.casefold),
        "note": note,
        "wrong": len(errors or {}),
    }
    return render(request, "governance/editing/canvas.html", page, status=status)
