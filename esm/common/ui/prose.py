"""What people wrote, as it is shown: links lead where they say, names are set off."""

import re
from collections.abc import Iterable

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

# One step over each character, whatever the text: no part of the pattern can match two ways.
LINK = re.compile(r"https?://[^\s<>\"'`]+", re.I)
TRAILING = ".,;:!?)]}»”’"
LONGEST_LINK = 2000


def prose(text: str, names: Iterable[str] = ()) -> SafeString:
    """Escaped text; addresses of the web become links, ``@name`` of the given names is set off.

    A link shows the whole address, opens nothing else and tells its target nothing.
    """
    parts, at = [], 0
    for match in LINK.finditer(text):
        address = match[0].rstrip(TRAILING)
        if len(address) > LONGEST_LINK or len(address) < len("http://a"):
            continue
        parts.append(_named(text[at : match.start()], names))
        shown = conditional_escape(address)
        parts.append(f'<a href="{shown}" rel="noopener noreferrer nofollow ugc">{shown}</a>')
        at = match.start() + len(address)
    parts.append(_named(text[at:], names))
    return mark_safe("".join(parts))


def _named(text: str, names: Iterable[str]) -> str:
    shown = str(conditional_escape(text))
    wanted = sorted({str(conditional_escape(name)) for name in names}, key=len, reverse=True)
    if not wanted or "@" not in shown:
        return shown
    found = re.compile("@(?:" + "|".join(re.escape(name) for name in wanted) + ")", re.I)
    return found.sub(lambda match: f'<b class="named">{match[0]}</b>', shown)
