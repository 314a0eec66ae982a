"""Where people are reached: what the notices below ask this app for."""

from collections.abc import Mapping, Sequence

from esm.accounts.models import User
from esm.notices.registries import Recipient
from governance.models import Person
from governance.selectors import people
from governance.selectors.people import person_for


def recipients(person_ids: Sequence[int]) -> Mapping[int, Recipient]:
    """Active persons by id with their mail address and first account; two queries."""
    rows = Person.objects.filter(pk__in=person_ids, active=True).prefetch_related("users")
    return {
        person.pk: Recipient(
            person_id=person.pk,
            name=person.name,
            email=person.email,
            zone=person.zone,
            user_id=min((user.pk for user in person.users.all() if user.is_active), default=None),
        )
        for person in rows
    }


def person_of(user: User) -> int | None:
    """Id of the person behind an account."""
    person = person_for(user)
    return person.pk if person else None


def teams_of(person_id: int) -> Sequence[tuple[str, str]]:
    """(key, «Department · Team») of the teams a person works in now."""
    teams = people.teams_of(person_id)
    return [(team.key, f"{team.department.name} · {team.name}") for team in teams]
