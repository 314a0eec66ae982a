"""For whom somebody may ask: active people of their departments, or all, as the offering says."""

from django.db.models import Q, QuerySet

from esm.common import clock
from esm.common.errors import NotAllowed
from governance.blueprint.kinds import Offering
from governance.models import Membership, Person
from governance.selectors.people import teams_of

SHOWN = 8
MIN_TYPED = 2
# The same for people who left, who are elsewhere and who never were: the answer tells nothing.
NOBODY = "There is nobody by this name you can ask for here."
NOT_FOR_OTHERS = "This can only be asked for oneself."


def people_for(spec: Offering, person: Person) -> QuerySet[Person]:
    """The active people somebody may ask for, themselves apart; they work in a team now."""
    if spec.on_behalf == "none":
        return Person.objects.none()
    working = Membership.objects.filter(valid__contains=clock.now(), team__retired_at__isnull=True)
    if spec.on_behalf == "department":
        departments = {team.department_id for team in teams_of(person.pk)}
        working = working.filter(team__department__in=departments)
    rows = Person.objects.filter(active=True, pk__in=working.values("person_id"))
    return rows.exclude(pk=person.pk).order_by("name", "pk")


def find(spec: Offering, person: Person, text: str) -> list[Person]:
    """Those whose name holds these words, or who have this mail address; at most eight."""
    words = text.replace("\x00", "").split()
    if len("".join(words)) < MIN_TYPED:
        return []
    named = Q()
    for word in words[:5]:
        named &= Q(name__unaccent__icontains=word)
    return list(people_for(spec, person).filter(named | Q(email__iexact=" ".join(words)))[:SHOWN])


def by_key(spec: Offering, person: Person, key: str) -> Person | None:
    """One of them by key."""
    return people_for(spec, person).filter(key=key).first()


def by_mail(spec: Offering, person: Person, mail: str) -> Person | None:
    """One of them by mail address, when it is the address of one person alone."""
    found = list(people_for(spec, person).exclude(email="").filter(email__iexact=mail.strip())[:2])
    return found[0] if len(found) == 1 else None


def require(spec: Offering, person: Person, beneficiary: Person) -> Person | None:
    """The person it is for, None for oneself. Raises NotAllowed."""
    if beneficiary.pk == person.pk:
        return None
    if spec.on_behalf == "none":
        raise NotAllowed(NOT_FOR_OTHERS)
    if not people_for(spec, person).filter(pk=beneficiary.pk).exists():
        raise NotAllowed(NOBODY)
    return beneficiary
