"""How far the way of working is taken on: five steps, each by criteria that are computed.

The steps are those of the published path: think of work from start to finish across departments,
say what technology is for, know the current state, hold people, process, technology and governance
together, begin with what matters most.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esm.accounts.models import User
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.completeness import checks, scores
from governance.blueprint.coverage import coverage
from governance.blueprint.lint.adoption import MAX_TECHNOLOGY_SHARE, runs_technology
from governance.blueprint.strategy import board
from governance.models import ModelVersion
from governance.selectors import commitments, versions
from governance.selectors.coverage import levels_now
from governance.selectors.roles import Wanted, holders_of
from valueflow.engine.summary import ENOUGH
from valueflow.models import EventLog
from valueflow.selectors import critical, population
from valueflow.selectors.scope import FlowScope

# Of what the model is expected to say of a part, in per cent, so that the part counts as held.
COMPLETE = 80
PART_NAMES = {
    "people": gettext_lazy("People"),
    "process": gettext_lazy("Process"),
    "technology": gettext_lazy("Technology"),
    "governance": gettext_lazy("Governance"),
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """Something that has to be so: whether it is, by which figure, and where one goes from here."""

    code: str
    says: str
    done: bool
    figure: str
    url: str
    link: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the path with its criteria."""

    number: int
    title: str
    criteria: tuple[Criterion, ...]

    @property
    def met(self) -> int:
        """How many criteria are met."""
        return sum(one.done for one in self.criteria)

    @property
    def done(self) -> bool:
        """All of them are."""
        return self.met == len(self.criteria)


def steps(scope: FlowScope, user: User) -> tuple[Step, ...]:
    """The five steps as they stand now; without a model nothing is met and none is shown."""
    if scope.model_id is None:
        return ()
    bp = versions.blueprint(scope.model_id)
    return (
        Step(1, _("Work from start to finish"), tuple(_across(bp, scope))),
        Step(2, _("What technology is for"), tuple(_strategy(bp))),
        Step(3, _("The current state"), tuple(_current(bp, user))),
        Step(4, _("People, process, technology, governance"), tuple(_together(bp))),
        Step(5, _("What matters most"), tuple(_critical(scope, user))),
    )


def _part_of(part: int, whole: int) -> str:
    values = {"n": part, "of": whole, "share": round(100 * part / whole) if whole else 0}
    return _("%(n)d of %(of)d, %(share)d %%") % values


def _across(bp: Blueprint, scope: FlowScope) -> Iterable[Criterion]:
    """C37: the share of those who run technology, streams across departments, their owners."""
    departments = bp.find(kinds.Department)
    live = [one for one in bp.find(kinds.Service).values() if one.lifecycle == "live"]
    theirs = sum(runs_technology(departments, one.department) for one in live)
    said = _("At most %(n)d %% of the services are of departments that run technology")
    yield Criterion(
        "services", said % {"n": MAX_TECHNOLOGY_SHARE},
        bool(live) and theirs * 100 <= MAX_TECHNOLOGY_SHARE * len(live),
        _part_of(theirs, len(live)), reverse("services"), _("Services"),
    )  # fmt: skip
    services = bp.find(kinds.Service)
    rows = population.finished(scope).order_by().values_list("service")
    counted: Mapping[str, int] = dict(rows.annotate(n=Count("pk")))
    whole = sum(counted.values())
    running = sum(
        n
        for key, n in counted.items()
        if key in services and runs_technology(departments, services[key].department)
    )
    said = _("At most %(n)d %% of the requests are for them")
    yield Criterion(
        "volume", said % {"n": MAX_TECHNOLOGY_SHARE},
        bool(whole) and running * 100 <= MAX_TECHNOLOGY_SHARE * whole,
        _part_of(running, whole), reverse("flow-requests") + scope.query(figure="finished"),
        _("Requests finished"),
    )  # fmt: skip
    streams = bp.find(kinds.ValueStream)
    crossing = sum(len(_sides(bp, key)) > 1 for key in streams)
    yield Criterion(
        "crossing", _("Most streams cross two departments besides those that run technology"),
        crossing * 2 > len(streams), _part_of(crossing, len(streams)), reverse("streams"),
        _("Streams"),
    )  # fmt: skip
    wanted = [Wanted(s.owner_role, stream=k) for k, s in streams.items() if s.owner_role]
    held = sum(bool(found) for found in holders_of(wanted).values())
    yield Criterion(
        "owners", _("Every stream has an owner from start to finish"),
        bool(streams) and held == len(streams), _part_of(held, len(streams)),
        reverse("streams"), _("Streams and owners"),
    )  # fmt: skip


def _sides(bp: Blueprint, stream: str) -> set[str]:
    """Departments, besides those that run technology, whose teams work in a stream."""
    departments, teams = bp.find(kinds.Department), bp.find(kinds.Team)
    found = {
        teams[str(stage.team)].department
        for workflow in bp.find(kinds.Workflow).values()
        if str(workflow.value_stream) == stream
        for stage in workflow.stages
        if stage.team and str(stage.team) in teams
    }
    return {key for key in found if not runs_technology(departments, key)}


def _strategy(bp: Blueprint) -> Iterable[Criterion]:
    """C38: no objective without a word on technology, no technology without an objective."""
    known, url = board(bp), reverse("blueprint-strategy")
    silent, idle = len(known.objectives_open), len(known.technologies_open)
    yield Criterion(
        "objectives", _("Every objective has technology, or somebody said that it needs none"),
        bool(known.objectives) and not silent,
        _part_of(len(known.objectives) - silent, len(known.objectives)), url, _("Strategy"),
    )  # fmt: skip
    yield Criterion(
        "technologies", _("Every technology serves an objective, or somebody said why none"),
        not idle, _part_of(len(known.technologies) - idle, len(known.technologies)),
        url, _("Strategy"),
    )  # fmt: skip
    unserved = len(known.unserved)
    yield Criterion(
        "served", _("Every objective is served by a stream or a service"),
        bool(known.objectives) and not unserved,
        _part_of(len(known.objectives) - unserved, len(known.objectives)),
        reverse("objectives"), _("Objectives"),
    )  # fmt: skip


def _current(bp: Blueprint, user: User) -> Iterable[Criterion]:
    """C39: the state of today is written down, seen in events, and measured before it changes."""
    found = ModelVersion.objects.filter(kind=ModelVersion.Kind.AS_IS, published_at__isnull=False)
    first = found.order_by("number").first()
    yield Criterion(
        "as-is", _("The current state was published as it was found"), first is not None,
        first.code if first else _("none"),
        reverse("model-version", args=[first.code]) if first else reverse("model"),
        _("Operating model"),
    )  # fmt: skip
    ever = population.general().filter(outcome="fulfilled").count()
    logs = EventLog.objects.filter(state=EventLog.State.READY).count()
    yield Criterion(
        "events", _("How value flows is seen in events: %(n)d finished requests, or a log")
        % {"n": ENOUGH}, ever >= ENOUGH or logs > 0,
        _("%(n)d finished, %(logs)d logs") % {"n": ever, "logs": logs}, reverse("flow"),
        _("Value flow"),
    )  # fmt: skip
    rows = bp.find(kinds.Measure).values()
    based = sum(one.baseline is not None and one.baseline_to is not None for one in rows)
    yield Criterion(
        "baselines", _("Every measure has a baseline with its days"),
        bool(rows) and based == len(rows), _part_of(based, len(rows)), reverse("objectives"),
        _("Measures"),
    )  # fmt: skip


def _together(bp: Blueprint) -> Iterable[Criterion]:
    """C40 to C43: each of the four parts is said, and the skills that are needed are there."""
    for part, found in scores(checks(bp)).items():
        said = _("%(part)s: the model says at least %(n)d %% of what is expected")
        yield Criterion(
            part, said % {"part": PART_NAMES[part], "n": COMPLETE},
            (found.percent or 0) >= COMPLETE, _part_of(found.met, found.total),
            f"{reverse('blueprint-missing')}?part={part}&state=missing", _("What is missing"),
        )  # fmt: skip
    rows = coverage(bp, levels_now(bp))
    short = sum(one.gap > 0 for one in rows)
    yield Criterion(
        "skills", _("Every skill that is needed is there"), not short,
        _part_of(len(rows) - short, len(rows)), reverse("skills"), _("Skills"),
    )  # fmt: skip


def _critical(scope: FlowScope, user: User) -> Iterable[Criterion]:
    """C44: few streams, chosen by figures, with sponsors who do what they committed to."""
    choice, url = critical.choice(scope), reverse("critical")
    assert choice is not None
    chosen = choice.critical
    rated = sum(one.priority is not None for one in choice.candidates)
    yield Criterion(
        "rated", _("Every critical stream has all three figures"),
        bool(chosen) and all(one.priority is not None for one in chosen),
        _part_of(rated, len(choice.candidates)), url, _("Critical few"),
    )  # fmt: skip
    yield Criterion(
        "few", _("One to %(n)d streams are critical") % {"n": choice.limit},
        0 < len(chosen) <= choice.limit, str(len(chosen)), url, _("Critical few"),
    )  # fmt: skip
    covered = round(100 * (choice.share or 0))
    yield Criterion(
        "coverage", _("They cover %(n)d %% of what crosses departments, or it is said why not")
        % {"n": choice.wanted}, choice.enough,
        _("%(n)d %%, said why") % {"n": covered} if choice.reason else f"{covered} %", url,
        _("Critical few"),
    )  # fmt: skip
    streams = [row for row in commitments.ledger(user).streams if row.critical]
    acting = sum(
        any(one.standing.rank >= 3 and not one.former for one in row.sponsors) for row in streams
    )
    yield Criterion(
        "sponsors", _("A sponsor of every critical stream does what was committed to"),
        bool(streams) and acting == len(streams), _part_of(acting, len(streams)),
        reverse("commitments"), _("Commitments"),
    )  # fmt: skip
