"""The critical few: which streams matter most, rated, marked and released in a draft."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from esm.common.errors import Invalid, NotAllowed, NotFound
from esm.common.ui.amounts import number, percent
from governance.models import ModelVersion
from governance.selectors import administration
from governance.selectors import critical as said
from governance.selectors.commitments import in_force
from governance.selectors.people import actor_for, person_for
from governance.services import critical, drafts
from governance.views.asking import Form, Typed, answer, kept
from governance.views.model import find_version
from governance.views.people import ASKS
from valueflow.selectors import critical as chosen
from valueflow.selectors.critical import Candidate, Choice
from valueflow.selectors.scope import FlowScope, parse
from valueflow.services.critical import mark_stream
from valueflow.views import bubbles
from valueflow.views.filters import period_text

NEW = "new"


def crumbs(last: str) -> list[tuple[str, str]]:
    """Adopting › critical few › what is done."""
    return [(_("Critical few"), reverse("critical")), (last, "")]


@kept
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Streams by priority, drawn by importance and dysfunction, with what the few cover."""
    scope = parse(request.GET)
    choice = chosen.choice(scope)
    steward = administration.verdict(request.user, "model.edit").ok
    mine = _rated_by(request, choice, steward)
    page: dict[str, Any] = {"choice": choice, "period": period_text(scope), "may_mark": steward}
    if choice is not None:
        page |= {
            "rows": [_row(one, scope, one.key in mine) for one in choice.candidates],
            "says": _says(choice),
            "coverage": _coverage(choice),
            "bubbles": bubbles.bubbles(_points(choice)),
            "ticks": bubbles.ticks(),
            "undrawn": [one.name for one in choice.candidates if one.dysfunction is None],
            "explain": steward and choice.critical and not choice.enough,
        }
    return render(request, "valueflow/critical.html", page)


def _rated_by(request: HttpRequest, choice: Choice | None, steward: bool) -> set[str]:
    """The streams this account may rate: its own, all as a steward."""
    if choice is None:
        return set()
    if steward:
        return {one.key for one in choice.candidates}
    return set(said.owned_streams(person_for(request.user), in_force()))


def _one(value: float | None) -> str:
    return number(round(value, 1)) if value is not None else "–"


def _row(one: Candidate, scope: FlowScope, may_rate: bool) -> dict[str, Any]:
    lists, query = reverse("flow-requests"), {"stream": one.key}
    health = one.health
    return {
        "one": one,
        "importance": _one(one.importance),
        "dysfunction": _one(one.dysfunction),
        "priority": _one(one.priority),
        "breach": percent(health.breach) if health else "–",
        "efficiency": percent(health.efficiency) if health else "–",
        "returned": percent(health.returned) if health else "–",
        "may_rate": may_rate,
        "stream_url": reverse("stream", args=[one.key]),
        "finished_url": lists + scope.query(figure="finished", **query),
        "crossing_url": lists + scope.query(figure="crossing", **query),
        "missed_url": lists + scope.query(figure="missed", **query),
        "handoffs_url": lists + scope.query(figure="handoffs", **query),
    }


def _points(choice: Choice) -> list[bubbles.Point]:
    return [
        bubbles.Point(
            across=one.dysfunction,
            up=one.importance,
            volume=one.finished,
            number=one.feasibility,
            label=one.code or one.name,
            says=_("%(name)s: importance %(i)s, dysfunction %(d)s, %(n)s finished") % {
                "name": one.name, "i": _one(one.importance), "d": _one(one.dysfunction),
                "n": number(one.finished)},
            url=reverse("stream", args=[one.key]),
            marked=one.critical,
        )
        for one in choice.candidates
        if one.dysfunction is not None
    ]  # fmt: skip


def _says(choice: Choice) -> str:
    first = next((one for one in choice.candidates if one.priority is not None), None)
    if first is None:
        return _("No stream has all three figures yet: rate them, or wait until more is finished.")
    words = {"name": first.name, "p": _one(first.priority)}
    if first.critical:
        return _("%(name)s has the highest priority, %(p)s of 5, and is critical.") % words
    return _("%(name)s has the highest priority, %(p)s of 5, and is not critical.") % words


def _coverage(choice: Choice) -> str:
    n = len(choice.critical)
    if not n or choice.share is None:
        return _("No stream is critical, so none of what crosses departments is covered.")
    text = ngettext(
        "%(n)d critical stream of %(limit)d at most covers %(share)s of what crosses departments;"
        " %(wanted)d %% is wanted.",
        "%(n)d critical streams of %(limit)d at most cover %(share)s of what crosses departments;"
        " %(wanted)d %% is wanted.",
        n,
    )
    values = {"n": n, "limit": choice.limit, "share": percent(choice.share)}
    return text % {**values, "wanted": choice.wanted}


def _candidate(key: str, request: HttpRequest) -> tuple[Choice, Candidate]:
    """Raises NotFound."""
    choice = chosen.choice(parse({}))
    found = next((one for one in choice.candidates if one.key == key), None) if choice else None
    if choice is None or found is None:
        raise NotFound(_("There is no such stream."))
    return choice, found


@kept
@ASKS
def rate(request: HttpRequest, key: str) -> HttpResponse:
    """The owner of a stream says how feasible it is to change it, and why; earlier words stay."""
    person, bp = person_for(request.user), in_force()
    if bp is None or ("ValueStream", key) not in bp:
        raise NotFound(_("There is no such stream."))
    owner = person.pk if person is not None and said.owns(person, bp, key) else 0
    administration.check(request.user, "stream.rate", holder_id=owner)
    if person is None:
        raise NotAllowed(_("This account belongs to no person."))
    name, rater = bp.get("ValueStream", key).name, person
    form = Form(
        title=_("How feasible is it to change “%(name)s”?") % {"name": name},
        submit=_("Record it"),
        back=reverse("critical"),
        crumbs=crumbs(name),
        lede=_("A sponsor who acts, data that is there, few laws in the way make it high."),
        fields=[
            {"name": "score", "label": _("Feasibility"), "type": "select", "required": True,
             "options": [("1", _("1: hardly possible")), ("2", "2"), ("3", _("3: with effort")),
                         ("4", "4"), ("5", _("5: easily done"))]},
            {"name": "reason", "label": _("Why"), "required": True,
             "max_length": critical.MAX_REASON, "help": _("Everybody reads it.")},
        ],
        with_reason=False,
        affects_title=_("Said before"),
        affects=[
            _("%(score)s, %(name)s, %(day)s: %(reason)s") % {
                "score": row.score, "name": row.person.name, "day": f"{row.at:%d %b %Y}",
                "reason": row.reason}
            for row in said.ratings_of(key)
        ],
    )  # fmt: skip

    def say(typed: Typed) -> str:
        score = typed.get("score", "")
        critical.rate_feasibility(
            rater,
            key,
            score=int(score) if score in {"1", "2", "3", "4", "5"} else 0,
            reason=typed.get("reason", ""),
            actor=actor_for(request.user),
        )
        return _("Recorded.")

    return answer(request, form, say)


@kept
@ASKS
def mark(request: HttpRequest, key: str) -> HttpResponse:
    """Make a stream critical in a draft."""
    return _marked(request, key, critical=True)


@kept
@ASKS
def release(request: HttpRequest, key: str) -> HttpResponse:
    """Release a stream in a draft."""
    return _marked(request, key, critical=False)


def _marked(request: HttpRequest, key: str, *, critical: bool) -> HttpResponse:
    administration.check(request.user, "model.edit")
    choice, one = _candidate(key, request)
    words = {"name": one.name}
    known = [(row.code, f"{row.code} {row.title}".strip()) for row in said.open_drafts()]
    form = Form(
        title=(_("Make “%(name)s” critical") if critical else _("Release “%(name)s”")) % words,
        submit=_("Mark it in the draft") if critical else _("Release it in the draft"),
        back=reverse("critical"),
        crumbs=crumbs(one.name),
        lede=_("%(n)d of at most %(limit)d streams are critical in the version in force.")
        % {"n": len(choice.critical), "limit": choice.limit},
        fields=[
            {"name": "draft", "label": _("In which draft"), "type": "select", "required": True,
             "options": [*known, (NEW, _("A new draft"))], "value": known[0][0] if known else NEW},
        ],
        with_reason=False,
        affects_title=_("What happens then"),
        affects=[
            _("Nothing that is in force changes until the draft is agreed and published."),
            _("Beyond the limit it is refused, with what could be released first."),
        ],
    )  # fmt: skip

    def do(typed: Typed) -> HttpResponse:
        version = _draft(request, typed.get("draft", ""), form.title)
        lowest = [row.key for row in choice.lowest]
        actor = actor_for(request.user)
        mark_stream(version, key, critical=critical, lowest=lowest, actor=actor)
        return redirect("model-element", version.code, "value-stream", key)

    return answer(request, form, do)


def _draft(request: HttpRequest, code: str, title: str) -> ModelVersion:
    """The draft that was chosen, or a new one. Raises Invalid."""
    if code == NEW:
        return drafts.begin_draft(title=title, actor=actor_for(request.user))
    if code not in {row.code for row in said.open_drafts()}:
        said_so = _("Choose a draft, or begin a new one.")
        raise Invalid(said_so, {"draft": [said_so]})
    return find_version(request.user, code)


@kept
@ASKS
def reason(request: HttpRequest) -> HttpResponse:
    """A steward says why these are the few although they cover less than is wanted."""
    administration.check(request.user, "model.edit")
    person, choice = person_for(request.user), chosen.choice(parse({}))
    if person is None:
        raise NotAllowed(_("This account belongs to no person."))
    if choice is None or not choice.critical:
        raise NotFound(_("No stream is critical yet."))
    keys, steward = [one.key for one in choice.critical], person
    form = Form(
        title=_("Why these streams"),
        submit=_("Record it"),
        back=reverse("critical"),
        crumbs=crumbs(_("Why these")),
        lede=_coverage(choice),
        fields=[
            {"name": "text", "label": _("Why"), "required": True,
             "max_length": critical.MAX_REASON,
             "help": _("It counts as long as exactly these streams are critical.")},
        ],
        with_reason=False,
    )  # fmt: skip

    def say(typed: Typed) -> str:
        text, actor = typed.get("text", ""), actor_for(request.user)
        critical.explain_coverage(steward, keys, text=text, actor=actor)
        return _("Recorded.")

    return answer(request, form, say)
