"""All decision rights of the version in force, drawn by band."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from governance.selectors import rights_page
from governance.selectors.separation import may_see
from governance.selectors.versions import published


@login_required
@require_GET
def rights(request: HttpRequest) -> HttpResponse:
    """Types of decision × bands; ``q`` looks for words, ``show=open`` for what is to be settled."""
    version = published()
    rows = rights_page.rows_of(request.user, version) if version else []
    words, show = request.GET.get("q", "").strip()[:100], request.GET.get("show", "")
    found = [row for row in rows if row.matches(words) and (show != "open" or row.open)]
    unsettled = sum(row.open for row in rows)
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isdigit() and len(asked) < 6 else 1
    groups, page, pages = rights_page.paged(found, number)
    context = {
        "version": version,
        "apart": may_see(request.user),
        "groups": groups,
        "shown": _("%(n)d of %(all)d") % {"n": page, "all": pages} if pages > 1 else "",
        "previous_url": _page_url(words, show, page - 1) if page > 1 else "",
        "next_url": _page_url(words, show, page + 1) if page < pages else "",
        "words": words,
        "show": show,
        "count": len(rows),
        "unsettled": unsettled,
        "days": rights_page.DAYS,
        "shares": any(row.decided is not None for row in rows),
        "views": [
            {"label": _("All"), "url": f"?{urlencode({'q': words})}", "current": show != "open"},
            {
                "label": _("To be settled (%(n)d)") % {"n": unsettled},
                "url": f"?{urlencode({'show': 'open', 'q': words})}",
                "current": show == "open",
            },
        ],
    }
    return render(request, "governance/rights.html", context)


def _page_url(words: str, show: str, page: int) -> str:
    kept = {"q": words, "show": show, "page": str(page)}
    return f"?{urlencode({name: value for name, value in kept.items() if value})}"
