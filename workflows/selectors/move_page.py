"""One request that somebody may move: what would change, what is in the way, what to choose."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from esm.common.errors import InvalidState
from governance import policies
from governance.models import InFlightPolicy, ModelVersion
from governance.policies import Scope
from governance.selectors import people, versions
from workflows.engine import migrating as engine
from workflows.models import Request, RequestMigration
from workflows.selectors import migrating, migrating_words
from workflows.selectors.migrating import Target
from workflows.selectors.running_page import Choice


@dataclass(frozen=True)
class MovePage:
    """What the page of one move shows."""

    version: ModelVersion
    mapping: dict[str, str]
    reasons: list[str]
    choices: list[Choice] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    asked_anew: bool = False


def page(request: Request) -> MovePage:
    """Read what would become of a request. Raises InvalidState where it cannot move at all."""
    version = versions.published()
    if not request.is_open:
        raise InvalidState(f"This request is {request.get_state_display()}.", allowed=[])
    if version is None or version.pk == request.version_id:
        raise InvalidState("This request follows the version in force already.", allowed=[])
    chosen = InFlightPolicy.objects.filter(version=version, workflow_key=request.workflow_key)
    mapping: dict[str, str] = next(iter(chosen.values_list("mapping", flat=True)), {})
    target = Target(version, mapping)
    (look,) = migrating.look_at([request], target)
    voted = [one for one in look.hindrances if one.code == migrating.VOTED]
    return MovePage(
        version=version,
        mapping=mapping,
        reasons=migrating_words.reasons(look, target),
        choices=_choices(request, look, target),
        changes=_changes(look),
        asked_anew=bool(voted),
    )


def _choices(request: Request, look: migrating.Look, target: Target) -> list[Choice]:
    """A step to choose for each that its work cannot go on at by itself."""
    stuck = [one for one in look.hindrances if one.code in ("gone", "nowhere", "kind", "team")]
    if not stuck:
        return []
    bp, workflow = versions.blueprint(request.version_id), request.workflow_key
    old, new = bp.workflow_graph(workflow), target.blueprint.workflow_graph(workflow)
    found = {}
    for one in stuck:
        keys = engine.candidates(old, one.stage, new)
        names = [(key, target.blueprint.stage(workflow, key).name) for key in keys]
        found[one.stage] = Choice(one.stage, bp.stage(workflow, one.stage).name, "", names, 1)
    return list(found.values())


def _changes(look: migrating.Look) -> list[str]:
    if not look.safe or not look.asked_anew:
        return []
    return [_("Others decide what is being decided; it is asked anew.")]


@dataclass(frozen=True)
class Moves:
    """How a request stands to the version in force, as its page shows it to a viewer."""

    last: RequestMigration | None
    may_move: bool
    may_undo: bool


def moves_of(user: Any, request: Request) -> Moves:
    """The last move of a request, for whoever may move it; a query for them, none for others."""
    actor, facts = people.actor_for(user), people.facts_for(user)
    if not request.is_open or not policies.judge(actor, "model.move", Scope(), facts).ok:
        return Moves(None, False, False)
    last = request.migrations.select_related("version", "before_version").order_by("-seq").first()
    current = versions.current()
    moved = last is not None and last.undone_at is None
    elsewhere = current is not None and current.pk != request.version_id
    return Moves(last if moved else None, elsewhere, moved)
