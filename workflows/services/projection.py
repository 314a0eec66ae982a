"""Identity rows of value streams and workflows, published from the model."""

from typing import Any

from governance.registries import Projection
from governance.services.projecting import project_kind
from workflows.models import ValueStream, Workflow


def value_streams(version: Any, blueprint: Any) -> Projection:
    """Upsert value streams."""
    return project_kind(
        ValueStream,
        version,
        {key: {"name": s.name, "code": s.code} for key, s in blueprint.find("ValueStream").items()},
    )


def workflows(version: Any, blueprint: Any) -> Projection:
    """Upsert workflows; each belongs to a stream projected before."""
    streams = {row.key: row for row in ValueStream.objects.all()}
    return project_kind(
        Workflow,
        version,
        {
            key: {"name": w.name, "value_stream": streams[str(w.value_stream)]}
            for key, w in blueprint.find("Workflow").items()
        },
    )
