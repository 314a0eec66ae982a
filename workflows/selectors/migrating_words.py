"""Why a running request cannot be moved as it is, one sentence for each reason."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflows.engine.migrating import Hindrance
from workflows.selectors import pins
from workflows.selectors.migrating import Look, Target, team_name

_SENTENCES = {
    "unsound": gettext_lazy("The workflow of %(version)s cannot be run; mend it first."),
    "workflow": gettext_lazy("%(version)s does not have this workflow."),
    "offering": gettext_lazy("What was asked for is not offered in %(version)s."),
    "form": gettext_lazy(
        "What was answered would be read by others in %(version)s than whoever answered was told."
    ),
    "gone": gettext_lazy("%(version)s has no step “%(stage)s”; choose where its work goes on."),
    "nowhere": gettext_lazy("“%(stage)s” is to go on at a step that %(version)s does not have."),
    "kind": gettext_lazy("“%(other)s” is another kind of step than “%(stage)s”."),
    "team": gettext_lazy(
        "“%(other)s” belongs to %(team)s in %(version)s; work changes hands by an offer alone."
    ),
    "offer": gettext_lazy(
        "It is offered for “%(stage)s”, which belongs to %(team)s in %(version)s."
    ),
    "decision": gettext_lazy(
        "“%(stage)s” waits for another kind of decision than %(version)s asks for."
    ),
    "voted": gettext_lazy(
        "Others decide at “%(stage)s” in %(version)s, and votes were cast that would no longer"
        " count."
    ),
    "branch": gettext_lazy(
        "“%(stage)s” lies in one of several branches beside each other, and these differ in"
        " %(version)s."
    ),
    "join": gettext_lazy("A branch is done and waits for others, and these differ in %(version)s."),
    "lent": gettext_lazy(
        "The work was sent back from “%(stage)s” and cannot come back there in %(version)s."
    ),
}


def reasons(look: Look, target: Target) -> list[str]:
    """The sentences of one request, each once."""
    return list(dict.fromkeys(reason(look, one, target) for one in look.hindrances))


def reason(look: Look, one: Hindrance, target: Target) -> str:
    """The sentence of one reason."""
    workflow, there = look.request.workflow_key, one.other or one.stage
    stages = target.blueprint.workflow_graph(workflow).nodes if one.code in TEAMS else {}
    return _(str(_SENTENCES[one.code])) % {
        "version": target.version.code,
        "stage": pins.stage_name(look.request, one.stage) if one.stage else "",
        "other": _other(look, there, target),
        "team": (team_name(target, workflow, there) if there in stages else "") or _("no team"),
    }


TEAMS = ("team", "offer")


def _other(look: Look, key: str, target: Target) -> str:
    if not key:
        return ""
    graph = target.blueprint.workflow_graph(look.request.workflow_key)
    if key not in graph.nodes:
        return key
    return str(target.blueprint.stage(look.request.workflow_key, key).name)
