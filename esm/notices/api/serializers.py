"""Shapes of notices and of how one wants to be told."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from esm.common.api.serializers import Out, PageQuery, Strict
from esm.notices.choices import Following, Mail, Preset, Rhythm
from esm.notices.selectors.inbox import InboxLine


@extend_schema_field({"type": "string", "pattern": r"^[0-2]\d:[0-5]\d$", "example": "08:00"})
class LocalTime(serializers.TimeField):
    """A time of day without a zone; the zone is the person's own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)


class NoticeOut(Out):
    """One notice. Of what one does not see any more it says only that there was something."""

    key = serializers.UUIDField(source="notice.batch")
    kind = serializers.CharField(source="notice.kind")
    title = serializers.SerializerMethodField()
    body = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    thing = serializers.CharField(help_text="What it is about, such as `request/R-10482`.")
    following = serializers.ChoiceField(choices=Following.choices)
    why = serializers.CharField(source="notice.why")
    created_at = serializers.DateTimeField(source="notice.created_at")
    read_at = serializers.DateTimeField(source="notice.read_at", allow_null=True)

    def get_title(self, line: InboxLine) -> str:
        return "" if line.gone else line.notice.title

    def get_body(self, line: InboxLine) -> str:
        return "" if line.gone else line.notice.body

    def get_url(self, line: InboxLine) -> str:
        return "" if line.gone else line.notice.url


class InboxQuery(PageQuery):
    """Which notices."""

    unread = serializers.BooleanField(required=False, default=False)


class ReadIn(Strict):
    """Notices by their keys, each with all that was said of its thing; or every one."""

    keys = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=200
    )
    all = serializers.BooleanField(required=False, default=False)


class ReadOut(Out):
    """How many were unread."""

    read = serializers.IntegerField()


class FollowIn(Strict):
    """Follow a thing, mute it, or take either back."""

    thing = serializers.CharField(max_length=100, help_text="Such as `request/R-10482`.")
    choice = serializers.ChoiceField(choices=Following.choices)


class FollowOut(Out):
    """What is chosen now."""

    thing = serializers.CharField()
    choice = serializers.CharField()


class TeamChoiceOut(Out):
    """The choice for what comes to one team; without one of its own that of the kind."""

    team = serializers.CharField()
    name = serializers.CharField(source="team_name")
    mail = serializers.ChoiceField(choices=Mail.choices)
    own = serializers.BooleanField()


class NoticeKindOut(Out):
    """One kind of notice, and how one is told of it."""

    kind = serializers.CharField(source="kind.key")
    name = serializers.SerializerMethodField()
    group = serializers.CharField(source="kind.group")
    always_in_portal = serializers.SerializerMethodField()
    urgent = serializers.BooleanField(source="kind.urgent")
    inbox = serializers.BooleanField()
    mail = serializers.ChoiceField(choices=Mail.choices)
    teams = TeamChoiceOut(many=True)

    def get_name(self, cell: Any) -> str:
        return str(cell.kind.label)

    def get_always_in_portal(self, cell: Any) -> bool:
        return not cell.kind.mutable


class NoticeKindsOut(Out):
    """The whole catalogue."""

    kinds = NoticeKindOut(many=True)


class ChoiceIn(Strict):
    """A choice for a kind, for all teams or one; `same` takes that of a team back."""

    kind = serializers.CharField(max_length=60)
    team = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    inbox = serializers.BooleanField(required=False, default=True)
    mail = serializers.ChoiceField(choices=[*Mail.values, "same"])


class ChoicesIn(Strict):
    """Single choices, or a preset for all kinds at once."""

    choices = ChoiceIn(many=True, required=False)
    preset = serializers.ChoiceField(choices=Preset.choices, required=False)


class NoticeTimesOut(Out):
    """When one is mailed; times of day in one's own zone."""

    rhythm = serializers.ChoiceField(choices=Rhythm.choices)
    digest_at = LocalTime()
    quiet_from = LocalTime(allow_null=True)
    quiet_until = LocalTime(allow_null=True)
    quiet_weekend = serializers.BooleanField()
    urgent_passes = serializers.BooleanField()


class NoticeTimesIn(Strict):
    """The same, to be replaced."""

    rhythm = serializers.ChoiceField(choices=Rhythm.choices)
    digest_at = LocalTime()
    quiet_from = LocalTime(allow_null=True, required=False, default=None)
    quiet_until = LocalTime(allow_null=True, required=False, default=None)
    quiet_weekend = serializers.BooleanField(required=False, default=False)
    urgent_passes = serializers.BooleanField(required=False, default=True)
