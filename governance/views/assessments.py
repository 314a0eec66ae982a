"""Assessments of maturity: the list, planning one, answering, closing, and what it says."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from esm.common.errors import Invalid, InvalidState, NotAllowed, NotFound
from governance.blueprint.adoption.questions import ANCHORS, FOLLOWED, QUESTIONS
from governance.blueprint.expectations import PARTS
from governance.models import Assessment, Person
from governance.selectors import administration
from governance.selectors import assessments as known
from governance.selectors.assessments import AssessmentRow, PartRow, QuestionRow
from governance.selectors.commitments import in_force
from governance.selectors.people import actor_for, person_for
from governance.services import assessments
from governance.views.asking import Form, Typed, answer, kept
from governance.views.people import ASKS

SHOWN = 100
PART_NAMES = {
    "people": gettext_lazy("People"),
    "process": gettext_lazy("Process"),
    "technology": gettext_lazy("Technology"),
    "governance": gettext_lazy("Governance"),
}
CANNOT_TELL = "-"


def crumbs(last: str) -> list[tuple[str, str]]:
    """Assessments › what is done."""
    return [(_("Assessments"), reverse("assessments")), (last, "")]


@kept
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Those one may see, latest first; what waits for one's answer on top."""
    rows = known.rows_of(request.user, list(known.visible_to(request.user)[:SHOWN]))
    page = {
        "rows": rows,
        "waiting": [row for row in rows if row.waits_for_me],
        "may_plan": administration.verdict(request.user, "assessment.run").ok,
    }
    return render(request, "governance/assessments/list.html", page)


@kept
@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One assessment: how far it is, its four parts, and the questions of the one chosen."""
    found = known.one(request.user, number)
    here = request.GET.get("part", PARTS[0])
    here = here if here in PARTS else PARTS[0]
    shown = {row.part: row for row in found.result.parts} if found.result else {}
    chosen = shown.get(here)
    page: dict[str, Any] = {
        "one": found,
        "crumbs": crumbs(found.row.ref),
        "may_run": administration.verdict(request.user, "assessment.run").ok,
        "tabs": [
            {"label": PART_NAMES[part], "url": f"?part={part}", "current": part == here,
             "count": None}
            for part in PARTS
        ],
        "bars": [_bar(row) for row in found.result.parts] if found.result else [],
        "part": PART_NAMES[here],
        "questions": [_question(row) for row in chosen.questions] if chosen else [],
        "asked": [row for row in QUESTIONS if row.part == here],
        "anchors": ANCHORS,
        "weakest": PART_NAMES[found.result.weakest.part]
        if found.result and found.result.weakest
        else "",
    }  # fmt: skip
    return render(request, "governance/assessments/one.html", page)


def _bar(row: PartRow) -> dict[str, Any]:
    return {
        "name": PART_NAMES[row.part],
        "computed": row.computed,
        "answered": row.answered,
        "computed_share": (row.computed or 0) / 5,
        "answered_share": (row.answered or 0) / 5,
    }


def _question(row: QuestionRow) -> dict[str, Any]:
    facts = row.computed
    words = {"met": facts.met, "total": facts.total} if facts else {"met": 0, "total": 0}
    why = [_("%(met)d of %(total)d said") % words] if words["total"] else []
    if facts and facts.followed is not None:
        said = FOLLOWED[row.question.followed]
        why.append(
            _("%(share)d %% %(what)s") % {"share": round(facts.followed * 100), "what": said}
        )
    if facts and facts.level is not None and facts.level >= 3 and facts.measured:
        why.append(_("measured"))
    if facts and facts.level == 5:
        why.append(_("became better"))
    return {"row": row, "why": ", ".join(str(part) for part in why), "anchor": _anchor(row)}


def _anchor(row: QuestionRow) -> str:
    level = row.computed.level if row.computed else None
    return ANCHORS[level] if level is not None else ""


def _own(request: HttpRequest) -> Person:
    person = person_for(request.user)
    if person is None:
        raise NotAllowed(_("This account belongs to no person."))
    return person


@kept
@ASKS
def new(request: HttpRequest) -> HttpResponse:
    """Plan an assessment."""
    administration.check(request.user, "assessment.run")
    person, bp = _own(request), in_force()
    if bp is None:
        raise InvalidState(_("No model is in force yet; publish one first."))
    scopes = [("organisation:", bp.organisation().name)]
    scopes += [(f"department:{k}", s.name) for k, s in bp.find("Department").items()]
    scopes += [(f"stream:{k}", s.name) for k, s in bp.find("ValueStream").items()]
    form = Form(
        title=_("Plan an assessment"),
        submit=_("Plan it"),
        back=reverse("assessments"),
        crumbs=crumbs(_("New")),
        lede=_("Twenty questions about people, process, technology and governance. What people"
               " answer stands beside what facts say."),
        fields=[
            {"name": "title", "label": _("Title"), "required": True,
             "max_length": assessments.MAX_TITLE},
            {"name": "scope", "label": _("About what"), "type": "select", "options": scopes,
             "value": "organisation:", "required": True},
            {"name": "until", "label": _("Last day to answer"), "type": "date", "width": "s",
             "required": True},
            {"name": "people", "label": _("Who is asked"), "type": "textarea", "required": True,
             "help": _("A mail address, full name or key on each line. Figures are shown of five"
                       " and more.")},
        ],
        with_reason=False,
        affects_title=_("What happens then"),
        affects=[
            _("Nobody is told before you open it."),
            _("What one person answered is shown to nobody else."),
        ],
    )  # fmt: skip

    def plan(typed: Typed) -> HttpResponse:
        of, _colon, key = typed.get("scope", "").replace("\x00", "").partition(":")
        row = assessments.plan_assessment(
            person,
            title=typed.get("title", ""),
            of=of,
            key=key,
            until=_day(typed),
            people=_people(typed),
            actor=actor_for(request.user),
        )
        return redirect("assessment", row.pk)

    return answer(request, form, plan)


def _day(typed: Typed) -> date:
    """Raises Invalid."""
    try:
        day = parse_date(typed.get("until", "").strip())
    except ValueError:
        day = None
    if day is None:
        said = _("Write a day such as 2026-03-31.")
        raise Invalid(said, {"until": [said]})
    return day


def _people(typed: Typed) -> list[Person]:
    """Those who are named, one a line. Raises Invalid naming the lines nobody is found by."""
    lines = [" ".join(line.split()) for line in typed.get("people", "").splitlines()][:600]
    lines = [line.replace("\x00", "") for line in lines if line]
    found = known.people_named(lines)
    unknown = [line for line in lines if line not in found]
    if unknown:
        said = _("Nobody, or more than one, is known as: %(names)s.") % {
            "names": ", ".join(unknown[:5])}  # fmt: skip
        raise Invalid(said, {"people": [said]})
    return list(found.values())


@kept
@ASKS
def reply(request: HttpRequest, number: int) -> HttpResponse:
    """Answer: a level from 0 to 5 for each question, or that one cannot tell."""
    person, found = _own(request), known.one(request.user, number)
    if found.mine is None:
        raise NotFound(_("You are not asked in this assessment."))
    given = found.mine.levels
    options = [(CANNOT_TELL, _("I cannot tell"))]
    options += [(str(level), f"{level} · {text}") for level, text in enumerate(ANCHORS)]
    form = Form(
        title=found.row.title,
        submit=_("Send my answers"),
        back=reverse("assessment", args=[found.row.pk]),
        crumbs=crumbs(found.row.ref),
        lede=_("Rate each sentence by what you see. Nobody sees what you alone answered."),
        fields=[
            {"name": asked.code, "label": f"{PART_NAMES[asked.part]}: {asked.says}",
             "type": "select", "options": options,
             "value": str(given.get(asked.code, CANNOT_TELL)) if given else ""}
            for asked in QUESTIONS
        ],
        with_reason=False,
        affects_title=_("What the levels mean"),
        affects=[f"{level}: {text}" for level, text in enumerate(ANCHORS)],
    )  # fmt: skip

    def send(typed: Typed) -> str:
        levels = {asked.code: _level(typed.get(asked.code, "")) for asked in QUESTIONS}
        actor = actor_for(request.user)
        assessments.answer_assessment(found.row, person, levels=levels, actor=actor)
        return _("Thank you. You can change it as long as it is open.")

    return answer(request, form, send)


def _level(text: str) -> object:
    """A level, None for what was left out, anything else as it was typed."""
    text = text.strip()
    if text in ("", CANNOT_TELL):
        return None
    return int(text) if text in {"0", "1", "2", "3", "4", "5"} else text


def _step(request: HttpRequest, number: int, title: str, submit: str, affects: list[str]) -> Form:
    administration.check(request.user, "assessment.run")
    found: AssessmentRow = known.one(request.user, number)
    return Form(
        title=title % {"title": found.row.title},
        submit=submit,
        back=reverse("assessment", args=[number]),
        crumbs=crumbs(found.row.ref),
        affects=affects,
        affects_title=_("What happens then"),
        with_reason=False,
        extra={"row": found.row},
    )


@kept
@ASKS
def begin(request: HttpRequest, number: int) -> HttpResponse:
    """Open it to those who are asked."""
    affects = [_("Everybody who is asked is told, and may answer until its last day.")]
    form = _step(request, number, _("Open “%(title)s”"), _("Open it"), affects)

    def do(typed: Typed) -> str:
        assessments.open_assessment(_row(form), actor=actor_for(request.user))
        return _("It is open.")

    return answer(request, form, do)


@kept
@ASKS
def close(request: HttpRequest, number: int) -> HttpResponse:
    """Close it: what facts say is kept."""
    affects = [_("Nobody answers any more. What facts say today is kept beside the answers.")]
    form = _step(request, number, _("Close “%(title)s”"), _("Close it"), affects)

    def do(typed: Typed) -> str:
        assessments.close_assessment(_row(form), actor=actor_for(request.user))
        return _("It is closed.")

    return answer(request, form, do)


@kept
@ASKS
def publish(request: HttpRequest, number: int) -> HttpResponse:
    """Let everybody read it."""
    affects = [_("Everybody who is signed in reads its figures.")]
    form = _step(request, number, _("Publish “%(title)s”"), _("Publish it"), affects)

    def do(typed: Typed) -> str:
        assessments.publish_assessment(_row(form), actor=actor_for(request.user))
        return _("It is published.")

    return answer(request, form, do)


def _row(form: Form) -> Assessment:
    row: Assessment = form.extra["row"]
    return row
