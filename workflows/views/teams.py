"""Pages of a team: its load, and the work of people who are away."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from esm.common.errors import Invalid
from governance.models import Team
from governance.selectors import people
from workflows.selectors import away as absent
from workflows.selectors import bulk as chosen
from workflows.selectors import load as loads
from workflows.selectors import queue
from workflows.services import bulk as many
from workflows.views import giving


@login_required
@require_safe
def first(request: HttpRequest) -> HttpResponse:
    """The load of my first team."""
    teams = queue.my_teams(request.user)
    return redirect("team-load", key=teams[0].key) if teams else redirect("queue")


@login_required
@require_safe
def load(request: HttpRequest, key: str) -> HttpResponse:
    """Who has how much in hand; totals alone for who is not in the team."""
    found = loads.load_of(request.user, key)
    page = {
        "load": found,
        "team": found.team,
        "leads": found.leads,
        "teams": [t for t in queue.my_teams(request.user) if t.pk != found.team.pk],
    }
    return render(request, "workflows/team_load.html", page)


@login_required
def away(request: HttpRequest, key: str) -> HttpResponse:
    """What lies with people who are away or gone; a lead gives it on, several at once."""
    team = absent.team_for_lead(request.user, key)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            done = _give_on(request, team)
        except Invalid as refused:
            errors = refused.errors or {"": [refused.sentence]}
        else:
            return _told(request, team, done)
    rows, following = absent.page_of(request.user, team, after=_number(request.GET.get("after")))
    page = {
        "team": team,
        "leads": True,
        "rows": rows,
        "next_url": f"?after={following}" if following else "",
        "errors": errors,
        "chosen": request.POST.getlist("row"),
        "fields": [{**f, "value": request.POST.get(f["name"], "")} for f in giving.fields(team)],
    }
    return render(request, "workflows/team_away.html", page, status=400 if errors else 200)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 9 else 0


def _give_on(request: HttpRequest, team: Team) -> list[many.Outcome]:
    rows = chosen.find(request.user, request.POST.getlist("row")[: chosen.MOST])
    if not rows:
        said = _("Choose at least one step.")
        raise Invalid(said, {"row": [said]})
    to = request.POST.get("to", "")
    wishes = many.Wishes(
        to=people.members(team.pk).filter(key=to).first(),
        back=to == giving.QUEUE,
        reason=request.POST.get("reason", ""),
    )
    return many.act_on(
        [chosen.of_team(row, team.pk) for row in rows],
        "reassign",
        wishes,
        actor_of=lambda key: people.actor_for(request.user, team=key),
    )


def _told(request: HttpRequest, team: Team, done: list[many.Outcome]) -> HttpResponse:
    well = sum(one.ok for one in done)
    sentence = ngettext("%(n)d step given on.", "%(n)d steps given on.", well) % {"n": well}
    if well == len(done):
        messages.success(request, sentence)
        return redirect("team-away", key=team.key)
    page = {"team": team, "sentence": sentence, "outcomes": done, "back": request.path}
    page["back_words"] = _("Back to the work of people away")
    return render(request, "workflows/bulk_done.html", page)
