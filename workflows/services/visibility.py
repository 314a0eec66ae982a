"""Who may see a request: the only writer of ``principals``.

Code = id × 4 + kind (0 department, 1 team, 2 person, 3 fixed group). Confidential requests name
persons only: who asked, decides or worked on it, and the leads of each team it reached, so that
somebody there can take it or share it.
"""

from collections.abc import Collection, Iterable

from esm.common import clock
from governance.models import Membership, Person, Team
from governance.selectors import voting
from workflows.models import Request, RequestUserPermission, StageVisit, Task
from workflows.services.case import Case

DEPARTMENT, TEAM, PERSON = 0, 1, 2


def code(kind: int, pk: int) -> int:
    """The number that stands for a department, team or person."""
    return pk * 4 + kind


def first(requester: Person, beneficiary: Person | None, whole: Request | None = None) -> list[int]:
    """Who sees a request before it reached a team: who asked for it or the whole, and for whom."""
    askers = {person.pk for person in (requester, beneficiary) if person}
    return sorted(code(PERSON, pk) for pk in askers | (whole.askers if whole else frozenset()))


def extend(case: Case, teams: Iterable[Team]) -> None:
    """The request reached these teams: they see it from now on, also after it left them."""
    reached = list(teams)
    wanted = set(case.request.principals)
    if case.request.confidential:
        wanted |= {code(PERSON, pk) for pk in _openers([team.pk for team in reached])}
    else:
        for team in reached:
            wanted |= {code(TEAM, team.pk), code(DEPARTMENT, team.department_id)}
    _set(case, wanted)


def take_part(case: Case, person_id: int | None) -> None:
    """Somebody works on it; where teams see it anyway, that adds nothing."""
    if case.request.confidential and person_id is not None:
        add_person(case, person_id)


def add_person(case: Case, person_id: int) -> None:
    """This person takes part and sees it."""
    _set(case, {*case.request.principals, code(PERSON, person_id)})


def _openers(team_ids: Collection[int]) -> set[int]:
    """The leads of some teams; everybody in a team without one."""
    now = clock.now()
    rows = Membership.objects.filter(team_id__in=team_ids, valid__contains=now)
    found = list(rows.values_list("team_id", "person_id", "is_lead"))
    led = {team for team, _person, lead in found if lead}
    return {person for team, person, lead in found if lead or team not in led}


def _set(case: Case, wanted: set[int]) -> None:
    if wanted != set(case.request.principals):
        case.change(principals=sorted(wanted))


def computed(request: Request) -> list[int]:
    """The principals recomputed from the rows that give sight; the truth behind the cache."""
    whole = None if request.confidential else request.parent
    askers = request.askers | (whole.askers if whole else frozenset())
    wanted = {code(PERSON, pk) for pk in askers}
    shared = RequestUserPermission.objects.filter(content_object=request)
    wanted |= {code(PERSON, p) for p in shared.values_list("user__persons", flat=True) if p}
    wanted |= {code(PERSON, p) for p in voting.persons_on("request", request.pk)}
    visits = StageVisit.objects.filter(request=request)
    if request.confidential:
        workers = Task.objects.filter(visit__request=request, assignee__isnull=False)
        wanted |= {code(PERSON, p) for p in workers.values_list("assignee_id", flat=True) if p}
        teams = set(visits.values_list("team_id", flat=True))
        wanted |= {code(PERSON, p) for p in _openers(teams)}
    else:
        for team_id, department_id in visits.values_list("team_id", "team__department_id"):
            wanted |= {code(TEAM, team_id), code(DEPARTMENT, department_id)}
    return sorted(wanted)


def refresh(request_ids: Iterable[int]) -> None:
    """Recompute the principals of some requests."""
    for request in Request.objects.filter(pk__in=list(request_ids)).select_related("parent"):
        Request.objects.filter(pk=request.pk).update(principals=computed(request))
