"""One proposal beside the version that carries it: changes, findings, answers, objections."""

from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.consent import FOUR, Asked
from governance.models import ChangeProposal, KeptFinding, ModelVersion, Objection
from governance.selectors import change_record, proposals, review_page, rounds
from governance.selectors.change_record import Step
from governance.selectors.drafts import draft_blueprint
from governance.selectors.impact import Counts, counts_of, impact_of
from governance.selectors.model_page import WordedChange, worded
from governance.selectors.people import Account, facts_for, person_for
from governance.selectors.plans import changes_between
from governance.selectors.proposals import Tab
from governance.selectors.review_page import RoundShown
from governance.selectors.versions import blueprint, published
from governance.selectors.wording import element_name

State = ChangeProposal.State
KINDS = {
    "measures": "Measure",
    "rights": "DecisionRight",
    "handoffs": "HandoffAgreement",
    "skills": "Skill",
}
NAMES = {
    "people": "People",
    "process": "Process",
    "technology": "Technology",
    "governance": "Governance",
}
_FINAL = (ModelVersion.State.PUBLISHED, ModelVersion.State.RETIRED)


@dataclass(frozen=True)
class ProposalPage:
    """All of it; changes and answers only while its version is one to be agreed."""

    tabs: tuple[Tab, ...]
    missing: tuple[Asked, ...]
    named: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    findings: tuple[KeptFinding, ...]
    changes: tuple[WordedChange, ...]
    touched: Counts | None
    round: RoundShown | None
    objections: tuple[Objection, ...]
    steps: tuple[Step, ...]
    readable: bool
    may_change: bool
    may_settle: bool


def page(user: Account, row: ChangeProposal) -> ProposalPage:
    """What one proposal shows to an account that may see it."""
    former = published()
    bp = blueprint(former) if former is not None else Blueprint.from_raw({})
    facts, person = facts_for(user), person_for(user)
    version = row.version
    unread = (ModelVersion.State.DRAFT, ModelVersion.State.DISCARDED)
    readable = version is not None and (facts.steward or version.state not in unread)
    mine = person is not None and person.pk == row.author_id
    seen = version if readable else None
    consent = rounds.last_round(seen) if seen is not None else None
    writing = row.state in (*ChangeProposal.WRITING, State.INTEGRATING)
    return ProposalPage(
        tabs=tuple(proposals.tabs_of(row, [(key, NAMES[key], FOUR[key]) for key in FOUR])),
        missing=tuple(proposals.unanswered_of(row, bp)) if row.state in row.WRITING else (),
        named=tuple(_named(row, bp)),
        findings=tuple(KeptFinding.objects.filter(fingerprint__in=row.findings)),
        changes=tuple(_changes(seen, former)),
        touched=counts_of(impact_of(seen)) if seen is not None else None,
        round=review_page.round_shown(consent) if consent is not None else None,
        objections=tuple(review_page.objections_of(seen)) if seen is not None else (),
        steps=tuple(change_record.of_proposal(row)),
        readable=readable,
        may_change=writing and (facts.steward or mine),
        may_settle=writing and facts.steward,
    )


def _named(row: ChangeProposal, bp: Blueprint) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """(field, (key, name) of what it names)."""
    return [
        (name, tuple((key, element_name(bp, kind, key)) for key in getattr(row, name)))
        for name, kind in KINDS.items()
        if getattr(row, name)
    ]


def _changes(version: ModelVersion | None, former: ModelVersion | None) -> tuple[WordedChange, ...]:
    """What its version changes: against what is in force, or was before it."""
    if version is None:
        return ()
    base = version.based_on if version.state in _FINAL else former
    if base is None:
        return ()
    after = blueprint(version) if version.state in _FINAL else draft_blueprint(version)
    before = blueprint(base)
    return tuple(worded(one, before, after) for one in changes_between(before, after))
