"""Keeping services at hand on one's home page."""

from django.db import transaction

from catalog.models import Pin, Service
from catalog.selectors.portal import services_for
from esm.common.errors import InvalidState, NotAllowed, NotFound
from governance.models import Person
from governance.selectors.people import Account, person_for

MAX_PINS = 12
FULL = f"Home holds {MAX_PINS} pinned services; take one off first."


def _own(key: str, user: Account) -> tuple[Service, Person]:
    service = services_for(user).filter(key=key).first()
    if service is None:
        raise NotFound("There is no such service.")
    person = person_for(user)
    if person is None:
        raise NotAllowed("Your account belongs to no person yet; an administrator links it.")
    return service, person


def pin_service(key: str, *, user: Account) -> Service:
    """Keep a service on one's home page. Raises NotFound, NotAllowed, InvalidState when full."""
    with transaction.atomic():
        service, person = _own(key, user)
        pins = Pin.objects.filter(person=person)
        if not pins.filter(service=service).exists():
            if pins.count() >= MAX_PINS:
                raise InvalidState(FULL, allowed=[])
            Pin.objects.get_or_create(person=person, service=service)
        return service


def unpin_service(key: str, *, user: Account) -> Service:
    """Take it off again; nothing when it was not there. Raises NotFound, NotAllowed."""
    service, person = _own(key, user)
    Pin.objects.filter(person=person, service=service).delete()
    return service
