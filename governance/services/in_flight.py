"""Says what becomes of running requests when a version comes into force, workflow by workflow."""

from collections.abc import Mapping

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotFound
from esm.events.actors import Actor
from esm.events.services import ledger
from governance.blueprint.kinds.workflows import Workflow
from governance.event_types.moving import ModelInFlightChosen
from governance.locks import lock_version
from governance.models import InFlightPolicy, ModelVersion
from governance.policies import Scope, require
from governance.selectors.versions import load_blueprint

Policy = InFlightPolicy.Policy


def choose_policy(
    version: ModelVersion,
    workflow: str,
    *,
    policy: str,
    mapping: Mapping[str, str] | None = None,
    actor: Actor,
) -> InFlightPolicy:
    """Let what runs in a workflow end where it began, or move to this version.

    ``mapping`` gives for old steps the step of this version at which their work goes on. Raises
    NotAllowed, NotFound for a workflow this version does not have, Invalid for a step it does not
    have, InvalidState once the version is over.
    """
    with transaction.atomic():
        version = lock_version(version.pk)
        require(actor, "model.move", Scope())
        if version.state not in InFlightPolicy.OPEN:
            raise InvalidState(
                f"{version.code} is {version.get_state_display()}; nothing moves to it any more."
            )
        steps = _checked(version, workflow, policy, mapping or {})
        row, _made = InFlightPolicy.objects.update_or_create(
            version=version,
            workflow_key=workflow,
            defaults={
                "policy": policy,
                "mapping": steps,
                "chosen_at": clock.now(),
                "chosen_by_id": actor.person_id,
            },
        )
        event = ModelInFlightChosen(
            version=version.code, workflow=workflow, policy=policy, mapping=steps
        )
        ledger.record(version, [event], actor=actor)
        return row


def _checked(
    version: ModelVersion, workflow: str, policy: str, mapping: Mapping[str, str]
) -> dict[str, str]:
    spec = load_blueprint(version.pk).peek(Workflow, workflow)
    if spec is None:
        raise NotFound(f"{version.code} has no workflow “{workflow}”.")
    if policy not in Policy.values:
        sentence = "Choose whether what runs ends where it began or moves to this version."
        raise Invalid(sentence, {"policy": [sentence]})
    steps = {old: new for old, new in mapping.items() if new}
    known = {stage.key for stage in spec.stages}
    for old, new in steps.items():
        if new not in known:
            sentence = f"{version.code} has no step “{new}” in this workflow; choose one it has."
            raise Invalid(sentence, {f"step-{old}": [sentence]})
    return steps if policy == Policy.MIGRATE else {}
