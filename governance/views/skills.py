"""Skills: what is needed and who can, what an absence leaves uncovered, what somebody can do."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from esm.common import clock
from esm.common.errors import Invalid, NotAllowed
from governance.blueprint.kinds import Skill
from governance.models import Person
from governance.selectors import coverage, skills
from governance.selectors.administration import named, person_by_key, require_reach, words
from governance.selectors.people import actor_for, person_for
from governance.selectors.versions import blueprint, published
from governance.services import skills as service
from governance.views.asking import (
    Field,
    Form,
    Typed,
    answer,
    day_text,
    first_moment,
    kept,
    last_moment,
)
from governance.views.people import ASKS, crumbs

TWO_WEEKS = timedelta(days=13)


@kept
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Coverage of every skill that is needed, and what an absence leaves uncovered."""
    page: dict[str, Any] = {"page": coverage.coverage_page(request.user)}
    page |= _absence(request)
    return render(request, "governance/skills.html", page, status=400 if page["errors"] else 200)


def _absence(request: HttpRequest) -> dict[str, Any]:
    """The question «who is away», and its answer where it was asked."""
    asked = "person" in request.GET
    errors: dict[str, list[str]] = {}
    found = None
    try:
        found = _answer(request) if asked else None
    except Invalid as refused:
        errors = refused.errors
    today = clock.now()
    own = person_for(request.user)
    values = {
        "person": own.key if own else "",
        "since": day_text(today),
        "until": day_text(today + TWO_WEEKS),
    }
    if asked:
        values = {name: request.GET.get(name, value) for name, value in values.items()}
    return {"away": found, "asked": asked, "errors": errors, "fields": _fields(values, errors)}


def _fields(values: dict[str, str], errors: dict[str, list[str]]) -> list[Field]:
    fields: list[Field] = [
        {"name": "person", "label": _("Who is away"), "required": True, "max_length": 254,
         "autocomplete": "off", "help": _("Mail address, full name or key.")},
        {"name": "since", "label": _("First day"), "type": "date", "width": "s"},
        {"name": "until", "label": _("Last day"), "type": "date", "width": "s"},
    ]  # fmt: skip
    return [{**f, "value": values[f["name"]], "errors": errors.get(f["name"], [])} for f in fields]


def _answer(request: HttpRequest) -> coverage.AbsencePage | None:
    """Raises Invalid for what was not understood, and for who is not the viewer's to ask about."""
    typed = request.GET
    found = named(words(typed.get("person", "")))
    allowed = [one for one in found if coverage.may_test(request.user, one)]
    if len(allowed) != 1:
        said = _("There is nobody of this name, mail address or key whom you lead or keep.")
        raise Invalid(said, {"person": [said]})
    since = first_moment(typed, "since") or clock.now()
    until = last_moment(typed, "until") or since + TWO_WEEKS
    if until <= since:
        said = _("The last day lies before the first.")
        raise Invalid(said, {"until": [said]})
    return coverage.absence_page(allowed[0], since, until)


@kept
@require_safe
def one(request: HttpRequest, key: str) -> HttpResponse:
    """One skill: where it is needed, and who can, as far as one may know."""
    version = published()
    spec = blueprint(version).peek(Skill, key) if version is not None else None
    if spec is None:
        raise Http404
    page = {
        "spec": spec,
        "key": key,
        "page": coverage.coverage_page(request.user, key),
        "people": skills.holders(key, coverage.known_to(request.user)),
    }
    return render(request, "governance/skill.html", page)


def _skill_fields(person: Person, row: Any = None) -> list[Field]:
    held = {one.key for one in skills.skills_of_person(person)}
    names = sorted(skills.skill_names().items(), key=lambda item: item[1].casefold())
    choice: list[Field] = [
        {"name": "skill", "label": _("Skill"), "type": "select", "required": True,
         "options": [item for item in names if item[0] not in held]},
    ]  # fmt: skip
    levels = [
        ("1", _("1 · has seen it done")),
        ("2", _("2 · does it with help")),
        ("3", _("3 · does it alone")),
        ("4", _("4 · does the hard cases")),
        ("5", _("5 · teaches it")),
    ]
    return [
        *(choice if row is None else []),
        {"name": "level", "label": _("How well"), "type": "choice", "required": True,
         "options": levels, "value": str(row.level) if row else "3"},
        {"name": "evidence", "label": _("What shows it"), "max_length": service.MAX_EVIDENCE,
         "value": row.evidence if row else "", "help": _("A certificate, work you saw, a course.")},
        {"name": "valid_to", "label": _("The proof holds until"), "type": "date", "width": "s",
         "value": row.valid_to.isoformat() if row and row.valid_to else "",
         "help": _("Empty is without an end.")},
    ]  # fmt: skip


def _affects() -> list[str]:
    return [
        _("Coverage of skills, and the checks of the model, count them from now on."),
        _("They see it on their profile, with who confirmed it."),
    ]


def _said(typed: Typed) -> dict[str, Any]:
    """What was typed, as the service takes it. Raises Invalid."""
    level, day = typed.get("level", ""), typed.get("valid_to", "").strip()
    try:
        until = parse_date(day) if day else None
    except ValueError:
        until = None
    if day and until is None:
        said = _("Write a day such as 2026-03-31.")
        raise Invalid(said, {"valid_to": [said]})
    return {
        "level": int(level) if level.isascii() and level.isdigit() and len(level) < 3 else 0,
        "evidence": typed.get("evidence", ""),
        "valid_to": until,
        "reason": typed.get("reason", ""),
    }


def _may(request: HttpRequest, key: str) -> Person:
    """A person one sees and whose skills one confirms. Raises NotFound, NotAllowed."""
    require_reach(request.user)
    person = person_by_key(request.user, key)
    found = skills.may_confirm(request.user, person)
    if not found.ok:
        raise NotAllowed(found.reason, code="skill-confirm")
    return person


@kept
@ASKS
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """Say what somebody is able to do."""
    person = _may(request, key)
    form = Form(
        title=_("What %(name)s can do") % {"name": person.name},
        submit=_("Confirm skill"),
        back=reverse("admin-person", args=[person.key]),
        crumbs=crumbs(person, _("A skill")),
        fields=_skill_fields(person),
        affects=_affects(),
    )

    def do(typed: Typed) -> str:
        said, actor = _said(typed), actor_for(request.user)
        row = service.confirm_skill(person, typed.get("skill", ""), **said, actor=actor)
        name = skills.skill_names()[row.skill_key]
        return _("%(name)s, level %(level)s.") % {"name": name, "level": row.level}

    return answer(request, form, do)


@kept
@ASKS
def correct(request: HttpRequest, key: str, skill: str) -> HttpResponse:
    """Correct how well somebody does it, confirm it again, or withdraw it."""
    person = _may(request, key)
    row = skills.held_skill(person, skill)
    name = skills.skill_names().get(skill, skill)
    withdraw: Field = {"name": "withdraw", "label": _("They cannot do it any more"),
                       "type": "boolean"}  # fmt: skip
    form = Form(
        title=_("%(skill)s of %(name)s") % {"skill": name, "name": person.name},
        submit=_("Save skill"),
        back=reverse("admin-person", args=[person.key]),
        crumbs=crumbs(person, name),
        fields=[*_skill_fields(person, row), withdraw],
        affects=_affects(),
    )

    def do(typed: Typed) -> str:
        actor = actor_for(request.user)
        if "withdraw" in typed:
            service.withdraw_skill(row, reason=typed.get("reason", ""), actor=actor)
            return _("%(name)s was withdrawn.") % {"name": name}
        service.confirm_skill(person, skill, **_said(typed), actor=actor)
        return _("Saved.")

    return answer(request, form, do)


__all__ = ["confirm", "correct", "index", "one"]
