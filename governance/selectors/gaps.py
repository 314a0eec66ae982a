"""What a model leaves blank by department and part: who answers for it, when it is looked at."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.completeness import Check, Score, checks, score
from governance.blueprint.expectations import PARTS, Part
from governance.blueprint.kinds import Department
from governance.selectors.wording import element_name


@dataclass(frozen=True, slots=True)
class Gap:
    """One cell: how complete; where something is missing, the role that answers for most of it
    ("": nobody is named) and the first day on which any of it is looked at again."""

    part: Part
    score: Score
    owner: str
    owner_name: str
    review: date | None


@dataclass(frozen=True, slots=True)
class GapRow:
    """A department, or what belongs to none ("")."""

    key: str
    code: str
    name: str
    cells: tuple[Gap, ...]

    @property
    def missing(self) -> int:
        """How many expectations are not met."""
        return sum(cell.score.missing for cell in self.cells)


def gap_rows(bp: Blueprint) -> list[GapRow]:
    """Departments by their order, then what belongs to the whole organisation."""
    departments = bp.find(Department)
    ordered = sorted(departments, key=lambda key: (departments[key].order, departments[key].name))
    found: dict[str, list[Check]] = {key: [] for key in (*ordered, "")}
    for one in checks(bp):
        found.setdefault(one.department, []).append(one)
    rows = []
    for key, mine in found.items():
        spec = departments.get(key)
        head = str(spec.head_role or "") if spec is not None else ""
        cells = tuple(_gap(bp, part, [o for o in mine if o.part == part], head) for part in PARTS)
        name, code = (spec.name, spec.code) if spec is not None else ("", "")
        rows.append(GapRow(key, code, name, cells))
    return rows


def _gap(bp: Blueprint, part: Part, found: list[Check], head: str) -> Gap:
    """Whoever answers for most of what is missing, else whoever heads the department."""
    missing = [one for one in found if not one.met]
    owners = Counter(one.owner for one in missing if one.owner)
    most = sorted(owners, key=lambda owner: (-owners[owner], owner))
    owner = most[0] if most else head
    if not missing or ("Role", owner) not in bp:
        owner = ""
    days = [getattr(bp.get(one.kind, one.key), "review_due", None) for one in missing]
    named = element_name(bp, "Role", owner) if owner else ""
    return Gap(part, score(found), owner, named, min((d for d in days if d), default=None))
