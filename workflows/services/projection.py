"""Identity rows of value streams and workflows, published from the model."""

from governance import registries
from governance.blueprint.blueprint import Blueprint
from governance.models import ModelVersion
from governance.registries import Projection
from governance.services.projecting import moment_of, upsert_rows
from workflows.models import ValueStream, Workflow
from workflows.selectors import calendars, identities


def value_streams(version: ModelVersion, blueprint: Blueprint) -> Projection:
    """Upsert value streams."""
    identities.forget()
    calendars.forget()
    rows = {
        key: {"name": spec.name, "code": spec.code}
        for key, spec in blueprint.find("ValueStream").items()
    }
    return upsert_rows(ValueStream, rows, moment_of(version))


def workflows(version: ModelVersion, blueprint: Blueprint) -> Projection:
    """Upsert workflows; each belongs to a stream projected before."""
    streams = {row.key: row.pk for row in ValueStream.objects.all()}
    rows = {
        key: {"name": spec.name, "value_stream_id": streams[str(spec.value_stream)]}
        for key, spec in blueprint.find("Workflow").items()
    }
    return upsert_rows(Workflow, rows, moment_of(version))


def register() -> None:
    """Called once at start; streams come before what belongs to them."""
    registries.register_projector("ValueStream", value_streams)
    registries.register_projector("Workflow", workflows)
