"""What can be asked for, by whom, and how it is found.

A service is seen by those for whom one of its offerings is meant: everyone where it names nobody,
else the people who work in one of its departments, hold one of its roles, work at one of its sites.
"""

from dataclasses import dataclass
from typing import cast

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import (
    Case,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat

from catalog.models import Offering, Service
from esm.common import clock
from governance.models import Department, RoleAssignment
from governance.selectors.people import Account, person_for, teams_for

MIN_SIMILARITY = 0.45
MAX_WORDS = 8
FOUND = 50
SUGGESTED = 6


@dataclass(frozen=True, slots=True)
class DepartmentServices:
    """A department and what it offers to whoever asks."""

    department: Department
    services: tuple[Service, ...]


def departments_of(user: Account) -> set[int]:
    """Ids of the departments an account's person works in now."""
    return {team.department_id for team in teams_for(user)}


def offerings_for(user: Account) -> QuerySet[Offering]:
    """Offerings this account may ask for."""
    rows = Offering.objects.filter(
        retired_at__isnull=True, service__live=True, service__retired_at__isnull=True
    )
    return rows.filter(meant_for(user)).distinct()


def meant_for(user: Account) -> Q:
    """Offerings whose audience the account belongs to, ended ones too; rows may come twice."""
    person, teams = person_for(user), teams_for(user)
    held = RoleAssignment.objects.filter(person=person, valid__contains=clock.now())
    departments = {team.department_id for team in teams}
    meant = Q(audience__isnull=True) | Q(audience__in=departments)
    meant &= Q(audience_roles__isnull=True) | Q(audience_roles__overlap=held.values("role__key"))
    meant &= Q(audience_teams__isnull=True) | Q(audience_teams__overlap=[t.key for t in teams])
    return meant


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


def _plain(text: object) -> Func:
    return Func(text, function="UNACCENT", output_field=TextField())


def _joined(array: object) -> Func:
    return Func(array, Value(" · "), function="ARRAY_TO_STRING", output_field=TextField())


def _words_of_offerings(user: Account) -> Func:
    """Names and synonyms of the offerings of a service that this account may ask for."""
    said = Concat(F("name"), Value(" · "), _joined(F("synonyms")), output_field=TextField())
    asked = offerings_for(user).filter(service=OuterRef("pk")).order_by("key")
    return _joined(ArraySubquery(asked.annotate(said=Cast(said, TextField())).values("said")))


def search(user: Account, text: str) -> list[Service]:
    """Services that match what somebody wrote, best first; at most 50, one query.

    Every word stands in the name, a synonym or the summary, accents and case aside, or the name
    or a synonym is similar. The name counts more than a synonym, that more than the summary.
    What an offering is called counts as a synonym for those who may ask for it.
    """
    words = text.replace("\x00", "").split()[:MAX_WORDS]
    if not words:
        return []
    synonyms = Concat(
        _joined(F("synonyms")), Value(" · "), _words_of_offerings(user), output_field=TextField()
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


def suggest(user: Account, text: str) -> list[Service]:
    """What may be meant while somebody still types; the last word may be half written."""
    return search(user, text)[:SUGGESTED] if len(text.strip()) > 1 else []
