"""Icons, chips, badges: the smallest parts, made without a template since rows hold many."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from esm.common.ui import amounts, icons
from esm.common.ui.drawings import mini_gauge
from esm.common.ui.parts import STATES, Step, fold, initials, read

register = template.Library()
EMPTY = SafeString("")


@register.simple_tag(name="icon")
def icon(name: str, size: str = "", css: str = "", label: str = "") -> SafeString:
    """``{% icon "gavel" %}``; size "sm" or "lg"; ``label`` where no word stands beside it."""
    return icons.icon(name, size, css, label)


@register.simple_tag
def icon_sprite() -> SafeString:
    """All symbols; once a page, in ``base.html``."""
    return icons.sprite()


@register.simple_tag(name="dept")
def dept(value: Any, slot: str = "", name: str = "", solo: bool = False) -> SafeString:
    """Department chip: ``{% dept department %}`` or ``{% dept "LEG" slot="5" name="Legal" %}``.

    ``value`` is a code or anything with ``code``, ``slot`` and ``name``. ``solo`` keeps the name
    for assistive technology only.
    """
    code = value if isinstance(value, str) else str(read(value, "code"))
    if not isinstance(value, str):
        slot = slot or str(read(value, "slot", "n"))
        name = name or str(read(value, "name"))
    if not code and not name:
        return EMPTY
    spoken = format_html("<span>{}</span>", name) if name else EMPTY
    return format_html(
        '<span class="dept{}" data-dept="{}"><b>{}</b>{}</span>',
        " solo" if solo else "",
        slot or "n",
        code,
        spoken,
    )


@register.simple_tag(name="dept_code")
def dept_code(value: Any, slot: str = "") -> SafeString:
    """The chip with its code alone; the name becomes its tooltip."""
    code = value if isinstance(value, str) else str(read(value, "code"))
    slot = slot or ("n" if isinstance(value, str) else str(read(value, "slot", "n")))
    name = "" if isinstance(value, str) else str(read(value, "name"))
    title = format_html(' title="{}"', name) if name else EMPTY
    return format_html('<span class="dept" data-dept="{}"{}><b>{}</b></span>', slot, title, code)


@register.simple_tag(name="avatar")
def avatar(name: str, slot: str = "n", large: bool = False) -> SafeString:
    """Initials in the department's tint."""
    return format_html(
        '<span class="ava{}" data-dept="{}" aria-hidden="true">{}</span>',
        " ava-lg" if large else "",
        slot or "n",
        initials(name),
    )


@register.simple_tag(name="person")
def person(name: str, slot: str = "n", note: str = "", url: str = "") -> SafeString:
    """Person chip: ``{% person "Mira Tallvik" slot="9" note="Account Manager" %}``."""
    if not name:
        return EMPTY
    more = format_html(' <span class="muted">{}</span>', note) if note else EMPTY
    linked = format_html('<a href="{}">{}</a>', url, name) if url else name
    return format_html(
        '<span class="person">{}<span>{}{}</span></span>', avatar(name, slot), linked, more
    )


@register.simple_tag(name="role_chip")
def role_chip(name: str, url: str = "") -> SafeString:
    """Role in a pill, linked where its address is given."""
    drawn = icons.icon("user", "sm")
    if url:
        return format_html('<a class="role" href="{}">{}{}</a>', url, drawn, name)
    return format_html('<span class="role">{}{}</span>', drawn, name)


@register.simple_tag(name="version")
def version(label: str, url: str = "") -> SafeString:
    """Version chip: ``{% version "OM-3" %}``."""
    if url:
        return format_html('<a class="ver" href="{}">{}</a>', url, label)
    return format_html('<span class="ver">{}</span>', label)


def _state(state: str, word: str, glyph: str) -> tuple[str, SafeString, Any]:
    colour, usual_icon, usual_word = STATES[state]
    return colour, icons.icon(glyph or usual_icon), word or usual_word


@register.simple_tag(name="badge")
def badge(state: str, word: str = "", icon: str = "") -> SafeString:
    """State on its tint: ``{% badge "late" "Late by 3 h" %}``; states are those of ``STATES``."""
    return format_html(
        '<span class="badge" data-state="{}">{}{}</span>', *_state(state, word, icon)
    )


@register.simple_tag(name="state")
def state(state: str, word: str = "", icon: str = "") -> SafeString:
    """State without a ground, for lines and tables: ``{% state "risk" "returned once" %}``."""
    return format_html(
        '<span class="state" data-state="{}">{}{}</span>', *_state(state, word, icon)
    )


@register.simple_tag(name="mark")
def mark(word: str, icon: str) -> SafeString:
    """A word with an icon and no colour, like ``Offered`` or ``You`` in a queue."""
    return format_html('<span class="state">{}{}</span>', icons.icon(icon), word)


@register.simple_tag(name="count")
def count(
    number: int | None, label: str = "", urgent: bool = False, cap: int | None = None
) -> SafeString:
    """A number in a pill, nothing at 0; ``label`` is read after it, «1,000+» over ``cap``."""
    if not number:
        return EMPTY
    spoken = format_html('<span class="sr"> {}</span>', label) if label else EMPTY
    css = " count-now" if urgent else ""
    words = f"{number:,}" if cap is None else amounts.capped(number, cap)
    return format_html('<span class="count{}">{}{}</span>', css, words, spoken)


@register.simple_tag(name="mini_clock")
def mini_clock(state: str, used: float, text: str) -> SafeString:
    """Clock of a table row: small bar and words; state ok, risk, late, done."""
    colour = STATES[state][0]
    return format_html(
        '<span class="leg2" data-state="{}">{}{}</span>', colour, mini_gauge(used), text
    )


@register.simple_tag(name="mini_strip")
def mini_strip(steps: Iterable[Any], spoken: str = "") -> SafeString:
    """Flow strip of a table row: the steps as small blocks, and one sentence for all senses.

    ``spoken`` defaults to ``Step 4 of 7: name``; pass "-" to leave the words to the page.
    """
    all_steps = [Step.of(step) for step in steps]
    css = {"done": "", "now": "now", "next": "n", "skipped": "s"}
    blocks = format_html_join(
        "",
        '<i{} data-dept="{}"></i>',
        (
            (format_html(' class="{}"', css[s.state]) if css[s.state] else EMPTY, s.slot)
            for s in fold(all_steps, over=16)
        ),
    )
    strip = format_html('<span class="mini" aria-hidden="true">{}</span>', blocks)
    if spoken == "-":
        return strip
    return format_html('{}<span class="sr">{}</span>', strip, spoken or step_words(all_steps))


def step_words(steps: list[Step]) -> str:
    """``Step 4 of 7: name``; how many steps there are while none is under way."""
    for place, step in enumerate(steps, start=1):
        if step.state == "now":
            words = {"place": place, "all": len(steps), "name": step.name}
            return _("Step %(place)d of %(all)d: %(name)s") % words
    return _("%(all)d steps") % {"all": len(steps)}
