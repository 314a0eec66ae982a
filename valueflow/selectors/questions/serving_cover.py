"""Where the organisation is fragile: Q16."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esm.accounts.models import User
from governance.blueprint import coverage as core
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.coverage import Covered
from governance.blueprint.lint.facts import People
from governance.selectors import versions
from governance.selectors.coverage import levels_of
from governance.selectors.lint_facts import people_now
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.summary import FEW
from valueflow.selectors import drill_visits
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.questions.serving_cells import HIDDEN, no_model
from valueflow.selectors.scope import FlowScope


@dataclass(frozen=True, slots=True)
class _Cover:
    """A role or a skill: how many can, how many it takes, and the visits that need it."""

    kind: str
    key: str
    name: str
    holders: int
    needed: int
    gap: int
    volume: int

    @property
    def state(self) -> str:
        """vacant, gap, single or covered."""
        if not self.holders:
            return "vacant"
        if self.gap:
            return "gap"
        return "single" if self.holders == 1 else "covered"


def fragile(scope: FlowScope, user: User) -> Answer:
    """Roles and skills that hang on nobody or on one, by the work they carry; nine queries."""
    bp = versions.blueprint(scope.model_id) if scope.model_id else None
    if bp is None:
        return no_model("roles")
    people = people_now(bp)
    visits = drill_visits.visits(scope)
    by_role = Counter(dict(visits.order_by().values_list("role").annotate(n=Count("pk"))))
    by_stage: Counter[tuple[str, str]] = Counter()
    counted = visits.order_by().values_list("fact__workflow", "stage", "role")
    roles_of: Counter[tuple[str, str, str]] = Counter()
    for workflow, stage, role, n in counted.annotate(n=Count("pk")):
        by_stage[workflow, stage] += n
        roles_of[workflow, stage, role] = n
    rows = [
        *_roles(bp, people, by_role),
        *_skills(bp, core.coverage(bp, levels_of(people)), roles_of),
    ]
    rows.sort(key=lambda one: (ORDER[one.state], -one.volume, one.kind, one.key))
    weak = [one for one in rows if one.state != "covered"]
    return Answer(
        sentence=_where(rows),
        n=len(rows),
        unit="roles and skills",
        population=_(
            "Roles and skills that the version in force needs, with who holds them now; visits of "
            "steps that were entered in the period."
        ),
        calendar="",
        tables=(
            Table(_("What hangs on nobody, or on one"), _columns(),
                  tuple(_row(one) for one in weak),
                  Chart("bars", value="volume")),
            Table(_("Roles and skills that are covered"), _columns(),
                  tuple(_row(one) for one in rows if one.state == "covered")),
        ),
    )  # fmt: skip


ORDER = {"vacant": 0, "gap": 1, "single": 2, "covered": 3}


def _roles(bp: Blueprint, people: People, volume: Counter[str]) -> Iterator[_Cover]:
    """Roles that somebody must hold, or that work came to; programs where no person holds one."""
    programs = Counter(one.role for one in people.programs)
    for key, spec in bp.find(kinds.Role).items():
        held = len(people.holders(key)) or programs[key]
        if not spec.min_holders and not volume[key]:
            continue
        needed = max(1, spec.min_holders)
        yield _Cover("role", key, spec.name, held, needed, max(0, needed - held), volume[key])


def _skills(
    bp: Blueprint, found: Sequence[Covered], visits: Counter[tuple[str, str, str]]
) -> Iterator[_Cover]:
    """Skills by the need that is short most; work is what came where any of its needs is."""
    by_skill: dict[str, list[Covered]] = {}
    for row in found:
        by_skill.setdefault(row.need.need.skill, []).append(row)
    for key, rows in sorted(by_skill.items()):
        worst = max(rows, key=lambda row: (row.gap, -len(row.able), row.required))
        stages, roles = drill_visits.places_of(rows)
        yield _Cover(
            kind="skill",
            key=key,
            name=bp.get(kinds.Skill, key).name,
            holders=len(worst.able),
            needed=worst.required,
            gap=worst.gap,
            volume=sum(
                n
                for (workflow, stage, role), n in visits.items()
                if (workflow, stage) in stages or role in roles
            ),
        )


def _columns() -> tuple[Column, ...]:
    return (
        Column("what", _("What"), "text"),
        Column("holders", _("Holders"), "number",
               _("Active people who hold the role, or programs that act in it where nobody does; "
                 "of a skill, people who can do it at the level of the need that is short most.")),
        Column("needed", _("Needed"), "number", _("How many it takes at least.")),
        Column("gap", _("Gap"), "number", _("max(0, needed − holders).")),
        Column("volume", _("Visits"), "count",
               _("Visits of steps entered in the period whose role it is, or that need the skill "
                 "themselves or by their role.")),
        Column("weighted", _("Gap × visits"), "number", _("What is short, by the work it is for.")),
        Column("state", _("State"), "text",
               _("Vacant: nobody. Gap: fewer than needed. Single cover: one and no second.")),
    )  # fmt: skip


def _words() -> dict[str, str]:
    return {
        "vacant": _("Vacant"),
        "gap": _("Gap"),
        "single": _("Single cover"),
        "covered": _("Covered"),
    }


def _row(one: _Cover) -> Row:
    few = 0 < one.volume < FEW
    page = reverse("role" if one.kind == "role" else "skill", args=[one.key])
    return Row(
        key=f"{one.kind}:{one.key}",
        name=one.name,
        cells={
            "what": Cell(_("Role") if one.kind == "role" else _("Skill")),
            "holders": Cell(one.holders, url=page),
            "needed": Cell(one.needed),
            "gap": Cell(one.gap),
            "volume": HIDDEN if few else Cell(one.volume, "visits", {one.kind: one.key}),
            "weighted": HIDDEN if few and one.gap else Cell(one.gap * one.volume),
            "state": Cell(_words()[one.state]),
        },
        tone={"vacant": "risk", "gap": "risk", "single": "warn"}.get(one.state, ""),
    )


def _where(rows: Sequence[_Cover]) -> str:
    states = Counter(one.state for one in rows)
    weak = [one for one in rows if one.state != "covered"]
    if not weak:
        return _("Every role and skill that is needed has at least two who can.")
    said = _(
        "Roles and skills with nobody: %(vacant)d, with fewer than needed: %(gap)d, with only one: "
        "%(single)d."
    ) % {"vacant": states["vacant"], "gap": states["gap"], "single": states["single"]}
    most = max(weak, key=lambda one: (one.volume, one.name))
    if most.volume < FEW:
        return said
    return f"{said} " + _("Most work hangs on “%(name)s”: %(n)d visits.") % {
        "name": most.name,
        "n": most.volume,
    }


QUESTIONS: tuple[Question, ...] = (
    Question(
        code="Q16",
        slug="fragile",
        title=gettext_lazy("Where are we fragile?"),
        short=gettext_lazy("Fragile places"),
        group="strategy",
        answer=fragile,
        first_for=("steward",),
    ),
)
