"""Display of dated rows: memberships, holdings, absences."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from esm.common.ui import moments

register = template.Library()


@register.filter
def at(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """The value under a key; None where there is none."""
    return mapping.get(key) if mapping else None


@register.filter
def dated(one: Any) -> str:
    """When a dated row counts: «since Mon 2 Mar», «from Mon 2 Mar to Fri 6 Mar»."""
    lower, upper = one.row.valid.lower, one.row.valid.upper
    if lower is None and upper is None:
        return _("without dates")
    if upper is None:
        words = _("from %(day)s on") if one.when == "ahead" else _("since %(day)s")
        return words % {"day": moments.day(lower)}
    if lower is None:
        return _("to %(last)s") % {"last": last(upper)}
    return _("from %(day)s to %(last)s") % {"day": moments.day(lower), "last": last(upper)}


@register.filter("last_day")
def last(upper: Any) -> str:
    """The last day before an end at midnight, else the moment of the end."""
    local = upper.astimezone(timezone.get_current_timezone())
    if local.time() == time():
        return moments.day(local.date() - timedelta(days=1))
    return moments.moment(upper)
