"""Before and after in words."""

from math import isfinite

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esm.common.ui.amounts import number
from valueflow.engine.comparison import Verdict
from valueflow.engine.summary import FEW, Times
from valueflow.engine.uncertainty import Interval
from valueflow.selectors.before_after import StreamChange
from valueflow.selectors.sentences import days_text, in_days

WORDS = {
    "better": gettext_lazy("better"),
    "no_change": gettext_lazy("no detectable change"),
    "worse": gettext_lazy("worse"),
    "not_comparable": gettext_lazy("not comparable"),
}
WHY = {
    "few_before": gettext_lazy("fewer than twenty finished before"),
    "few_after": gettext_lazy("fewer than twenty finished since"),
    "clock": gettext_lazy("working time, or what counts against the promise, is another since"),
    "running": gettext_lazy("too many still run to say how long half of them take"),
    "mix": gettext_lazy("what is asked for is not the same, and that may be all of the difference"),
    "slower": gettext_lazy("requests take longer"),
    "tail": gettext_lazy("the slowest take longer"),
    "promises": gettext_lazy("fewer promises are kept"),
    "returns": gettext_lazy("more is sent back or comes back"),
}


def word_text(verdict: Verdict) -> str:
    """The verdict as people read it."""
    return str(WORDS[verdict.word])


def why_text(verdict: Verdict) -> str:
    """Why it is not another one."""
    return ", ".join(str(WHY[code]) for code in verdict.why)


def says(row: StreamChange, version: str, basis: str) -> str:
    """One stream in a sentence or two."""
    found, values = row.compared, {"stream": row.name, "version": version}
    n = found.before.n, found.after.n
    if min(n) < FEW:
        return _(
            "Since %(version)s too few requests of “%(stream)s” were finished to compare: "
            "%(before)s before, %(after)s after."
        ) % (values | {"before": number(n[0]), "after": number(n[1])})
    values |= {
        "verdict": word_text(found.verdict),
        "why": why_text(found.verdict),
        "p50": _half(row, basis),
        "before": number(n[0]),
        "after": number(n[1]),
    }
    if found.verdict.why:
        return (
            _(
                "Since %(version)s “%(stream)s” is %(verdict)s: %(why)s. %(p50)s, over %(before)s "
                "requests before and %(after)s after."
            )
            % values
        )
    return (
        _(
            "Since %(version)s “%(stream)s” is %(verdict)s: %(p50)s, over %(before)s requests "
            "before and %(after)s after."
        )
        % values
    )


def _half(row: StreamChange, basis: str) -> str:
    was = days_text(in_days(row.compared.before.p50, basis, row.day_s))
    now = days_text(in_days(row.compared.after.p50, basis, row.day_s))
    if not now:
        return _("half were done within %(was)s days, how many it is now is not known yet") % {
            "was": was
        }
    values = {"was": was, "now": now, "between": _between(row, basis)}
    said = _("half are done within %(now)s days, before %(was)s%(between)s")
    return said % values


def _between(row: StreamChange, basis: str) -> str:
    found = row.compared.p50.of(basis)
    if found is None or not (isfinite(found.lower) and isfinite(found.upper)):
        return ""
    ends = [
        days_text(in_days(Times(one, one), basis, row.day_s)) for one in (found.lower, found.upper)
    ]
    return _(" (95 %% sure of a difference between %(lower)s and %(upper)s)") % {
        "lower": ends[0].replace("-", "−"),
        "upper": ends[1].replace("-", "−"),
    }


def ends_of(found: Interval | None) -> tuple[float | None, float | None, float | None]:
    """Estimate and both ends; None where there is none."""
    if found is None:
        return None, None, None
    ends = [one if isfinite(one) else None for one in (found.lower, found.upper)]
    return found.estimate, ends[0], ends[1]
