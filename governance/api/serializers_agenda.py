"""Shapes of what is to be looked at again, and of the agenda of those who govern."""

from rest_framework import serializers

from esm.common.api.fields import NamedField
from esm.common.api.serializers import Out, Strict
from governance.selectors.agenda import SECTIONS
from governance.services.agenda import MAX_TEXT
from governance.services.reviews import MAX_NOTE


class ElementReviewOut(Out):
    """An element with the day by which it is looked at again."""

    kind = serializers.CharField()
    key = serializers.CharField()
    name = serializers.CharField()
    due = serializers.DateField()
    days = serializers.IntegerField(help_text="Until then; less than none when it is overdue.")
    owner_role = serializers.CharField(source="owner")
    confirmed_by = NamedField(source="last.confirmed_by", allow_null=True, default=None)
    confirmed_at = serializers.DateTimeField(
        source="last.confirmed_at", allow_null=True, default=None
    )


class ElementReviewIn(Strict):
    """It still holds, until another day."""

    next_due = serializers.DateField()
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=MAX_NOTE)


class AgendaQuery(Strict):
    """Whose agenda."""

    body = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=100,
        help_text="Key of a governance body; nothing for the agenda of all.",
    )  # fmt: skip


class AgendaNoteOut(Out):
    """What a meeting made of a point."""

    point = serializers.CharField()
    body = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    decided = serializers.BooleanField()
    taken_by = NamedField()
    taken_at = serializers.DateTimeField()


class AgendaPointOut(Out):
    """One point, with what was made of it before."""

    point = serializers.CharField(source="id")
    section = serializers.ChoiceField(choices=SECTIONS)
    title = serializers.CharField()
    text = serializers.CharField()
    owner = serializers.CharField()
    notes = AgendaNoteOut(many=True)


class AgendaOut(Out):
    """What there is to talk about; of each section the first forty points."""

    version = serializers.CharField(source="version.code")
    total = serializers.IntegerField()
    points = AgendaPointOut(many=True)


class AgendaNoteIn(Strict):
    """What a meeting made of a point."""

    body = serializers.CharField(required=False, default="", allow_blank=True, max_length=100)
    point = serializers.CharField(max_length=120)
    text = serializers.CharField(max_length=MAX_TEXT)
    decided = serializers.BooleanField(required=False, default=False)
