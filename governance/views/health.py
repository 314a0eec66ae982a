"""Late timers, stuck deliveries, dead letters: what waits unnoticed, and what to do about it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from governance.selectors import health_page
from governance.selectors.health_page import Told
from governance.selectors.people import actor_for
from governance.services import effects
from governance.views.asking import Form, Typed, answer, kept
from governance.views.people import ASKS

SHOWN = 12


def crumbs(last: str = "") -> list[tuple[str, str]]:
    """Administration › Health › what is done."""
    found = [(_("Administration"), reverse("admin"))]
    if not last:
        return [*found, (_("Late and given up"), "")]
    return [*found, (_("Late and given up"), reverse("admin-health")), (last, "")]


@kept
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """What is late, what was given up, queues, processes, jobs."""
    page = {"page": health_page.page(request.user), "crumbs": crumbs()}
    return render(request, "governance/admin/health.html", page)


@kept
@ASKS
def retry(request: HttpRequest) -> HttpResponse:
    """Have chosen effects tried again."""

    def do(keys: list[str], reason: str) -> str:
        done = effects.retry(keys, reason=reason, actor=actor_for(request.user))
        return ngettext(
            "%(n)s effect is tried again now.", "%(n)s effects are tried again now.", done
        ) % {"n": done}

    lede = _("Each is tried from its first attempt, within seconds. What caused the error should be"
             " mended before.")  # fmt: skip
    return _act(request, _("Try again"), lede, do, danger=False)


@kept
@ASKS
def discard(request: HttpRequest) -> HttpResponse:
    """Let chosen effects never happen."""

    def do(keys: list[str], reason: str) -> str:
        done = effects.discard(keys, reason=reason, actor=actor_for(request.user))
        return ngettext(
            "%(n)s effect is discarded.", "%(n)s effects are discarded.", done
        ) % {"n": done}  # fmt: skip

    lede = _("They never happen: nobody is told, nothing is sent, no clock fires for what is due"
             " now. This cannot be taken back. Who did it and why is on record.")  # fmt: skip
    return _act(request, _("Discard"), lede, do, danger=True)


def _act(
    request: HttpRequest,
    title: str,
    lede: str,
    do: Callable[[list[str], str], str],
    *,
    danger: bool,
) -> HttpResponse:
    health_page.require(request.user)
    keys = request.GET.getlist("row")[:200]
    found = health_page.some(request.user, keys)
    if not found and request.method != "POST":
        said = _("These wait no more.") if keys else _("Choose at least one row.")
        messages.warning(request, said)
    if not keys or (not found and request.method != "POST"):
        return redirect("admin-health")
    form = Form(
        title=ngettext("%(do)s: %(n)s effect", "%(do)s: %(n)s effects", len(found))
        % {"do": title, "n": len(found)},
        lede=lede,
        submit=title,
        back=reverse("admin-health"),
        crumbs=crumbs(title),
        facts_title=_("What is chosen"),
        facts=_facts(found),
        danger=danger,
        needs_reason=danger,
    )

    def act(typed: Typed) -> str:
        return do(keys, typed.get("reason", ""))

    return answer(request, form, act)


def _facts(found: list[Told]) -> list[dict[str, object]]:
    """The chosen rows as the form lists them."""
    shown: list[dict[str, object]] = [
        {
            "label": str(told.row.label),
            "then": " · ".join(filter(None, [told.about.name if told.about else "", told.error])),
            "count": None,
            "url": told.about.url if told.about else "",
        }
        for told in found[:SHOWN]
    ]
    if len(found) > SHOWN:
        more = _("%(n)s more") % {"n": len(found) - SHOWN}
        shown.append({"label": more, "then": "", "count": None, "url": ""})
    return shown
