"""Words people choose between: how they hear of something, how often, and why they do."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Group(TextChoices):
    """What a kind of notice is about, in the order in which preferences show them."""

    NEEDS = "needs", _("Needs you")
    FOLLOWS = "follows", _("What you asked for or follow")
    OTHER = "other", _("Everything else")


class Mail(TextChoices):
    """How a notice is mailed."""

    NOW = "now", _("at once")
    DIGEST = "digest", _("in the digest")
    NONE = "none", _("not by mail")


class Rhythm(TextChoices):
    """How often a digest comes."""

    HOURLY = "hourly", _("every hour")
    DAILY = "daily", _("once a day")
    NEVER = "never", _("never")


class Preset(TextChoices):
    """Choices for all kinds at once."""

    EVERYTHING = "everything", _("Everything at once")
    NEEDS = "needs", _("Only what needs me")
    DIGEST = "digest", _("A digest, urgent things at once")


class Following(TextChoices):
    """What somebody chose for one thing; nothing chosen is the usual."""

    FOLLOW = "follow", _("you follow it")
    MUTE = "mute", _("muted")
    USUAL = "usual", _("as usual")


class Why(TextChoices):
    """Why somebody gets a notice; read as «You get this because …»."""

    TEAM = "team", _("it waits for a team you work in")
    HOLDER = "holder", _("the work is in your hands")
    REQUESTER = "requester", _("you asked for it")
    DECIDER = "decider", _("the decision is yours")
    ROLE = "role", _("you answer for it in your role")
    FOLLOWER = "follower", _("you follow it")
    MENTION = "mention", _("you were named")
    CONCERNED = "concerned", _("it concerns you")
