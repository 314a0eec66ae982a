"""Says what becomes of a finding: people work otherwise by a day, or a proposal changes the model.

From then on it is closed and counts no more, until it is looked at again: the nightly run opens it
where it is still found after its day, or when its proposal has come to its end.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid, InvalidState
from esm.events.actors import Actor
from esm.events.services import ledger
from esm.events.types import DomainEvent
from governance.blueprint.blueprint import Blueprint
from governance.event_types.findings import FindingClosed, FindingReopened
from governance.locks import lock_finding, lock_versions
from governance.models import (
    ChangeProposal,
    FindingClosing,
    FindingSpell,
    KeptFinding,
    ModelVersion,
    Person,
)
from governance.policies import Scope, require
from governance.selectors.owning import holds
from governance.selectors.versions import blueprint
from governance.services.proposing import Wording, write_proposal

How = FindingClosing.How
MAX_WHAT = 2000
LATEST = timedelta(days=366)
_KINDS = {"PEO": "people", "TEC": "technology", "GOV": "governance", "ADO": "governance"}


def open_closings() -> dict[int, FindingClosing]:
    """By finding, the closings that were not looked at again yet; one query."""
    rows = FindingClosing.objects.filter(ended_at=None).select_related("finding", "proposal")
    return {row.finding_id: row for row in rows}


def local_day(bp: Blueprint, at: datetime) -> date:
    """The day of the organisation in which a moment lies."""
    return at.astimezone(ZoneInfo(bp.organisation().zone)).date()


def reopened_event(version: ModelVersion, closing: FindingClosing) -> FindingReopened:
    """What the ledger says of a finding that was found again."""
    row = closing.finding
    return FindingReopened(
        version=version.code,
        finding=row.ref,
        mark=row.fingerprint,
        rule=row.rule,
        owner=row.owner_role,
        how=closing.how,
    )


def close_finding(
    finding_id: int,
    *,
    how: str,
    what: str,
    who: Person | None = None,
    due: date | None = None,
    proposal: ChangeProposal | None = None,
    actor: Actor,
) -> FindingClosing:
    """Close a finding: with who does what by when, or with the proposal that changes the model.

    Without ``proposal`` a new one is begun that names the finding. Raises NotFound, NotAllowed,
    Invalid with all that is missing, InvalidState for one that is not open.
    """
    with transaction.atomic():
        version = _in_force()
        row = lock_finding(finding_id)
        mine = holds(actor.person_id, row.owner_role, clock.now())
        require(actor, "finding.close", Scope(holder_id=(actor.person_id or 0) if mine else 0))
        text = what.replace("\x00", "").strip()
        _check(version, how, text, who, due, proposal)
        if not row.open:
            raise InvalidState(f"{row.ref} is {row.get_state_display()} already.", allowed=[])
        person = Person.objects.get(pk=actor.person_id or 0)
        if how == How.MODEL and proposal is None:
            proposal = write_proposal(person, _wording(row, text), actor=actor)
        closing = FindingClosing.objects.create(
            finding=row,
            how=how,
            what=text,
            who=who if how == How.BEHAVIOUR else None,
            due=due if how == How.BEHAVIOUR else None,
            proposal=proposal if how == How.MODEL else None,
            closed_at=clock.now(),
            closed_by=person,
        )
        row.state = KeptFinding.State.CLOSED
        row.save(update_fields=["state"])
        FindingSpell.objects.filter(finding=row, ended_at=None).update(ended_at=clock.now())
        ledger.record(version, [_closed_event(version, closing)], actor=actor)
        return closing


def _wording(row: KeptFinding, what: str) -> Wording:
    title = row.sentence if len(row.sentence) <= 200 else f"{row.sentence[:197]}…"
    return Wording(
        title=title,
        kind=_KINDS.get(row.rule[:3], "process"),
        tension=row.sentence,
        evidence=what,
        findings=(row.fingerprint,),
    )


def _closed_event(version: ModelVersion, closing: FindingClosing) -> DomainEvent:
    row = closing.finding
    return FindingClosed(
        version=version.code,
        finding=row.ref,
        mark=row.fingerprint,
        rule=row.rule,
        owner=row.owner_role,
        how=closing.how,
        who=closing.who.ref if closing.who is not None else "",
        due=closing.due.isoformat() if closing.due is not None else None,
        proposal=closing.proposal.ref if closing.proposal is not None else "",
        private={"what": closing.what},
    )


def _check(
    version: ModelVersion,
    how: str,
    what: str,
    who: Person | None,
    due: date | None,
    proposal: ChangeProposal | None,
) -> None:
    errors: dict[str, list[str]] = {}
    if how not in How.values:
        errors["how"] = ["Choose whether people work otherwise or the model changes."]
    if not what or len(what) > MAX_WHAT:
        errors["what"] = [f"Say in at most {MAX_WHAT:,} characters what is done about it."]
    if how == How.BEHAVIOUR:
        if who is None or not who.active:
            errors["who"] = ["Name who sees to it; somebody who works here."]
        today = local_day(blueprint(version), clock.now())
        if due is None or not today <= due <= today + LATEST:
            errors["due"] = ["Name the day by which it is done, from today on, within a year."]
    if how == How.MODEL and proposal is not None and proposal.state in ChangeProposal.ENDED:
        errors["proposal"] = [f"{proposal.ref} has ended; choose one that goes on, or a new one."]
    if errors:
        raise Invalid(next(iter(errors.values()))[0], errors)


def _in_force() -> ModelVersion:
    for version in lock_versions().values():
        if version.state == ModelVersion.State.PUBLISHED:
            return version
    raise InvalidState("No version of the model is in force.", allowed=[])
