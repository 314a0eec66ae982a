"""Work outside the model beside work inside, by department."""

from datetime import datetime

from django.db.models import Count

from valueflow.models import FactVisit
from valueflow.selectors.lint_windows import FEW, RECENT
from workflows.models import OffModelWork


def outside_the_model(at: datetime) -> dict[str, tuple[int, int]]:
    """Pieces of work outside, and all pieces that were done, by department; two queries.

    Departments with fewer than five pieces outside are left out, as their teams' pages do.
    """
    since = at - RECENT
    logged = OffModelWork.objects.filter(
        removed_at=None, day__gt=since.date(), day__lte=at.date()
    ).order_by()
    outside = dict(logged.values_list("team__department__key").annotate(n=Count("pk")))
    visits = FactVisit.objects.filter(
        fact__confidential=False, outcome="done", ended_at__gte=since, ended_at__lt=at
    ).order_by()
    inside = dict(visits.values_list("department").annotate(n=Count("pk")))
    return {key: (n, n + inside.get(key, 0)) for key, n in sorted(outside.items()) if n >= FEW}
