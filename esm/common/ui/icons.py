"""Icons as inlined symbols: one sprite in the page, ``<use>`` wherever an icon stands."""

from functools import cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from esm.common.ui.outlines import OUTLINES

SIZES = {"": "", "sm": "i-sm", "lg": "i-lg"}


def icon(name: str, size: str = "", css: str = "", label: str = "") -> SafeString:
    """The icon ``name``; decorative unless ``label`` says what it stands for.

    ``size`` is "", "sm" or "lg". An unknown name is an error of the page, not of the visitor.
    """
    if name not in OUTLINES:
        raise KeyError(f"no icon {name!r}; see esm/common/ui/outlines.py")
    classes = " ".join(part for part in ("i", SIZES[size], css) if part)
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="#i-{}"></use></svg>',
            classes,
            label,
            name,
        )
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="#i-{}"></use></svg>', classes, name
    )


@cache
def sprite() -> SafeString:
    """All outlines as symbols, and the four patterns of the kinds of time."""
    symbols = format_html_join(
        "",
        '<symbol id="i-{}" viewBox="0 0 24 24"><path d="{}"/></symbol>',
        sorted(OUTLINES.items()),
    )
    return format_html(
        '<svg width="0" height="0" class="sr" aria-hidden="true"><defs>{}</defs>{}</svg>',
        mark_safe(PATTERNS),
        symbols,
    )


PATTERNS = (
    '<pattern id="pat-handoff" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect class="p-handoff" width="6" height="6"/>'
    '<path class="p-hl" d="M0 0V6"/></pattern>'
    '<pattern id="pat-third" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect class="p-third" width="6" height="6"/><path class="p-hl" d="M0 3H6"/></pattern>'
    '<pattern id="pat-decision" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect class="p-decision" width="6" height="6"/>'
    '<circle class="p-dot" cx="3" cy="3" r="1.1"/></pattern>'
    '<pattern id="pat-off" width="5" height="5" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(-45)"><rect class="p-off" width="5" height="5"/>'
    '<path class="p-offl" d="M0 0V5"/></pattern>'
)
