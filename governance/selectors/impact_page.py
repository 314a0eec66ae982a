"""Pages of what a version changes: for me, word by word, and for everybody as a matrix."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low

from esm.common import clock
from governance.blueprint.belonging import department_of
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.diff import name_of
from governance.blueprint.elements import ElementId
from governance.blueprint.impact import (
    ASPECT_NAMES,
    ASPECTS,
    NEVER,
    Effect,
    Mine,
    Receiver,
    by_receiver,
    persons,
    sentence,
    title,
)
from governance.blueprint.kinds import KINDS
from governance.models import ConsentAnswer, Department, Membership, ModelVersion, Person
from governance.selectors.administration import reach_of
from governance.selectors.impact import FEW, ForMe, Impact, holders_of, people_of
from governance.selectors.model_page import WordedChange, worded
from governance.selectors.people import Account, person_for
from governance.selectors.plans import changes_between

PAGE = 50
SORTS = ("lost", "gained", "changed")


@dataclass(frozen=True, slots=True)
class Line:
    """One effect as a page shows it."""

    effect: Effect
    title: str
    sentence: str
    receiver: str
    aspect: str
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Sorted:
    """Lines of one sort: no longer, newly, differently."""

    sort: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class MyPage:
    """What a version changes for me: sentences, and the elements they come from."""

    told: ForMe
    columns: tuple[Sorted, ...]
    through: tuple[str, ...]
    words: tuple[WordedChange, ...]
    of: int

    @property
    def version(self) -> ModelVersion:
        """Which version."""
        return self.told.version


def line_of(impact: Impact, effect: Effect, mine: Mine | None = None) -> Line:
    """An effect with the names of what it reaches."""
    lacking = {one.skill for one in mine.missing} if mine is not None else set()
    missing = effect.needs is not None and effect.needs[0] in lacking
    return Line(
        effect, title(effect), sentence(effect), receiver_name(impact, effect.receiver),
        ASPECT_NAMES[effect.aspect], missing,
    )  # fmt: skip


def receiver_name(impact: Impact, one: Receiver) -> str:
    """What a role or team is called, in the new version or, where it is gone, in the old."""
    kind = one.kind.capitalize()
    for bp in (impact.after, impact.before):
        spec = bp.peek(KINDS[kind], one.key)
        if spec is not None:
            return name_of(spec, one.key)
    return one.key


def my_page(told: ForMe) -> MyPage:
    """Everything the page «what changes for me» shows."""
    impact, mine = told.impact, told.mine
    found = mine.effects if mine is not None else ()
    strongest = sorted(found, key=lambda one: -one.degree)
    columns = tuple(
        Sorted(sort, tuple(line_of(impact, one, mine) for one in strongest if one.sort == sort))
        for sort in SORTS
    )
    changes = changes_between(impact.before, impact.after)
    touched = impact.touched(found)
    words = word_by_word(impact, touched)
    through = tuple(receiver_name(impact, one) for one in (mine.through if mine else ()))
    return MyPage(told, columns, through, words, len(changes))


def word_by_word(impact: Impact, only: Collection[ElementId]) -> tuple[WordedChange, ...]:
    """What differs of some elements, in words."""
    return tuple(
        worded(change, impact.before, impact.after)
        for change in changes_between(impact.before, impact.after)
        if (change.kind, change.key) in only
    )


# --- everybody ---


@dataclass(frozen=True, slots=True)
class Cell:
    """How much an aspect changes for a role or team; ``heat`` is the step of its colour."""

    aspect: str
    name: str
    degree: int
    count: int
    computed: bool

    @property
    def heat(self) -> int:
        """From 1 to 4."""
        return max(1, min(4, self.degree))


@dataclass(frozen=True, slots=True)
class Row:
    """A role or team, what changes for it, and how many people that is.

    ``people`` is None where they are too few to be told to this viewer.
    """

    receiver: Receiver
    name: str
    department: str
    cells: tuple[Cell, ...]
    people: int | None
    degree: int


@dataclass(frozen=True, slots=True)
class Named:
    """A person with how much it is, as computed and as they say."""

    person: Person
    degree: int
    count: int
    given: int | None
    missing: int


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """Of a department how many people it changes something for; None where they are too few."""

    key: str
    name: str
    people: int | None
    degree: int | None
    given: int | None
    members: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """Who of a department it changes something for, one page of them; ``hidden`` are those whose
    names are not this viewer's to see, None where they are too few to be counted."""

    department: DepartmentRow
    rows: tuple[Named, ...]
    number: int
    pages: int
    hidden: int | None


@dataclass(frozen=True, slots=True)
class ImpactPage:
    """A version's impact: matrix, the sentences asked for, people by department."""

    impact: Impact
    aspects: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    lines: tuple[Line, ...]
    departments: tuple[DepartmentRow, ...]
    names: Names | None
    total: int
    exact: bool


def aspects() -> tuple[tuple[str, str], ...]:
    """All ten, by key and name."""
    return tuple((aspect, ASPECT_NAMES[aspect]) for aspect in ASPECTS)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at closer: ``receiver`` is «role:key», ``department`` a key."""

    receiver: str = ""
    aspect: str = ""
    department: str | None = None
    page: int = 1


def impact_page(user: Account, impact: Impact, asked: Asked) -> ImpactPage:
    """Everything the page shows."""
    people = people_of(impact.effects)
    found = persons(impact.effects, people)
    held = holders_of({one.receiver for one in impact.effects}, people)
    everything = reach_of(user).everything
    rows = [
        _row(impact, one, told, len(held[one]), everything)
        for one, told in by_receiver(impact.effects).items()
    ]
    rows.sort(key=lambda row: (-row.degree, row.name))
    ids = {int(ref.removeprefix("P-")) for ref in found}
    home, teams = _homes(ids)
    given = _given(impact.version)
    departments = _departments(found, home, given, everything)
    shown = [row for row in departments if row.people is not None]
    here = next((row for row in departments if row.key == asked.department), None)
    return ImpactPage(
        impact,
        aspects(),
        tuple(rows),
        tuple(_lines(impact, asked.receiver, asked.aspect)),
        departments,
        _names(user, here, found, teams, given, asked.page) if here is not None else None,
        sum(row.people or 0 for row in shown),
        len(shown) == len(departments),
    )


def _row(
    impact: Impact, one: Receiver, told: Sequence[Effect], people: int, everything: bool
) -> Row:
    cells = []
    for aspect in ASPECTS:
        here = [effect.degree for effect in told if effect.aspect == aspect]
        computed = aspect not in NEVER
        cells.append(Cell(aspect, ASPECT_NAMES[aspect], max(here, default=0), len(here), computed))
    return Row(
        one,
        receiver_name(impact, one),
        _home(impact, one),
        tuple(cells),
        people if everything or people >= FEW or not people else None,
        max(effect.degree for effect in told),
    )


def _home(impact: Impact, one: Receiver) -> str:
    """Key of the department a role or team belongs to; "" for the whole."""
    kind = one.kind.capitalize()
    bp: Blueprint
    for bp in (impact.after, impact.before):
        spec = bp.peek(KINDS[kind], one.key)
        if spec is not None:
            return department_of(bp, spec, (kind, one.key))
    return ""


def _lines(impact: Impact, receiver: str, aspect: str) -> Iterable[Line]:
    if not receiver and not aspect:
        return []
    return [
        line_of(impact, one)
        for one in impact.effects
        if (not receiver or f"{one.receiver.kind}:{one.receiver.key}" == receiver)
        and (not aspect or one.aspect == aspect)
    ]


def _departments(
    found: Mapping[str, Mine], home: Mapping[int, str], given: Mapping[int, int], everything: bool
) -> tuple[DepartmentRow, ...]:
    """People by the department of the team they are longest in."""
    names = dict(Department.objects.values_list("key", "name"))
    by_home: dict[str, list[int]] = defaultdict(list)
    for ref in found:
        pk = int(ref.removeprefix("P-"))
        by_home[home.get(pk, "")].append(pk)
    rows = []
    for key, members in sorted(by_home.items(), key=lambda item: names.get(item[0], "~")):
        said = [given[pk] for pk in members if pk in given]
        enough = everything or len(members) >= FEW
        answered = said and (everything or len(said) >= FEW)
        degrees = [found[f"P-{pk}"].degree for pk in members]
        rows.append(
            DepartmentRow(
                key,
                names.get(key, ""),
                len(members) if enough else None,
                median_low(degrees) if enough else None,
                median_low(said) if answered else None,
                tuple(members),
            )
        )
    return tuple(rows)


def _names(
    user: Account,
    row: DepartmentRow,
    found: Mapping[str, Mine],
    teams: Mapping[int, set[int]],
    given: Mapping[int, int],
    number: int,
) -> Names:
    """Those whose names are the viewer's to see: all for stewards and auditors, else who is in a
    team the viewer leads, and the viewer."""
    reach, own = reach_of(user), person_for(user)
    may = [
        pk
        for pk in row.members
        if reach.everything or teams.get(pk, set()) & reach.led_ids or (own and own.pk == pk)
    ]
    may.sort(key=lambda pk: (-found[f"P-{pk}"].degree, pk))
    pages = max(1, -(-len(may) // PAGE))
    number = min(max(1, number), pages)
    chosen = may[(number - 1) * PAGE : number * PAGE]
    people = Person.objects.in_bulk(chosen)
    rows = tuple(_named(people[pk], found[f"P-{pk}"], given) for pk in chosen)
    hidden = len(row.members) - len(may)
    return Names(row, rows, number, pages, hidden if not hidden or hidden >= FEW else None)


def _named(person: Person, mine: Mine, given: Mapping[int, int]) -> Named:
    return Named(person, mine.degree, len(mine.effects), given.get(person.pk), len(mine.missing))


def _homes(ids: Collection[int]) -> tuple[dict[int, str], dict[int, set[int]]]:
    """Of each person the department of the team they are longest in, and all their teams."""
    home: dict[int, str] = {}
    teams: dict[int, set[int]] = defaultdict(set)
    rows = Membership.objects.filter(person_id__in=ids, valid__contains=clock.now())
    told = rows.order_by("valid", "pk").values_list("person_id", "team_id", "team__department__key")
    for pk, team, department in told:
        home.setdefault(pk, department)
        teams[pk].add(team)
    return home, teams


def _given(version: ModelVersion) -> dict[int, int]:
    """How much it is as people say themselves, from their last answer."""
    rows = ConsentAnswer.objects.filter(round__version=version, degree__isnull=False)
    told = rows.order_by("round__number").values_list("person_id", "degree")
    return {pk: degree for pk, degree in told if degree is not None}
