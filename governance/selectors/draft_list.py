"""Drafts of the model as those who write them see them side by side."""

from dataclasses import dataclass

from django.db.models import TextField
from django.db.models.functions import Cast

from governance.blueprint.blueprint import Blueprint
from governance.models import ModelElement, ModelVersion
from governance.selectors.lint_facts import facts_now
from governance.selectors.people import Account, facts_for
from governance.selectors.plans import findings_of

SHOWN = 20


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft, how many elements it changes against its base, and what is wrong with it."""

    version: ModelVersion
    changes: int
    findings: int
    blockers: int


def drafts_for(user: Account, known: list[ModelVersion]) -> list[DraftRow]:
    """Drafts among the versions ``known`` to somebody who may edit, latest first.

    Two queries and those for the people there are, whatever the number of drafts.
    """
    if not facts_for(user).steward:
        return []
    drafts = [v for v in known if v.state == ModelVersion.State.DRAFT][::-1][:SHOWN]
    if not drafts:
        return []
    held = _blueprints([v.pk for v in drafts])
    before = _hashes({v.based_on_id for v in drafts if v.based_on_id is not None})
    facts = None
    found = []
    for version in drafts:
        bp = held[version.pk]
        facts = facts or facts_now(bp)
        findings = findings_of(bp, facts)
        was, now = before.get(version.based_on_id or 0, {}), bp.hashes()
        changes = sum(was.get(one) != now.get(one) for one in was.keys() | now.keys())
        grave = sum(one.severity == "blocker" for one in findings)
        found.append(DraftRow(version, changes, len(findings), grave))
    return found


def _blueprints(pks: list[int]) -> dict[int, Blueprint]:
    raw: dict[int, dict[tuple[str, str], str]] = {pk: {} for pk in pks}
    hashes: dict[int, dict[tuple[str, str], bytes]] = {pk: {} for pk in pks}
    rows = ModelElement.objects.filter(version__in=pks).annotate(text=Cast("content", TextField()))
    listed = rows.values_list("version_id", "kind", "key", "text", "content_hash")
    for pk, kind, key, text, stored in listed:
        raw[pk][kind, key] = text
        hashes[pk][kind, key] = bytes(stored)
    return {pk: Blueprint.from_raw(raw[pk], hashes[pk]) for pk in pks}


def _hashes(pks: set[int]) -> dict[int, dict[tuple[str, str], bytes]]:
    found: dict[int, dict[tuple[str, str], bytes]] = {pk: {} for pk in pks}
    rows = ModelElement.objects.filter(version__in=pks)
    for pk, kind, key, stored in rows.values_list("version_id", "kind", "key", "content_hash"):
        found[pk][kind, key] = bytes(stored)
    return found
