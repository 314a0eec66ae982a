"""What higher apps plug into governance; each registers in its ``apps.py``.

A projector turns the elements of one kind of a published version into identity rows. A subject is
something a decision is about: governance can show it, lock it and move it without knowing it. A
visibility hook recomputes who may see a row after an exception was granted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from governance.blueprint.kinds import KINDS

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
class Subject:
    """A kind of thing that is decided on.

    ``lock(pk)`` selects the row FOR UPDATE, marks it locked and returns it. ``summary(pks)``
    answers all of them with a bounded number of queries. ``on_decided(parent, decision, *,
    actor)`` moves the subject, in the same transaction. ``content(parent)`` is what was
    decided on, to notice that it changed meanwhile; None where it cannot change. ``visible(user)``
    is a query for the pks that an account may see; None where whoever sees all decisions may.
    ``general()`` is a query for the pks that stand in general figures; None where all of them do.
    """

    lock: Lock
    summary: Callable[[Sequence[int]], Mapping[int, SubjectSummary]]
    on_decided: OnDecided
    content: Callable[[Any], Mapping[str, Any]] | None = None
    visible: Callable[[Any], Any] | None = None
    general: Callable[[], Any] | None = None


LintRule = Callable[[Any], Sequence[Any]]


@dataclass
class _Registry:
    projectors: dict[str, Projector] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)
    lint_rules: dict[str, LintRule] = field(default_factory=dict)
    visibility: dict[str, RefreshVisibility] = field(default_factory=dict)


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
) -> None:
    """Let decisions be taken on subjects of ``kind``; see ``Subject``."""
    found = Subject(lock, summary, on_decided, content, visible, general)
    _put(_registry.subjects, kind, found)


def subjects() -> dict[str, Subject]:
    """All kinds of subjects."""
    return dict(_registry.subjects)


def subject(kind: str) -> Subject:
    """Raises KeyError for a kind nobody registered."""
    return _registry.subjects[kind]


def register_lint_rule(name: str, rule: LintRule) -> None:
    """``rule(blueprint)`` returns findings; for rules that need more than the pure package."""
    _put(_registry.lint_rules, name, rule)


def lint_rules() -> list[LintRule]:
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
