"""What a token may be allowed to do."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TokenScope(TextChoices):
    """Each scope narrows what the token's owner may do; none of them adds anything."""

    REQUESTS_READ = "requests:read", _("read requests")
    REQUESTS_WRITE = "requests:write", _("submit and change requests")
    WORK = "work", _("work on stages and handoffs")
    DECIDE = "decide", _("decide")
    MODEL_READ = "model:read", _("read the operating model")
    MODEL_WRITE = "model:write", _("change the operating model")
    FLOW_READ = "flow:read", _("read the flow figures")
    ADMIN = "admin", _("administer")
