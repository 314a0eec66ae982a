"""The blueprint of the organisation, a stream, a department or a role: its four parts, how complete
each is, and what is missing with who answers for it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from governance.blueprint.belonging import of_department, of_role, of_stream
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.completeness import Check, Score, checks, score, scores
from governance.blueprint.elements import ElementId
from governance.blueprint.expectations import BY_CODE, PARTS, STAGE, Part
from governance.blueprint.kinds import ValueStream, folder_of
from governance.blueprint.kinds.workflows import Workflow
from governance.selectors.model_page import PARTS as KINDS_OF_PART
from governance.selectors.model_page import ElementLink, KindCount
from governance.selectors.wording import element_name, noun, plural

# How many of what is missing a part names at once.
SHOWN = 5
SCOPES = ("department", "stream", "role")
_ELEMENTS: dict[str, Callable[[Blueprint, str], set[ElementId]]] = {
    "department": of_department,
    "stream": of_stream,
    "role": of_role,
}
_KINDS = {"department": "Department", "stream": "ValueStream", "role": "Role"}


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose blueprint: of a department, stream or role, or of the whole organisation ("")."""

    of: str = ""
    key: str = ""

    @property
    def kind(self) -> str:
        """The kind of the element it is about."""
        return _KINDS.get(self.of, "Organisation")

    def holds(self, one: Check) -> bool:
        """Whether a check counts here; one of a role, where the role answers for it."""
        match self.of:
            case "department":
                return one.department == self.key
            case "stream":
                return self.key in one.streams
            case "role":
                return one.owner == self.key
        return True


@dataclass(frozen=True, slots=True)
class MissingRow:
    """One expectation of one element: what it is to say, whether it does, who answers for it.

    ``owner`` is the key of a role, "" where nobody is named; ``review`` the day on which the
    element is looked at again.
    """

    kind: str
    noun: str
    folder: str
    key: str
    name: str
    stage: str
    part: Part
    says: str
    lacks: str
    met: bool
    owner: str
    owner_name: str
    department: str
    review: date | None


@dataclass(frozen=True, slots=True)
class Lack:
    """The same thing missing in ``count`` elements of a kind; ``row`` is the first of them."""

    code: str
    noun: str
    count: int
    row: MissingRow


@dataclass(frozen=True, slots=True)
class KindList:
    """The elements of a kind that belong here."""

    count: KindCount
    links: tuple[ElementLink, ...]


@dataclass(frozen=True, slots=True)
class Quadrant:
    """One of the four parts: how complete, what it holds, what is missing most often."""

    key: Part
    score: Score
    kinds: tuple[KindList, ...]
    missing: tuple[Lack, ...]

    @property
    def total(self) -> int:
        """Elements in this part."""
        return sum(kind.count.count for kind in self.kinds)

    @property
    def share(self) -> float:
        """Of 1, as a bar draws it."""
        return self.score.met / self.score.total if self.score.total else 0.0


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A department, or the whole organisation ("" ), with the score of each part and its head."""

    key: str
    name: str
    code: str
    head: str
    head_name: str
    cells: tuple[tuple[Part, Score], ...]
    whole: Score


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A stream or department with how complete it is."""

    key: str
    name: str
    score: Score


@dataclass(frozen=True, slots=True)
class BlueprintPage:
    """Everything that the page of a scope shows."""

    scope: Scope
    name: str
    text: str
    owner: str
    owner_name: str
    score: Score
    quadrants: tuple[Quadrant, ...]


def blueprint_page(bp: Blueprint, scope: Scope) -> BlueprintPage | None:
    """The blueprint of a scope; None where this version has none of this key."""
    if scope.of and (scope.kind, scope.key) not in bp:
        return None
    spec = bp.get(scope.kind, scope.key) if scope.of else None
    here = [one for one in checks(bp) if scope.holds(one)]
    inside = _ELEMENTS[scope.of](bp, scope.key) if scope.of else set(bp.ids())
    owner = str(getattr(spec, "owner_role", "") or getattr(spec, "head_role", "") or "")
    organisation = next(iter(bp.find("Organisation").values()), None)
    name = organisation.name if organisation is not None else ""
    return BlueprintPage(
        scope=scope,
        name=element_name(bp, scope.kind, scope.key) if scope.of else name,
        text=str(getattr(spec, "value", "") or getattr(spec, "purpose", "") or ""),
        owner=owner,
        owner_name=element_name(bp, "Role", owner) if owner else "",
        score=score(here),
        quadrants=tuple(_quadrant(bp, part, here, inside) for part in PARTS),
    )


def _quadrant(bp: Blueprint, part: Part, here: list[Check], inside: set[ElementId]) -> Quadrant:
    mine = [one for one in here if one.part == part]
    missing = [one for one in mine if not one.met]
    kinds = next(kinds for key, kinds in KINDS_OF_PART if key == part)
    return Quadrant(
        part,
        score(mine),
        tuple(_listed(bp, kind, inside) for kind in kinds if any(k == kind for k, _ in inside)),
        _lacks(bp, missing),
    )


def _lacks(bp: Blueprint, missing: list[Check]) -> tuple[Lack, ...]:
    """What is missing most often; of the same count in the order of the elements."""
    by_code: dict[str, list[Check]] = {}
    for one in missing:
        by_code.setdefault(one.code, []).append(one)
    most = sorted(by_code.items(), key=lambda item: -len(item[1]))[:SHOWN]
    return tuple(Lack(code, _noun(code, len(o)), len(o), _row(bp, o[0])) for code, o in most)


def _noun(code: str, count: int) -> str:
    kind = BY_CODE[code].kind
    if kind == STAGE:
        return "stage" if count == 1 else "stages"
    return noun(kind) if count == 1 else plural(kind)


def _listed(bp: Blueprint, kind: str, inside: set[ElementId]) -> KindList:
    keys = [key for key in bp.keys(kind) if (kind, key) in inside]
    folder = folder_of(kind)
    word = noun(kind) if len(keys) == 1 else plural(kind)
    links = [ElementLink(kind, folder, key, element_name(bp, kind, key)) for key in keys]
    links.sort(key=lambda link: link.name.lower())
    return KindList(KindCount(kind, folder, word, len(keys)), tuple(links))


def found_checks(
    bp: Blueprint, scope: Scope, part: str = "", state: str = "", code: str = ""
) -> list[Check]:
    """The checks behind a figure: of a scope, a part, one expectation, missing or met."""
    return [
        one
        for one in checks(bp)
        if scope.holds(one)
        and part in ("", one.part)
        and state in ("", _state(one))
        and code in ("", one.code)
    ]


def _state(one: Check) -> str:
    return "met" if one.met else "missing"


def rows_of(bp: Blueprint, found: Iterable[Check]) -> list[MissingRow]:
    """Checks in words."""
    return [_row(bp, one) for one in found]


def _row(bp: Blueprint, one: Check) -> MissingRow:
    told = BY_CODE[one.code]
    spec = bp.get(one.kind, one.key)
    stage = ""
    if one.stage and isinstance(spec, Workflow):
        stage = next(s.name for s in spec.stages if s.key == one.stage)
    return MissingRow(
        kind=one.kind,
        noun=noun(one.kind),
        folder=folder_of(one.kind),
        key=one.key,
        name=element_name(bp, one.kind, one.key),
        stage=stage,
        part=one.part,
        says=told.says,
        lacks=told.lacks,
        met=one.met,
        owner=one.owner,
        owner_name=element_name(bp, "Role", one.owner) if one.owner else "",
        department=one.department,
        review=getattr(spec, "review_due", None),
    )


def heat_rows(bp: Blueprint) -> list[HeatRow]:
    """Departments by their order, then what belongs to none; the rows add up to the whole."""
    departments = bp.find("Department")
    ordered = sorted(departments, key=lambda key: (departments[key].order, departments[key].name))
    by_key: dict[str, list[Check]] = {key: [] for key in (*ordered, "")}
    for one in checks(bp):
        by_key.setdefault(one.department, []).append(one)
    rows = []
    for key, found in by_key.items():
        spec = departments.get(key)
        head = (spec.head_role or "") if spec is not None else ""
        rows.append(
            HeatRow(
                key=key,
                name=spec.name if spec is not None else "",
                code=spec.code if spec is not None else "",
                head=head,
                head_name=element_name(bp, "Role", head) if head else "",
                cells=tuple(scores(found).items()),
                whole=score(found),
            )
        )
    return rows


def streams_of(bp: Blueprint) -> list[Neighbour]:
    """Value streams with how complete they are, by name."""
    found = checks(bp)
    rows = [
        Neighbour(key, spec.name, score(one for one in found if key in one.streams))
        for key, spec in bp.find(ValueStream).items()
    ]
    return sorted(rows, key=lambda row: row.name.lower())
