"""Proposals of changes: the list, writing one, one with its four parts, and what becomes of it."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from esm.common.errors import NotAllowed, NotFound
from governance.blueprint.consent import FOUR, NONE_TOUCHED
from governance.models import ChangeProposal, ModelVersion, Person
from governance.selectors import administration, proposal_page, versions
from governance.selectors import proposals as known
from governance.selectors.people import actor_for, person_for
from governance.selectors.wording import element_name
from governance.services import proposing
from governance.services.proposing import MAX_TEXT, MAX_TITLE, NAMED, Wording
from governance.views.asking import Field, Form, Typed, answer, kept
from governance.views.people import ASKS

SHOWN = 200
FILTERS = (
    ("open", gettext_lazy("Open")),
    ("mine", gettext_lazy("Mine")),
    ("over", gettext_lazy("Over")),
    ("all", gettext_lazy("All")),
)
KINDS = (
    ("people", gettext_lazy("People")),
    ("process", gettext_lazy("Process")),
    ("technology", gettext_lazy("Technology")),
    ("governance", gettext_lazy("Governance")),
)
LABELS = {
    "measures": gettext_lazy("Measures by which one sees that it helped"),
    "rights": gettext_lazy("Decision rights it touches"),
    "handoffs": gettext_lazy("Handoff agreements it touches"),
    "skills": gettext_lazy("Skills it needs"),
}


def crumbs(*last: tuple[str, str]) -> list[tuple[str, str]]:
    """Operating model › proposals › what is done."""
    return [(_("Operating model"), reverse("model")), (_("Proposals"), reverse("proposals")), *last]


@kept
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Proposals one may see, the newest first."""
    state = request.GET.get("state", "open")
    state = state if state in dict(FILTERS) else "open"
    rows = known.standing_is(known.visible_to(request.user), state, request.user)
    page = {
        "rows": list(rows[:SHOWN]),
        "state": state,
        "may_write": person_for(request.user) is not None,
        "tabs": [
            {"label": label, "url": f"?{urlencode({'state': key})}", "current": key == state}
            for key, label in FILTERS
        ],
    }
    return render(request, "governance/proposals/list.html", page)


def _options(name: str) -> list[tuple[str, str]]:
    version = versions.published()
    if version is None:
        return []
    bp = versions.blueprint(version)
    kind = NAMED[name].__name__
    found = [(key, element_name(bp, kind, key)) for key in bp.keys(kind)]
    none = [] if name == "measures" else [(NONE_TOUCHED, _("none of them"))]
    return [*none, *sorted(found, key=lambda one: one[1])]


def _fields(row: ChangeProposal | None, finding: str = "") -> list[Field]:
    def of(name: str) -> Any:
        return getattr(row, name) if row is not None else ""

    def text(name: str, label: str, hint: str = "", *, required: bool = False) -> Field:
        return {"name": name, "label": label, "type": "textarea", "max_length": MAX_TEXT,
                "value": of(name), "help": hint, "required": required}  # fmt: skip

    fields: list[Field] = [
        {"name": "title", "label": _("What is to change"), "required": True,
         "max_length": MAX_TITLE, "value": of("title")},
        {"name": "kind", "label": _("What it is about most"), "type": "select", "required": True,
         "value": of("kind"), "options": KINDS},
        text("tension", _("What hurts today"), _("Others read it first."), required=True),
        text("evidence", _("How one sees that it hurts"), _("Figures, requests, findings.")),
        *(text(f"{key}_text", str(dict(KINDS)[key]), question) for key, question in FOUR.items()),
        text("benefit", _("What it is expected to bring")),
    ]  # fmt: skip
    for name in NAMED:
        fields.append(
            {"name": name, "label": LABELS[name], "type": "choices", "value": of(name) or [],
             "options": _options(name),
             "help": _("A technology is proposed only with all of these.")}
        )  # fmt: skip
    return fields


def _wording(typed: QueryDict, findings: Iterable[str] = ()) -> Wording:
    texts = {name: typed.get(name, "") for name in ("title", "kind", *proposing.TEXTS)}
    keys = {name: tuple(typed.getlist(name)) for name in NAMED}
    return Wording(**texts, **keys, findings=tuple(findings))  # type: ignore[arg-type]


AFFECTS = (
    gettext_lazy("Until you open it for remarks only you and stewards see it."),
    gettext_lazy("Then everybody reads it, and a steward takes it on in a draft or says why not."),
)


@kept
@ASKS
def new(request: HttpRequest) -> HttpResponse:
    """Write a proposal; ``finding`` names the mark of a finding it comes from."""
    person = person_for(request.user)
    if person is None:
        raise NotAllowed(_("This account belongs to no person."))
    writer: Person = person
    marks = [mark for mark in (request.GET.get("finding", ""),) if mark]
    form = Form(
        title=_("Propose a change"),
        submit=_("Keep it"),
        back=reverse("proposals"),
        crumbs=crumbs((_("New"), "")),
        lede=_("Say what hurts and what is to be different for people, process, technology and"
               " governance."),
        fields=_fields(None),
        with_reason=False,
        affects_title=_("What happens then"),
        affects=[str(line) for line in AFFECTS],
    )  # fmt: skip

    def write(typed: Typed) -> HttpResponse:
        wording = _wording(request.POST, marks)
        row = proposing.write_proposal(writer, wording, actor=actor_for(request.user))
        return redirect("proposal", row.number)

    return answer(request, form, write)


def find(request: HttpRequest, number: int) -> ChangeProposal:
    """One that the viewer may know. Raises NotFound."""
    row = known.visible_to(request.user).filter(number=number).first()
    if row is None:
        raise NotFound("There is no such proposal.")
    return row


@kept
@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One proposal: why, the four parts, what its version changes and what came of it."""
    row = find(request, number)
    page = proposal_page.page(request.user, row)
    shown = {"page": page, "row": row, "crumbs": crumbs((row.ref, "")), "kinds": KINDS}
    return render(request, "governance/proposals/one.html", shown)


@kept
@ASKS
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Say it otherwise, as long as nobody was asked for consent."""
    row = find(request, number)
    _check(request, row, "proposal.change")
    form = Form(
        title=_("Change %(ref)s") % {"ref": row.ref},
        submit=_("Keep it"),
        back=reverse("proposal", args=[number]),
        crumbs=crumbs((row.ref, reverse("proposal", args=[number])), (_("Change"), "")),
        lede=row.title,
        fields=_fields(row),
        with_reason=False,
        affects_title=_("What happens then"),
        affects=[str(line) for line in AFFECTS],
    )

    def change(typed: Typed) -> str:
        wording = _wording(request.POST, row.findings)
        proposing.change_proposal(row, wording, actor=actor_for(request.user))
        return _("Kept.")

    return answer(request, form, change)


def _check(request: HttpRequest, row: ChangeProposal, action: str) -> None:
    person = person_for(request.user)
    if person is None or person.pk != row.author_id or action == "proposal.settle":
        administration.check(request.user, action)


@kept
@ASKS
def open_up(request: HttpRequest, number: int) -> HttpResponse:
    """Let everybody read it."""
    row = find(request, number)
    _check(request, row, "proposal.change")
    form = _step(row, _("Open %(ref)s for remarks"), _("Open it"), _("Everybody reads it then."))

    def do(typed: Typed) -> str:
        proposing.open_for_remarks(row, actor=actor_for(request.user))
        return _("Everybody reads it now.")

    return answer(request, form, do)


def _step(
    row: ChangeProposal,
    title: str,
    submit: str,
    then: str,
    *,
    fields: Iterable[Field] = (),
    danger: bool = False,
    reason: bool = False,
    needed: bool = False,
) -> Form:
    back = reverse("proposal", args=[row.number])
    return Form(
        title=title % {"ref": row.ref},
        submit=submit,
        back=back,
        crumbs=crumbs((row.ref, back), (submit, "")),
        lede=row.title,
        fields=list(fields),
        with_reason=reason,
        needs_reason=needed,
        danger=danger,
        affects_title=_("What happens then"),
        affects=[then],
    )


@kept
@ASKS
def attach(request: HttpRequest, number: int) -> HttpResponse:
    """Have a draft carry it."""
    row = find(request, number)
    _check(request, row, "proposal.settle")
    drafts = ModelVersion.objects.filter(state=ModelVersion.State.DRAFT).order_by("number")
    field: Field = {
        "name": "version", "label": _("Draft"), "type": "select",
        "value": row.version.code if row.version else "",
        "options": [(one.code, f"{one.code} {one.title}") for one in drafts],
        "help": _("Empty takes it out of its draft."),
    }  # fmt: skip
    then = _("It goes with the draft: through review, until it is in force.")
    form = _step(row, _("Take %(ref)s on in a draft"), _("Take it on"), then, fields=[field])

    def do(typed: Typed) -> str:
        code = typed.get("version", "")
        chosen = next((one for one in drafts if one.code == code), None)
        if code and chosen is None:
            raise NotFound("There is no such draft.")
        proposing.attach(row, chosen, actor=actor_for(request.user))
        return _("Taken on.") if chosen else _("Taken out.")

    return answer(request, form, do)


@kept
@ASKS
def reject(request: HttpRequest, number: int) -> HttpResponse:
    """Turn it down with a reason."""
    row = find(request, number)
    _check(request, row, "proposal.settle")
    then = _("Whoever proposed it is told, with the reason. It stays on record.")
    title, submit = _("Turn %(ref)s down"), _("Turn it down")
    form = _step(row, title, submit, then, danger=True, reason=True, needed=True)

    def do(typed: Typed) -> str:
        proposing.reject(row, reason=typed.get("reason", ""), actor=actor_for(request.user))
        return _("Turned down.")

    return answer(request, form, do)


@kept
@ASKS
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Its author wants it no more."""
    row = find(request, number)
    _check(request, row, "proposal.change")
    form = _step(
        row, _("Withdraw %(ref)s"), _("Withdraw it"), _("It stays on record, as withdrawn."),
        danger=True, reason=True,
    )  # fmt: skip

    def do(typed: Typed) -> str:
        proposing.withdraw(row, reason=typed.get("reason", ""), actor=actor_for(request.user))
        return _("Withdrawn.")

    return answer(request, form, do)
