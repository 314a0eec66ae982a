"""Technologies: what each supports, what it promised and what came of it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.selectors import measures
from esm.common.errors import NotFound
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.selectors.roles import Wanted, holders_of
from valueflow.selectors import promises
from valueflow.selectors.promises import Promised


@dataclass(frozen=True, slots=True)
class Use:
    """Something a technology does, for a stage, a service or a role."""

    of: str
    key: str
    name: str
    stream: str
    stream_name: str
    mode: str
    fit: int | None


@dataclass(frozen=True, slots=True)
class TechnologyRow:
    """One technology of the version in force."""

    key: str
    spec: kinds.Technology
    owner: str
    owner_key: str
    holders: tuple[str, ...]
    uses: tuple[Use, ...]
    objectives: tuple[tuple[str, str], ...]
    promised: tuple[Promised, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """All technologies; ``kinds`` counts promises and those realised by kind of promise."""

    rows: tuple[TechnologyRow, ...]
    kinds: tuple[tuple[str, int, int], ...]
    words: Counter[str]
    currency: str

    @property
    def cost(self) -> Decimal:
        """What they cost a year, where it is known."""
        return sum((row.spec.annual_cost or Decimal(0) for row in self.rows), Decimal(0))


def register() -> Register:
    """All technologies with their promises and verdicts."""
    found = measures.in_force()
    if found is None:
        return Register((), (), Counter(), "")
    bp = found[1]
    specs = bp.find(kinds.Technology)
    by_technology: dict[str, list[Promised]] = defaultdict(list)
    everything = promises.promised()
    for one in everything:
        by_technology[str(one.spec.technology or "")].append(one)
    rows = _rows(bp, list(specs), by_technology)
    rows.sort(key=lambda row: (not row.promised, row.spec.name.casefold()))
    asked = Counter(one.spec.promise_kind for one in everything)
    came = Counter(one.spec.promise_kind for one in everything if one.verdict.word == "realised")
    return Register(
        rows=tuple(rows),
        kinds=tuple((kind, n, came[kind]) for kind, n in sorted(asked.items())),
        words=Counter(one.verdict.word for one in everything),
        currency=bp.organisation().currency,
    )


def technology(key: str) -> TechnologyRow:
    """One of them. Raises NotFound."""
    found = measures.in_force()
    if found is None or key not in found[1].find(kinds.Technology):
        raise NotFound(_("There is no such technology."))
    bp = found[1]
    mine = [k for k, b in bp.find(kinds.Benefit).items() if str(b.technology or "") == key]
    return _rows(bp, [key], {key: promises.promised(mine) if mine else []})[0]


def _rows(
    bp: Blueprint, keys: Sequence[str], promised: dict[str, list[Promised]]
) -> list[TechnologyRow]:
    specs = {key: bp.get(kinds.Technology, key) for key in keys}
    owners = {str(spec.owner_role) for spec in specs.values() if spec.owner_role}
    held = holders_of([Wanted(role) for role in sorted(owners)])
    rows = []
    for key, spec in specs.items():
        role = bp.peek(kinds.Role, spec.owner_role) if spec.owner_role else None
        holders = held.get(Wanted(str(spec.owner_role or "")), [])
        rows.append(
            TechnologyRow(
                key=key,
                spec=spec,
                owner=role.name if role else "",
                owner_key=str(spec.owner_role or "") if role else "",
                holders=tuple(one.name for one in holders),
                uses=tuple(_uses(bp, key, spec)),
                objectives=tuple(
                    (str(link.objective), bp.get(kinds.Objective, link.objective).title)
                    for link in spec.strategy
                ),
                promised=tuple(promised.get(key, ())),
            )
        )
    return rows


def _uses(bp: Blueprint, key: str, spec: kinds.Technology) -> list[Use]:
    """What it supports: as it says itself, and the stages that name it."""
    found: dict[tuple[str, str, str], Use] = {}
    for one in spec.supports:
        if one.stage:
            for use in _stages(bp, str(one.stage), one.workflow, one.mode, one.fit):
                found["stage", use.stream, use.key] = use
        elif one.service:
            service = bp.get(kinds.Service, one.service)
            stream = str(service.value_stream or "")
            found["service", "", str(one.service)] = Use(
                "service", str(one.service), service.name, stream, _stream(bp, stream),
                one.mode, one.fit,
            )  # fmt: skip
        if one.role:
            role = bp.get(kinds.Role, one.role)
            found["role", "", str(one.role)] = Use(
                "role", str(one.role), role.name, "", "", one.mode, one.fit
            )
    for workflow in bp.find(kinds.Workflow).values():
        stream = str(workflow.value_stream)
        for stage in workflow.stages:
            if key in (str(ref) for ref in stage.technologies):
                use = Use("stage", stage.key, stage.name, stream, _stream(bp, stream), "", None)
                found.setdefault(("stage", stream, stage.key), use)
    return list(found.values())


def _stages(
    bp: Blueprint, stage: str, workflow: str | None, mode: str, fit: int | None
) -> list[Use]:
    return [
        Use("stage", stage, one.name, str(flow.value_stream),
            _stream(bp, str(flow.value_stream)), mode, fit)
        for key, flow in bp.find(kinds.Workflow).items()
        if workflow in (None, key)
        for one in flow.stages
        if one.key == stage
    ]  # fmt: skip


def _stream(bp: Blueprint, key: str) -> str:
    stream = bp.peek(kinds.ValueStream, key) if key else None
    return stream.name if stream else ""
