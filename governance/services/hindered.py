"""Refuses a step of a version with everything that stands in its way, and who can clear each."""

from esm.common.errors import Hindered
from governance.models import ModelVersion
from governance.selectors import hindrances
from governance.selectors.hindrances import DONE, Step


def must_be_clear(version: ModelVersion, step: Step, allowed: tuple[str, ...] = ()) -> None:
    """Raises Hindered unless nothing keeps a version from a step."""
    found = hindrances.of_version(version, step)
    if not found:
        return
    more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
    raise Hindered(
        f"{version.code} cannot be {DONE[step]}: {found[0].sentence}{more}",
        hindrances=hindrances.as_data(found),
        lines=[one.line for one in found],
        allowed=list(allowed),
    )
