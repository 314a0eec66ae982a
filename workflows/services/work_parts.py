"""Work parts beside accountable and responsible: consulted is asked and blocks nobody, informed is
told.

They stand in the model on steps, on the agreement under which a step is handed over, and on the
service for a request as a whole. Who is consulted reads the request from then on, unless it is
confidential; who is informed hears of it by number and service alone where they do not see it.
"""

from collections.abc import Iterable

from governance import grants
from governance.models import Person
from governance.selectors import roles
from workflows.event_types.parts import VisitConsulted, VisitInformed
from workflows.models import StageVisit
from workflows.selectors.arrivals import Arrival
from workflows.services import visibility
from workflows.services.case import Case


def consult(case: Case, arrival: Arrival, visit: StageVisit) -> None:
    """Ask whom the model consults on a step that was just entered; of a service at its first."""
    wanted = list(arrival.stage.consulted_roles)
    if arrival.agreement is not None:
        wanted += arrival.agreement.consulted_roles
    if visit.seq == 1:
        wanted += case.blueprint.get("Service", case.request.service.key).consulted_roles
    people = _holders(case, wanted)
    if not people or case.request.confidential:
        return
    for person in Person.objects.filter(pk__in=[int(ref[2:]) for ref in people]).order_by("pk"):
        grants.grant("view_request", case.request, person)
        visibility.add_person(case, person.pk)
    case.note(VisitConsulted(visit=visit.seq, roles=tuple(dict.fromkeys(wanted)), people=people))


def inform(case: Case, visit: StageVisit) -> None:
    """Tell whom the model informs of a step that is done."""
    stage = case.blueprint.stage(case.request.workflow_key, visit.stage_key)
    _tell(case, visit.seq, stage.informed_roles, whole=False)


def inform_of_offer(case: Case, arrival: Arrival, visit: StageVisit) -> None:
    """Tell whom an agreement informs that work was passed on under it."""
    if arrival.agreement is not None:
        _tell(case, visit.seq, arrival.agreement.informed_roles, whole=False)


def inform_of_end(case: Case) -> None:
    """Tell whom a service informs that a request of it is done."""
    service = case.blueprint.get("Service", case.request.service.key)
    _tell(case, case.request.visit_count, service.informed_roles, whole=True)


def _tell(case: Case, seq: int, wanted: Iterable[str], *, whole: bool) -> None:
    names = tuple(dict.fromkeys(wanted))
    people = _holders(case, names)
    if people and not case.request.confidential:
        case.note(VisitInformed(visit=seq, roles=names, people=people, whole=whole))


def _holders(case: Case, wanted: Iterable[str]) -> tuple[str, ...]:
    """References of who holds these roles here, of stand-ins for who is away.

    No query where no role is named.
    """
    keys = dict.fromkeys(wanted)
    if not keys:
        return ()
    department = case.request.requester_department
    where, stream = (department.key if department else ""), case.request.value_stream.key
    found = [
        holder for key in keys for holder in roles.holders(key, department=where, stream=stream)
    ]
    return tuple(dict.fromkeys((one.absent and one.stand_in) or one.ref for one in found))
