"""How a version is taken up: told, seen, read, trained, used, by department."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from governance.selectors.adoption import LATE, STAGES, adoption
from governance.views.asking import kept
from governance.views.reading import find_version

WORDS = {
    "told": gettext_lazy("told"),
    "seen": gettext_lazy("opened it"),
    "acknowledged": gettext_lazy("read it"),
    "trained": gettext_lazy("trained"),
    "using": gettext_lazy("using it"),
    LATE: gettext_lazy("overdue"),
}


@kept
@require_safe
def funnel(request: HttpRequest, code: str) -> HttpResponse:
    """The funnel by department; for stewards who is not there yet."""
    version = find_version(request.user, code)
    lacking = request.GET.get("lacking", "")
    department = request.GET.get("department", "")[:100]
    page = adoption(request.user, version, department, lacking if lacking in WORDS else "")
    here = reverse("model-version", args=[code])
    shown = {
        "page": page,
        "version": version,
        "stages": [(stage, WORDS[stage]) for stage in STAGES],
        "lacking": WORDS.get(lacking, ""),
        "late": lacking == LATE,
        "crumbs": [(_("Operating model"), reverse("model")), (code, here), (_("Adoption"), "")],
    }
    return render(request, "governance/review/adoption.html", shown)
