"""Shape of the figures in the API's description; the numbers come from the selector alone."""

from rest_framework import serializers


class TimesSerializer(serializers.Serializer[object]):
    """One duration in both times, in seconds; null where it cannot be measured."""

    calendar_s = serializers.FloatField(allow_null=True)
    business_s = serializers.FloatField(allow_null=True)


class QuantilesSerializer(serializers.Serializer[object]):
    """Median, 85 % and mean in seconds of one kind of time."""

    p50_s = serializers.FloatField(allow_null=True)
    p85_s = serializers.FloatField(allow_null=True)
    mean_s = serializers.FloatField(allow_null=True)


class LeadTimeSerializer(serializers.Serializer[object]):
    """Lead time of the finished in both times."""

    n = serializers.IntegerField()
    calendar = QuantilesSerializer()
    business = QuantilesSerializer()


class PromiseSerializer(serializers.Serializer[object]):
    """met ÷ n; n = met + missed + those open and late."""

    n = serializers.IntegerField()
    met = serializers.IntegerField()
    missed = serializers.IntegerField()
    open_late = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class EfficiencySerializer(serializers.Serializer[object]):
    """Touch ÷ lead time as ratios of sums; ``business`` is the flow efficiency."""

    n = serializers.IntegerField()
    touch_s = serializers.IntegerField(allow_null=True)
    estimated_s = serializers.IntegerField(allow_null=True)
    lead = TimesSerializer()
    business = serializers.FloatField(allow_null=True)
    calendar = serializers.FloatField(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class FlightSerializer(serializers.Serializer[object]):
    """What is in flight at ``at``."""

    n = serializers.IntegerField(allow_null=True)
    late = serializers.IntegerField(allow_null=True)
    days_of_work = serializers.FloatField(allow_null=True)
    mean_lead_days = serializers.FloatField(allow_null=True)
    little = serializers.FloatField(allow_null=True)


class WeekSerializer(serializers.Serializer[object]):
    """One whole week."""

    monday = serializers.DateField()
    finished = serializers.IntegerField()
    submitted = serializers.IntegerField()
    in_flight = serializers.IntegerField(allow_null=True)
    lead_p50 = TimesSerializer()
    promise_share = serializers.FloatField(allow_null=True)
    flow_efficiency = serializers.FloatField(allow_null=True)


class SidesSerializer(serializers.Serializer[object]):
    """Two departments (or groups of a log) by key."""

    giver = serializers.CharField()
    receiver = serializers.CharField()


class PairSerializer(SidesSerializer):
    """Handoffs from one department to another; n counts first offers."""

    n = serializers.IntegerField()
    sent_back = serializers.IntegerField(allow_null=True)
    return_rate = serializers.FloatField(allow_null=True)
    offers = serializers.IntegerField(allow_null=True)
    wait_p50 = TimesSerializer()
    lost = TimesSerializer()
    lost_days = serializers.FloatField(allow_null=True)


class HandoffsSerializer(serializers.Serializer[object]):
    """All handoffs of the finished; ``hidden`` pairs have fewer than five first offers.

    Who does not see all departments gets them of whole stretches of four weeks (``note``).
    """

    n = serializers.IntegerField()
    sent_back = serializers.IntegerField()
    return_rate = serializers.FloatField(allow_null=True)
    within_departments = serializers.IntegerField(allow_null=True)
    matrix = PairSerializer(many=True)
    hidden = SidesSerializer(many=True)
    note = serializers.CharField(allow_blank=True)


class SplitSerializer(serializers.Serializer[object]):
    """Where the time of one stream went; kinds add up to the lead time."""

    stream = serializers.CharField()
    name = serializers.CharField()
    n = serializers.IntegerField()
    hidden = serializers.BooleanField(required=False)
    lead_p50 = TimesSerializer(required=False)
    kinds = serializers.DictField(child=TimesSerializer(), required=False)
    stages = serializers.DictField(child=TimesSerializer(), required=False)


class OpenSerializer(serializers.Serializer[object]):
    """One request in flight."""

    number = serializers.CharField()
    stream = serializers.CharField()
    age = TimesSerializer()
    late = serializers.BooleanField()
    promise_s = serializers.IntegerField()


class PointSerializer(serializers.Serializer[object]):
    """One week of the run chart with the limits of its phase."""

    monday = serializers.DateField()
    n = serializers.IntegerField()
    lead_p50 = TimesSerializer()
    upper = TimesSerializer()
    lower = TimesSerializer()


class MarkSerializer(serializers.Serializer[object]):
    """When a version came into force."""

    at = serializers.DateTimeField()
    version = serializers.CharField()


class PhaseSerializer(serializers.Serializer[object]):
    """The stretch between two versions."""

    since = serializers.CharField(allow_null=True)
    n = serializers.IntegerField()
    lead_p50 = TimesSerializer()


class RunSerializer(serializers.Serializer[object]):
    """Weekly medians of one stream."""

    stream = serializers.CharField()
    n = serializers.IntegerField()
    promise_s = serializers.IntegerField(allow_null=True)
    points = PointSerializer(many=True)
    marks = MarkSerializer(many=True)
    phases = PhaseSerializer(many=True)


class FlowSummarySerializer(serializers.Serializer[object]):
    """All figures of one source, period and filter."""

    to = serializers.DateTimeField()
    at = serializers.DateTimeField()
    zone = serializers.CharField()
    filters = serializers.DictField(child=serializers.CharField())
    day_seconds = serializers.IntegerField()
    exact = serializers.BooleanField()
    finished = serializers.IntegerField()
    submitted = serializers.IntegerField()
    lead_time = LeadTimeSerializer()
    promise = PromiseSerializer()
    flow_efficiency = EfficiencySerializer()
    in_flight = FlightSerializer()
    weeks = WeekSerializer(many=True)
    handoffs = HandoffsSerializer()
    time = SplitSerializer(many=True)
    open = OpenSerializer(many=True)
    run = RunSerializer(allow_null=True)
    unmeasured = serializers.DictField(child=serializers.CharField())

    def get_fields(self) -> dict[str, serializers.Field]:  # type: ignore[type-arg]
        # ``from`` is a word of Python and ``source`` one of every field: neither can stand above.
        first: dict[str, serializers.Field] = {  # type: ignore[type-arg]
            "source": serializers.CharField(),
            "from": serializers.DateTimeField(),
        }
        return {**first, **super().get_fields()}
