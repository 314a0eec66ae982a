"""The blueprint: organisation, department, value stream and role with their four parts."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from governance.blueprint.completeness import score
from governance.blueprint.expectations import BY_CODE, PARTS
from governance.selectors import blueprint_page as pages
from governance.selectors.blueprint_page import SCOPES, Scope
from governance.views.reading import Reading, must_read, reading_of

# Rows of a list before it goes on by pages.
ROWS = 100
STATES = ("missing", "met")


@login_required
@require_safe
def organisation(request: HttpRequest) -> HttpResponse:
    """The whole organisation, with its departments by part and its streams."""
    reading = reading_of(request)
    if reading is None:
        return render(request, "governance/blueprint/nothing.html")
    page = {
        **_common(reading, Scope()),
        "rows": pages.heat_rows(reading.bp),
        "streams": pages.streams_of(reading.bp),
    }
    return render(request, "governance/blueprint/organisation.html", page)


@login_required
@require_safe
def department(request: HttpRequest, key: str) -> HttpResponse:
    """One department."""
    return _scoped(request, Scope("department", key))


@login_required
@require_safe
def stream(request: HttpRequest, key: str) -> HttpResponse:
    """One value stream."""
    return _scoped(request, Scope("stream", key))


@login_required
@require_safe
def role(request: HttpRequest, key: str) -> HttpResponse:
    """One role; who holds it now stands on its card."""
    return _scoped(request, Scope("role", key))


def _scoped(request: HttpRequest, scope: Scope) -> HttpResponse:
    page = _common(must_read(request), scope)
    if page["page"] is None:
        raise Http404
    return render(request, "governance/blueprint/scope.html", page)


def _common(reading: Reading, scope: Scope) -> dict[str, object]:
    return {
        "reading": reading,
        "scope": scope,
        "page": pages.blueprint_page(reading.bp, scope),
        "query": {scope.of: scope.key} if scope.of else {},
    }


@login_required
@require_safe
def missing(request: HttpRequest) -> HttpResponse:
    """The list behind each figure of completeness: what is expected, and whether it is said."""
    reading = must_read(request)
    scope = _scope(request, reading)
    asked = {name: request.GET.get(name, "") for name in ("part", "state", "code")}
    if asked["part"] not in ("", *PARTS) or asked["state"] not in ("", *STATES):
        raise Http404
    if asked["code"] not in ("", *BY_CODE):
        raise Http404
    found = pages.found_checks(reading.bp, scope, **asked)
    if asked["state"] != "met":
        found.sort(key=lambda one: one.met)
    number = _number(request.GET.get("page", ""))
    rows = pages.rows_of(reading.bp, found[(number - 1) * ROWS : number * ROWS])
    kept = {scope.of: scope.key} if scope.of else {}
    page = {
        "reading": reading,
        "scope": scope,
        "name": _name(reading, scope),
        "score": score(found),
        "rows": rows,
        "only": BY_CODE.get(asked["code"]),
        "state": asked["state"],
        "parts": _choices(reading, kept, asked, "part", ("", *PARTS)),
        "states": _choices(reading, kept, asked, "state", ("missing", "met", "")),
        **_pager(reading, {**kept, **asked}, number, len(found)),
    }
    return render(request, "governance/blueprint/missing.html", page)


def _scope(request: HttpRequest, reading: Reading) -> Scope:
    """Whose checks are asked for. ``none`` as a department is what belongs to no department."""
    for of in SCOPES:
        key = request.GET.get(of)
        if key is not None:
            scope = Scope(of, key)
            if key and (scope.kind, key) not in reading.bp:
                raise Http404
            return scope
    return Scope()


def _name(reading: Reading, scope: Scope) -> str:
    if not scope.of:
        return ""
    if not scope.key:
        return _("Whole organisation")
    return pages.element_name(reading.bp, scope.kind, scope.key)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and 0 < len(text) < 6 and int(text) else 1


def _choices(
    reading: Reading,
    kept: dict[str, str],
    asked: dict[str, str],
    name: str,
    values: tuple[str, ...],
) -> list[dict[str, object]]:
    labels = {
        "people": _("People"),
        "process": _("Process"),
        "technology": _("Technology"),
        "governance": _("Governance"),
        "missing": _("Missing"),
        "met": _("Said"),
        "": _("All"),
    }
    return [
        {
            "label": labels[value],
            "url": reading.address("blueprint-missing", **{**kept, **asked, name: value}),
            "current": asked[name] == value,
        }
        for value in values
    ]


def _pager(reading: Reading, kept: dict[str, str], number: int, total: int) -> dict[str, object]:
    last = max(1, -(-total // ROWS))

    def url(page: int) -> str:
        return reading.address("blueprint-missing", **{**kept, "page": str(page)})

    return {
        "shown": _("%(n)d of %(all)d") % {"n": number, "all": last} if last > 1 else "",
        "previous_url": url(number - 1) if 1 < number <= last else "",
        "next_url": url(number + 1) if number < last else "",
    }
