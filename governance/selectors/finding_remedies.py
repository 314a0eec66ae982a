"""Where a finding is mended: the form of an element in a draft, or the page of whoever keeps it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from governance import registries
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import KINDS, folder_of
from governance.blueprint.lint import CODES
from governance.blueprint.paths import stages_by_key
from governance.models import KeptFinding, ModelVersion
from governance.selectors.happened import SAID
from governance.selectors.people import Account, facts_for, person_for

HOLDERS = ("PEO01", "PEO02", "PEO03")
DELEGATED = ("GOV08", "GOV09", "GOV10")


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
    keeps_people: bool
    draft: ModelVersion | None

    def of(self, row: KeptFinding) -> Remedy | None:
        """The button of a finding; None where there is nothing to open."""
        said = CODES[row.rule].remedy if row.rule in CODES else _("Look at it")
        if row.rule in SAID:
            return Remedy(_("Look at them"), "/controls/#found")
        if self.keeps_people and (url := _kept_at(row)):
            return Remedy(said, url)
        shown = registries.place_of(row.rule, row.kind, row.key, row.part, row.streams)
        if shown is not None:
            return Remedy(*shown)
        kind, key, part = self._mended(row)
        if kind not in KINDS or (kind, key) not in self.bp:
            return None
        place = f"{folder_of(kind)}/{key}"
        if not self.steward:
            return Remedy(_("Look at it"), f"/model/{self.version.code}/{place}/")
        if self.draft is None:
            return Remedy(said, f"/model/new-draft/?{urlencode({'title': row.sentence[:80]})}")
        query = f"?{urlencode({'part': part})}" if part else ""
        return Remedy(said, f"/model/{self.draft.code}/{place}/edit/{query}")

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


def _kept_at(row: KeptFinding) -> str:
    if row.kind == "Role" and row.rule in HOLDERS:
        return f"/admin/roles/{row.key}/"
    if row.kind == "Team" and row.rule == "PEO09":
        return f"/admin/teams/{row.key}/"
    if row.rule in DELEGATED:
        return "/admin/delegations/"
    return "/who-decides/separation/" if row.rule == "GOV12" else ""


def remedies_for(user: Account, bp: Blueprint, version: ModelVersion) -> Remedies:
    """What a viewer can do; one query for stewards, for the draft: their own, else the latest."""
    facts, person = facts_for(user), person_for(user)
    draft = None
    if facts.steward:
        rows = list(ModelVersion.objects.filter(state=ModelVersion.State.DRAFT).order_by("-number"))
        own = [row for row in rows if person is not None and row.author_id == person.pk]
        draft = next(iter([*own, *rows]), None)
    return Remedies(bp, version, facts.steward, facts.admin or facts.steward, draft)
