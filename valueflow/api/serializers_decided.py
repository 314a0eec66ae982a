"""Shape of the figures of decisions in the API's description."""

from rest_framework import serializers


class DecidedLevelSerializer(serializers.Serializer[object]):
    """How many fell under one right; empty where no right applied, null where under five."""

    right = serializers.CharField(allow_blank=True)
    min = serializers.CharField(allow_null=True)
    max = serializers.CharField(allow_null=True)
    n = serializers.IntegerField(allow_null=True)
    share = serializers.FloatField(allow_null=True)


class DecidedTypeSerializer(serializers.Serializer[object]):
    """Figures of one type of decision, times in business seconds; null where hidden."""

    type = serializers.CharField(allow_blank=True)
    question = serializers.CharField(allow_blank=True)
    measure = serializers.CharField(allow_blank=True)
    decided = serializers.IntegerField(allow_null=True)
    timed = serializers.IntegerField(allow_null=True)
    due = serializers.IntegerField(allow_null=True)
    in_time = serializers.IntegerField(allow_null=True)
    approved = serializers.IntegerField(allow_null=True)
    unchanged = serializers.IntegerField(allow_null=True)
    referred_back = serializers.IntegerField(allow_null=True)
    beforehand = serializers.IntegerField(allow_null=True)
    fallback = serializers.IntegerField(allow_null=True)
    reversals = serializers.IntegerField(allow_null=True)
    p50_s = serializers.FloatField(allow_null=True)
    p85_s = serializers.FloatField(allow_null=True)
    in_time_share = serializers.FloatField(allow_null=True)
    unchanged_share = serializers.FloatField(allow_null=True)
    levels = DecidedLevelSerializer(many=True)


class ConcentrationSerializer(serializers.Serializer[object]):
    """Sum of the squared shares of persons in the parts of deciding."""

    hhi = serializers.FloatField()
    top_share = serializers.FloatField()
    persons = serializers.IntegerField()


class DecidedSerializer(serializers.Serializer[object]):
    """Figures of decisions in one period and filter.

    Who does not see all departments gets them of whole stretches of four weeks (``note``).
    """

    all = DecidedTypeSerializer()
    types = DecidedTypeSerializer(many=True)
    parts = serializers.IntegerField()
    note = serializers.CharField(allow_blank=True)
    concentration = ConcentrationSerializer(allow_null=True)
