"""Verdicts, states and numbers of measures in words; whole sentences for translation."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from esm.common.ui.amounts import number
from governance.blueprint.measuring import ENOUGH, Goal, Reading, Standing, Verdict
from valueflow.selectors.promises import Phase, Promised

# word of a verdict -> state as badges draw it, and what it is called
VERDICTS: dict[str, tuple[str, Any]] = {
    "realised": ("ok", gettext_lazy("Realised")),
    "on_track": ("ok", gettext_lazy("On track")),
    "behind": ("risk", gettext_lazy("Behind")),
    "partly": ("risk", gettext_lazy("Partly realised")),
    "not_realised": ("late", gettext_lazy("Not realised")),
    "too_few": ("draft", gettext_lazy("Too few to tell")),
    "not_measurable": ("late", gettext_lazy("Not measurable")),
}
STATES: dict[str, tuple[str, Any]] = {
    "draft": ("draft", gettext_lazy("Draft")),
    "baselined": ("draft", gettext_lazy("Baseline known")),
    "tracking": ("ok", gettext_lazy("Tracking")),
    "achieved": ("ok", gettext_lazy("Achieved")),
    "missed": ("late", gettext_lazy("Missed")),
}
PARTS: dict[str, Any] = {
    "unit": gettext_lazy("its unit"),
    "direction": gettext_lazy("its direction"),
    "baseline with its days": gettext_lazy("a baseline with the days it was taken over"),
    "target": gettext_lazy("a target"),
    "due day": gettext_lazy("the day it is due"),
    "owner": gettext_lazy("an owner"),
    "source": gettext_lazy("a source"),
}
KINDS: dict[str, Any] = {
    "speed": gettext_lazy("Speed"),
    "accuracy": gettext_lazy("Accuracy"),
    "productivity": gettext_lazy("Productivity"),
    "efficiency": gettext_lazy("Efficiency"),
    "other": gettext_lazy("Other"),
}
DIRECTIONS: dict[str, Any] = {
    "up": gettext_lazy("should rise"),
    "down": gettext_lazy("should fall"),
    "maintain": gettext_lazy("should stay"),
}
TENTH = Decimal("0.1")
HUNDREDTH = Decimal("0.01")


def value_text(value: Decimal | None, unit: str = "") -> str:
    """``1.4 business days``, ``81 %``; a dash where nothing is known."""
    if value is None:
        return "–"
    digits = HUNDREDTH if abs(value) < 10 else TENTH
    text = number(value.quantize(digits, ROUND_HALF_UP))
    return f"{text} {unit}".strip()


def day_text(day: date | None) -> str:
    """``2 Aug 2026``; a dash where none is known."""
    return dateformat.format(day, "j M Y") if day else "–"


def days_text(since: date, until: date) -> str:
    """``1 to 31 Jul 2026``, ``29 Jun to 5 Jul 2026``."""
    first = "j" if (since.month, since.year) == (until.month, until.year) else "j M"
    first = first if since.year == until.year else "j M Y"
    if since == until:
        return day_text(since)
    values = {"first": dateformat.format(since, first), "last": day_text(until)}
    return _("%(first)s to %(last)s") % values


def badge(verdict: Verdict) -> dict[str, str]:
    """State and word of a verdict."""
    state, word = VERDICTS[verdict.word]
    return {"state": state, "word": str(word)}


def state_badge(standing: Standing) -> dict[str, str]:
    """State and word of a measure."""
    state, word = STATES[standing.state]
    return {"state": state, "word": str(word)}


def missing_text(missing: Sequence[str]) -> str:
    """What has to be said before a measure is tracked, as one sentence."""
    if not missing:
        return ""
    parts = [str(PARTS.get(part, part)) for part in missing]
    return _("It is not tracked yet. Missing: %(parts)s.") % {"parts": ", ".join(parts)}


def share_text(share: Decimal) -> str:
    """``86 %`` of the way; never rounded up to all of it."""
    percent = int(share * 100) if share < 1 else int(share * 100 + Decimal("0.5"))
    return f"{number(percent)}\u00a0%"


def sentence(one: Promised) -> str:
    """What became of a promise, with its numbers."""
    if one.decision is not None and one.ended:
        return _ended(one)
    return verdict_sentence(one.verdict, one.goal, one.due)


def _ended(one: Promised) -> str:
    assert one.decision is not None
    values = {"day": day_text(one.decision.decided_at.date()), "reason": one.decision.reason}
    if one.decision.outcome == "stop":
        return _("Stopped on %(day)s: %(reason)s") % values
    return _("Withdrawn on %(day)s: %(reason)s") % values


def verdict_sentence(verdict: Verdict, goal: Goal | None, due: date | None) -> str:
    """A verdict with its numbers."""
    if verdict.word == "not_measurable":
        return _unmeasured(verdict)
    if verdict.word == "too_few":
        return _few(verdict, goal)
    assert verdict.now is not None and goal is not None and verdict.progress is not None
    assert goal.baseline is not None
    values = {
        "now": value_text(verdict.now.value, goal.unit),
        "n": number(verdict.now.n) if verdict.now.n is not None else "",
        "baseline": value_text(goal.baseline.value),
        "target": value_text(goal.target, goal.unit),
        "share": share_text(verdict.progress),
        "expected": share_text(verdict.expected or Decimal(0)),
        "due": day_text(due),
    }
    return _told(verdict) % values


def _told(verdict: Verdict) -> str:
    share = verdict.progress or Decimal(0)
    if verdict.word == "realised":
        return _("%(now)s now, from %(baseline)s; the promise was %(target)s by %(due)s.")
    if share < 0:
        return _(
            "%(now)s now, worse than the %(baseline)s it came from; the promise was %(target)s by "
            "%(due)s."
        )
    if verdict.word in ("partly", "not_realised"):
        return _(
            "%(now)s now, from %(baseline)s: %(share)s of the way to %(target)s, promised by "
            "%(due)s."
        )
    return _(
        "%(now)s now, from %(baseline)s: %(share)s of the way to %(target)s; %(expected)s would be "
        "on the straight way to %(due)s."
    )


def _unmeasured(verdict: Verdict) -> str:
    if verdict.missing == ("measure",):
        return _("Promised in words only: no measure says from what to what, so nobody can tell.")
    parts = [str(PARTS.get(part, part)) for part in verdict.missing]
    return _("Nobody can tell: its measure lacks %(parts)s.") % {"parts": ", ".join(parts)}


def _few(verdict: Verdict, goal: Goal | None) -> str:
    if verdict.few == "baseline":
        n = goal.baseline.n if goal and goal.baseline else 0
        return _("The baseline is of %(n)s; %(enough)s are needed on either side.") % {
            "n": number(n or 0),
            "enough": ENOUGH,
        }
    if verdict.now is None:
        return _("Nothing was observed since the baseline.")
    n = verdict.now.n or 0
    return ngettext(
        "One was observed since the baseline; %(enough)s are needed on either side.",
        "%(n)s were observed since the baseline; %(enough)s are needed on either side.",
        n,
    ) % {"n": number(n), "enough": ENOUGH}


def course(one: Promised, phases: Sequence[Phase]) -> str:
    """How a promise stood from version to version, in one sentence; empty where it cannot be said.

    It names the version under which it came true after one under which it had not.
    """
    kept = next((p for p in phases if p.verdict.word == "realised"), None)
    missed = next(
        (p for p in phases if p.verdict.word in ("not_realised", "behind", "partly")), None
    )
    unit = one.goal.unit if one.goal else ""
    if missed is None:
        return ""
    values = {
        "before": missed.version,
        "was": value_text(missed.reading.value, unit),
        "n_was": number(missed.reading.n or 0),
    }
    if kept is None or phases.index(kept) < phases.index(missed):
        return _("Under %(before)s it did not come true: %(was)s, n = %(n_was)s.") % values
    values |= {
        "after": kept.version,
        "now": value_text(kept.reading.value, unit),
        "n_now": number(kept.reading.n or 0),
    }
    return (
        _(
            "Under %(before)s it did not come true: %(was)s, n = %(n_was)s. It came true only "
            "under %(after)s: %(now)s, n = %(n_now)s."
        )
        % values
    )


def reading_text(reading: Reading | None, unit: str) -> str:
    """A value with its n; «too few to show» where it is hidden."""
    if reading is None:
        return _("nothing observed")
    if reading.value is None:
        return _("too few to show")
    return value_text(reading.value, unit)
