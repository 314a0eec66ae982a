"""Opportunities: the list, one with its evidence and its result, and what becomes of it."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from esm.common.errors import Invalid, NotAllowed
from esm.common.ui.amounts import number as shown_number
from governance.models import ChangeProposal, Person
from governance.selectors.people import actor_for
from governance.views.asking import Form, Typed, answer, kept
from governance.views.people import ASKS
from valueflow.models import ImprovementOpportunity
from valueflow.selectors import improvements as known
from valueflow.selectors import problems
from valueflow.selectors.cells import value_text
from valueflow.selectors.improvement_evidence import suggested
from valueflow.selectors.improvements import Opportunity
from valueflow.selectors.problem_kinds import MAX_KEY
from valueflow.selectors.questions.versions_words import WHY, WORDS
from valueflow.services import improvements
from valueflow.services.improvement_words import kind_of
from valueflow.services.improvements import Judgement
from valueflow.views.decided import asked
from valueflow.views.flow import viewer
from valueflow.views.problems import own

SHOWN = 200
TABS = (
    ("open", gettext_lazy("Open")),
    ("mine", gettext_lazy("Mine")),
    ("parked", gettext_lazy("Parked")),
    ("over", gettext_lazy("Over")),
    ("all", gettext_lazy("All")),
)
BADGES = {
    "proposed": "draft",
    "triaged": "draft",
    "accepted": "ok",
    "in_progress": "ok",
    "implemented": "done",
    "verified": "done",
    "closed": "done",
    "parked": "stop",
    "rejected": "declined",
}
KINDS = (
    ("people", gettext_lazy("People")),
    ("process", gettext_lazy("Process")),
    ("technology", gettext_lazy("Technology")),
    ("governance", gettext_lazy("Governance")),
)
EFFORTS = (
    ("1", gettext_lazy("1, done in days")),
    ("2", gettext_lazy("2, some weeks")),
    ("3", gettext_lazy("3, some months")),
    ("4", gettext_lazy("4, a project")),
    ("5", gettext_lazy("5, a large project")),
)
Move = Callable[..., ImprovementOpportunity]
# What the buttons say, the state they lead to, and whether it takes a reason.
MOVES: dict[str, tuple[Any, str, Move, bool]] = {
    "accept": (gettext_lazy("Accept"), "accepted", improvements.accept, False),
    "start": (gettext_lazy("Begin"), "in_progress", improvements.start, False),
    "done": (gettext_lazy("It is done"), "implemented", improvements.implement, False),
    "verify": (gettext_lazy("Compare before and after"), "verified", improvements.verify, False),
    "close": (gettext_lazy("Close"), "closed", improvements.close, False),
    "park": (gettext_lazy("Park"), "parked", improvements.park, True),
    "reject": (gettext_lazy("Turn down"), "rejected", improvements.reject, True),
}
# By whose it is as well.
WORK = ("start", "done")


def crumbs(*last: tuple[str, str]) -> list[tuple[str, str]]:
    """Value flow › opportunities › what is done."""
    return [
        (_("Value flow"), reverse("flow")),
        (_("Opportunities"), reverse("improvements")),
        *last,
    ]


@kept
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """What could be better, the newest first."""
    user = viewer(request)
    state = request.GET.get("state", "open")
    state = state if state in known.STATES else "open"
    rows = known.standing_is(known.visible_to(user), state, user)
    page = {
        "rows": [_row(one) for one in known.shown(user, list(rows[:SHOWN]))],
        "state": state,
        "tabs": [
            {"label": label, "url": f"?{urlencode({'state': key})}", "current": key == state}
            for key, label in TABS
        ],
        "crumbs": [*crumbs()[:1], (_("Opportunities"), "")],
    }
    return render(request, "valueflow/improvements.html", page)


def _row(one: Opportunity) -> dict[str, Any]:
    row = one.row
    saved = None if row.days is None or row.volume is None else float(row.days) * row.volume
    return {
        "one": one,
        "row": row,
        "badge": BADGES[row.state],
        "state": row.get_state_display().capitalize(),
        "saved": "" if saved is None or one.secret else shown_number(round(saved, 1)),
    }


@kept
@require_safe
def opportunity(request: HttpRequest, number: int) -> HttpResponse:
    """One opportunity: what shows it, what it would bring, what was done and came of it."""
    one = known.one(viewer(request), number)
    page = _row(one) | {
        "crumbs": crumbs((one.row.ref, "")),
        "evidence": _evidence(one),
        "result": _result(one),
        "moves": [
            {"label": str(label), "url": reverse("improvement-move", args=[number, name])}
            for name, (label, to, _do, _why) in MOVES.items()
            if to in one.next and (one.settles or (one.works and name in WORK))
        ],
        "judges": one.settles and one.row.state in improvements.JUDGED_IN,
        "proposes": one.works and one.row.proposal is None and one.row.state not in one.row.OVER,
        "why": one.row.reason,
    }
    return render(request, "valueflow/improvement.html", page)


def _evidence(one: Opportunity) -> dict[str, Any] | None:
    evidence = dict(one.evidence)
    if not evidence:
        return None
    seen = {name: str(evidence[name]) for name in ("from", "to")}
    chosen = {**{str(k): str(v) for k, v in dict(evidence["list"]).items()}, **seen}  # type: ignore[call-overload]
    return {
        "sentence": evidence["sentence"],
        "start": parse_datetime(seen["from"]),
        "end": parse_datetime(seen["to"]),
        "n": evidence["n"],
        "list_url": f"{reverse('flow-requests')}?{urlencode(chosen)}",
        "proofs": [
            (proof["name"], value_text(proof["value"], proof["unit"], "business", 0))
            for proof in evidence["proofs"]  # type: ignore[attr-defined]
        ],
    }


def _result(one: Opportunity) -> dict[str, Any] | None:
    found = one.row.result
    if not found or one.secret:
        return None
    day_s = found["day_s"]
    sides = []
    for name, side in ((_("Before"), found["before"]), (_("Since"), found["after"])):
        sides.append(
            {
                "name": name,
                "start": parse_datetime(side["from"]),
                "end": parse_datetime(side["to"]),
                "n": side["n"],
                "p50": value_text(side["p50"], "duration", "business", day_s),
                "p85": value_text(side["p85"], "duration", "business", day_s),
                "kept": value_text(side["kept"], "share", "business", day_s),
                "back": value_text(side["back"], "share", "business", day_s),
            }
        )
    return {
        "verdict": str(WORDS[found["verdict"]]),
        "why": ", ".join(str(WHY[code]) for code in found["why"] if code in WHY),
        "sides": sides,
    }


@kept
@require_POST
def from_problem(request: HttpRequest) -> HttpResponse:
    """One click makes an opportunity of a problem, with its figures as evidence."""
    person, scope = own(request), asked(request)
    found = problems.one(scope, request.POST.get("problem", "")[:MAX_KEY])
    row = improvements.raise_from_problem(person, found, scope, actor=actor_for(request.user))
    messages.success(request, _("Raised as %(ref)s, with the figures of today.") % {"ref": row.ref})
    return redirect("improvement", row.pk)


@kept
@ASKS
def new(request: HttpRequest) -> HttpResponse:
    """Say what could be better where no figure shows it yet."""
    person = own(request)
    form = Form(
        title=_("Say what could be better"),
        submit=_("Raise it"),
        back=reverse("improvements"),
        crumbs=crumbs((_("New"), "")),
        lede=_("The owner of the stream looks at it and says what becomes of it."),
        fields=[
            {"name": "stream", "label": _("Stream"), "type": "select", "options": known.streams(),
             "value": request.GET.get("stream", ""), "required": True},
            {"name": "title", "label": _("What could be better"), "required": True,
             "max_length": improvements.MAX_TITLE},
            {"name": "text", "label": _("How"), "type": "textarea",
             "max_length": improvements.MAX_TEXT},
        ],
        with_reason=False,
    )  # fmt: skip

    def say(typed: Typed) -> HttpResponse:
        row = improvements.raise_opportunity(
            person,
            typed.get("stream", ""),
            title=typed.get("title", ""),
            text=typed.get("text", ""),
            actor=actor_for(request.user),
        )
        messages.success(request, _("Raised as %(ref)s.") % {"ref": row.ref})
        return redirect("improvement", row.pk)

    return answer(request, form, say)


@kept
@ASKS
def judge(request: HttpRequest, number: int) -> HttpResponse:
    """Say what it would bring and take, and whose it is."""
    one = known.one(viewer(request), number)
    if not one.settles:
        raise NotAllowed(_("Only the owner of the stream, and stewards, say what it would bring."))
    return _judged(request, one)


def _judged(request: HttpRequest, one: Opportunity) -> HttpResponse:
    row = one.row
    days, volume = suggested(one.evidence)
    people = [(p.key, p.name) for p in Person.objects.filter(active=True).order_by("name")]
    form = Form(
        title=_("What %(ref)s would bring") % {"ref": row.ref},
        submit=_("Save"),
        back=reverse("improvement", args=[row.pk]),
        crumbs=crumbs((row.ref, reverse("improvement", args=[row.pk])), (_("Look at it"), "")),
        lede=row.title,
        fields=[
            {"name": "days", "label": _("Business days it saves a request"), "width": "s",
             "value": str(row.days or days), "required": True},
            {"name": "volume", "label": _("Requests a quarter it concerns"), "width": "s",
             "value": str(row.volume or volume), "required": True},
            {"name": "effort", "label": _("Effort"), "type": "select", "options": EFFORTS,
             "value": str(row.effort or ""), "required": True},
            {"name": "kind", "label": _("What it is about most"), "type": "select",
             "options": KINDS, "value": row.kind or kind_of(row.evidence), "required": True},
            {"name": "owner", "label": _("Who does it"), "type": "select", "options": people,
             "value": row.owner.key if row.owner else "", "required": True},
            {"name": "money", "label": _("Money it saves a year"), "width": "s",
             "value": str(row.money or ""), "help": _("In the organisation's currency, if any.")},
        ],
        with_reason=False,
    )  # fmt: skip

    def say(typed: Typed) -> str:
        improvements.judge(row, judgement(typed), actor=actor_for(request.user))
        return _("Saved.")

    return answer(request, form, say)


def judgement(typed: Typed) -> Judgement:
    """What was typed. Raises Invalid with all that cannot be read."""
    errors: dict[str, list[str]] = {}

    def read(name: str, sentence: str) -> Decimal:
        try:
            value = Decimal(typed.get(name, "").strip().replace(",", "."))
        except InvalidOperation:
            value = Decimal("nan")
        if not value.is_finite():
            errors[name] = [sentence]
            return Decimal(0)
        return value

    days = read("days", _("Write a number such as 1.5."))
    volume = read("volume", _("Write a whole number such as 120."))
    effort = read("effort", _("Choose from 1 to 5."))
    money = read("money", _("Write an amount, or leave it empty.")) if typed.get("money") else None
    owner = Person.objects.filter(key=typed.get("owner", ""), active=True).first()
    if owner is None:
        errors["owner"] = [_("Choose who does it.")]
    if errors or owner is None:
        raise Invalid(next(iter(errors.values()))[0], errors)
    return Judgement(
        days=round(days, 2),
        volume=int(volume),
        effort=int(effort),
        kind=typed.get("kind", ""),
        owner=owner,
        money=None if money is None else round(money, 2),
    )


@kept
@ASKS
def move(request: HttpRequest, number: int, move: str) -> HttpResponse:
    """Accept it, begin, say it is done, compare, close, park, turn down."""
    if move not in MOVES:
        raise Http404
    one = known.one(viewer(request), number)
    row, (label, _to, do, why) = one.row, MOVES[move]
    if not one.settles and not (one.works and move in WORK):
        raise NotAllowed(
            _("Only whose it is, the owner of the stream, and stewards, say what becomes of it.")
        )
    back = reverse("improvement", args=[number])
    form = Form(
        title=_("%(what)s: %(ref)s") % {"what": label, "ref": row.ref},
        submit=str(label),
        back=back,
        crumbs=crumbs((row.ref, back), (str(label), "")),
        lede=row.title,
        fields=[
            {"name": "reason", "label": _("Why"), "required": True,
             "max_length": improvements.MAX_REASON, "help": _("Whoever raised it reads it.")}
        ] if why else [],
        with_reason=False,
        danger=move == "reject",
    )  # fmt: skip

    def say(typed: Typed) -> str:
        given = {"reason": typed.get("reason", "")} if why else {}
        found = do(row, **given, actor=actor_for(request.user))
        return _("%(ref)s is %(state)s.") % {"ref": found.ref, "state": found.get_state_display()}

    return answer(request, form, say)


@kept
@require_POST
def propose(request: HttpRequest, number: int) -> HttpResponse:
    """Begin a proposal of a change of the model that says what the opportunity says."""
    row = known.one(viewer(request), number).row
    proposal: ChangeProposal = improvements.propose_change(
        row, own(request), actor=actor_for(request.user)
    )
    messages.success(request, _("%(ref)s is begun; say the rest of it.") % {"ref": proposal.ref})
    return redirect("proposal", proposal.number)
