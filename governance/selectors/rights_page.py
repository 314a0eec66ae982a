"""Decision rights at a glance: every type of decision with its bands, who decides in each, gaps."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count

from esm.common import clock
from governance.blueprint.bands import decide_findings
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import DecisionRight, DecisionType
from governance.blueprint.rights.compiled import kind_of
from governance.models import Decision, Department, ModelVersion
from governance.selectors import people
from governance.selectors.decisions import decision_types, visible_to
from governance.selectors.role_page import RoleRow, role_rows
from governance.selectors.versions import blueprint
from governance.selectors.wording import condition_words, element_name

# Of how many days the share of each band is told.
DAYS = 90
# More types than this stand by the department of who decides.
MOST_IN_ONE = 20
PAGE = 50
OTHER_PARTS = ("recommend", "agree", "input", "perform")
_REFERENCES = (("department", "Department"), ("service", "Service"), ("site", "Site"))


@dataclass(frozen=True, slots=True)
class Band:
    """One band of a strip; without a right it is a gap, and ``fault`` says which.

    ``share`` is the percentage of the decisions of the last 90 days that fell into it, None where
    the viewer does not see them all.
    """

    right: str
    low: Decimal | None
    high: Decimal | None
    who: str
    holders: tuple[str, ...] = ()
    state: str = "held"
    fault: str = ""
    share: int | None = None
    # What narrows it, where it stands beside others that are narrowed otherwise.
    label: str = ""
    # Key of the role, where it is one.
    role: str = ""

    @property
    def ask(self) -> str:
        """The least number that falls into it, as the question page takes it."""
        return "" if self.low is None and self.high is None else format(self.low or 0, "f")


@dataclass(frozen=True, slots=True)
class Strip:
    """The bands of one scope, lowest first; ``scope`` is empty where it is the whole."""

    scope: str
    department: str
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Who else takes part: the part and, for each right, role or body with what narrows it."""

    key: str
    who: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TypeRow:
    """One type of decision."""

    key: str
    code: str
    question: str
    measure: str
    latency_s: int
    strips: tuple[Strip, ...]
    parts: tuple[Part, ...]
    faults: tuple[str, ...]
    department: Department | None
    decided: int | None

    @property
    def vacant(self) -> bool:
        """A band of it has nobody who decides."""
        return any(band.state == "vacant" for strip in self.strips for band in strip.bands)

    @property
    def open(self) -> bool:
        """Something about it is to be settled."""
        return bool(self.faults) or self.vacant

    def matches(self, words: str) -> bool:
        """Whether what somebody looks for stands in it, in any order."""
        bands = [band for strip in self.strips for band in strip.bands]
        found = [self.code, self.question, *(strip.scope for strip in self.strips)]
        found += [text for band in bands for text in (band.who, *band.holders)]
        found += [text for part in self.parts for text in part.who]
        whole = " ".join(found).casefold()
        return all(word in whole for word in words.casefold().split())


@dataclass(frozen=True, slots=True)
class Group:
    """Types whose lowest band is decided in one department; None for the whole organisation."""

    department: Department | None
    rows: tuple[TypeRow, ...]


def rows_of(user: Any, version: ModelVersion) -> list[TypeRow]:
    """All types of decision of a version, with holders of this moment; a bounded number of queries.

    Shares are told to who sees the decisions of all departments; of a few alone they would mislead.
    """
    bp = blueprint(version)
    roles = {row.role.key: row for row in role_rows()}
    faults: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for _rule, key, part, sentence in decide_findings(bp):
        faults[key].append((part.rpartition("/")[2], sentence))
    rights: dict[str, list[tuple[str, DecisionRight]]] = defaultdict(list)
    for key, right in bp.find(DecisionRight).items():
        rights[right.decision_type].append((key, right))
    wide = people.facts_for(user).sees_all_departments
    counted = _counted(user) if wide else None
    return [
        _row(bp, key, spec, rights[key], faults[key], roles, counted)
        for key, spec in decision_types(version)
    ]


def grouped(rows: Sequence[TypeRow]) -> list[Group]:
    """In one group while they are few, else by department, the whole organisation last."""
    if len(rows) <= MOST_IN_ONE:
        return [Group(None, tuple(rows))] if rows else []
    found: dict[Department | None, list[TypeRow]] = defaultdict(list)
    for row in rows:
        found[row.department].append(row)
    names = sorted(found, key=lambda d: (d is None, d.name if d else ""))
    return [Group(department, tuple(found[department])) for department in names]


def paged(rows: Sequence[TypeRow], number: int) -> tuple[list[Group], int, int]:
    """Groups of one page, from 1, the page that is and how many there are."""
    ordered = [row for group in grouped(rows) for row in group.rows]
    pages = max(1, -(-len(ordered) // PAGE))
    number = min(max(1, number), pages)
    if pages == 1:
        return grouped(rows), 1, 1
    shown = ordered[(number - 1) * PAGE : number * PAGE]
    found: dict[Department | None, list[TypeRow]] = {}
    for row in shown:
        found.setdefault(row.department, []).append(row)
    return [Group(department, tuple(those)) for department, those in found.items()], number, pages


def _counted(user: Any) -> Mapping[str, dict[str, int]]:
    """How many visible decisions of the last 90 days fell under each right, by type."""
    since = clock.now() - timedelta(days=DAYS)
    rows = visible_to(user).filter(state=Decision.State.DECIDED, decided_at__gte=since)
    found = rows.order_by().values_list("type_key", "right_key").annotate(n=Count("pk"))
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    for kind, right, n in found:
        counted[kind][right] = n
    return counted


def _row(
    bp: Blueprint,
    key: str,
    spec: DecisionType,
    rights: Sequence[tuple[str, DecisionRight]],
    faults: Sequence[tuple[str, str]],
    roles: dict[str, RoleRow],
    counted: Mapping[str, dict[str, int]] | None,
) -> TypeRow:
    mine = counted[key] if counted is not None else {}
    decided = sum(mine.values()) if counted is not None else None
    scopes: dict[str, list[tuple[str, DecisionRight]]] = defaultdict(list)
    for item in rights:
        if item[1].part == "decide":
            scopes[scope_words(bp, item[1])].append(item)
    strips = []
    risks = spec.risk_classes
    for scope in sorted(scopes, key=lambda words: _order(words, scopes[words][0][1], risks)):
        bands: list[Band] = []
        for right_key, right in sorted(scopes[scope], key=lambda item: _place(*item)):
            bands += _bands(bp, right_key, right, bands, faults, roles)
        top = next((text for part, text in faults if part == "top" and bands), "")
        if top and not scope:
            bands.append(Band("", bands[-1].high, None, "", state="gap", fault=top))
        if decided:
            bands = [_with_share(band, mine.get(band.right, 0), decided) for band in bands]
        strips.append(Strip(scope, _department(scopes[scope]), tuple(bands)))
    first = next((right.role for _, right in sorted(rights, key=lambda i: _place(*i))
                  if right.part == "decide" and right.role), None)  # fmt: skip
    department = roles[first].role.department if first in roles else None
    return TypeRow(
        key=key,
        code=spec.code,
        question=spec.question,
        measure=kind_of(key, spec).measure,
        latency_s=spec.latency_s,
        strips=tuple(_beside(strips)),
        parts=tuple(part for part in _parts(bp, rights) if part.who),
        faults=tuple(text for _part, text in faults),
        department=department,
        decided=decided,
    )


def _bands(
    bp: Blueprint,
    key: str,
    right: DecisionRight,
    before: Sequence[Band],
    faults: Sequence[tuple[str, str]],
    roles: dict[str, RoleRow],
) -> list[Band]:
    """The band of a right, behind the gap that the findings tell of, if there is one."""
    found: list[Band] = []
    fault = next((text for part, text in faults if part == key), "")
    end = before[-1].high if before else Decimal(0)
    hole = bool(fault) and end is not None and right.min is not None and right.min > end
    if hole:
        found.append(Band("", end, right.min, "", state="gap", fault=fault))
    who, holders, state = _deciding(bp, right, roles)
    if fault and not hole:
        state = "clash"
    shown = fault if state == "clash" else ""
    role = str(right.role) if right.role and not right.pre_authorised else ""
    return [*found, Band(key, right.min, right.max, who, holders, state, shown, role=role)]


def _deciding(
    bp: Blueprint, right: DecisionRight, roles: dict[str, RoleRow]
) -> tuple[str, tuple[str, ...], str]:
    """Role or body, the names behind it, and whether that is somebody."""
    if right.pre_authorised:
        return "", (), "free"
    if right.body is not None:
        body = bp.get("GovernanceBody", right.body)
        members = [row for key in body.members if (row := roles.get(str(key))) is not None]
        names = dict.fromkeys(name for row in members for name in _names(row))
        return body.name, tuple(names), "held" if names else "vacant"
    row = roles.get(str(right.role))
    names = dict.fromkeys(_names(row)) if row is not None else {}
    return element_name(bp, "Role", str(right.role)), tuple(names), "held" if names else "vacant"


def _names(row: RoleRow) -> Iterable[str]:
    return [held.person.name for held in row.holders]


def _parts(bp: Blueprint, rights: Sequence[tuple[str, DecisionRight]]) -> Iterable[Part]:
    for key in OTHER_PARTS:
        mine = sorted((r.order, k, r) for k, r in rights if r.part == key)
        yield Part(key, tuple(dict.fromkeys(_taking_part(bp, r) for _order, _key, r in mine)))


def _taking_part(bp: Blueprint, right: DecisionRight) -> str:
    kind, key = ("GovernanceBody", right.body) if right.body else ("Role", right.role)
    narrowed = scope_words(bp, right)
    return element_name(bp, kind, str(key)) + (f" ({narrowed})" if narrowed else "")


def scope_words(bp: Blueprint, right: DecisionRight) -> str:
    """What narrows a right, in words; empty where it holds for everything."""
    found = [
        element_name(bp, kind, str(key))
        for name, kind in _REFERENCES
        if (key := getattr(right, name)) is not None
    ]
    found += [str(key).replace("-", " ") for key in (right.category, right.risk) if key is not None]
    if right.when.strip():
        found.append(condition_words(right.when))
    return " · ".join(found)


def _department(rights: Sequence[tuple[str, DecisionRight]]) -> str:
    return next((str(right.department) for _, right in rights if right.department), "")


def _order(words: str, right: DecisionRight, risks: Sequence[str]) -> tuple[bool, int, str]:
    """The whole first, then by class of risk as the type lists them."""
    places = {risk: place for place, risk in enumerate(risks)}
    return words != "", places.get(right.risk or "", len(places)), words


def _beside(strips: Sequence[Strip]) -> list[Strip]:
    """Scopes of one band without limits stand beside each other, each under what narrows it."""
    alone = [
        strip
        for strip in strips
        if strip.scope and [(b.low, b.high) for b in strip.bands] == [(None, None)]
    ]
    if len(alone) < 2:
        return list(strips)
    joined = tuple(replace(strip.bands[0], label=strip.scope) for strip in alone)
    return [*(strip for strip in strips if strip not in alone), Strip("", "", joined)]


def _place(key: str, right: DecisionRight) -> tuple[Decimal, str]:
    return (right.min if right.min is not None else Decimal(0), key)


def _with_share(band: Band, count: int, of: int) -> Band:
    return replace(band, share=round(100 * count / of)) if band.right else band
