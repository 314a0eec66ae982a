"""Findings of the version in force: looked for every night, kept, acknowledged.

One run is one transaction: the versions are locked first, so that nothing is published meanwhile,
then what is kept. Running again changes nothing but the day on which each was last seen.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid, InvalidState
from esm.events.actors import SYSTEM, Actor
from esm.events.services import ledger
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.lint import CODES
from governance.blueprint.lint.facts import Flow
from governance.blueprint.lint.owner import owner_of, streams_of
from governance.blueprint.lint.stake import evidence_of, stake_of
from governance.event_types import FindingAcknowledged, ModelChecked
from governance.locks import lock_finding, lock_finding_of, lock_findings, lock_versions
from governance.models import (
    FindingClosing,
    FindingSpell,
    KeptFinding,
    ModelVersion,
    Waiver,
)
from governance.policies import Scope, require
from governance.selectors.happened import found_in_what_happened
from governance.selectors.lint_facts import facts_with_flow
from governance.selectors.owning import holds
from governance.selectors.plans import findings_of
from governance.selectors.versions import blueprint
from governance.selectors.waivers import active_of_findings
from governance.services.closing_findings import local_day, open_closings, reopened_event

State = KeptFinding.State
MAX_NOTE = 2000
# What a run writes of a finding that is still there.
SEEN = (
    "severity", "sentence", "evidence", "stake", "owner_role", "streams", "state", "inherited",
    "version", "opened_at", "last_seen", "fixed_at", "times", "waiver", "acknowledged_at",
    "acknowledged_by", "note",
)  # fmt: skip


@dataclass
class Checked:
    """What a run changed, by mark; ``open`` counts by severity what is open now."""

    opened: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    fixed: list[str] = field(default_factory=list)
    open: Counter[str] = field(default_factory=Counter)

    @property
    def changed(self) -> bool:
        """Whether something came, came back or went."""
        return bool(self.opened or self.returned or self.fixed)


def keep_findings() -> Checked | None:
    """Look for all findings of the version in force and keep them; None while there is none."""
    with transaction.atomic():
        versions = lock_versions().values()
        version = next((v for v in versions if v.state == ModelVersion.State.PUBLISHED), None)
        if version is None:
            return None
        bp = blueprint(version)
        facts = facts_with_flow(bp)
        found = [*findings_of(bp, facts), *found_in_what_happened(bp)]
        return _Run(version, bp, facts.flow).write(found)


def keep_unchecked() -> bool:
    """The same where the version in force was never looked at; one query where it was."""
    rows = ModelVersion.objects.filter(state=ModelVersion.State.PUBLISHED, checked_at=None)
    return rows.exists() and keep_findings() is not None


class _Run:
    """One run over what is kept."""

    def __init__(self, version: ModelVersion, bp: Blueprint, flow: Flow | None) -> None:
        self.version, self.bp, self.flow = version, bp, flow
        self.now = clock.now()
        self.done = Checked()
        self.today = local_day(bp, self.now)
        self.closings: dict[int, FindingClosing] = {}
        self.reopened: list[FindingClosing] = []

    def write(self, findings: Sequence[Finding]) -> Checked:
        """Bring what is kept in line with what was found."""
        found = {one.fingerprint: one for one in findings}
        waived = active_of_findings(found.keys()) if found else {}
        known = {row.fingerprint: row for row in lock_findings()}
        fresh = [self._new(one) for mark, one in found.items() if mark not in known]
        for row in fresh:
            known[row.fingerprint] = row
        before = {mark: (row.state, row.severity) for mark, row in known.items()}
        self.closings = open_closings()
        for mark, one in found.items():
            self._seen(known[mark], one, waived.get(mark), new=known[mark].pk is None)
        gone = [row for mark, row in known.items() if mark not in found and row.fixed_at is None]
        for row in gone:
            self._gone(row)
        KeptFinding.objects.bulk_create(fresh)
        kept = [known[mark] for mark in found if known[mark] not in fresh]
        KeptFinding.objects.bulk_update([*kept, *gone], SEEN, batch_size=500)
        self._spells(list(known.values()), before, {row.fingerprint for row in fresh})
        over = [one for one in self.closings.values() if one.ended_at is not None]
        FindingClosing.objects.bulk_update(over, ["outcome", "ended_at"])
        self._record()
        return self.done

    def _new(self, one: Finding) -> KeptFinding:
        as_is = self.version.kind == ModelVersion.Kind.AS_IS
        cls = CODES[one.rule].cls if one.rule in CODES else "D"
        return KeptFinding(
            fingerprint=one.fingerprint,
            rule=one.rule,
            cls=cls,
            kind=one.kind,
            key=one.key,
            part=one.part,
            inherited=as_is and cls == "D",
            first_version=self.version,
            version=self.version,
            first_seen=self.now,
            opened_at=self.now,
        )

    def _seen(self, row: KeptFinding, one: Finding, waiver: Waiver | None, *, new: bool) -> None:
        """A finding that is there; one that was mended is back, with its first day."""
        if new:
            self.done.opened.append(row.fingerprint)
        elif row.state == State.FIXED:
            self.done.returned.append(row.fingerprint)
            row.inherited = False
            row.times += 1
            row.opened_at, row.fixed_at, row.state = self.now, None, State.OPEN
            row.acknowledged_at = row.acknowledged_by = None
            row.note = ""
        elif row.version_id != self.version.pk:
            row.inherited = True
        row.severity, row.sentence = one.severity, one.sentence
        row.evidence, row.stake = evidence_of(one, self.flow), stake_of(one, self.flow)
        row.owner_role, row.streams = owner_of(self.bp, one), list(streams_of(self.bp, one))
        row.version, row.last_seen, row.waiver = self.version, self.now, waiver
        if waiver is not None:
            row.state = State.WAIVED
        elif row.state == State.WAIVED:
            row.state = State.ACKNOWLEDGED if row.acknowledged_at else State.OPEN
        closing = self.closings.get(row.pk)
        if closing is not None and waiver is None:
            self._closed(row, closing)
        if row.open:
            self.done.open[row.severity] += 1

    def _closed(self, row: KeptFinding, closing: FindingClosing) -> None:
        """What was closed stays so until its day, or its proposal, is over; then it is open."""
        due = closing.due is not None and closing.due < self.today
        if not due and not closing.over:
            row.state = State.CLOSED
            return
        row.state, row.note = State.OPEN, ""
        row.acknowledged_at = row.acknowledged_by = None
        closing.outcome, closing.ended_at = FindingClosing.Outcome.FOUND_AGAIN, self.now
        self.reopened.append(closing)

    def _gone(self, row: KeptFinding) -> None:
        self.done.fixed.append(row.fingerprint)
        row.state, row.fixed_at, row.waiver = State.FIXED, self.now, None
        closing = self.closings.get(row.pk)
        if closing is not None:
            closing.outcome, closing.ended_at = FindingClosing.Outcome.HELD, self.now

    def _spells(
        self,
        rows: Sequence[KeptFinding],
        before: Mapping[str, tuple[str, str]],
        fresh: set[str],
    ) -> None:
        """Begin and end the times in which findings were open, of one severity each."""
        ended, began = [], []
        for row in rows:
            state, severity = before[row.fingerprint]
            was = row.fingerprint not in fresh and state in KeptFinding.DEBT
            same = was and row.open and severity == row.severity
            if was and not same:
                ended.append(row.pk)
            if row.open and not same:
                began.append(FindingSpell(finding=row, severity=row.severity, began_at=self.now))
        FindingSpell.objects.filter(finding__in=ended, ended_at=None).update(ended_at=self.now)
        FindingSpell.objects.bulk_create(began)

    def _record(self) -> None:
        """One event for all that changed, and one for each that is open again; none for nothing."""
        if self.reopened:
            again = [reopened_event(self.version, one) for one in self.reopened]
            ledger.record(self.version, again, actor=SYSTEM)
        if not self.done.changed:
            ModelVersion.objects.filter(pk=self.version.pk).update(checked_at=self.now)
            return
        event = ModelChecked(
            version=self.version.code,
            opened=tuple(self.done.opened),
            returned=tuple(self.done.returned),
            fixed=tuple(sorted(self.done.fixed)),
            open=dict(sorted(self.done.open.items())),
        )
        ledger.record(self.version, [event], actor=SYSTEM, columns={"checked_at": self.now})


def acknowledge_finding(finding_id: int, *, note: str, actor: Actor) -> KeptFinding:
    """Whoever answers for it, or a steward, takes note of it and says what becomes of it.

    It stays open and counts. Raises NotFound, NotAllowed, Invalid without a note, InvalidState for
    one that is mended or waived.
    """
    with transaction.atomic():
        version = _in_force(lock_versions())
        row = lock_finding(finding_id)
        mine = holds(actor.person_id, row.owner_role, clock.now())
        require(
            actor, "finding.acknowledge", Scope(holder_id=(actor.person_id or 0) if mine else 0)
        )
        text = note.strip()
        if not text:
            said = "Say what becomes of it: who looks at it, until when, or why it stays."
            raise Invalid(said, {"note": [said]})
        if len(text) > MAX_NOTE:
            said = f"At most {MAX_NOTE:,} characters; this has {len(text):,}."
            raise Invalid(said, {"note": [said]})
        if not row.open:
            raise InvalidState(f"{row.ref} is {row.get_state_display()} already.", allowed=[])
        row.state, row.note = State.ACKNOWLEDGED, text
        row.acknowledged_at, row.acknowledged_by_id = clock.now(), actor.person_id
        row.save(update_fields=["state", "note", "acknowledged_at", "acknowledged_by"])
        event = FindingAcknowledged(
            version=version.code,
            finding=row.ref,
            mark=row.fingerprint,
            rule=row.rule,
            owner=row.owner_role,
            private={"note": text},
        )
        ledger.record(version, [event], actor=actor)
        return row


def follow_waiver(waiver: Waiver) -> None:
    """A waiver of a finding began to count or ended: the finding does so at once, too."""
    if waiver.of != Waiver.Of.FINDING:
        return
    row = lock_finding_of(waiver.key)
    if row is None:
        return
    now = clock.now()
    if waiver.state == Waiver.State.ACTIVE and row.open:
        row.state, row.waiver = State.WAIVED, waiver
        FindingSpell.objects.filter(finding=row, ended_at=None).update(ended_at=now)
    elif waiver.state != Waiver.State.ACTIVE and row.waiver_id == waiver.pk:
        row.state = State.ACKNOWLEDGED if row.acknowledged_at else State.OPEN
        row.waiver = None
        FindingSpell.objects.create(finding=row, severity=row.severity, began_at=now)
    row.save(update_fields=["state", "waiver"])


def _in_force(versions: Mapping[int, ModelVersion]) -> ModelVersion:
    """Raises InvalidState while nothing is in force."""
    for version in versions.values():
        if version.state == ModelVersion.State.PUBLISHED:
            return version
    raise InvalidState("No version of the model is in force.", allowed=[])
