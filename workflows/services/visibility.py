"""Who may see a request: the only writer of ``principals``.

Code = id × 4 + kind (0 department, 1 team, 2 person, 3 fixed group). Confidential requests name
persons only.
"""

from collections.abc import Iterable

from governance.models import Decision, Membership, Team
from workflows.models import Request, RequestUserPermission, StageVisit
from workflows.services.case import Case

DEPARTMENT, TEAM, PERSON = 0, 1, 2


def code(kind: int, pk: int) -> int:
    """The number that stands for a department, team or person."""
    return pk * 4 + kind


def extend(case: Case, teams: Iterable[Team]) -> None:
    """The request reached these teams: they see it from now on, also after it left them."""
    wanted = set(case.request.principals)
    for team in teams:
        if case.request.confidential:
            continue
        wanted |= {code(TEAM, team.pk), code(DEPARTMENT, team.department_id)}
    _set(case, wanted)


def add_person(case: Case, person_id: int) -> None:
    """This person takes part and sees it."""
    _set(case, {*case.request.principals, code(PERSON, person_id)})


def _set(case: Case, wanted: set[int]) -> None:
    if wanted != set(case.request.principals):
        case.change(principals=sorted(wanted))


def computed(request: Request) -> list[int]:
    """The principals recomputed from the rows that give sight; the truth behind the cache."""
    wanted = {code(PERSON, request.requester_id)}
    shared = RequestUserPermission.objects.filter(content_object=request)
    wanted |= {code(PERSON, p) for p in shared.values_list("user__persons", flat=True) if p}
    deciders = Decision.objects.filter(subject_kind="request", subject_id=request.pk)
    wanted |= {code(PERSON, p) for p in deciders.values_list("decider_id", flat=True) if p}
    visits = StageVisit.objects.filter(request=request)
    if request.confidential:
        wanted |= {code(PERSON, p) for p in visits.values_list("holder_id", flat=True) if p}
        offered = visits.filter(state__in=StageVisit.LIVE).values("team_id")
        # Somebody must be able to take it: the leads of the team that has it now.
        leads = Membership.objects.filter(team_id__in=offered, is_lead=True)
        wanted |= {code(PERSON, p) for p in leads.values_list("person_id", flat=True)}
    else:
        for team_id, department_id in visits.values_list("team_id", "team__department_id"):
            wanted |= {code(TEAM, team_id), code(DEPARTMENT, department_id)}
    return sorted(wanted)


def refresh(request_ids: Iterable[int]) -> None:
    """Recompute the principals of some requests."""
    for request in Request.objects.filter(pk__in=list(request_ids)):
        Request.objects.filter(pk=request.pk).update(principals=computed(request))
