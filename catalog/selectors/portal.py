"""What can be asked for, by whom, and how it is found.

A service is seen by those for whom one of its offerings is meant: everyone where it names no
department, else the people who work in one of them.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, Count, F, Func, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat

from catalog.models import Draft, Offering, Service
from catalog.registries import usage
from esm.common import clock
from governance.models import Department
from governance.selectors.people import Account, person_for, teams_of

POPULAR_DAYS = 90
MIN_SIMILARITY = 0.45
MAX_WORDS = 8
FOUND = 50


@dataclass(frozen=True, slots=True)
class DepartmentServices:
    """A department and what it offers to whoever asks."""

    department: Department
    services: tuple[Service, ...]


def departments_of(user: Account) -> set[int]:
    """Ids of the departments an account's person works in now."""
    person = person_for(user) if user.is_authenticated else None
    return {team.department_id for team in teams_of(person.pk)} if person else set()


def offerings_for(user: Account) -> QuerySet[Offering]:
    """Offerings this account may ask for."""
    rows = Offering.objects.filter(
        retired_at__isnull=True, service__live=True, service__retired_at__isnull=True
    )
    meant = Q(audience__isnull=True) | Q(audience__in=departments_of(user))
    return rows.filter(meant).distinct()


def services_for(user: Account) -> QuerySet[Service]:
    """Services this account sees, with their departments."""
    seen = offerings_for(user).values("service_id")
    return Service.objects.filter(pk__in=seen).select_related("department")


def by_department(user: Account) -> list[DepartmentServices]:
    """All services this account sees, by department in the order of its colours."""
    found: dict[int, tuple[Department, list[Service]]] = {}
    for service in services_for(user).order_by("department__slot", "department__name", "name"):
        department = service.department
        found.setdefault(department.pk, (department, []))[1].append(service)
    return [DepartmentServices(d, tuple(services)) for d, services in found.values()]


def popular(user: Account) -> list[Service]:
    """Services by how often they were asked for in 90 days, then by name."""
    since = clock.now() - timedelta(days=POPULAR_DAYS)
    counts = usage(since)
    if counts is None:
        sent = Draft.objects.filter(updated_at__gte=since).exclude(sent_as="")
        rows = sent.values_list("offering__service_id").annotate(n=Count("pk"))
        counts = dict(rows.order_by())
    return sorted(services_for(user), key=lambda s: (-counts.get(s.pk, 0), s.name))


def _plain(text: object) -> Func:
    return Func(text, function="UNACCENT", output_field=TextField())


def search(user: Account, text: str) -> list[Service]:
    """Services that match what somebody wrote, best first; at most 50, one query.

    Every word stands in the name, a synonym or the summary, accents and case aside, or the name
    or a synonym is similar. The name counts more than a synonym, that more than the summary.
    """
    words = text.replace("\x00", "").split()[:MAX_WORDS]
    if not words:
        return []
    synonyms = Func(
        F("synonyms"), Value(" · "), function="ARRAY_TO_STRING", output_field=TextField()
    )
    rows = services_for(user).annotate(
        plain_name=_plain(F("name")),
        plain_synonyms=_plain(synonyms),
        plain_summary=_plain(F("summary")),
        phrase=_plain(Value(" ".join(words))),
    )
    rows = rows.annotate(
        # Django's types know a text here only; it takes an expression as well.
        similarity=TrigramWordSimilarity(
            cast(str, F("phrase")),
            Concat("plain_name", Value(" "), "plain_synonyms", output_field=TextField()),
        )
    )
    in_name, in_synonyms, anywhere = Q(), Q(), Q()
    for word in words:
        plain = _plain(Value(word))
        in_name &= Q(plain_name__icontains=plain)
        in_synonyms &= Q(plain_name__icontains=plain) | Q(plain_synonyms__icontains=plain)
        anywhere &= (
            Q(plain_name__icontains=plain)
            | Q(plain_synonyms__icontains=plain)
            | Q(plain_summary__icontains=plain)
        )
    rank = Case(
        When(in_name, then=3),
        When(in_synonyms, then=2),
        When(anywhere, then=1),
        default=0,
        output_field=IntegerField(),
    )
    found = rows.annotate(rank=rank).filter(Q(rank__gt=0) | Q(similarity__gte=MIN_SIMILARITY))
    return list(found.order_by("-rank", "-similarity", "name")[:FOUND])
