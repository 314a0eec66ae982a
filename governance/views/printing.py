"""A whole version on one page to print, and as a file for programs."""

import json
from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from esm.common import clock
from governance.blueprint.kinds import KINDS
from governance.models import ModelVersion
from governance.selectors import printed
from governance.selectors.found import found_in
from governance.selectors.versions import blueprint
from governance.selectors.wording import element_name
from governance.views.reading import Reading, must_read

# A larger version is sent piece by piece as it is made.
LARGE = 2_000
HERE = "<!-- parts -->"
JSON = "application/json"


@login_required
@require_safe
def paper(request: HttpRequest) -> HttpResponseBase:
    """Contents, the four parts with every element in words, and what is found."""
    reading = must_read(request)
    html = render_to_string("governance/blueprint/print.html", _page(reading), request)
    pieces = _pieces(reading, html)
    if len(reading.bp) > LARGE:
        return StreamingHttpResponse(pieces)
    return HttpResponse("".join(pieces))


def document(version: ModelVersion) -> str:
    """A version as a document of its own, without the portal around it."""
    bp = blueprint(version)
    reading = Reading(version, bp, [version], {})
    html = render_to_string("governance/blueprint/print_file.html", _page(reading))
    return "".join(_pieces(reading, html))


def _page(reading: Reading) -> dict[str, object]:
    found = [
        (one, element_name(reading.bp, one.kind, one.key) if one.key else "")
        for one in found_in(reading.version)
    ]
    return {
        "reading": reading,
        "organisation": next(iter(reading.bp.find("Organisation").values()), None),
        "contents": printed.contents(reading.bp),
        "elements": len(reading.bp),
        "findings": found,
        "printed_at": clock.now(),
        "here": HERE,
    }


def _pieces(reading: Reading, html: str) -> Iterator[str]:
    """The page with the parts where it leaves room for them, one kind after the other."""
    before, _, after = html.partition(HERE)
    yield before
    for part in printed.contents(reading.bp):
        yield render_to_string("governance/blueprint/print_part.html", {"part": part})
        for kind in printed.printed(reading.bp, part.key):
            yield render_to_string("governance/blueprint/print_kind.html", {"kind": kind})
    yield after


@login_required
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Every element of a version as JSON, as programs read it over the API."""
    reading = must_read(request)
    pieces = _elements(reading)
    large = len(reading.bp) > LARGE
    answer: HttpResponseBase = (
        StreamingHttpResponse(pieces, content_type=JSON)
        if large
        else HttpResponse("".join(pieces), content_type=JSON)
    )
    answer["Content-Disposition"] = f'attachment; filename="{reading.version.code}.json"'
    return answer


def _elements(reading: Reading) -> Iterator[str]:
    version = reading.version
    about = {
        "version": version.code,
        "number": version.number,
        "title": version.title,
        "state": version.state,
        "published_at": version.published_at.isoformat() if version.published_at else None,
        "content_hash": reading.bp.content_hash.hex(),
    }
    yield json.dumps(about, ensure_ascii=False)[:-1] + ', "elements": ['
    for number, (kind, key) in enumerate(reading.bp.ids()):
        spec = reading.bp.get(kind, key).model_dump(mode="json")
        row = {"kind": kind, "key": key, "schema": KINDS[kind].schema_version, "spec": spec}
        yield ("," if number else "") + json.dumps(row, ensure_ascii=False)
    yield "]}"
