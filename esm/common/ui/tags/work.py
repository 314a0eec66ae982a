"""Flow strips, clocks, handoffs, decisions, history."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esm.common.ui.drawings import gauge
from esm.common.ui.parts import STATES, Step, fold, read

register = template.Library()

STEP_CSS = {"done": "is-done", "now": "is-now", "next": "is-next", "skipped": "is-skip"}


@register.inclusion_tag("components/flow.html")
def flow_strip(
    steps: Iterable[Any],
    label: str = "",
    expected: str = "",
    basis: str = "",
    promised: str = "",
    outline: bool = True,
) -> dict[str, Any]:
    """The way of a request. Steps are mappings or objects with the fields of ``parts.Step``.

    ``expected`` ("Wed 25 to Fri 27 Nov"), ``basis`` ("from 318 like it in 90 days") and
    ``promised`` fill the foot; ``outline`` adds «Show as text».
    """
    every = [Step.of(step) for step in steps]
    shown = fold(every)
    return {
        "label": label
        or ngettext("Path, %(n)d step", "Path, %(n)d steps", len(every)) % {"n": len(every)},
        "steps": [(step, STEP_CSS[step.state]) for step in shown],
        "all": every,
        "expected": expected,
        "basis": basis,
        "promised": promised,
        "outline": outline,
        "foot": bool(expected or promised or outline),
    }


@register.inclusion_tag("components/clock.html")
def clock(
    title: str,
    left: str,
    words: str = "",
    state: str = "ok",
    used: float = 0,
    pauses: Iterable[Sequence[float]] = (),
    likely: Sequence[float] | None = None,
    sub: str = "",
    state_word: str = "",
) -> dict[str, Any]:
    """One of the two clocks: ``left`` is the big text, ``words`` follow it, ``sub`` stands below.

    ``used`` and the pairs of ``pauses`` and ``likely`` are shares of the target, 0 to 1.
    """
    colour = STATES[state][0]
    return {
        "title": title,
        "left": left,
        "words": words,
        "state": state,
        "state_word": state_word or _lower(STATES[state][2]),
        "gauge": gauge(used, colour, pauses, likely),
        "sub": sub,
    }


def _lower(word: Any) -> str:
    text = str(word)
    return text[:1].lower() + text[1:]


@register.inclusion_tag("components/checks.html")
def checks(criteria: Iterable[Any]) -> dict[str, Any]:
    """Entry criteria: each ``text``, ``note``, ``ok`` (True, False or None: yours), ``how``."""
    return {
        "criteria": [
            {
                "text": read(c, "text"),
                "note": read(c, "note"),
                "ok": read(c, "ok", None),
                "how": read(c, "how"),
            }
            for c in criteria
        ]
    }


@register.simple_block_tag
def handoff_card(
    content: str,
    title: str,
    agreement: str = "",
    state: str = "",
    left: str = "",
    intro: str = "",
    criteria: Iterable[Any] = (),
    foot: str = "",
    id: str = "handoff",
    reads: str = "",
    sight: Iterable[Any] = (),
) -> SafeString:
    """Card of an offer; the block holds the buttons, the primary one first.

    ``reads`` says what becomes visible to whom, ``sight`` what the work serves.
    """
    return render_to_string(
        "components/handoff_card.html",
        {
            "actions": content,
            "title": title,
            "agreement": agreement,
            "state": state,
            "left": left,
            "intro": intro,
            "criteria": list(criteria),
            "foot": foot,
            "id": id,
            "reads": reads,
            "levels": list(sight),
        },
    )


@register.inclusion_tag("components/why.html")
def why_grid(facts: Iterable[Any]) -> dict[str, Any]:
    """Why a decision is yours: four facts with ``term``, ``value`` and ``note``."""
    return {"facts": list(facts)}


@register.inclusion_tag("components/voices.html")
def voices(items: Iterable[Any]) -> dict[str, Any]:
    """What others said: ``part``, ``name``, ``role``, ``slot``, ``text``, ``state``, ``word``."""
    return {"voices": list(items)}


@register.inclusion_tag("components/timeline.html")
def timeline(events: Iterable[Any]) -> dict[str, Any]:
    """History, newest first. Each event has ``icon``, ``verb``, ``text``, ``who``, ``at`` and may
    have ``quote``, ``private`` (restricted note), ``files`` [(name, url)] and ``folded`` events.
    """
    return {"events": list(events)}


@register.inclusion_tag("components/serves.html")
def serves(levels: Iterable[Any]) -> dict[str, Any]:
    """The line of sight in one line, for cards: ``kind``, ``text`` and perhaps ``url``."""
    return {"levels": list(levels)}


@register.inclusion_tag("components/sight.html")
def line_of_sight(levels: Iterable[Any]) -> dict[str, Any]:
    """From the stream to the objective: each level has ``kind``, ``text``, ``url``, ``note``."""
    return {"levels": list(levels)}


@register.simple_tag
def returned_words(times: int) -> str:
    """``returned once``, ``returned 2 times``; empty at 0."""
    if not times:
        return ""
    if times == 1:
        return _("returned once")
    return ngettext("returned %(n)d time", "returned %(n)d times", times) % {"n": times}


@register.simple_block_tag(takes_context=True)
def dialog(
    context: Context,
    content: str,
    id: str,
    title: str,
    submit: str,
    action: str = "",
    cancel: str = "",
    danger: bool = False,
) -> SafeString:
    """Dialog with a form: the block is its body, ``submit`` repeats verb and object.

    Open it by a link to the page that asks the same without script, with ``data-open="<id>"``.
    """
    return render_to_string(
        "components/dialog.html",
        {
            "content": content,
            "id": id,
            "title": title,
            "submit": submit,
            "action": action,
            "cancel": cancel or _("Cancel"),
            "danger": danger,
            "csrf_token": context.get("csrf_token"),
        },
    )
