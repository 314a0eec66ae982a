"""What higher apps plug into governance; each registers in its ``apps.py``.

A projector turns the elements of one kind of a published version into identity rows. A subject is
something a decision is about: governance can show it, lock it and move it without knowing it. A
visibility hook recomputes who may see a row after an exception was granted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from governance.blueprint.adoption.maturity import Practice
from governance.blueprint.kinds import KINDS
from governance.blueprint.lint import Rule
from governance.blueprint.lint.facts import Flow

# version is a governance ModelVersion, blueprint a Blueprint, parent a locked chain parent,
# decision a Decision, actor an Actor: named loosely because this layer lies below the models.
Projector = Callable[[Any, Any], "Projection"]
Lock = Callable[[int], Any]
OnDecided = Callable[..., None]
RefreshVisibility = Callable[[Sequence[int]], None]


@dataclass(frozen=True, slots=True)
class Projection:
    """What a projector did: keys of rows that came, changed, came back and were retired."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SubjectSummary:
    """How a decision's subject is shown in the inbox; ``facts`` are (label, value) pairs."""

    title: str
    url: str = ""
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """A step somebody did on a subject in a role; ``person`` is a governance Person."""

    person: Any
    role: str
    step: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of thing that is decided on.

    ``lock(pk)`` selects the row FOR UPDATE, marks it locked and returns it. ``summary(pks)``
    answers all of them with a bounded number of queries. ``on_decided(parent, decision, *,
    actor)`` moves the subject, in the same transaction. ``content(parent)`` is what was
    decided on, to notice that it changed meanwhile; None where it cannot change. ``visible(user)``
    is a query for the pks that an account may see; None where whoever sees all decisions may.
    ``general()`` is a query for the pks that stand in general figures; None where all of them do.
    ``onward(pk, seq)`` says where an approval of one of its decisions leads. ``reopen(parent,
    decision, *, reason, actor)`` opens a new decision on whether that one is taken back; None where
    what is decided stays. ``done(pk)`` tells the steps that were done, by whom in which role:
    whoever worked on it in a role that must agree has agreed.
    """

    lock: Lock
    summary: Callable[[Sequence[int]], Mapping[int, SubjectSummary]]
    on_decided: OnDecided
    content: Callable[[Any], Mapping[str, Any]] | None = None
    visible: Callable[[Any], Any] | None = None
    general: Callable[[], Any] | None = None
    onward: Callable[[int, int], Sequence[str]] | None = None
    reopen: Callable[..., Any] | None = None
    done: Callable[[int], Sequence[Done]] | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """Something somebody has in hand: what it is, how much of it, what becomes of it without them.

    ``key`` is stable for programs. ``count`` counts what the viewer may see; None where that
    would tell too much.
    """

    key: str
    label: str
    then: str
    count: int | None = None
    url: str = ""


# (account that looks, person) → what the person has in hand.
Holdings = Callable[[Any, Any], Sequence[Holding]]
# (id of the person who leaves, actor): put what they have in hand where others find it.
# (since, until) → what was done then that controls may look at: ``Observed``.
Observer = Callable[[Any, Any], Sequence[Any]]
GiveBack = Callable[..., None]
# (blueprint, moment, what is known so far) → the same with what this app counts: a ``Flow``.
FlowPart = Callable[[Any, datetime, Flow], Flow]
# (code, kind, key, part, streams) of a finding → (what a button says, address) of where it shows.
Place = Callable[[str, str, str, str, Sequence[str]], "tuple[str, str] | None"]
# (account that looks, key of a calendar) → how many running clocks of what it sees count in it.
CalendarUse = Callable[[Any, str], int]


@dataclass(frozen=True, slots=True)
class Measured:
    """What events say of one stage of a workflow, over ``n`` finished requests that needed it.

    Stay is the mean of a request in business seconds, touch the part of it that was measured at
    work, ``accurate`` the share that was taken at the first offer; None where there are too few.
    """

    n: int
    stay_s: float | None
    touch_s: float | None
    accurate: float | None

    @property
    def wait_s(self) -> float | None:
        """What of its stay is no work."""
        if self.stay_s is None or self.touch_s is None:
            return None
        return max(0.0, self.stay_s - self.touch_s)


# (what a scope is of, its key) → how far what happened there follows the model.
PracticeOf = Callable[[str, str], Practice]
# (account that looks, workflow) → what is measured by stage, and the page that shows it.
Measuring = Callable[[Any, str], tuple[Mapping[str, "Measured"], str]]


# (id of a version, ids of people) → those of them who did something under it.
Using = Callable[[Mapping[int, Any]], "set[tuple[int, int]]"]


@dataclass
class _Registry:
    measuring: dict[str, Measuring] = field(default_factory=dict)
    projectors: dict[str, Projector] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)
    lint_rules: dict[str, Rule] = field(default_factory=dict)
    visibility: dict[str, RefreshVisibility] = field(default_factory=dict)
    holdings: dict[str, Holdings] = field(default_factory=dict)
    give_back: dict[str, GiveBack] = field(default_factory=dict)
    calendar_use: dict[str, CalendarUse] = field(default_factory=dict)
    focus: dict[str, Any] = field(default_factory=dict)
    observers: dict[str, Observer] = field(default_factory=dict)
    flow_parts: dict[str, FlowPart] = field(default_factory=dict)
    practice: dict[str, PracticeOf] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    using: dict[str, Using] = field(default_factory=dict)


_registry = _Registry()


class AlreadyRegistered(RuntimeError):
    """Two apps want to answer for the same thing."""


def _put(table: dict[str, Any], key: str, value: Any) -> None:
    if table.get(key, value) is not value and table[key] != value:
        raise AlreadyRegistered(key)
    table[key] = value


def register_projector(kind: str, func: Projector) -> None:
    """``func(version, blueprint)`` upserts the identity rows of ``kind`` and retires the rest."""
    if kind not in KINDS:
        raise KeyError(kind)
    _put(_registry.projectors, kind, func)


def projectors() -> list[tuple[str, Projector]]:
    """All projectors in the order of kinds, in which a kind comes after those it points at."""
    return [(kind, _registry.projectors[kind]) for kind in KINDS if kind in _registry.projectors]


def register_subject(
    kind: str,
    *,
    lock: Lock,
    summary: Callable[[Sequence[int]], Mapping[int, SubjectSummary]],
    on_decided: OnDecided,
    content: Callable[[Any], Mapping[str, Any]] | None = None,
    visible: Callable[[Any], Any] | None = None,
    general: Callable[[], Any] | None = None,
    onward: Callable[[int, int], Sequence[str]] | None = None,
    reopen: Callable[..., Any] | None = None,
    done: Callable[[int], Sequence[Done]] | None = None,
) -> None:
    """Let decisions be taken on subjects of ``kind``; see ``Subject``."""
    found = Subject(lock, summary, on_decided, content, visible, general, onward, reopen, done)
    _put(_registry.subjects, kind, found)


def subjects() -> dict[str, Subject]:
    """All kinds of subjects."""
    return dict(_registry.subjects)


def subject(kind: str) -> Subject:
    """Raises KeyError for a kind nobody registered."""
    return _registry.subjects[kind]


def register_lint_rule(name: str, rule: Rule) -> None:
    """A check on models that needs more than the pure package knows, such as compiled graphs."""
    _put(_registry.lint_rules, name, rule)


def lint_rules() -> list[Rule]:
    """The registered rules by name."""
    return [_registry.lint_rules[name] for name in sorted(_registry.lint_rules)]


def register_visibility(model_label: str, func: RefreshVisibility) -> None:
    """``func(pks)`` recomputes who may see the rows of ``model_label`` ("workflows.request")."""
    _put(_registry.visibility, model_label.lower(), func)


def refresh_visibility(model_label: str, pks: Sequence[int]) -> None:
    """Called after an exception was granted or revoked, in the same transaction."""
    func = _registry.visibility.get(model_label.lower())
    if func is not None:
        func(pks)


def register_work(name: str, *, holdings: Holdings, give_back: GiveBack) -> None:
    """``holdings(user, person)`` tells what somebody has in hand; ``give_back(person_id, *,
    actor)`` puts it where others find it when they leave. It runs in that transaction, before the
    person is locked.
    """
    _put(_registry.holdings, name, holdings)
    _put(_registry.give_back, name, give_back)


def holdings(user: Any, person: Any) -> list[Holding]:
    """What somebody has in hand in the apps above."""
    return [held for tell in _registry.holdings.values() for held in tell(user, person)]


def give_back(person_id: int, *, actor: Any) -> None:
    """Have the apps above put what somebody has in hand where others find it."""
    for give in _registry.give_back.values():
        give(person_id, actor=actor)


def register_calendar_use(name: str, use: CalendarUse) -> None:
    """``use(user, key)`` counts running clocks of a calendar among what the account sees."""
    _put(_registry.calendar_use, name, use)


def calendar_use(user: Any, key: str) -> int:
    """How many running clocks of what the account sees count in this calendar."""
    return sum(use(user, key) for use in _registry.calendar_use.values())


def register_focus(kind: str, model: Any) -> None:
    """Holdings of a role may be narrowed to rows of ``model`` ("department", "stream" …)."""
    _put(_registry.focus, kind, model)


def focus_models() -> dict[str, Any]:
    """The models of identity rows that roles may be narrowed to, by kind of focus."""
    return dict(_registry.focus)


def register_observer(name: str, observer: Observer) -> None:
    """``observer(since, until)`` tells what was done then, for controls that detect."""
    _put(_registry.observers, name, observer)


def observers() -> list[Observer]:
    """The registered observers by name."""
    return [_registry.observers[name] for name in sorted(_registry.observers)]


def register_flow(name: str, part: FlowPart) -> None:
    """``part(blueprint, at, flow)`` adds what it counts of what happened, for the checks."""
    _put(_registry.flow_parts, name, part)


def flow_at(bp: Any, at: datetime) -> Flow:
    """What happened until a moment, as far as the apps above count it."""
    flow = Flow()
    for name in sorted(_registry.flow_parts):
        flow = _registry.flow_parts[name](bp, at, flow)
    return flow


def register_places(codes: Sequence[str], place: Place) -> None:
    """``place`` knows the page of an app above on which findings of these codes are looked at."""
    for code in codes:
        _put(_registry.places, code, place)


def place_of(
    code: str, kind: str, key: str, part: str, streams: Sequence[str]
) -> tuple[str, str] | None:
    """Where a finding is looked at in the apps above, with what a button says; None for none."""
    known = _registry.places.get(code)
    return known(code, kind, key, part, streams) if known is not None else None


def register_measuring(name: str, measuring: Measuring) -> None:
    """``measuring(user, workflow)`` says what was measured of the stages of a workflow."""
    _put(_registry.measuring, name, measuring)


def measured(user: Any, workflow: str) -> tuple[Mapping[str, Measured], str]:
    """What the apps above measured of the stages of a workflow, and where it is looked at."""
    for name in sorted(_registry.measuring):
        found, url = _registry.measuring[name](user, workflow)
        if found:
            return found, url
    return {}, ""


def register_using(name: str, using: Using) -> None:
    """``using(people_by_version)`` says who of these people worked under which version."""
    _put(_registry.using, name, using)


def using(people: Mapping[int, Any]) -> set[tuple[int, int]]:
    """Version and person, of these people by version, where they worked under it."""
    found: set[tuple[int, int]] = set()
    for name in sorted(_registry.using):
        found |= _registry.using[name](people)
    return found


def register_practice(name: str, practice: PracticeOf) -> None:
    """``practice(of, key)`` says how far what happened follows the model, for assessments."""
    _put(_registry.practice, name, practice)


def practice_of(of: str, key: str) -> Practice:
    """What the apps above say of a scope; nothing where none does."""
    for name in sorted(_registry.practice):
        return _registry.practice[name](of, key)
    return Practice()
