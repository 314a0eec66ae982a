"""Asking a question: its answer under a scope, who sees which first, what it is compared with."""

from dataclasses import replace

from django.utils.translation import gettext as _

from esm.accounts.models import User
from esm.common.errors import Invalid, NotFound
from governance.selectors import versions
from governance.selectors.people import facts_for, standing_for
from valueflow.engine.answers import Answer
from valueflow.selectors import imported
from valueflow.selectors.flow import marks
from valueflow.selectors.questions import everything
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.scope import FlowScope

BEFORE = "before"
# What executives find on their home page, in this order.
FOR_EXECUTIVES = ("slow", "promises", "outcomes", "critical", "last-version")


def by_slug(slug: str) -> Question:
    """A question by its slug. Raises NotFound."""
    found = everything.question(slug)
    if found is None:
        raise NotFound(_("There is no such question."))
    return found


def can_answer(question: Question, scope: FlowScope) -> bool:
    """Imported logs know no promises and no decisions: some questions are for requests alone."""
    return question.logs or scope.log_id is None


def answer(question: Question, scope: FlowScope, user: User) -> Answer:
    """What a question is answered with. Raises Invalid where a log cannot answer it, NotFound."""
    if not can_answer(question, scope):
        said = _("An imported log cannot answer this question; ask it of your own requests.")
        raise Invalid(said, {"source": [said]})
    if scope.log_id is not None:
        imported.log_of(scope, user)
    return question.answer(scope, user)


def standings(user: User) -> set[str]:
    """What somebody is, in the words of ``Question.first_for``."""
    facts = facts_for(user)
    held = standing_for(user)
    keys = {role.key for role in held.roles} if held else set()
    owners: set[str] = set()
    current = versions.current()
    if current is not None:
        streams = versions.blueprint(current).find("ValueStream").values()
        owners = {str(stream.owner_role) for stream in streams if stream.owner_role}
    found = {
        "executive": facts.executive,
        "steward": facts.steward,
        "auditor": facts.auditor,
        "owner": bool(keys & owners),
        "department": bool(facts.led_teams),
    }
    return {name for name, holds in found.items() if holds}


def first_for(user: User) -> list[Question]:
    """The questions somebody sees first, in their order."""
    mine = standings(user)
    return [question for question in everything.questions() if mine & set(question.first_for)]


def compared(scope: FlowScope, compare: str) -> FlowScope | None:
    """The scope that ``compare`` names: the stretch before, or while a version was in force.

    Raises Invalid for anything else.
    """
    if not compare:
        return None
    if compare == BEFORE and scope.source == "live":
        return scope.before()
    times = marks(scope) if scope.source == "live" else []
    for place, mark in enumerate(times):
        if mark.label == compare:
            end = times[place + 1].at if place + 1 < len(times) else scope.now
            return replace(scope, start=mark.at, end=max(end, mark.at), version="", period="custom")
    said = _("Compare with “before”, or with a version that was in force.")
    raise Invalid(said, {"compare": [said]})


def at_home(user: User) -> list[tuple[str, str]]:
    """Words and addresses of what an executive looks at first: questions, and what waits."""
    if not facts_for(user).executive:
        return []
    found = [everything.question(slug) for slug in FOR_EXECUTIVES]
    links = [(str(one.title), f"/flow/questions/{one.slug}/") for one in found if one]
    return [*links, (_("Which decisions wait for you?"), "/decisions/")]
