"""Where findings of a version are settled."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.lint import CODES
from governance.models import ModelVersion
from governance.selectors.people import Account
from governance.selectors.remedies import places, with_remedy


@dataclass(frozen=True, slots=True)
class WayOut:
    """Where a finding is settled, and what the button there says."""

    url: str
    words: str


def ways_out(
    user: Account, version: ModelVersion, bp: Blueprint, findings: Sequence[Finding]
) -> dict[str, WayOut]:
    """By fingerprint: the page of the remedy, in a draft, or that where people are assigned."""
    found = {}
    for mark, place in places(user, bp, findings).items():
        words = next(CODES[one.rule].remedy for one in findings if one.fingerprint == mark)
        found[mark] = WayOut(reverse(place.page, args=[place.key] if place.key else []), words)
    if version.state != ModelVersion.State.DRAFT:
        return found
    left = [one for one in findings if one.fingerprint not in found]
    for mark, verb in with_remedy(bp, left).items():
        found[mark] = WayOut(reverse("model-remedy", args=[version.code, mark]), verb)
    return found
