"""Display of running work: turns what the selectors read into what the components take."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from esm.common.ui import durations, moments
from esm.common.ui.prose import prose
from esm.common.ui.tags.work import clock as clock_tag
from esm.common.ui.tags.work import returned_words

register = template.Library()


def _sub(step: Any) -> str:
    spent = durations.duration(step.seconds or 0)
    if step.state == "now":
        if step.visit_state == "offered":
            return str(_("offered, not accepted for %(t)s") % {"t": spent})
        if step.visit_state == "queued":
            return str(_("in the queue for %(t)s") % {"t": spent})
        if step.visit_state == "deciding":
            return str(_("waits for the decision"))
        if step.visit_state == "blocked":
            return str(_("stands still"))
        if step.holder:
            return str(_("with %(who)s for %(t)s") % {"who": step.holder, "t": spent})
        return spent
    return spent if step.seconds is not None else ""


@register.filter
def strip(steps: Iterable[Any]) -> list[dict[str, Any]]:
    """Steps of the path as the flow strip takes them."""
    return [
        {
            "name": s.name,
            "code": s.department,
            "dept": s.department_name,
            "slot": str(s.slot) if s.slot else "n",
            "state": s.state,
            "sub": _sub(s),
            "returned": returned_words(s.returns) if s.returns else "",
        }
        for s in steps
    ]


@register.filter
def step_dept(step: Any) -> dict[str, str]:
    """The department of a step as the chips take it."""
    slot = str(step.slot) if step.slot else "n"
    return {"code": step.department, "name": step.department_name, "slot": slot}


@register.filter
def step_words(step: Any) -> str:
    """What happens at the step where the request is now."""
    return _sub(step)


@register.filter
def slot_of(department: Any) -> str:
    """The colour slot of a department row; neutral for none."""
    slot = getattr(department, "slot", 0) or 0
    return str(slot) if slot else "n"


@register.filter
def dept_dict(department: Any) -> dict[str, str]:
    """A department row as the chips take it."""
    if department is None:
        return {"code": "", "name": "", "slot": "n"}
    return {"code": department.code, "name": department.name, "slot": slot_of(department)}


_TITLES = {
    "respond": (_("left to accept, of %(of)s"), _("over, of %(of)s to accept")),
    "complete": (_("left to finish, of %(of)s"), _("over, of %(of)s to finish")),
    "decision": (_("left to decide, of %(of)s"), _("over, of %(of)s to decide")),
    "clarify": (_("left to answer, of %(of)s"), _("over, of %(of)s to answer")),
    "wait": (_("left to answer, of %(of)s"), _("over, of %(of)s to answer")),
    "stage": (_("left for the step, of %(of)s"), _("over, of %(of)s for the step")),
    "promise": (_("left, of %(of)s"), _("over, of %(of)s")),
}


_HELD = {
    "start": _("Has not started; an event of the request starts it."),
    "rule": _("Stands still by a rule of the model."),
}
_OF = {"promise": _("The promise"), "stage": _("The whole step")}


def _target(view: Any) -> str:
    if view.target_s % view.day_s == 0:
        return durations.working_days(view.target_s, view.day_s)
    return durations.duration(view.target_s, view.day_s)


@register.inclusion_tag("components/clock.html")
def our_clock(view: Any, title: str = "", ref: str = "") -> dict[str, Any]:
    """One clock: what is left in words, bar, and when it ends; ``ref`` links to how it counts."""
    left, over = _TITLES[view.metric]
    used = min(1.0, view.elapsed_s / view.target_s) if view.target_s else 1.0
    words = (over if view.left_s < 0 else left) % {"of": _target(view)}
    state = "done" if view.state == "stopped" and view.verdict == "ok" else view.verdict
    sub = ""
    if view.state == "paused" and view.held:
        sub = _HELD[view.held]
    elif view.state == "paused":
        sub = _("Stands still: waits for %(party)s.") % {"party": _party(view.paused_for)}
    elif view.state == "stopped":
        sub = _("Met.") if view.verdict == "ok" else _("Missed.")
    elif view.due_at:
        sub = _("Ends %(at)s.") % {"at": moments.moment(view.due_at, view.zone)}
    named = title or _OF.get(view.metric, _("Our agreement"))
    if view.metric == "wait":
        named = title or _("We wait for %(party)s") % {"party": _party(view.paused_for)}
    left_words = durations.duration(abs(view.left_s), view.day_s)
    drawn = clock_tag(named, left_words, words, state=state, used=used, sub=sub)
    return {**drawn, "more": reverse("request-clock", args=[ref, view.seq]) if ref else ""}


def _party(party: str) -> str:
    known = {
        "requester": _("the requester"),
        "third": _("somebody outside"),
        "giver": _("the giver’s answer"),
    }
    return str(known.get(party, party))


@register.filter
def short_left(view: Any) -> str:
    """“6 h 35 left”, “3 h over”, “stands still”."""
    if view is None:
        return ""
    if view.state == "paused":
        return str(_("stands still"))
    return durations.left(view.left_s, view.day_s)


@register.filter
def used(view: Any) -> float:
    """Share of the target used, 0 to 1."""
    if view is None or not view.target_s:
        return 0.0
    return min(1.0, float(view.elapsed_s) / view.target_s)


@register.filter
def expected_range(expected: Any) -> str:
    """“Wed 25 to Fri 27 Nov”; nothing where too few ended."""
    if not expected or not expected.enough:
        return ""
    return moments.day_range(expected.low, expected.high)


@register.filter
def expected_basis(expected: Any) -> str:
    """“from 318 at this step in 90 days, same version”."""
    if not expected or not expected.enough:
        return ""
    words = _("from %(n)d at this step in 90 days, same version")
    if not expected.same_version:
        words = _("from %(n)d at this step in 90 days, all versions")
    return str(words) % {"n": expected.n}


@register.filter
def moment_words(at: datetime | None) -> str:
    """A moment in words, for texts that are arguments."""
    return moments.moment(at) if at else ""


@register.filter
def day_words(at: datetime | None) -> str:
    """A day in words, for texts that are arguments."""
    return moments.day(at) if at else ""


_HOW = {True: _("checked by the system"), False: _("checked by the system"), None: _("manual")}


@register.filter
def criteria(checks: Sequence[Any]) -> list[dict[str, Any]]:
    """Checks of an agreement as the list component takes them."""
    rows = [c if isinstance(c, dict) else c.data() for c in checks]
    return [{"text": c["text"], "note": "", "ok": c["ok"], "how": str(_HOW[c["ok"]])} for c in rows]


@register.filter
def shown(entries: Iterable[Any], controls: Any = None) -> list[dict[str, Any]]:
    """History entries as the timeline takes them.

    ``controls(number, internal)`` draws what the viewer may still do with a message of theirs.
    """
    icons = {
        "arr": "arrow-right", "in": "arrow-bar-to-right", "back": "arrow-back-up", "x": "x",
        "ask": "message", "done": "circle-check", "decide": "gavel", "risk": "alert-triangle",
        "pause": "player-pause", "file": "paperclip", "plus": "plus",
    }  # fmt: skip
    return [
        {
            "icon": icons.get(e.icon, e.icon),
            "verb": e.verb,
            "text": "" if e.url else e.text,
            "who": f"{e.who}, {_('as')} {e.role}" if e.who and e.role else e.who or _("the system"),
            "at": e.at,
            "quote": prose(e.quote, e.names),
            "private": e.restricted,
            "edited": e.edited,
            "controls": controls(e.comment, e.restricted) if controls and e.comment else "",
            "files": [(e.text, e.url)] if e.url else [],
        }
        for e in entries
    ]


@register.filter
def rungs(sights: Iterable[Any]) -> list[dict[str, str]]:
    """The line of sight as its component takes it."""
    return [{"kind": s.kind, "text": s.name, "url": s.url, "note": s.text} for s in sights]


@register.filter
def get(mapping: Any, key: str) -> Any:
    """The value under a key that is no identifier; None where there is none."""
    return mapping.get(key) if mapping else None


@register.filter
def chosen(wanted: Any, name: str) -> str:
    """The value of a filter of the queue."""
    return str(wanted.get(name))


@register.filter
def onward(path: str) -> str:
    """The query that hands the queue's next row along; nothing outside a queue."""
    return f"?{urlencode({'next': path})}" if path and path.startswith("/queue/") else ""


@register.filter
def dict_errors(errors: Any, name: str) -> list[str]:
    """The sentences about one field."""
    return list((errors or {}).get(name, []))


@register.filter
def with_value(field: dict[str, Any], values: Any) -> dict[str, Any]:
    """A field with what was typed before."""
    return {**field, "value": values.get(field["name"], "") if values else ""}


@register.filter
def with_errors(field: dict[str, Any], errors: Any) -> dict[str, Any]:
    """A field with the sentences about it."""
    return {**field, "errors": dict_errors(errors, field["name"])}


@register.filter
def with_replies(field: dict[str, Any], request: Any) -> dict[str, Any]:
    """A text field of a request that offers saved replies while one types."""
    if not request or field.get("type") != "textarea":
        return field
    attrs = {
        "data-replies": f"/requests/{request.ref}/replies/",
        "data-replies-label": str(_("Saved replies")),
    }
    return {**field, "attrs": {**field.get("attrs", {}), **attrs}}
