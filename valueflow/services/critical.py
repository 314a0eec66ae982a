"""A stream becomes one of the critical few, or is released: an edit of a draft like any other."""

from collections.abc import Sequence

from django.db import transaction

from esm.common.errors import InvalidState, NotFound
from esm.events.actors import Actor
from governance.blueprint.adoption.critical import limit_of
from governance.blueprint.kinds import ValueStream
from governance.blueprint.serialise import content_hash
from governance.locks import lock_version
from governance.models import ModelVersion
from governance.policies import Scope, require
from governance.selectors.versions import load_blueprint
from governance.services import drafting


def mark_stream(
    version: ModelVersion,
    stream: str,
    *,
    critical: bool,
    lowest: Sequence[str] = (),
    actor: Actor,
) -> ModelVersion:
    """Mark a stream in a draft, or release it; as it stands already, nothing happens.

    ``lowest`` are keys of streams, lowest priority first: those that are told when the limit is
    reached. Raises NotAllowed, NotFound, and InvalidState beyond the limit or for no draft.
    """
    with transaction.atomic():
        version = lock_version(version.pk)
        require(actor, "model.edit", Scope())
        bp = load_blueprint(version.pk)
        spec = bp.peek(ValueStream, stream)
        if spec is None:
            raise NotFound(f"There is no such stream in {version.code}.")
        chosen = {k: s for k, s in bp.find(ValueStream).items() if s.criticality == "critical"}
        limit = limit_of(bp.organisation())
        if critical and stream not in chosen and len(chosen) >= limit:
            order = [key for key in lowest if key in chosen]
            order += sorted(set(chosen) - set(order))
            named = ", ".join(f"“{chosen[key].name}”" for key in order)
            raise InvalidState(
                f"{len(chosen)} streams are critical in {version.code} and {limit} may be at once."
                f" Release one first, of the lowest priority: {named}.",
                allowed=[],
            )
        wanted = "critical" if critical else "normal"
        drafting.edit_element(
            version,
            "ValueStream",
            stream,
            spec.model_copy(update={"criticality": wanted}),
            expected_hash=content_hash(spec),
            actor=actor,
        )
        return version
