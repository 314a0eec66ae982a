"""Several rows of a queue at once: what is meant, confirmed, and what became of each."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esm.common import clock
from esm.common.errors import Invalid
from governance.models import Team
from governance.selectors import people
from workflows.selectors import bulk as chosen
from workflows.selectors import queue as queues
from workflows.selectors.queue_rows import rows_for
from workflows.services import bulk as many
from workflows.services.bulk import Wishes
from workflows.views import giving
from workflows.views.follow_ups import day_of
from workflows.views.onward import queue_next

TITLES = {
    "accept": gettext_lazy("Accept these offers"),
    "claim": gettext_lazy("Take these"),
    "assign": gettext_lazy("Give these to a member of the team"),
    "hand-over": gettext_lazy("Finish these steps"),
    "follow-up": gettext_lazy("Follow up on these on a day"),
    "pause": gettext_lazy("Let these wait"),
    "resume": gettext_lazy("Go on with these"),
    "release": gettext_lazy("Put these back"),
    "reassign": gettext_lazy("Give these to somebody else"),
}
VERBS = {
    "accept": gettext_lazy("Accept"),
    "claim": gettext_lazy("Take"),
    "assign": gettext_lazy("Give"),
    "hand-over": gettext_lazy("Hand over"),
    "follow-up": gettext_lazy("Follow up"),
    "pause": gettext_lazy("Let wait"),
    "resume": gettext_lazy("Go on"),
    "release": gettext_lazy("Put back"),
    "reassign": gettext_lazy("Give on"),
}
DONE = {
    "accept": gettext_lazy("Accepted: %(n)d."),
    "claim": gettext_lazy("Taken: %(n)d."),
    "assign": gettext_lazy("Given on: %(n)d."),
    "hand-over": gettext_lazy("Finished: %(n)d."),
    "follow-up": gettext_lazy("Follow-up changed: %(n)d."),
    "pause": gettext_lazy("Waiting: %(n)d."),
    "resume": gettext_lazy("Going on: %(n)d."),
    "release": gettext_lazy("Put back: %(n)d."),
    "reassign": gettext_lazy("Given to somebody else: %(n)d."),
}
TAKES = ("accept", "claim", "assign")


@login_required
def bulk(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for what is needed, then do it to each row and tell what became of it."""
    team = queues.team_for(request.user, key)
    given = request.POST if request.method == "POST" else request.GET
    action, back = given.get("do", ""), queue_next(request) or f"/queue/{team.key}/"
    rows = _rows(request, team, given)
    if not rows or action not in chosen.ACTIONS:
        messages.info(request, _("Choose rows first, then what to do with them."))
        return redirect(back)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            done = many.act_on(rows, action, _wishes(team, given), actor_of=_actors(request))
        except Invalid as refused:
            errors = refused.errors or {"": [refused.sentence]}
        else:
            return _told(request, team, action, done, back)
    page = {
        "team": team,
        "do": action,
        "title": TITLES[action],
        "verb": VERBS[action],
        "rows": _shown(request, action, rows),
        "fields": [
            {**one, "value": given.get(one["name"], one.get("value", ""))}
            for one in _fields(team, action)
        ],
        "errors": errors,
        "back": back,
    }
    return render(request, "workflows/bulk.html", page, status=400 if errors else 200)


def _rows(request: HttpRequest, team: Team, given: QueryDict) -> list[chosen.Found]:
    """What was chosen; work of another queue is not there."""
    found = chosen.find(request.user, given.getlist("row")[: chosen.MOST])
    return [chosen.of_team(row, team.pk) for row in found]


def _actors(request: HttpRequest) -> Any:
    return lambda key: people.actor_for(request.user, team=key)


def _shown(request: HttpRequest, action: str, rows: list[chosen.Found]) -> list[dict[str, Any]]:
    """Each row with why it will be left out, if it will."""
    actor, facts = people.actor_for(request.user), people.facts_for(request.user)
    shown = {row.visit.pk: row for row in rows_for([r.visit for r in rows if r.visit is not None])}
    return [
        {
            "code": row.code,
            "row": shown[row.visit.pk] if row.visit else None,
            "refusal": chosen.refusal(action, row.visit, actor, facts)
            if row.visit
            else many.NOT_THERE,
        }
        for row in rows
    ]


def _fields(team: Team, action: str) -> list[dict[str, Any]]:
    """What one action needs, once for all rows."""
    fields: list[dict[str, Any]] = []
    if action == "assign":
        members = people.members(team.pk).order_by("name")
        options = [{"key": one.key, "label": one.name} for one in members]
        fields.append({"name": "to", "label": _("Who takes them?"), "type": "choice",
                       "options": options, "required": True})  # fmt: skip
    elif action == "follow-up":
        day = clock.now().astimezone(timezone.get_current_timezone()) + timedelta(days=1)
        fields += [
            {"name": "on", "label": _("Day"), "type": "date", "required": False,
             "value": day.date().isoformat(),
             "help": _("Until then they stand below the rest, and their clocks run on.")},
            {"name": "clear", "label": _("Take the day back instead"), "type": "boolean",
             "required": False},
        ]  # fmt: skip
    elif action == "pause":
        parties = [
            {"key": "requester", "label": _("The requester")},
            {"key": "third", "label": _("Somebody outside")},
        ]
        fields += [
            {"name": "party", "label": _("They wait for"), "type": "choice", "options": parties,
             "required": True},
            {"name": "reason", "label": _("For what"), "type": "textarea", "required": True},
        ]  # fmt: skip
    elif action == "reassign":
        fields += giving.fields(team)
    elif action == "hand-over":
        fields.append({"name": "note", "label": _("Note for the next team"), "type": "textarea",
                       "required": False})  # fmt: skip
    if action in TAKES and team.wip_limit:
        help_ = _("The team agreed on %(n)d. Your reason stays in the history of each.")
        fields.append({"name": "over_limit", "label": _("Why, if it is above the limit?"),
                       "type": "textarea", "rows": 2, "required": False,
                       "help": help_ % {"n": team.wip_limit}})  # fmt: skip
    return fields


def _wishes(team: Team, given: QueryDict) -> Wishes:
    """What was typed. Raises Invalid for a day that is none."""
    to = people.members(team.pk).filter(key=given.get("to", "")).first() if "to" in given else None
    moves = given.get("do") == "follow-up" and not given.get("clear")
    return Wishes(
        to=to,
        on=day_of(given.get("on", "")) if moves else None,
        party=given.get("party", ""),
        reason=given.get("reason", ""),
        note=given.get("note", ""),
        over_limit=given.get("over_limit", ""),
        back=given.get("to") == giving.QUEUE,
    )


def _told(
    request: HttpRequest, team: Team, action: str, done: list[many.Outcome], back: str
) -> HttpResponse:
    """Back to the queue where all went well, else what became of each row."""
    well = [one for one in done if one.ok]
    sentence = DONE[action] % {"n": len(well)}
    if len(well) == len(done):
        messages.success(request, sentence)
        return redirect(back)
    page = {"team": team, "sentence": sentence, "outcomes": done, "back": back}
    return render(request, "workflows/bulk_done.html", page)
