"""What the figures of decisions say in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esm.common.ui.amounts import percent
from esm.common.ui.durations import duration
from valueflow.selectors.decided import Decided


def answer(found: Decided) -> str:
    """The sentence above the figures: how long half of them took, how many were in time."""
    whole = found.all
    if whole.hidden or not whole.n:
        return found.note
    said = ngettext("%(n)s decision", "%(n)s decisions", whole.n) % {"n": f"{whole.n:,}"}
    if whole.p50_s is None:
        return _("%(said)s in this period; too few to say how long they take.") % {"said": said}
    p50, p85 = duration(whole.p50_s, found.day_s), duration(whole.p85_s or 0, found.day_s)
    told = _("%(said)s: half were taken within %(p50)s of working time, 85 %% within %(p85)s.")
    sentence = told % {"said": said, "p50": p50, "p85": p85}
    if whole.in_time is not None:
        sentence += " " + _("%(share)s kept their target.") % {"share": percent(whole.in_time)}
    return f"{sentence} {found.note}" if found.note else sentence
