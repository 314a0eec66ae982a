"""Waivers as people see them, what may be waived, and how a decision shows one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from esm.common import clock
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.controls import guards_waivers
from governance.blueprint.findings import SEVERITIES
from governance.blueprint.kinds.controls import MAX_WAIVER_DAYS
from governance.models import Decision, KeptFinding, RunFinding, Waiver
from governance.registries import SubjectSummary
from governance.selectors.people import Account, facts_for, person_for
from governance.selectors.plans import findings_of
from governance.selectors.voting import takes_part, took_part

State, Of = Waiver.State, Waiver.Of
OTHERS = "An active waiver was approved by a decision of somebody else than who asked for it."
ONCE = "No two active waivers are about the same thing in the same scope."
STANDINGS = ("open", "requested", "active", "over", "all")
LIVE = (State.REQUESTED, State.ACTIVE)


@dataclass(frozen=True, slots=True)
class Waivable:
    """Something a waiver may be asked for; ``days`` is how long at most, 0 never."""

    of: str
    key: str
    name: str
    severity: str
    days: int

    @property
    def value(self) -> str:
        """How a form names it."""
        return f"{self.of}:{self.key}"


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """A waiver with where it stands now."""

    row: Waiver
    standing: str

    @property
    def over(self) -> bool:
        """It can never count again."""
        return self.standing in ("expired", "revoked", "declined")


def rows_of(found: Sequence[Waiver]) -> list[WaiverRow]:
    """With where they stand now; no query of its own."""
    now = clock.now()
    return [WaiverRow(row, row.standing(now)) for row in found]


def sees_all(user: Account) -> bool:
    """Stewards, auditors, executives and administrators see every waiver."""
    facts = facts_for(user)
    return facts.sees_all_departments or facts.admin


def visible_to(user: Account) -> QuerySet[Waiver]:
    """One's own and those one decides or decided; all for those who answer for the whole."""
    rows = Waiver.objects.select_related("requested_by", "decision__decided_by", "version")
    if sees_all(user):
        return rows
    person = person_for(user)
    if person is None:
        return rows.none()
    mine = Decision.objects.filter(
        takes_part(person.pk) | took_part(person.pk), subject_kind="waiver"
    )
    return rows.filter(Q(requested_by=person) | Q(pk__in=mine.values("subject_id")))


def visible(user: Account) -> QuerySet[Waiver, int]:
    """The pks an account may see, as decisions on waivers ask."""
    return visible_to(user).values_list("pk", flat=True)


def standing_is(rows: QuerySet[Waiver], standing: str, now: datetime) -> QuerySet[Waiver]:
    """Those that stand like this now: one of STANDINGS; those that end soonest first."""
    ahead = Q(expires_at__gt=now)
    wanted = {
        "open": Q(state__in=LIVE) & ahead,
        "requested": Q(state=State.REQUESTED) & ahead,
        "active": Q(state=State.ACTIVE) & ahead,
        "over": ~(Q(state__in=LIVE) & ahead),
        "all": Q(),
    }
    return rows.filter(wanted[standing]).order_by("expires_at", "pk")


def active_count() -> int:
    """How many waivers count now; everybody may know."""
    return Waiver.objects.filter(state=State.ACTIVE, expires_at__gt=clock.now()).count()


def active_of_findings(marks: Collection[str]) -> dict[str, Waiver]:
    """The waiver in force of each finding, by its mark; one query."""
    rows = Waiver.objects.filter(
        of=Of.FINDING, key__in=marks, state=State.ACTIVE, expires_at__gt=clock.now()
    )
    return {row.key: row for row in rows}


def waivable_controls(bp: Blueprint) -> list[Waivable]:
    """Controls and policies of a model that may be waived."""
    controls = bp.find(kinds.Control)
    found, of_policy = [], dict[str, list[Waivable]]()
    for key, spec in controls.items():
        days = 0 if guards_waivers(bp, spec) else spec.longest_days
        one = Waivable("control", key, spec.clause, spec.severity, days)
        found.append(one)
        of_policy.setdefault(spec.policy, []).append(one)
    for key, policy in bp.find(kinds.Policy).items():
        own = of_policy.get(key, [])
        severity = min((one.severity for one in own), key=_rank, default="error")
        days = min((one.days for one in own), default=MAX_WAIVER_DAYS)
        found.append(Waivable("policy", key, policy.statement, severity, days))
    return found


def _rank(severity: str) -> int:
    known: tuple[str, ...] = SEVERITIES
    return known.index(severity)


def waivable(bp: Blueprint, of: str, key: str) -> Waivable | None:
    """What a wish names, as it stands now; None where there is nothing of that name."""
    if of in (Of.CONTROL, Of.POLICY):
        return next((w for w in waivable_controls(bp) if (w.of, w.key) == (of, key)), None)
    for finding in findings_of(bp):
        if finding.fingerprint == key:
            days = 0 if _of_waivers(bp, finding.kind, finding.key) else MAX_WAIVER_DAYS
            severity = "warning" if finding.severity == "info" else finding.severity
            return Waivable("finding", key, finding.sentence, severity, days)
    row = RunFinding.objects.filter(fingerprint=key, closed_at=None).first()
    if row is not None:
        return Waivable("finding", key, row.sentence, row.severity, MAX_WAIVER_DAYS)
    kept = KeptFinding.objects.filter(fingerprint=key, fixed_at=None).first()
    # Of what is told of single decisions only those are waived, one by one.
    if kept is None or kept.counts:
        return None
    grave = "warning" if kept.severity == "info" else kept.severity
    return Waivable("finding", key, kept.sentence, grave, MAX_WAIVER_DAYS)


def _of_waivers(bp: Blueprint, kind: str, key: str) -> bool:
    """Whether a finding is about how waivers are granted."""
    spec = bp.peek(kinds.KINDS[kind], key) if kind in kinds.KINDS else None
    if isinstance(spec, kinds.DecisionRight):
        spec = bp.peek(kinds.DecisionType, spec.decision_type)
    return isinstance(spec, kinds.DecisionType) and spec.about == "waiver"


def deciding_type(bp: Blueprint) -> str | None:
    """The type of decision that grants waivers; the first by key where there are several."""
    found = [key for key, spec in bp.find(kinds.DecisionType).items() if spec.about == "waiver"]
    return found[0] if found else None


def content(parent: Waiver) -> Mapping[str, Any]:
    """What is decided on: all that was said when it was asked for."""
    return {
        "of": parent.of,
        "key": parent.key,
        "name": parent.name,
        "scope": f"{parent.scope_kind}:{parent.scope_key}",
        "reason": parent.reason,
        "risk": parent.risk,
        "compensation": parent.compensation,
        "expires_at": parent.expires_at.isoformat(),
        "data": {"severity": parent.severity, "risk": parent.severity},
    }


def summary(pks: Sequence[int]) -> Mapping[int, SubjectSummary]:
    """How decisions on waivers are shown; one query."""
    rows = Waiver.objects.filter(pk__in=pks).select_related("requested_by")
    return {
        row.pk: SubjectSummary(
            title=f"Waiver {row.ref}: {row.name}",
            url=f"/waivers/{row.pk}/",
            text=row.reason,
            facts=(
                ("Asked by", row.requested_by.name),
                ("Risk", row.risk),
                ("Compensation", row.compensation),
                ("Until", f"{row.expires_at:%d %b %Y}"),
            ),
        )
        for row in rows
    }


def granted_without_another() -> list[str]:
    """A sentence for each active waiver without an approval by somebody else; at most 50."""
    rows = Waiver.objects.filter(state=State.ACTIVE).exclude(
        decision__state=Decision.State.DECIDED,
        decision__outcome=Decision.Outcome.APPROVE,
        decision__subject_kind="waiver",
        decision__subject_id=F("pk"),
    )
    own = Waiver.objects.filter(
        Q(decision__decided_by=F("requested_by"))
        | Q(decision__votes__person=F("requested_by"), decision__votes__counted=True),
        state__in=(State.ACTIVE, State.EXPIRED, State.REVOKED),
    )
    said = [f"{row.ref} is active without an approval of its own." for row in rows[:50]]
    return said + [f"{row.ref} was approved by who asked for it." for row in own.distinct()[:50]]


def overlapping() -> list[str]:
    """A sentence for each control and scope with two active waivers; at most 50."""
    rows = Waiver.objects.filter(state=State.ACTIVE).order_by("of", "key", "pk")
    seen, said = set(), []
    for row in rows:
        mark = (row.of, row.key, row.scope_kind, row.scope_key)
        if mark in seen:
            said.append(f"{row.ref} is a second active waiver of {row.of} {row.key}.")
        seen.add(mark)
    return said[:50]


def due(now: datetime, warned: timedelta) -> Q:
    """What is over, and what is active and not yet warned of within its last time."""
    ending = Q(state=State.ACTIVE, reminded_at=None, expires_at__lte=now + warned)
    return Q(expires_at__lte=now) | ending
