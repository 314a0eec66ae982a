"""What systems do for the work, what goes with one of them, and what they are for."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from governance.selectors import model_search, strategy_page, support_page
from governance.views.reading import must_read


@login_required
@require_safe
def support(request: HttpRequest) -> HttpResponse:
    """System by stage, one stream at a time, with what is done by hand and recorded twice."""
    reading = must_read(request)
    streams = support_page.stream_rows(reading.bp)
    key = request.GET.get("stream", "") or (streams[0].key if streams else "")
    show = request.GET.get("show", "")
    if (key and key not in {row.key for row in streams}) or show not in ("", *support_page.SHOWS):
        raise Http404
    views = (("", _("All stages")), ("hand", _("By hand")), ("twice", _("Recorded twice")))
    page = {
        "reading": reading,
        "streams": streams,
        "map": support_page.support_map(reading.bp, key, show) if key else None,
        "show": show,
        "views": [
            {
                "label": label,
                "url": reading.address("blueprint-support", stream=key, show=value),
                "current": show == value,
            }
            for value, label in views
        ],
        "for_nothing": support_page.for_nothing(reading.bp),
        "services_twice": support_page.services_twice(reading.bp),
    }
    return render(request, "governance/blueprint/support.html", page)


@login_required
@require_safe
def retire(request: HttpRequest, key: str = "") -> HttpResponse:
    """Choose a system: the stages, services, outcomes and roles that are touched where it goes."""
    reading = must_read(request)
    if asked := request.GET.get("technology", ""):
        if ("Technology", asked) not in reading.bp:
            raise Http404
        return redirect(reading.address("blueprint-retire-one", asked))
    found = support_page.retire_page(reading.bp, key) if key else None
    if key and found is None:
        raise Http404
    choices = support_page.links_of(reading.bp, "Technology", reading.bp.keys("Technology"))
    page = {"reading": reading, "page": found, "choices": choices}
    return render(request, "governance/blueprint/retire.html", page)


@login_required
@require_safe
def strategy(request: HttpRequest) -> HttpResponse:
    """Objectives with technology and streams, and back; what stands alone either way."""
    reading = must_read(request)
    page = {"reading": reading, "page": strategy_page.strategy_page(reading.bp)}
    return render(request, "governance/blueprint/strategy.html", page)


@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Words in names, keys and texts of the elements of a version."""
    reading = must_read(request)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    kind = request.GET.get("kind", "")
    found = model_search.search(reading.bp, words, kind)
    page = {
        "reading": reading,
        "words": words,
        "kind": kind,
        "found": found,
        "total": sum(one.total for one in found),
    }
    return render(request, "governance/blueprint/search.html", page)
