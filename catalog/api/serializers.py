"""Shapes of services and offerings."""

from typing import Any, get_args

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.form_schema import form_schema
from catalog.models import Offering, Service
from catalog.selectors.services import OfferingFacts
from esm.common.api.fields import DurationField, NamedField
from esm.common.api.serializers import Out, PageQuery
from governance.blueprint import kinds
from governance.blueprint.kinds.services import Sight


class ServicesQuery(PageQuery):
    """Which services."""

    q = serializers.CharField(
        required=False, max_length=200, help_text="Words to find; best match first, one page."
    )
    department = serializers.CharField(
        required=False, max_length=100, help_text="Only of this department, by its key."
    )


class OfferingsQuery(PageQuery):
    """Which offerings."""

    service = serializers.CharField(
        required=False, max_length=100, help_text="Only of this service, by its key."
    )


class ServiceOut(Out):
    """Something a department does for others."""

    key = serializers.CharField()
    name = serializers.CharField()
    summary = serializers.CharField()
    department = NamedField()
    url = serializers.SerializerMethodField()

    def get_url(self, service: Service) -> str:
        return f"/api/v1/services/{service.key}"


class OfferingOut(Out):
    """One way to ask for a service."""

    key = serializers.CharField()
    name = serializers.CharField()
    service = NamedField()
    url = serializers.SerializerMethodField()

    def get_url(self, offering: Offering) -> str:
        return f"/api/v1/offerings/{offering.key}"


class ServiceDetailOut(ServiceOut):
    """A service with who answers for it and how it is asked for."""

    code = serializers.CharField(source="page.spec.code")
    purpose = serializers.CharField(source="page.spec.purpose")
    help = serializers.CharField(source="page.spec.help")
    synonyms = serializers.ListField(child=serializers.CharField(), source="page.spec.synonyms")
    owner_role = serializers.CharField(source="page.owner_role")
    owners = serializers.ListField(child=serializers.CharField(), source="page.owners")
    value_stream = serializers.CharField(source="page.stream")
    version = serializers.CharField(source="page.version.code")
    pinned = serializers.BooleanField(help_text="On your home page.")
    offerings = OfferingOut(many=True)


class OfferedBandOut(Out):
    """Who decides from ``min`` up to, not including, ``max``; null is without bound."""

    min = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True, source="low")
    max = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True, source="high")
    role = serializers.CharField()
    scope = serializers.CharField()


class DecisionFactsOut(Out):
    """A decision on the way."""

    code = serializers.CharField()
    question = serializers.CharField()
    currency = serializers.CharField()
    within = DurationField(source="latency_s")
    requester_excluded = serializers.BooleanField()
    bands = OfferedBandOut(many=True)
    agrees = serializers.ListField(child=serializers.CharField())


class WayStepOut(Out):
    """A step of the way."""

    key = serializers.CharField()
    name = serializers.CharField()
    team = serializers.CharField()
    department = serializers.CharField(source="department.name", default="")
    target = DurationField(source="target_s", allow_null=True)
    sometimes = serializers.BooleanField(help_text="Needed by some requests only.")


class OptionOut(Out):
    """One answer of a choice."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    help = serializers.CharField()


class FieldOut(Out):
    """One question; ``when`` is the condition under which it is asked."""

    key = serializers.CharField()
    type = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    when = serializers.CharField()
    help = serializers.CharField()
    placeholder = serializers.CharField()
    max_length = serializers.IntegerField(allow_null=True)
    privacy = serializers.ChoiceField(
        source="sight",
        choices=get_args(Sight),
        help_text="Who reads the answer beside who asks: whoever sees the request (open, "
        "internal), the teams it comes to (personal), who takes a step or decides (sensitive).",
    )
    visible_at = serializers.ListField(
        child=serializers.CharField(), help_text="Only those at these stages; empty for all."
    )
    options = OptionOut(many=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # ``label`` is an attribute of every serializer, so it cannot be declared above.
        return {"label": serializers.CharField(), **super().get_fields()}


class SectionOut(Out):
    """One part of a form."""

    key = serializers.CharField()
    title = serializers.CharField()
    fields_ = FieldOut(many=True, source="fields")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # ``fields`` is an attribute of every serializer, too.
        found = super().get_fields()
        found.pop("fields_")
        return {**found, "fields": FieldOut(many=True)}


class AudienceOut(Out):
    """Who may ask, by name; each list that names anybody must name you, an empty one does not."""

    departments = serializers.ListField(child=serializers.CharField())
    roles = serializers.ListField(child=serializers.CharField())
    sites = serializers.ListField(child=serializers.CharField())


class OutlookOut(Out):
    """By when a request sent now is answered; ``opens_at`` is null while the team is there."""

    team = serializers.CharField()
    answer_by = serializers.DateTimeField(allow_null=True)
    promised_at = serializers.DateTimeField()
    opens_at = serializers.DateTimeField(allow_null=True)


class OfferingDetailOut(Out):
    """What you get, by when, what we need, who decides, and the form."""

    key = serializers.CharField(source="offering.key")
    name = serializers.CharField(source="offering.name")
    service = NamedField(source="offering.service")
    url = serializers.SerializerMethodField()
    you_get = serializers.ListField(child=serializers.CharField(), source="spec.you_get")
    we_need = serializers.ListField(child=serializers.CharField(), source="spec.we_need")
    promise = DurationField(source="spec.promise_s")
    calendar = serializers.CharField()
    audience = AudienceOut()
    outlook = OutlookOut(allow_null=True)
    currency = serializers.SerializerMethodField()
    confidential = serializers.BooleanField(source="spec.confidential")
    on_behalf = serializers.ChoiceField(
        choices=["none", "department", "anyone"],
        source="spec.on_behalf",
        help_text="For whom else one may ask.",
    )
    decisions = DecisionFactsOut(many=True)
    steps = WayStepOut(many=True)
    synonyms = serializers.ListField(child=serializers.CharField(), source="spec.synonyms")
    form = SectionOut(many=True, source="spec.form.sections")
    files = serializers.SerializerMethodField(help_text="Fields that take a file.")
    data_schema = serializers.SerializerMethodField(
        help_text="JSON Schema 2020-12 of `data` in a new request."
    )

    def get_url(self, facts: OfferingFacts) -> str:
        return f"/api/v1/offerings/{facts.offering.key}"

    def get_currency(self, facts: OfferingFacts) -> str:
        return facts.spec.currency or ""

    def get_files(self, facts: OfferingFacts) -> list[str]:
        return file_fields(facts.spec)

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_data_schema(self, facts: OfferingFacts) -> dict[str, Any]:
        return form_schema(facts.spec)


def file_fields(spec: kinds.Offering) -> list[str]:
    """Keys of the fields that take a file."""
    return [item.key for item in spec.form.all_fields() if item.type == "file"]
