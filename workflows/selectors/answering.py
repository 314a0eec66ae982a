"""Who answers for an open branch: never nobody, also when a role is vacant or a team is gone."""

from collections.abc import Sequence
from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.models import Person
from governance.selectors import roles
from governance.selectors.roles import Wanted
from workflows.models import Request, StageVisit

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Answering:
    """Holders of the accountable role; where there are none, who answers meanwhile and as what."""

    holders: tuple[str, ...] = ()
    meanwhile: tuple[str, ...] = ()
    meanwhile_as: str = ""


def of_visits(
    request: Request, bp: Blueprint, visits: Sequence[StageVisit]
) -> dict[int, Answering]:
    """By visit; a role many hold is not a list of names.

    Nobody holds it: the owner of the value stream answers, then the owner of the service, then the
    stewards. One query, a second one where somebody is away, a third one where it comes to them.
    """
    stream = request.value_stream.key
    asked = {v.pk: Wanted(v.role_key, v.department.key, stream) for v in visits if v.role_key}
    above = _above(request, bp)
    found = roles.holders_of({*asked.values(), *(wanted for _, wanted in above)})
    names = {wanted: tuple(h.name for h in held[:SHOWN]) for wanted, held in found.items()}
    stewards: tuple[str, ...] | None = None
    result: dict[int, Answering] = {}
    for visit in visits:
        held = names.get(asked[visit.pk], ()) if visit.pk in asked else ()
        over = next(((role, names[want]) for role, want in above if names[want]), None)
        if held:
            result[visit.pk] = Answering(held)
        elif over is not None:
            result[visit.pk] = Answering((), over[1], over[0])
        else:
            stewards = _stewards() if stewards is None else stewards
            result[visit.pk] = Answering((), stewards, "steward")
    return result


def _above(request: Request, bp: Blueprint) -> list[tuple[str, Wanted]]:
    """Owners of the stream and of the service, in the order in which they are asked."""
    stream = bp.get("ValueStream", request.value_stream.key)
    service = bp.get("Service", request.service.key)
    found = []
    if stream.owner_role:
        found.append(("stream", Wanted(str(stream.owner_role), "", request.value_stream.key)))
    if service.owner_role:
        found.append(("service", Wanted(str(service.owner_role), str(service.department))))
    return found


def _stewards() -> tuple[str, ...]:
    rows = Person.objects.filter(active=True, users__is_steward=True, users__is_active=True)
    return tuple(rows.distinct().order_by("name").values_list("name", flat=True)[:SHOWN])
