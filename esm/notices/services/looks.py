"""How a mail looks. Mail programs know no style sheets and no tokens, so here alone colours are
written out; they are those of ``tokens.css`` in light.
"""

from django.utils.html import format_html
from django.utils.safestring import SafeString

INK, INK_2, INK_3 = "#16181b", "#474c53", "#62676e"
GROUND, SURFACE, LINE, ACCENT = "#f7f7f6", "#ffffff", "#e4e4de", "#3244cf"
FONT = "font-family:Inter,'Segoe UI',Helvetica,Arial,sans-serif"
# Fill, tint and ink of each department's colour; 0 is neutral.
DEPARTMENTS = {
    0: ("#62676e", "#ededea", "#474c53"),
    1: ("#ab4e5f", "#ffe8eb", "#7b2337"),
    2: ("#4970c9", "#e6f0ff", "#24428d"),
    3: ("#8b8dc7", "#edefff", "#414075"),
    4: ("#7b1705", "#ffe9e4", "#7f2212"),
    5: ("#154747", "#e3f2f2", "#205150"),
    6: ("#998c01", "#f3f1db", "#554800"),
    7: ("#005d91", "#e1f3ff", "#004c7e"),
    8: ("#2ea575", "#dff7ea", "#005b32"),
    9: ("#581873", "#f7ebff", "#602d78"),
    10: ("#7d5700", "#faefde", "#643f00"),
}


def _style(rules: str) -> SafeString:
    return format_html(' style="{}"', rules)


LOOK = {
    "page": _style(f"margin:0;padding:0;background:{GROUND};{FONT};color:{INK}"),
    "ground": _style(f"background:{GROUND};padding:24px 12px"),
    "sheet": _style("width:100%;max-width:600px;margin:0 auto"),
    "brand": _style(f"{FONT};font-size:14px;font-weight:600;color:{INK_2};padding:0 4px 12px"),
    "head": _style(f"{FONT};font-size:22px;line-height:29px;font-weight:650;color:{INK};margin:0"),
    "lead": _style(f"{FONT};font-size:15px;line-height:22px;color:{INK_2};margin:6px 0 0"),
    "opening": _style("padding:0 4px 16px"),
    "inside": _style("padding:16px 20px"),
    "about": _style(f"{FONT};font-size:13px;line-height:18px;color:{INK_3};margin:0 0 2px"),
    "name": _style(f"{FONT};font-size:16px;line-height:22px;font-weight:620;margin:0"),
    "link": _style(f"color:{INK};text-decoration:none"),
    "item": _style(
        f"{FONT};font-size:15px;line-height:22px;color:{INK};margin:12px 0 0;"
        f"padding-top:12px;border-top:1px solid {LINE}"
    ),
    "text": _style(f"{FONT};font-size:14px;line-height:21px;color:{INK_2};margin:4px 0 0"),
    "when": _style(f"font-size:12px;color:{INK_3}"),
    "action": _style("padding:18px 4px 0"),
    "button": _style(
        f"{FONT};display:inline-block;background:{ACCENT};color:{SURFACE};font-size:15px;"
        "font-weight:600;line-height:20px;padding:11px 18px;border-radius:8px;text-decoration:none"
    ),
    "foot": _style(f"{FONT};font-size:12px;line-height:18px;color:{INK_3};padding:22px 4px 0"),
    "quiet": _style(f"color:{INK_3};text-decoration:underline"),
}


def card(slot: int) -> SafeString:
    """A section on the surface with the department's colour at its side."""
    fill = DEPARTMENTS.get(slot, DEPARTMENTS[0])[0]
    return _style(
        f"background:{SURFACE};border:1px solid {LINE};border-left:4px solid {fill};"
        "border-radius:8px;width:100%"
    )


def chip(slot: int) -> SafeString:
    """The department's code on its tint."""
    _fill, tint, ink = DEPARTMENTS.get(slot, DEPARTMENTS[0])
    return _style(
        f"{FONT};background:{tint};color:{ink};font-size:11px;font-weight:650;"
        "letter-spacing:.03em;padding:2px 6px;border-radius:4px"
    )
