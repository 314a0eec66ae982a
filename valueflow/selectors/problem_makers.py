"""Problems from what was counted: which places are named, in which words, with which figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esm.common.ui.amounts import number, percent
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.lint.facts import StepFlow
from governance.blueprint.lint.flow import (
    MAX_FROM_BELOW,
    MIN_ESCALATED,
    NEARLY_FULL,
    above,
    growing,
)
from governance.blueprint.rights.compiled import kind_of
from valueflow.engine.summary import FEW
from valueflow.selectors import drill_decisions
from valueflow.selectors.causes import AtStep
from valueflow.selectors.drill_causes import WAITED
from valueflow.selectors.naming import Names
from valueflow.selectors.problem_counts import Counts, Decided, Pair
from valueflow.selectors.problem_kinds import Problem, Proof, proof_days, proof_n
from valueflow.selectors.problem_simpler import merges, skipped

# Percent: an approval that changes nothing.
NEEDLESS = 99
# Of how many decisions that speaks at least.
MIN_DECIDED = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A step of a stream with its words."""

    stream: str
    stage: str
    words: dict[str, Any]


def everything(counts: Counts, names: Names) -> Iterator[Problem]:
    """All problems that the counts show, in no order."""
    yield from bottlenecks(counts, names)
    yield from handoffs(counts, names)
    yield from decisions(counts, names)
    yield from rework(counts, names)
    yield from singles(counts, names)
    yield from batches(counts, names)
    yield from skipped(counts)
    yield from merges(counts)


def _days(days: float) -> str:
    return number(round(days, 1))


def _place(names: Names, step: tuple[str, str], lay: AtStep) -> Place:
    stream, stage = step
    words = {
        "stage": names.stage(stream, stage),
        "stream": names.stream(stream),
        "days": _days(lay.days),
        "n": number(lay.n),
    }
    return Place(stream, stage, words)


def bottlenecks(counts: Counts, names: Names) -> Iterator[Problem]:
    """Of each stream the step with most days in line, among those whose people are nearly full.

    Where nothing is known of the load, or nobody is full, the step with most days in line.
    """
    best: dict[str, tuple[bool, float, str]] = {}
    for (stream, stage), lay in counts.queued.items():
        load = _load(counts, stream, stage)
        full = load is not None and (load.load or 0) >= NEARLY_FULL
        if lay.n >= FEW and (one := (full, lay.days, stage)) > best.get(stream, (False, 0.0, "")):
            best[stream] = one
    for stream, (_full, _lay, stage) in best.items():
        lay, load = counts.queued[stream, stage], _load(counts, stream, stage)
        place = _place(names, (stream, stage), lay)
        said = _("%(n)s requests stood %(days)s business days in line for “%(stage)s”.")
        proofs = [proof_days(_("In line"), lay.days), proof_n(lay.n)]
        advice = _("Find out what else its people do, or give it one more.")
        if load is not None and load.load is not None:
            place.words["load"] = percent(float(load.load))
            said = _(
                "%(n)s requests stood %(days)s business days in line for “%(stage)s”; its work "
                "takes %(load)s of the time its people have."
            )
            proofs.append(Proof("load", _("Load"), float(load.load), "share"))
            proofs.append(Proof("queue", _("Lies there now"), float(load.queue[-1]), "count"))
            if growing(load.queue):
                advice = _("Its queue grows week by week: it needs room before anything else.")
        yield Problem(
            kind="bottleneck",
            stream=stream,
            place=stage,
            name=str(place.words["stage"]),
            days=lay.days,
            n=lay.n,
            sentence=said % place.words,
            advice=advice,
            proofs=tuple(proofs),
            figure=WAITED,
            extra={"stage": stage, "cause": "queue"},
        )


def _load(counts: Counts, stream: str, stage: str) -> StepFlow | None:
    found = counts.loads.get((stream, stage))
    return found if found is not None and found.queue else None


def handoffs(counts: Counts, names: Names) -> Iterator[Problem]:
    """Of each stream the handoff that took most, with what came back."""
    for stream, pairs in counts.pairs.items():
        crossing = [pair for pair in pairs if pair.n >= FEW]
        if not crossing:
            continue
        worst = max(crossing, key=lambda pair: (pair.days, pair.giver, pair.receiver, pair.stage))
        yield _handoff(stream, worst, names)


def _handoff(stream: str, pair: Pair, names: Names) -> Problem:
    words = {
        "giver": names.side(pair.giver).name,
        "receiver": names.side(pair.receiver).name,
        "stage": names.stage(stream, pair.stage),
        "days": _days(pair.days),
        "n": number(pair.n),
        "back": percent(pair.back / pair.n),
    }
    return Problem(
        kind="handoff",
        stream=stream,
        place=f"{pair.giver}>{pair.receiver}/{pair.stage}",
        name=_("%(giver)s to %(receiver)s, “%(stage)s”") % words,
        days=pair.days,
        n=pair.n,
        sentence=_(
            "%(n)s handoffs from %(giver)s to %(receiver)s for “%(stage)s” took %(days)s business "
            "days until work was accepted; %(back)s came back or needed a question."
        )
        % words,
        advice=_("Agree with both sides what must be there before it is handed over."),
        proofs=(
            proof_days(_("Until accepted"), pair.days),
            Proof("n", _("Handoffs"), pair.n, "count"),
            Proof("back", _("Came back"), pair.back / pair.n, "share"),
        ),
        figure="handoffs",
        extra={"giver": pair.giver, "receiver": pair.receiver, "stage": pair.stage},
    )


def decisions(counts: Counts, names: Names) -> Iterator[Problem]:
    """The slowest type of each stream, approvals that change nothing, limits that are too low."""
    slowest: dict[str, tuple[float, str]] = {}
    for (stream, kind), one in sorted(counts.decided.items()):
        if one.n < FEW or one.days <= 0:
            continue
        if one.n >= MIN_DECIDED and one.unchanged * 100 >= NEEDLESS * one.n:
            yield _approval(stream, kind, one, counts.bp)
            continue
        if one.n >= MIN_ESCALATED and above(one.from_below, MAX_FROM_BELOW, one.n):
            yield _threshold(stream, kind, one, counts.bp)
        if (one.days, kind) > slowest.get(stream, (0.0, "")):
            slowest[stream] = (one.days, kind)
    for stream, (_days_of, kind) in slowest.items():
        yield _decision(stream, kind, counts.decided[stream, kind], counts.bp)


def _words(kind: str, one: Decided, bp: Blueprint) -> dict[str, str]:
    spec = bp.peek(kinds.DecisionType, kind)
    return {
        "name": kind_of(kind, spec).name if spec is not None else kind.replace("-", " "),
        "n": number(one.n),
        "same": number(one.unchanged),
        "up": number(one.from_below),
        "days": _days(one.days),
        "middle": _days(one.median_days),
    }


def _asked(
    kind: str, stream: str, place: str, one: Decided, words: dict[str, str], said: tuple[str, str]
) -> Problem:
    sentence, advice = said
    return Problem(
        kind=kind,
        stream=stream,
        place=place,
        name=words["name"],
        days=one.days,
        n=one.n,
        sentence=sentence % words,
        advice=advice,
        proofs=(
            proof_days(_("Waited for it"), one.days),
            Proof("n", _("Decisions"), one.n, "count"),
            Proof("unchanged", _("Approved unchanged"), one.unchanged / one.n, "share"),
            Proof("middle", _("Half within"), one.median_days, "days"),
        ),
        figure=f"{drill_decisions.PREFIX}timed",
        extra={"type": place},
    )


def _decision(stream: str, kind: str, one: Decided, bp: Blueprint) -> Problem:
    said = _(
        "“%(name)s” was decided %(n)s times and was waited for %(days)s business days; half of "
        "them took more than %(middle)s."
    )
    advice = _("Let it be decided lower, or give the decider a time and a stand-in.")
    return _asked("decision", stream, kind, one, _words(kind, one, bp), (said, advice))


def _approval(stream: str, kind: str, one: Decided, bp: Blueprint) -> Problem:
    said = _(
        "“%(name)s”: %(same)s of %(n)s approved as they were, waited for %(days)s business days; "
        "half of them took more than %(middle)s."
    )
    advice = _("Raise the limit below which nobody is asked, or remove it.")
    return _asked("approval", stream, kind, one, _words(kind, one, bp), (said, advice))


def _threshold(stream: str, kind: str, one: Decided, bp: Blueprint) -> Problem:
    said = _(
        "“%(name)s”: %(up)s of %(n)s came up from the level below and were approved as they were."
    )
    advice = _("Raise the limit of the level below.")
    return _asked("threshold", stream, kind, one, _words(kind, one, bp), (said, advice))


def rework(counts: Counts, names: Names) -> Iterator[Problem]:
    """Of each stream the step to which work came again for longest."""
    worst: dict[str, tuple[float, str]] = {}
    for (stream, stage), lay in counts.again.items():
        if lay.n >= FEW and (lay.days, stage) > worst.get(stream, (0.0, "")):
            worst[stream] = (lay.days, stage)
    for stream, (_lay, stage) in worst.items():
        lay = counts.again[stream, stage]
        came = counts.entered_in(stream, stage)
        place = _place(names, (stream, stage), lay)
        place.words["share"] = percent(lay.n / came) if came else ""
        yield Problem(
            kind="rework",
            stream=stream,
            place=stage,
            name=str(place.words["stage"]),
            days=lay.days,
            n=lay.n,
            sentence=_(
                "“%(stage)s” was done again for %(n)s requests, %(share)s of those that came to "
                "it; they stood there another %(days)s business days."
            )
            % place.words,
            advice=_("Look at the reasons of returns, and ask for what is missing before."),
            proofs=(
                proof_days(_("Done again"), lay.days),
                proof_n(lay.n),
                Proof("share", _("Of those that came"), lay.n / came if came else 0, "share"),
            ),
            figure=WAITED,
            extra={"stage": stage, "again": "1"},
        )


def singles(counts: Counts, names: Names) -> Iterator[Problem]:
    """Steps at which requests waited because nobody was there."""
    for (stream, stage), lay in counts.alone.items():
        if lay.n < FEW or lay.days <= 0:
            continue
        place = _place(names, (stream, stage), lay)
        team = counts.team_of(stream, stage)
        people = counts.members.get(team, 0)
        place.words["people"] = ngettext(
            "%(people)s person does it", "%(people)s people do it", people
        ) % {"people": number(people)}
        yield Problem(
            kind="single",
            stream=stream,
            place=stage,
            name=str(place.words["stage"]),
            days=lay.days,
            n=lay.n,
            sentence=_(
                "%(n)s requests stood at “%(stage)s” for %(days)s business days while nobody was "
                "there; %(people)s."
            )
            % place.words,
            advice=_("Name a stand-in, or let a second person learn it."),
            proofs=(
                proof_days(_("Nobody was there"), lay.days),
                proof_n(lay.n),
                Proof("people", _("People in the team"), people, "count"),
            ),
            figure=WAITED,
            extra={"stage": stage, "cause": "absence"},
        )


def batches(counts: Counts, names: Names) -> Iterator[Problem]:
    """Steps at which requests waited for the next batch."""
    for (stream, stage), lay in counts.batched.items():
        if lay.n < FEW or lay.days <= 0:
            continue
        place = _place(names, (stream, stage), lay)
        yield Problem(
            kind="batching",
            stream=stream,
            place=stage,
            name=str(place.words["stage"]),
            days=lay.days,
            n=lay.n,
            sentence=_(
                "“%(stage)s” is done in batches: %(n)s requests waited %(days)s business days for "
                "the next one."
            )
            % place.words,
            advice=_("Do it as it comes, or more often."),
            proofs=(proof_days(_("Waited for a batch"), lay.days), proof_n(lay.n)),
            figure=WAITED,
            extra={"stage": stage, "cause": "batching"},
        )
