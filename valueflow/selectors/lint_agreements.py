"""Handoff agreements as the checks count them: how often their times ran, and were kept."""

from datetime import datetime

from django.db.models import Count, Q

from governance.blueprint.lint.facts import AgreementFlow
from valueflow.selectors.lint_windows import RECENT
from workflows.models import Clock

TIMES = (Clock.Metric.RESPOND, Clock.Metric.COMPLETE)


def agreement_flows(at: datetime) -> tuple[AgreementFlow, ...]:
    """Of each agreement whose clocks ended lately: all, and those that were met; one query."""
    rows = Clock.objects.filter(
        metric__in=TIMES,
        state=Clock.State.STOPPED,
        ended_at__gte=at - RECENT,
        ended_at__lt=at,
        request__confidential=False,
    ).exclude(handoff__agreement_key="")
    counted = rows.filter(handoff__isnull=False).order_by().values_list("handoff__agreement_key")
    found = counted.annotate(ran=Count("pk"), kept=Count("pk", filter=Q(met=True)))
    return tuple(AgreementFlow(key, ran, kept) for key, ran, kept in sorted(found))
