"""Plain values of the components: departments, people, states, steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

SLOTS = 10
FOLD_OVER = 9

# word of a state -> colour of the state, icon, usual word
STATES: dict[str, tuple[str, str, Any]] = {
    "ok": ("ok", "circle-check", _("On track")),
    "risk": ("risk", "alert-triangle", _("At risk")),
    "late": ("late", "alert-octagon", _("Late")),
    "done": ("done", "check", _("Done")),
    "stop": ("done", "player-pause", _("Stands still")),
    "returned": ("risk", "arrow-back-up", _("Returned")),
    "draft": ("done", "circle-dashed", _("Draft")),
    "objection": ("risk", "hand-stop", _("Objection")),
    "offered": ("ok", "arrow-right", _("Offered")),
    "declined": ("done", "circle-x", _("Declined")),
    "withdrawn": ("done", "x", _("Withdrawn")),
}


def slot(order: int | None) -> str:
    """The colour slot of the department at this place (from 0); neutral from the eleventh on."""
    return str(order + 1) if order is not None and 0 <= order < SLOTS else "n"


def initials(name: str) -> str:
    """First letters of the first and last word: ``MT``."""
    words = [w for w in name.replace("-", " ").split() if w[:1].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def read(value: object, key: str, default: Any = "") -> Any:
    """``key`` of a mapping or an object; components take either."""
    found = value.get(key) if isinstance(value, Mapping) else getattr(value, key, None)
    return default if found is None else found


@dataclass(frozen=True)
class Step:
    """One step of a flow strip. ``state`` is done, now, next or skipped."""

    name: str
    code: str = ""
    dept: str = ""
    slot: str = "n"
    state: str = "next"
    sub: str = ""
    returned: str = ""
    url: str = ""
    text: str = ""

    @classmethod
    def of(cls, value: object) -> "Step":
        """A step from a mapping or an object with these fields."""
        if isinstance(value, cls):
            return value
        defaults = {f.name: f.default if isinstance(f.default, str) else "" for f in fields(cls)}
        return cls(**{name: str(read(value, name, usual)) for name, usual in defaults.items()})


def fold(steps: Sequence[Step], over: int = FOLD_OVER) -> list[Step]:
    """Above ``over`` steps, neighbours of one department and state become one with a count."""
    if len(steps) <= over:
        return list(steps)
    folded: list[list[Step]] = []
    for step in steps:
        last = folded[-1][-1] if folded else None
        same = last and (last.code, last.state) == (step.code, step.state)
        if same and step.code and step.state != "now":
            folded[-1].append(step)
        else:
            folded.append([step])
    return [_joined(run) for run in folded]


def _joined(run: Sequence[Step]) -> Step:
    more = len(run) - 1
    if not more:
        return run[0]
    name = ngettext("%(name)s and %(more)d more", "%(name)s and %(more)d more", more)
    returned = next((step.returned for step in run if step.returned), "")
    return replace(
        run[0], name=name % {"name": run[0].name, "more": more}, sub="", returned=returned, url=""
    )
