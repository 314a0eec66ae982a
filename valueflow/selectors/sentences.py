"""The answers in words, computed from the same figures as the charts below them.

Whole sentences for translation, never glued; where the figures cannot carry an answer the sentence
says so. Placeholders are filled as escaped text.
"""

from collections.abc import Mapping, Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esm.common.ui import amounts
from esm.common.ui.amounts import number
from valueflow.engine.statistics import shares
from valueflow.engine.summary import ENOUGH, FEW, Pair, Run, Split, Summary, Times
from valueflow.selectors.naming import Names

HOT_PERCENT = 20
NBSP = "\u00a0"
CALENDAR_DAY_S = 86_400


def percent(share: float) -> str:
    """``39 %`` that no line break parts."""
    return amounts.percent(share).replace(" ", NBSP)


def in_days(time: Times, basis: str, day_s: int) -> float | None:
    """A duration in days of its kind: business days of ``day_s`` seconds, or calendar days."""
    seconds = time.of(basis)
    if seconds is None:
        return None
    return seconds / (CALENDAR_DAY_S if basis == "calendar" else day_s)


def days_text(value: float | None) -> str:
    """``7.3``; nothing where it is not known."""
    return "" if value is None else number(value, 1)


def answer(summary: Summary, names: Names, basis: str) -> SafeString:
    """What the visitor came for: where value waits longest, and whether promises are kept."""
    if not summary.finished:
        return format_html(
            _("Nothing was finished in this period; {n} requests are in flight."),
            n=number(summary.flight.n or 0),
        )
    where = _where(summary, names, basis)
    kept = _kept(summary)
    return format_html("{} {}", where, kept)


def _where(summary: Summary, names: Names, basis: str) -> SafeString | str:
    shown = [split for split in summary.splits if not split.hidden]
    shown = [split for split in shown if split.p50.of(basis) is not None]
    if not shown:
        return ""
    slowest = max(shown, key=lambda split: (split.p50.of(basis) or 0, split.stream))
    stage = longest(slowest.stages, basis)
    if stage is None:
        return ""
    values = {
        "stream": names.stream(slowest.stream),
        "share": percent(stage[1]),
        "stage": names.stage(slowest.stream, stage[0]),
        "days": days_text(in_days(slowest.p50, basis, summary.day_s)),
    }
    if len(shown) == 1 and basis == "calendar":
        text = _(
            "<b>{stream}</b> takes {days} calendar days in the middle; {share} of that time passes "
            "at one step, {stage}."
        )
    elif len(shown) == 1:
        text = _(
            "<b>{stream}</b> takes {days} working days in the middle; {share} of that time passes "
            "at one step, {stage}."
        )
    else:
        text = _(
            "Value waits longest in <b>{stream}</b>: {share} of its time passes at one step, "
            "{stage}."
        )
    return format_html(text, **values)


def longest(parts: Mapping[str, Times], basis: str) -> tuple[str, float] | None:
    """The largest part and its share."""
    found = shares({key: times.of(basis) or 0 for key, times in parts.items()})
    if not found:
        return None
    key = max(found, key=lambda name: (found[name], name))
    return key, found[key]


def _kept(summary: Summary) -> str:
    promise = summary.promise
    if promise.share is None or promise.n < FEW:
        return _("Too few promises fell due in this period to say whether they are kept.")
    if promise.met == promise.n:
        return _("Every promise was kept.")
    return _("The promise was kept for %(met)s of %(n)s requests.") % {
        "met": number(promise.met),
        "n": number(promise.n),
    }


def crossings(pairs: Sequence[Pair], names: Names) -> str:
    """Above the flow between departments; ``pairs`` are those that are drawn."""
    enough = [pair for pair in pairs if pair.n >= FEW]
    if not enough:
        return _("No work crossed often enough to be shown.")
    most = max(enough, key=lambda pair: (pair.n, pair.giver))
    hot = sum(pair.rate_percent >= HOT_PERCENT for pair in enough)
    values = {
        "giver": names.side(most.giver).name,
        "receiver": names.side(most.receiver).name,
        "hot": hot,
    }
    if not hot:
        return (
            _(
                "Most work crosses from %(giver)s to %(receiver)s; no flow comes back in one of "
                "five or more."
            )
            % values
        )
    return (
        ngettext(
            "Most work crosses from %(giver)s to %(receiver)s; one flow, the orange one, comes back"
            " in one of five or more.",
            "Most work crosses from %(giver)s to %(receiver)s; the %(hot)s orange flows come back "
            "in one of five or more.",
            hot,
        )
        % values
    )


def costly(pairs: Sequence[Pair], basis: str) -> list[Pair]:
    """Pairs that lost time, the worst first; pairs of few cases are left out."""
    found = [pair for pair in pairs if pair.n >= FEW and pair.lost.of(basis)]
    return sorted(found, key=lambda p: (-(p.lost.of(basis) or 0), p.giver, p.receiver))


def worst(pairs: Sequence[Pair], names: Names, basis: str) -> str:
    """Above the ranking by days lost."""
    found = costly(pairs, basis)
    if not found:
        return _("No days were lost between two sides.")
    total = sum(pair.lost.of(basis) or 0 for pair in pairs)
    first = found[0]
    return _("%(giver)s to %(receiver)s costs the most: %(share)s of all days lost.") % {
        "giver": names.side(first.giver).name,
        "receiver": names.side(first.receiver).name,
        "share": percent((first.lost.of(basis) or 0) / total),
    }


def returns(pairs: Sequence[Pair], names: Names) -> str:
    """Above the matrix of returns; ``pairs`` are those in it."""
    back = [pair for pair in pairs if pair.sent_back and pair.n >= FEW]
    if not back and any(pair.sent_back is None for pair in pairs):
        return _("What was sent back between two sides is too little to show.")
    if not back:
        return _("Nothing was sent back.")
    most = max(back, key=lambda pair: (pair.rate or 0, pair.n, pair.giver))
    return _("%(receiver)s sends back the most: %(rate)s of what %(giver)s hands over.") % {
        "receiver": names.side(most.receiver).name,
        "giver": names.side(most.giver).name,
        "rate": percent(most.rate or 0),
    }


def time_spent(
    splits: tuple[Split, ...], names: Names, words: Mapping[str, str], basis: str
) -> str:
    """Above where the time goes; ``words`` are the names of the kinds of time."""
    shown = [split for split in splits if not split.hidden]
    if not shown:
        return _("Too few finished requests to say where the time goes.")
    slowest = max(shown, key=lambda split: (split.p50.of(basis) or 0, split.stream))
    found = shares({kind: times.of(basis) or 0 for kind, times in slowest.kinds.items()})
    waits = {kind: share for kind, share in found.items() if kind != "working"}
    if not waits:
        return _("All of the time was worked on.")
    kind = max(waits, key=lambda name: (waits[name], name))
    return _(
        "%(worked)s of the time in %(stream)s is work; the largest wait is “%(kind)s”: %(share)s."
    ) % {
        "worked": percent(found.get("working", 0)),
        "stream": names.stream(slowest.stream),
        "kind": words.get(kind, kind).lower(),
        "share": percent(waits[kind]),
    }


def ages(summary: Summary) -> str:
    """Above the age of open work."""
    count = sum(row.n for row in summary.ages)
    if not count:
        return _("Nothing is in flight.")
    old = sum(row.old for row in summary.ages)
    if not old:
        return ngettext(
            "The one open request is younger than its promise.",
            "None of the %(n)s open requests is older than its promise.",
            count,
        ) % {"n": number(count)}
    return ngettext(
        "%(old)s of %(n)s open requests has outlived its promise.",
        "%(old)s of %(n)s open requests have outlived their promise.",
        old,
    ) % {"old": number(old), "n": number(count)}


def change(run: Run, basis: str) -> str:
    """Above the run chart: what the latest version did to the median, if that can be said."""
    if len(run.points) < 2:
        return _("Too few weeks with five or more finished requests to show a course.")
    if len(run.phases) < 2:
        return _("No new version came into force in these weeks.")
    before, after = run.phases[-2], run.phases[-1]
    old, new = in_days(before.p50, basis, run.day_s), in_days(after.p50, basis, run.day_s)
    values = {"version": after.label, "old": days_text(old), "new": days_text(new)}
    if before.n < ENOUGH or after.n < ENOUGH or old is None or new is None:
        return _("Too few requests finished on one side of %(version)s to compare.") % values
    if not after.outside[basis]:
        return (
            _(
                "Since %(version)s the median moved from %(old)s to %(new)s days, inside the usual "
                "spread."
            )
            % values
        )
    return _("With %(version)s the median went from %(old)s to %(new)s days.") % values


def log_answer(summary: Summary, name: str, share: float) -> SafeString:
    """What stands on top of a log: how long cases take, and the state that holds them longest."""
    return format_html(
        _(
            "A case takes {days} calendar days in the middle; {share} of all time passes in "
            "“{state}”."
        ),
        days=days_text(in_days(summary.lead.p50, "calendar", summary.day_s)),
        share=percent(share),
        state=name,
    )


def course(run: Run) -> str:
    """Above the run chart of a log: the range of its weekly medians."""
    values = [in_days(point.p50, "calendar", run.day_s) for point in run.points]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return _("Too few weeks with five or more finished cases to show a course.")
    return _(
        "By the week in which cases closed, the median lies between %(low)s and %(high)s days."
    ) % {"low": days_text(min(known)), "high": days_text(max(known))}
