"""Where a finding is mended: the form of an element in a draft, or the page of whoever keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from governance import registries
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import KINDS, folder_of
from governance.blueprint.lint import CODES
from governance.blueprint.paths import stages_by_key
from governance.models import KeptFinding, ModelVersion
from governance.selectors.people import Account, facts_for, person_for
from governance.selectors.remedies import Place, places


@dataclass(frozen=True, slots=True)
class Remedy:
    """One button: what it says and where it leads."""

    label: str
    url: str


@dataclass(frozen=True)
class Remedies:
    """What one viewer can do about findings; ``draft`` is where they would write."""

    bp: Blueprint
    version: ModelVersion
    steward: bool
    draft: ModelVersion | None
    assigned: Mapping[str, Place]

    def of(self, row: KeptFinding) -> Remedy | None:
        """The button of a finding; None where there is nothing to open."""
        said = CODES[row.rule].remedy if row.rule in CODES else _("Look at it")
        if row.counts:
            return Remedy(_("Look at them"), "/controls/#found")
        place = self.assigned.get(row.fingerprint)
        if place is not None:
            return Remedy(said, reverse(place.page, args=[place.key] if place.key else []))
        shown = registries.place_of(row.rule, row.kind, row.key, row.part, row.streams)
        if shown is not None:
            return Remedy(*shown)
        kind, key, part = self._mended(row)
        if kind not in KINDS or (kind, key) not in self.bp:
            return None
        if row.rule == "PRC21" or (row.rule == "TEC02" and part == "review"):
            return self._review(kind, key)
        element = f"{folder_of(kind)}/{key}"
        if not self.steward:
            return Remedy(_("Look at it"), f"/model/{self.version.code}/{element}/")
        if self.draft is None:
            return Remedy(said, f"/model/new-draft/?{urlencode({'title': row.sentence[:80]})}")
        query = f"?{urlencode({'part': part})}" if part else ""
        return Remedy(said, f"/model/{self.draft.code}/{element}/edit/{query}")

    def _review(self, kind: str, key: str) -> Remedy:
        """Stewards confirm it, others see whose it is."""
        if self.steward:
            where = reverse("review-confirm", args=[folder_of(kind), key])
            return Remedy(_("Confirm it again"), where)
        return Remedy(_("Look at it"), reverse("reviews"))

    def _mended(self, row: KeptFinding) -> tuple[str, str, str]:
        """The element in which it is mended, and its part: mostly the subject itself."""
        if row.rule == "PRC15" and (key := self._agreement(row)):
            return kinds.HandoffAgreement.__name__, key, ""
        if row.rule in ("PRC17", "GOV14", "GOV15") and row.part:
            return kinds.DecisionRight.__name__, row.part, ""
        return row.kind, row.key, row.part

    def _agreement(self, row: KeptFinding) -> str:
        """The agreement about a handoff between two stages."""
        workflow = self.bp.peek(kinds.Workflow, row.key)
        stages = stages_by_key(workflow) if workflow is not None else {}
        source, _slash, target = row.part.partition("/")
        if source not in stages or target not in stages:
            return ""
        pair = (stages[source].team, stages[target].team)
        found = [
            key
            for key, spec in self.bp.find(kinds.HandoffAgreement).items()
            if (spec.giver_team, spec.receiver_team) == pair and spec.stage in (None, target)
        ]
        return found[0] if found else ""


def remedies_for(
    user: Account, bp: Blueprint, version: ModelVersion, rows: Sequence[KeptFinding]
) -> Remedies:
    """What a viewer can do about these; a query for stewards, for the draft: their own, else the
    latest; up to four where they keep people.
    """
    facts, person = facts_for(user), person_for(user)
    draft = None
    if facts.steward:
        drafts = ModelVersion.objects.filter(state=ModelVersion.State.DRAFT).order_by("-number")
        known = list(drafts)
        own = [row for row in known if person is not None and row.author_id == person.pk]
        draft = next(iter([*own, *known]), None)
    found = [Finding(r.rule, "info", r.kind, r.key, r.sentence, r.part) for r in rows]
    return Remedies(bp, version, facts.steward, draft, places(user, bp, found))
