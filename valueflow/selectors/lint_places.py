"""On which page of value flow a finding is looked at."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.utils.translation import gettext as _

STREAM = ("PRC09", "PRC10", "PRC19", "PRC22", "PRC23", "PRC27", "TEC04", "VAL09")
CODES = (*STREAM, "VAL10")


def place_of(
    code: str, kind: str, key: str, part: str, streams: Sequence[str]
) -> tuple[str, str] | None:
    """What a button says, and its address."""
    if code == "VAL10":
        return _("Look at the flow"), f"/flow/?{urlencode({'department': key})}"
    if streams:
        return _("Look at the stream"), f"/streams/{streams[0]}/"
    return None
