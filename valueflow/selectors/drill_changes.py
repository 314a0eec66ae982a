"""Lists behind before and after: what was sent in a stretch of time, by what became of it."""

from django.utils.translation import gettext_lazy as _

from valueflow.selectors.before_after import running_then, sent_then

LISTS = {
    "sent-finished": (_("Sent in the period and fulfilled since"), sent_then),
    "sent-open": (_("Sent in the period and still open"), running_then),
}
