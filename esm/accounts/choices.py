"""What a token may be allowed to do."""

from django.db.models import TextChoices


class TokenScope(TextChoices):
    """Each scope narrows what the token's owner may do; none of them adds anything."""

    REQUESTS_READ = "requests:read", "read requests"
    REQUESTS_WRITE = "requests:write", "submit and change requests"
    WORK = "work", "work on stages and handoffs"
    DECIDE = "decide", "decide"
    MODEL_READ = "model:read", "read the operating model"
    MODEL_WRITE = "model:write", "change the operating model"
    FLOW_READ = "flow:read", "read the flow figures"
    ADMIN = "admin", "administer"
