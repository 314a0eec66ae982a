"""Drafts of the model as those who write them see them side by side."""

from dataclasses import dataclass

from governance.blueprint.lint import Facts
from governance.models import ModelElement, ModelVersion
from governance.selectors.drafts import draft_findings
from governance.selectors.people import Account, facts_for

SHOWN = 10


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft, how many elements it changes against its base, and what is wrong with it."""

    version: ModelVersion
    changes: int
    findings: int
    blockers: int


def drafts_for(user: Account, known: list[ModelVersion], facts: Facts | None) -> list[DraftRow]:
    """Drafts among the versions ``known`` to somebody who may edit, latest first."""
    if not facts_for(user).steward:
        return []
    drafts = [v for v in known if v.state == ModelVersion.State.DRAFT][::-1][:SHOWN]
    hashes = _hashes({v.pk for v in drafts} | {v.based_on_id or 0 for v in drafts})
    found = []
    for version in drafts:
        findings = draft_findings(version, facts)
        was, now = hashes.get(version.based_on_id or 0, {}), hashes[version.pk]
        changes = sum(was.get(one) != now.get(one) for one in was.keys() | now.keys())
        grave = sum(one.severity == "blocker" for one in findings)
        found.append(DraftRow(version, changes, len(findings), grave))
    return found


def _hashes(pks: set[int]) -> dict[int, dict[tuple[str, str], bytes]]:
    found: dict[int, dict[tuple[str, str], bytes]] = {pk: {} for pk in pks}
    rows = ModelElement.objects.filter(version__in=pks)
    for pk, kind, key, stored in rows.values_list("version_id", "kind", "key", "content_hash"):
        found[pk][kind, key] = bytes(stored)
    return found
