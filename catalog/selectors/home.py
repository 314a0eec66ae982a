"""Which services stand on somebody's home page: pinned first, then what is asked for most."""

from dataclasses import dataclass

from catalog.models import Pin, Service, ServiceUse
from catalog.selectors.portal import departments_of, services_for
from governance.selectors.people import Account, person_for

SHOWN = 6


@dataclass(frozen=True, slots=True)
class Need:
    """A service on the home page, and why it is there."""

    service: Service
    pinned: bool
    like_you: bool


def needs(user: Account) -> list[Need]:
    """All pinned services, then the most asked for in one's departments and everywhere, to six."""
    pinned = pins_of(user)
    ranked = popular(user)
    rows = {service.pk: service for service, _mine in ranked}
    found = [Need(rows[pk], True, False) for pk in pinned if pk in rows]
    more = [Need(s, False, mine) for s, mine in ranked if s.pk not in pinned]
    return [*found, *more[: max(SHOWN - len(found), 0)]]


def pins_of(user: Account) -> list[int]:
    """Ids of the services somebody pinned, in the order in which they did."""
    person = person_for(user) if user.is_authenticated else None
    if person is None:
        return []
    return list(Pin.objects.filter(person=person).values_list("service_id", flat=True))


def popular(user: Account) -> list[tuple[Service, bool]]:
    """Services by use in one's departments, then by use of all, then by name.

    The mark says that one's department is why it stands there.
    """
    mine = departments_of(user)
    here: dict[int, int] = {}
    all_: dict[int, int] = {}
    for service_id, department_id, times in ServiceUse.objects.values_list(
        "service_id", "department_id", "times"
    ):
        if department_id is None:
            all_[service_id] = times
        elif department_id in mine:
            here[service_id] = here.get(service_id, 0) + times
    rows = sorted(
        services_for(user),
        key=lambda s: (-here.get(s.pk, 0), -all_.get(s.pk, 0), s.name),
    )
    return [(service, service.pk in here) for service in rows]
