"""One objection: what it says, its test, and what becomes of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from esm.common.errors import Invalid, NotFound
from governance.blueprint.consent import Answered
from governance.models import ModelVersion, Objection
from governance.selectors import administration, change_record, meta_decision, review_page
from governance.selectors.people import actor_for, facts_for, person_for
from governance.services import objecting
from governance.views.asking import Field, Form, Typed, answer, kept
from governance.views.people import ASKS
from governance.views.reading import find_version
from governance.views.reviewing import crumbs as version_crumbs

QUESTIONS = (
    ("harm", gettext_lazy("Would adopting it cause concrete harm, or a step back?")),
    ("caused", gettext_lazy("Is that caused by this change, and not so already?")),
    ("known_now", gettext_lazy("Is it known now, so that trying and looking again is not safe?")),
    ("own_role", gettext_lazy("Does it touch a role that whoever objects holds?")),
    ("breaks_rule", gettext_lazy("Or does the version break a rule?")),
)
YES_NO = (("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))


def _find(request: HttpRequest, code: str, number: int) -> tuple[ModelVersion, Objection]:
    """An objection of a version one may read; one's own stays readable all the way."""
    mine = review_page.objection_for(request.user, code, number)
    if mine is not None:
        return mine.version, mine
    version = find_version(request.user, code)
    row = next((o for o in review_page.objections_of(version) if o.number == number), None)
    if row is None:
        raise NotFound("There is no such objection.")
    return version, row


def _crumbs(one: Objection, last: str = "") -> list[tuple[str, str]]:
    name = _("Objection %(n)s") % {"n": one.number}
    if not last:
        return version_crumbs(one.version, name)
    here = reverse("objection", args=[one.version.code, one.number])
    return [*version_crumbs(one.version, name)[:-1], (name, here), (last, "")]


@kept
@require_safe
def one(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One objection with its answers, its way, and what the viewer may do next."""
    version, row = _find(request, code, number)
    person = person_for(request.user)
    mine = person is not None and person.pk == row.person_id
    steward = facts_for(request.user).steward
    decider = person is not None and not mine and _decides(version, person.pk, row)
    shown: dict[str, Any] = {
        "row": row,
        "version": version,
        "crumbs": _crumbs(row),
        "questions": [(text, getattr(row, name)) for name, text in QUESTIONS],
        "steps": change_record.of_objection(row),
        "others": [o for o in review_page.objections_of(version) if o.pk != row.pk],
        "may": {
            "test": steward and not mine and row.state in objecting.TESTABLE,
            "integrate": steward and row.state == Objection.State.VALID,
            "resolve": steward and row.state == Objection.State.INTEGRATING,
            "withdraw": mine and row.open,
            "overrule": decider and row.open,
        },
    }
    return render(request, "governance/objections/one.html", shown)


def _decides(version: ModelVersion, person_id: int, row: Objection) -> bool:
    if not row.open:
        return False
    found = meta_decision.who_decides(version)
    return found is not None and found.seat_of(person_id) is not None


def _form(one: Objection, title: str, submit: str, **more: Any) -> Form:
    return Form(
        title=title % {"n": one.number, "code": one.version.code},
        submit=submit,
        back=reverse("objection", args=[one.version.code, one.number]),
        crumbs=_crumbs(one, submit),
        lede=one.text[:300],
        affects_title=_("What happens then"),
        **more,
    )


@kept
@ASKS
def test(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The five questions; whether the objection holds follows from the answers."""
    version, row = _find(request, code, number)
    administration.check(request.user, "objection.test")
    fields: list[Field] = [
        {"name": name, "label": text, "type": "select", "required": True, "width": "s",
         "value": {True: "yes", False: "no", None: ""}[getattr(row, name)], "options": YES_NO}
        for name, text in QUESTIONS
    ]  # fmt: skip
    fields.append(
        {"name": "why", "label": _("Why"), "type": "textarea",
         "max_length": objecting.MAX_REASON,
         "help": _("Needed where it does not hold; whoever objected reads it.")}
    )  # fmt: skip
    form = _form(
        row, _("Test objection %(n)s to %(code)s"), _("Answer the questions"),
        fields=fields, with_reason=False,
        affects=[
            _("It is valid where it does harm that this change causes, that is known now and"
              " touches their role, or where a rule is broken. Nobody chooses the result."),
            _("A valid one has to be worked in, withdrawn or overruled before %(code)s is agreed.")
            % {"code": code},
        ],
    )  # fmt: skip

    def do(typed: Typed) -> str:
        missing = {
            name: [_("Answer yes or no.")]
            for name, _text in QUESTIONS
            if typed.get(name) not in ("yes", "no")
        }
        if missing:
            raise Invalid(_("Answer all five questions."), missing)
        said = {name: typed.get(name) == "yes" for name, _text in QUESTIONS}
        why = typed.get("why", "")
        try:
            done = objecting.test(
                version, number, Answered(**said), reason=why, actor=actor_for(request.user)
            )
        except Invalid as refused:
            raise Invalid(refused.sentence, {"why": [refused.sentence]}) from refused
        return _("It is valid.") if done.open else _("It is not valid.")

    return answer(request, form, do)


@kept
@ASKS
def integrate(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Take the version back to work a valid objection in."""
    version, row = _find(request, code, number)
    administration.check(request.user, "objection.test")
    form = _form(
        row, _("Work objection %(n)s into %(code)s"), _("Work it in"),
        affects=[
            _("%(code)s is a draft again; change it, say what changed, and put it to people again.")
            % {"code": code},
        ],
    )  # fmt: skip

    def do(typed: Typed) -> str:
        why = typed.get("reason", "")
        objecting.integrate(version, number, reason=why, actor=actor_for(request.user))
        return _("%(code)s is a draft again.") % {"code": code}

    return answer(request, form, do)


@kept
@ASKS
def resolve(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Say what was changed for it."""
    version, row = _find(request, code, number)
    administration.check(request.user, "objection.test")
    field: Field = {
        "name": "changed", "label": _("What was changed"), "type": "textarea", "required": True,
        "max_length": objecting.MAX_REASON, "help": _("Whoever objected reads it."),
    }  # fmt: skip
    form = _form(
        row, _("Objection %(n)s is worked in"), _("Say so"), fields=[field], with_reason=False,
        affects=[_("It stands in the way no more. Whoever objected is told and answers again.")],
    )  # fmt: skip

    def do(typed: Typed) -> str:
        changed = typed.get("changed", "")
        objecting.resolve(version, number, changed=changed, actor=actor_for(request.user))
        return _("It is worked in.")

    return answer(request, form, do)


@kept
@ASKS
def withdraw(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Whoever raised it wants it no more."""
    version, row = _find(request, code, number)
    form = _form(
        row, _("Withdraw objection %(n)s"), _("Withdraw it"), danger=True,
        affects=[_("It stands in the way no more. It stays on record, as withdrawn.")],
    )  # fmt: skip

    def do(typed: Typed) -> str:
        why = typed.get("reason", "")
        objecting.withdraw(version, number, reason=why, actor=actor_for(request.user))
        return _("Withdrawn.")

    return answer(request, form, do)


@kept
@ASKS
def overrule(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Whoever decides on changes of the model sets it aside, on record."""
    version, row = _find(request, code, number)
    form = _form(
        row, _("Overrule objection %(n)s"), _("Overrule it"), danger=True, needs_reason=True,
        affects=[
            _("It stands in the way no more. Your reason stands on record; everybody reads it."),
        ],
    )  # fmt: skip

    def do(typed: Typed) -> str:
        why = typed.get("reason", "")
        objecting.overrule(version, number, reason=why, actor=actor_for(request.user))
        return _("Overruled.")

    return answer(request, form, do)
