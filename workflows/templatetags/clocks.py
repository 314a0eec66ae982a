"""Display of an explained clock: its drawing, its arithmetic, its moments in words."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import dateformat, dates
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esm.common.ui import drawings, durations, moments
from governance.blueprint import kinds

register = template.Library()

_METRICS = {
    "respond": gettext_lazy("to accept"),
    "complete": gettext_lazy("to finish"),
    "decision": gettext_lazy("to decide"),
    "clarify": gettext_lazy("to answer a question"),
    "wait": gettext_lazy("how long we wait"),
    "stage": gettext_lazy("the whole step"),
}
_PARTIES = {
    "requester": gettext_lazy("the requester"),
    "third": gettext_lazy("somebody outside"),
    "giver": gettext_lazy("the giver’s answer"),
}
_RECIPIENTS = {
    "holder": gettext_lazy("who works on it"),
    "team-leads": gettext_lazy("the team’s leads"),
    "stream-owner": gettext_lazy("the owner of the stream"),
}
_ENDS = {
    "calendar": gettext_lazy("a day of the calendar changed"),
    "target": gettext_lazy("the target changed"),
    "reset": gettext_lazy("it started anew"),
}
_HELD = {
    "start": gettext_lazy("no event had started it"),
    "rule": gettext_lazy("a rule of the model"),
}
_STOOD = {
    "start": gettext_lazy("%(time)s of open hours before an event started it"),
    "rule": gettext_lazy("%(time)s of open hours by a rule of the model"),
}
_DOES = {
    "start": (gettext_lazy("It starts when"), gettext_lazy("It started because")),
    "pause": (gettext_lazy("It stands still when"), gettext_lazy("It stood still because")),
    "resume": (gettext_lazy("It goes on when"), gettext_lazy("It went on because")),
    "stop": (gettext_lazy("It stops when"), gettext_lazy("It stopped because")),
    "cancel": (gettext_lazy("It no longer counts when"), gettext_lazy("It was cancelled because")),
    "reset": (gettext_lazy("It starts anew when"), gettext_lazy("It started anew because")),
}
_EVENTS = {
    "request.submitted": (gettext_lazy("the request is sent"), gettext_lazy("it was sent")),
    "request.started": (gettext_lazy("work begins"), gettext_lazy("work began")),
    "request.waiting": (gettext_lazy("work waits"), gettext_lazy("work waited")),
    "request.resumed": (gettext_lazy("work goes on"), gettext_lazy("work went on")),
    "request.prioritised": (
        gettext_lazy("the priority changes"), gettext_lazy("the priority changed")
    ),
    "request.nudged": (gettext_lazy("a reminder is sent"), gettext_lazy("a reminder was sent")),
    "request.reopened": (
        gettext_lazy("the request is reopened"), gettext_lazy("the request was reopened")
    ),
    "visit.entered": (gettext_lazy("the step is entered"), gettext_lazy("the step was entered")),
    "visit.queued": (
        gettext_lazy("the step comes into the queue"), gettext_lazy("the step came into the queue")
    ),
    "visit.assigned": (gettext_lazy("the step is assigned"), gettext_lazy("it was assigned")),
    "visit.started": (gettext_lazy("somebody takes it"), gettext_lazy("somebody took it")),
    "visit.released": (
        gettext_lazy("it is put back into the queue"), gettext_lazy("it was put back")
    ),
    "visit.blocked": (gettext_lazy("the step waits"), gettext_lazy("the step waited")),
    "visit.unblocked": (gettext_lazy("the step goes on"), gettext_lazy("the step went on")),
    "visit.answered": (
        gettext_lazy("the question of a step is answered"), gettext_lazy("it was answered")
    ),
    "visit.completed": (gettext_lazy("a step is finished"), gettext_lazy("a step was finished")),
    "visit.parked": (
        gettext_lazy("a step waits for the other branches"), gettext_lazy("a step was parked")
    ),
    "visit.returned": (gettext_lazy("a step is sent back"), gettext_lazy("a step was sent back")),
    "handoff.offered": (gettext_lazy("work is offered"), gettext_lazy("work was offered")),
    "handoff.routed": (
        gettext_lazy("the offer is routed to somebody"), gettext_lazy("the offer was routed")
    ),
    "handoff.accepted": (
        gettext_lazy("the offer is accepted"), gettext_lazy("the offer was accepted")
    ),
    "handoff.clarification_asked": (
        gettext_lazy("the giver is asked"), gettext_lazy("the giver was asked")
    ),
    "handoff.clarified": (gettext_lazy("the giver answers"), gettext_lazy("the giver answered")),
    "handoff.returned": (
        gettext_lazy("the offer is returned"), gettext_lazy("the offer was returned")
    ),
    "handoff.escalated": (
        gettext_lazy("the handoff is escalated"), gettext_lazy("the handoff was escalated")
    ),
    "decision.opened": (gettext_lazy("a decision is opened"), gettext_lazy("it was opened")),
    "decision.decided": (gettext_lazy("it is decided"), gettext_lazy("it was decided")),
    "comment.added": (gettext_lazy("somebody writes"), gettext_lazy("somebody wrote")),
    "file.added": (gettext_lazy("a file is added"), gettext_lazy("a file was added")),
}  # fmt: skip
_KEYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@register.filter
def exact(seconds: int) -> str:
    """``2 h 30 min 10 s``: every second, no days; for sums that must add up."""
    hours, rest = divmod(abs(int(seconds)), 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{hours:,} h" if hours else "", f"{minutes} min" if minutes else ""]
    parts.append(f"{left} s" if left or not (hours or minutes) else "")
    return " ".join(part for part in parts if part)


@register.filter
def clock_name(explained: Any) -> str:
    """“The promise”, “Legal review: to accept”."""
    if explained.row.metric == "promise":
        return str(_("The promise"))
    words = _METRICS.get(explained.row.metric, explained.row.get_metric_display())
    return f"{explained.stage}: {words}" if explained.stage else str(words)


@register.filter
def party_words(party: str) -> str:
    """Whom a clock waits for."""
    return str(_PARTIES.get(party, party))


@register.filter
def why_words(span: Any) -> str:
    """Why a span stood still, or why one that ran was ended."""
    if span.kind == "still":
        if not span.party:
            return str(_HELD.get(span.why, ""))
        return str(_("waited for %(party)s")) % {"party": party_words(span.party)}
    return str(_ENDS.get(span.why, ""))


@register.filter
def rule_does(one: Any) -> str:
    """“It starts when”."""
    return str(_DOES[one.does][0])


@register.filter
def rule_event(one: Any) -> str:
    """“the offer is accepted at Legal review, where amount is above 5000”."""
    text = str(_EVENTS[one.event][0])
    if one.stage:
        text = str(_("%(text)s at %(stage)s")) % {"text": text, "stage": one.stage}
    if one.when:
        text = str(_("%(text)s, where %(when)s")) % {"text": text, "when": one.when}
    return text


@register.filter
def done_words(one: Any) -> str:
    """“It started because the offer was accepted.”"""
    return f"{_DOES[one.does][1]} {_EVENTS[one.event][1]}."


@register.filter
def pause_words(pause: Any) -> str:
    """“45 min of open hours for the requester”: a line of the list of standstills."""
    why, party, open_s = pause[:3]
    if not party:
        return str(_STOOD.get(why, "%(time)s")) % {"time": exact(open_s)}
    words = _("%(time)s of open hours for %(party)s")
    return str(words) % {"time": exact(open_s), "party": party_words(party)}


@register.filter
def at(moment: datetime, zone: str) -> str:
    """``Mon 7 Sep, 10:00`` in the clock's own zone, seconds only where there are any."""
    text = moments.moment(moment, zone)
    return text if not moment.second else text + f" {moment.second:02} s"


@register.filter
def stretch(line: Any, zone: str) -> str:
    """``Mon 7 Sep 10:00–12:30`` in the clock's own zone."""
    start, end = (m.astimezone(ZoneInfo(zone)) for m in (line.start, line.end))
    form = ["H:i:s" if m.second else "H:i" for m in (start, end)]
    last = "24:00" if end.date() != start.date() else dateformat.format(end, form[1])
    day = dateformat.format(start, "D j M")
    return f"{day}, {dateformat.format(start, form[0])}–{last}"


@register.filter
def moment_title(one: Any) -> str:
    """What happens at a moment of a clock."""
    if one.kind == "breach":
        return str(_("The deadline"))
    if one.when == "percent":
        words = _("%(n)d %% of the target used") % {"n": one.amount}
    elif one.when == "before":
        words = _("%(time)s before the deadline") % {"time": durations.hours(one.amount)}
    elif one.amount:
        words = _("%(time)s after the deadline") % {"time": durations.hours(one.amount)}
    else:
        words = _("At the breach")
    return str(words)


@register.filter
def recipients(one: Any) -> str:
    """Who hears of it."""
    if one.kind in ("warn", "breach"):
        return str(_("who works on it")) if one.kind == "breach" or one.amount >= 90 else "—"
    return ", ".join(str(_RECIPIENTS.get(name, name)) for name in one.to)


@register.filter
def span_strip(explained: Any) -> SafeString:
    """The drawing: open hours, what ran, what stood still, the deadline, the breach, now."""
    began, until = explained.began, explained.until
    length = max((until - began).total_seconds(), 1)

    def share(moment: datetime) -> float:
        return (moment - began).total_seconds() / length

    marks = []
    row = explained.row
    if row.due_at is not None:
        marks.append(("due", share(row.due_at)))
    if row.breached_at is not None:
        marks.append(("late", share(row.breached_at)))
    if row.ended_at is None:
        marks.append(("now", share(explained.now)))
    return drawings.time_line(
        [(share(a), share(b)) for a, b in explained.open_hours],
        [(s.span.kind, share(s.span.start), share(s.span.end)) for s in explained.spans],
        marks,
    )


@register.filter
def folder_of(kind: str) -> str:
    """The folder of a kind in the address of the model."""
    return kinds.folder_of(kind)


@register.filter
def weekday_name(key: str) -> str:
    """Monday for mon."""
    return str(dates.WEEKDAYS[_KEYS.index(key)])
