"""Closing a finding: people work otherwise by a day, or a proposal changes the model."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from esm.common.errors import Invalid
from governance.models import ChangeProposal, KeptFinding
from governance.selectors import administration
from governance.selectors import findings as known
from governance.selectors.people import actor_for
from governance.selectors.proposals import visible_to
from governance.services import closing_findings
from governance.views.asking import Form, Typed, answer, kept
from governance.views.findings import crumbs, find
from governance.views.people import ASKS
from governance.views.teams import person_field, typed_person

NEW = "new"


@kept
@ASKS
def close(request: HttpRequest, number: int) -> HttpResponse:
    """Say what becomes of a finding; it is looked at again."""
    row = find(request, number)
    if row.owner_role not in known.own_roles(request.user):
        administration.check(request.user, "finding.close")
    form = Form(
        title=_("Close %(ref)s") % {"ref": row.ref},
        submit=_("Close it"),
        back=reverse("finding", args=[row.pk]),
        crumbs=crumbs(row.ref),
        lede=row.sentence,
        fields=_fields(request, row),
        with_reason=False,
        affects_title=_("What happens then"),
        affects=[
            _("It counts no more, and everybody who sees it reads what is done."),
            _("After the day, or when the proposal has come to its end, it is looked for again."
              " Found again, it is open again, on record."),
            _("Some figures look back 90 days: choose a day by which they can have changed."),
        ],
    )  # fmt: skip

    def go(typed: Typed) -> str:
        chosen = _proposal(request, typed)
        closing = closing_findings.close_finding(
            row.pk,
            how=typed.get("how", ""),
            what=typed.get("what", ""),
            who=typed_person(typed, "who", required=False),
            due=_day(typed.get("due", "")),
            proposal=chosen,
            actor=actor_for(request.user),
        )
        if closing.proposal is not None:
            return _("Closed: %(ref)s changes the model.") % {"ref": closing.proposal.ref}
        return _("Closed until its day.")

    return answer(request, form, go)


def _day(text: str) -> Any:
    try:
        return parse_date(text.strip())
    except ValueError:
        return None


def _proposal(request: HttpRequest, typed: Typed) -> ChangeProposal | None:
    """The proposal that was chosen; None for a new one. Raises Invalid."""
    text = typed.get("proposal", "")
    if typed.get("how") != "model" or text == NEW:
        return None
    found = _open(request).filter(number=int(text)) if text.isdigit() and len(text) < 9 else None
    row = found.first() if found is not None else None
    if row is None:
        said = _("Choose the proposal that changes it, or begin a new one.")
        raise Invalid(said, {"proposal": [said]})
    return row


def _open(request: HttpRequest) -> Any:
    rows = visible_to(request.user).exclude(state__in=ChangeProposal.ENDED)
    return rows.exclude(state=ChangeProposal.State.ADOPTED).order_by("-number")


def _fields(request: HttpRequest, row: KeptFinding) -> list[dict[str, Any]]:
    ways = [
        {"key": "behaviour", "label": _("People work otherwise"),
         "note": _("The model is right; what is done follows it from a day on.")},
        {"key": "model", "label": _("The model changes"),
         "note": _("What is done is right; a proposal brings the model in line.")},
    ]  # fmt: skip
    proposals = [{"key": NEW, "label": _("Begin a new proposal with this finding")}]
    proposals += [
        {"key": str(one.number), "label": f"{one.ref} {one.title}"} for one in _open(request)[:50]
    ]
    return [
        {"name": "how", "label": _("What changes"), "type": "choice", "options": ways,
         "required": True},
        {"name": "what", "label": _("What is done"), "type": "textarea", "required": True,
         "max_length": closing_findings.MAX_WHAT,
         "help": _("One thing that somebody else can see was done.")},
        person_field(_("Who sees to it, where people work otherwise"), "who", required=False),
        {"name": "due", "label": _("By when, where people work otherwise"), "type": "date",
         "width": "s", "required": False},
        {"name": "proposal", "label": _("Which proposal, where the model changes"),
         "type": "select", "options": proposals, "required": False},
    ]  # fmt: skip
