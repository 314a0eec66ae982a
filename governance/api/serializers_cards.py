"""Shapes of role cards."""

from rest_framework import serializers

from esm.common.api.fields import MaybeNamedField, NamedField
from esm.common.api.serializers import Out
from governance.blueprint.rights.facts import PARTS


class CardRightOut(Out):
    """A right of the role, or of a body it sits in; the band is half-open, `[min, max)`."""

    type = serializers.CharField(help_text="Key of the type of decision.")
    question = serializers.CharField()
    min = serializers.DecimalField(
        max_digits=20, decimal_places=2, source="low", allow_null=True, normalize_output=True
    )
    max = serializers.DecimalField(
        max_digits=20, decimal_places=2, source="high", allow_null=True, normalize_output=True
    )
    measure = serializers.CharField(help_text="Currency, `%`, or empty.")
    scope = serializers.CharField(help_text="What narrows it, in words; empty is everything.")
    body = serializers.CharField(help_text="The body it decides in; empty is alone.")
    pre_authorised = serializers.BooleanField(source="free")


class CardPartOut(Out):
    """Its rights of one part."""

    part = serializers.ChoiceField(choices=PARTS, source="key")
    rights = CardRightOut(source="entries", many=True)


class CardStepOut(Out):
    """A step of a workflow that it is accountable for, or works on."""

    workflow = NamedField()
    code = serializers.CharField()
    name = serializers.CharField()
    team = serializers.CharField()
    accountable = serializers.BooleanField()


class CardWayOut(Out):
    """Work that is passed on between its step and that of another team."""

    workflow = NamedField()
    own = serializers.CharField()
    other = serializers.CharField()
    team = serializers.CharField()
    role = MaybeNamedField(help_text="Who is accountable there.")


class CardHolderOut(Out):
    """Somebody who holds it now."""

    key = serializers.CharField()
    name = serializers.CharField()
    focus = serializers.CharField(help_text="What it is narrowed to; empty is everywhere.")
    since = serializers.DateTimeField(allow_null=True)
    away = serializers.BooleanField()
    stand_in = serializers.CharField(help_text="Who stands in while they are away.")
    delegates = serializers.ListField(child=serializers.CharField())


class CardGoesToOut(Out):
    """Who decides instead while it is vacant."""

    question = serializers.CharField()
    role = serializers.CharField()
    person = serializers.CharField(help_text="Empty where nobody is left.")


class RoleCardOut(Out):
    """What a role answers for and decides, with whom it works, who holds it."""

    role = NamedField()
    purpose = serializers.CharField(source="spec.purpose", default="")
    accountabilities = serializers.ListField(
        child=serializers.CharField(), source="spec.accountabilities", default=list
    )
    version = serializers.CharField(source="version.code", default="")
    parts = CardPartOut(many=True)
    steps = CardStepOut(many=True)
    hands_to = CardWayOut(source="gives", many=True)
    receives_from = CardWayOut(source="takes", many=True)
    services = serializers.ListField(child=NamedField())
    streams = serializers.ListField(child=NamedField())
    holders = CardHolderOut(many=True)
    programs = serializers.ListField(child=serializers.CharField())
    vacant = serializers.BooleanField()
    vacant_since = serializers.DateTimeField(allow_null=True)
    goes_to = CardGoesToOut(many=True)
