"""What the model asks to do or look at on a step, and who ticked what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from esm.common.expressions import holds
from governance.blueprint.blueprint import Blueprint
from governance.models import Person
from governance.policies import RoleFacts
from governance.selectors import versions
from workflows.models import Request, StageVisit
from workflows.selectors import pins
from workflows.selectors.variables import values_of


@dataclass(frozen=True)
class Item:
    """One item of a visit; ``by`` is the opaque name of whoever ticked it, "" for nobody."""

    key: str
    text: str
    severity: str
    help: str
    at: datetime | None
    by: str
    person: Person | None = None

    @property
    def done(self) -> bool:
        """Whether it is ticked."""
        return self.at is not None

    @property
    def must(self) -> bool:
        """Whether the step cannot be finished without it."""
        return self.severity == "must"


@dataclass(frozen=True)
class Checklist:
    """The items of one visit that its answers ask for."""

    items: tuple[Item, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.items)

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.items)

    @property
    def done(self) -> int:
        """How many are ticked."""
        return sum(item.done for item in self.items)

    @property
    def share(self) -> float:
        """What is ticked of all, 0 to 1."""
        return self.done / self.total if self.items else 0.0

    @property
    def open_musts(self) -> list[Item]:
        """What keeps the step from being finished."""
        return [item for item in self.items if item.must and not item.done]


def of_visit(blueprint: Blueprint, request: Request, visit: StageVisit) -> Checklist:
    """The checklist of a visit, without the names of people; no query.

    Of one that was done under another version than the request follows now, what that asked.
    """
    if visit.version_id is not None:
        blueprint = pins.blueprint_of(request, visit)
    stage = blueprint.stage(request.workflow_key, visit.stage_key)
    if not stage.checklist:
        return Checklist()
    values = values_of(request)
    found = []
    for item in stage.checklist:
        if item.when.strip() and not holds(item.when, values):
            continue
        tick = visit.ticked.get(item.key)
        at = datetime.fromisoformat(tick["at"]) if tick else None
        by = str(tick["by"]) if tick else ""
        found.append(Item(item.key, item.text, item.severity, item.help, at, by))
    return Checklist(tuple(found))


def open_musts(request_id: int, seq: int) -> list[Item]:
    """What keeps a step from being finished now; one query once its version is known."""
    related = ("request__offering", "request__service", "request__requester_department")
    visit = StageVisit.objects.select_related(*related).get(request_id=request_id, seq=seq)
    found = of_visit(versions.blueprint(visit.request.version_id), visit.request, visit)
    return found.open_musts


def shown(
    blueprint: Blueprint, request: Request, visits: Iterable[StageVisit], facts: RoleFacts
) -> list[Checklist]:
    """The checklists of visits with the people who ticked, for one viewer; at most one query.

    How a step is worked on is for its team and department; for everybody else the list is empty.
    """
    given = list(visits)
    known = {visit.holder.ref: visit.holder for visit in given if visit.holder is not None}
    lists = [
        of_visit(blueprint, request, visit)
        if visit.team_id in facts.teams or visit.department_id in facts.departments
        else Checklist()
        for visit in given
    ]
    return _named(lists, known)


def _named(given: list[Checklist], known: dict[str, Person]) -> list[Checklist]:
    by = {i.by for one in given for i in one.items if i.by.startswith("P-")} - set(known)
    rows = Person.objects.filter(pk__in=[int(ref[2:]) for ref in by]) if by else ()
    persons = known | {p.ref: p for p in rows}
    return [
        Checklist(tuple(Item(**{**i.__dict__, "person": persons.get(i.by)}) for i in one.items))
        for one in given
    ]
