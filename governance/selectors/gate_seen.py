"""The ratchet as pages show it of drafts, from what is kept of both versions."""

from collections.abc import Sequence
from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.lint import NOTHING, Finding
from governance.models import ModelVersion
from governance.selectors.drafts import draft_checked
from governance.selectors.gate import SIGNED, unwaived


@dataclass(frozen=True)
class Looked:
    """A version beside what is in force, with the findings that keep it from following."""

    before: Blueprint
    bp: Blueprint
    left: tuple[Finding, ...]


def look(version: ModelVersion, former: ModelVersion | None) -> Looked:
    """The same for pages, from what is kept of both; looked for anew only where it changed.

    Signatures are asked of people here.
    """
    bp, found = draft_checked(version, NOTHING)
    before = Blueprint.from_raw({})
    inherited: Sequence[Finding] = ()
    if former is not None:
        before, inherited = draft_checked(former, NOTHING)
    if version.kind == ModelVersion.Kind.AS_IS:
        return Looked(before, bp, ())
    left = unwaived(before, bp, inherited, found)
    return Looked(before, bp, tuple(one for one in left if one.rule != SIGNED))
