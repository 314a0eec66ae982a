"""Knowledge on a step: what is known, marking what helped, writing up what was solved."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalog.selectors import articles
from esm.common.errors import NotAllowed, NotFound
from governance.selectors import people
from workflows.models import Request, StageVisit
from workflows.selectors import identities, knowledge, pins
from workflows.selectors import requests as seen
from workflows.services import knowledge as service
from workflows.views.onward import aside, queue_next


def _step(found: Request, seq: int) -> StageVisit:
    visit = found.visits.filter(seq=seq).first()
    if visit is None:
        raise NotFound("This step does not exist.")
    identities.attach(visit, "team", "department")
    return visit


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@login_required
@require_http_methods(["GET", "POST"])
def on_step(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """What is known about a step, or fits some words; a POST marks what helped."""
    found = seen.by_ref(request.user, ref)
    visit = _step(found, seq)
    verdict = knowledge.may_use(request.user, visit)
    if not verdict.ok:
        raise NotAllowed(verdict.reason)
    if request.method == "POST":
        number, at = (_number(request.POST.get(name, "")) for name in ("article", "version"))
        version = articles.version_of(request.user, number, at)
        actor = people.actor_for(request.user)
        service.use_article(found.pk, seq, version=version, actor=actor)
        messages.success(
            request, _("“%(title)s” is kept with this step.") % {"title": version.title}
        )
        return redirect(aside(request, found.ref))
    text = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    rows = articles.search(request.user, text) if text else []
    if not text:
        rows = articles.of_stages(request.user, found.workflow_key, [visit.stage_key])[
            visit.stage_key
        ]
    used = knowledge.visible_to(request.user, found).filter(visit=visit)
    page = {
        "r": found,
        "visit": visit,
        "stage": pins.stage_name(found, visit.stage_key),
        "q": text,
        "rows": rows,
        "used": list(used),
        "used_versions": {use.version_id for use in used},
        "open": visit.state in knowledge.OPEN,
        "next": queue_next(request),
    }
    return render(request, "workflows/step_knowledge.html", page)


@login_required
@require_POST
def write_up(request: HttpRequest, ref: str) -> HttpResponse:
    """Begin an article from a solved request."""
    found = seen.by_ref(request.user, ref)
    visits = list(found.visits.order_by("seq"))
    team = knowledge.team_to_write_up(request.user, found, visits)
    if team is None:
        raise NotAllowed(_("Only a team that worked on it writes up what was solved."))
    made = service.write_up(found, team=team, actor=people.actor_for(request.user))
    said = _("A draft from %(ref)s: open answers and messages alone. Read it before you publish.")
    messages.success(request, said % {"ref": found.ref})
    return redirect("article-edit", number=made.pk)
