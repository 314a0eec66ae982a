"""Controls at giving a role and at publishing the model."""

from collections.abc import Mapping
from typing import Any

from esm.events.actors import Actor
from esm.events.types import DomainEvent
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.controls import Place
from governance.blueprint.diff import diff
from governance.models import ModelVersion, Person, Role, RoleAssignment
from governance.selectors.control_values import assignment_values
from governance.selectors.plans import findings_of
from governance.selectors.versions import load_blueprint, published
from governance.services.controls import Watched, hold
from governance.services.periods import Period


def hold_assignment(
    person: Person, role: Role, valid: Period, *, focus_kind: str, focus: str, actor: Actor
) -> list[DomainEvent]:
    """Ask the controls in force whether somebody may be given a role; what to record beside it.

    Raises NotAllowed where one is not kept and no waiver covers it.
    """
    version = published()
    if version is None:
        return []
    thing = Watched(kind="person", pk=person.pk, ref=person.ref, version=version, actor=actor)
    scope = {"subject": {person.ref}}
    if focus_kind == "department":
        scope["department"] = {focus}

    def values() -> Mapping[str, Any]:
        held = RoleAssignment.objects.filter(person=person, valid__overlap=valid)
        return assignment_values(
            person,
            role,
            valid,
            given_by=actor.ref,
            focus_kind=focus_kind,
            focus=focus,
            held=held.exclude(role=role).values_list("role__key", flat=True),
        )

    return hold(thing, Place(at="assignment", role=role.key, scope=scope), values)


def hold_publishing(
    version: ModelVersion, former: ModelVersion | None, bp: Blueprint, *, actor: Actor
) -> list[DomainEvent]:
    """Ask the controls of the version in force whether another may follow it.

    Raises NotAllowed where one is not kept and no waiver covers it.
    """
    if former is None:
        return []
    thing = Watched(kind="model", pk=version.pk, ref=version.code, version=former, actor=actor)

    def values() -> Mapping[str, Any]:
        found = [finding.severity for finding in findings_of(bp)]
        return {
            "version": version.code,
            "kind": version.kind,
            "author": version.author.ref if version.author else None,
            "published_by": actor.ref,
            "without_consent": version.without_consent,
            "release_note": version.release_note,
            "changes": len(diff(load_blueprint(former.pk), bp)),
            "blockers": found.count("blocker"),
            "errors": found.count("error"),
        }

    return hold(thing, Place(at="publish", scope={"subject": {version.code}}), values)
