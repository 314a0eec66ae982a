"""What went wrong in what happened: controls that detect, and rules that need events.

GOV11 whoever asked decided, GOV16 who decided differs from the rules, GOV17 probable splitting,
GOV19 a waiver is asked for again and again. What passed under a waiver is nothing wrong.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Literal

from django.db.models import F, Q

from esm.events.selectors.parents import parent_models
from governance import registries
from governance.blueprint import kinds
from governance.blueprint.controls import InForce, Place, bound, clause_of, judge
from governance.models import (
    ControlResult,
    Decision,
    ModelVersion,
    RoleAssignment,
    RunFinding,
    Vote,
    Waiver,
)
from governance.selectors import differing
from governance.selectors.control_values import assignment_values, decision_values
from governance.selectors.records import parent_of
from governance.selectors.versions import blueprint, published

APPROVE = Decision.Outcome.APPROVE
RENEWED = 3
YEAR = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Found:
    """One thing that is wrong; rule, element and subject name it for good."""

    rule: str
    severity: str
    kind: str
    key: str
    sentence: str
    happened_at: datetime
    control: str = ""
    subject_kind: str = ""
    subject_id: int | None = None
    subject_ref: str = ""
    decision_id: int | None = None
    part: str = ""

    @property
    def fingerprint(self) -> str:
        """Stable while rule and subject stay the same, whatever the sentence says."""
        named = (self.rule, self.kind, self.key, self.subject_kind, str(self.subject_id), self.part)
        return hashlib.sha256("\n".join(named).encode()).hexdigest()[:32]


def look(since: datetime, now: datetime) -> list[Found]:
    """Everything that is wrong with what was done since then, and with what was found before.

    What was found before is looked at again, so that what is gone can be closed.
    """
    known = RunFinding.objects.filter(closed_at=None, decision__isnull=False).values("decision")
    rows = Decision.objects.filter(state=Decision.State.DECIDED).filter(
        Q(decided_at__gte=since) | Q(pk__in=known)
    )
    related = rows.select_related("version", "requester", "beneficiary", "decided_by", "delegation")
    found = [*_of_decisions(list(related.order_by("pk")), now)]
    found += [*_of_holdings(now), *_of_waivers(since, now)]
    for tell in registries.observers():
        for seen in tell(since, now):
            found += _detected(seen.version, seen.place, partial(_told, seen), seen)
    return list({one.fingerprint: one for one in found}.values())


def _told(seen: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = seen.values
    return found


def _of_decisions(decisions: Sequence[Decision], now: datetime) -> Iterator[Found]:
    own = _decided_by_who_asked(decisions)
    not_held = differing.not_held([one.pk for one in decisions])
    for one in decisions:
        name = f"Decision {one.seq} on {one.subject_ref} (“{one.question}”)"
        at = one.decided_at or now
        if one.pk in own:
            said = f"{name} was decided by whoever asked for it."
            yield _of("GOV11", "error", one, at, said)
        said = differing.what_differs(one, not_held)
        if said:
            yield _of("GOV16", "error", one, at, f"{name} {said}")
        said = _split(one)
        if said:
            yield _of("GOV17", "warning", one, at, f"{name} {said}")
        yield from _of_controls(one, at)


def _of(rule: str, severity: str, one: Decision, at: datetime, said: str) -> Found:
    return Found(
        rule=rule,
        severity=severity,
        kind="DecisionType",
        key=one.type_key,
        sentence=said[:500],
        happened_at=at,
        subject_kind=one.subject_kind,
        subject_id=one.subject_id,
        subject_ref=one.subject_ref,
        decision_id=one.pk,
        part=str(one.pk),
    )


def _decided_by_who_asked(decisions: Sequence[Decision]) -> set[int]:
    """GOV11: ids of those where the requester decided or their vote counted; one query."""
    pks = [one.pk for one in decisions]
    voted = Vote.objects.filter(
        decision__in=pks, counted=True, person=F("decision__requester"), choice=APPROVE
    )
    alone = {one.pk for one in decisions if one.decided_by_id == one.requester_id}
    return alone | set(voted.values_list("decision_id", flat=True))


def _split(one: Decision) -> str:
    """GOV17: approvals for one party within the type's days add up beyond the band of each."""
    spec = blueprint(one.version).peek(kinds.DecisionType, one.type_key)
    if not one.party or one.amount is None or one.outcome != APPROVE or spec is None:
        return ""
    if not spec.split_days or one.band_max is None or one.amount >= one.band_max:
        return ""
    same = Decision.objects.filter(
        type_key=one.type_key,
        party=one.party,
        currency=one.currency,
        outcome=APPROVE,
        opened_at__gt=one.opened_at - timedelta(days=spec.split_days),
        opened_at__lte=one.opened_at,
        pk__lte=one.pk,
        amount__lt=one.band_max,
    )
    amounts = list(same.values_list("amount", flat=True))
    total = sum((amount for amount in amounts if amount is not None), Decimal(0))
    if len(amounts) < 2 or total < one.band_max:
        return ""
    return (
        f"makes {len(amounts)} for one party within {spec.split_days} days: together"
        f" {total:,f} {one.currency}, beyond the band below {one.band_max:,f} of each."
    )


def _of_controls(one: Decision, at: datetime) -> Iterator[Found]:
    place = Place(
        at="decision",
        decision_type=one.type_key,
        scope={
            "department": {one.department_key},
            "service": {one.service_key},
            "subject": {one.subject_ref},
        },
    )

    def values() -> Mapping[str, Any]:
        return decision_values(
            one,
            _given(one),
            decider=one.decided_by.ref if one.decided_by else "",
            outcome=one.outcome,
            rationale=one.rationale,
            conditions=one.conditions,
        )

    yield from _detected(one.version, place, values, _of("", "", one, at, ""))


def _given(one: Decision) -> Mapping[str, Any]:
    """The answers of what was decided on, where its app tells them."""
    read = registries.subject(one.subject_kind).content
    if read is None or one.subject_kind not in parent_models():
        return {}
    found = read(parent_of(one)).get("data")
    return found if isinstance(found, Mapping) else {}


def _detected(
    version: ModelVersion, place: Place, values: Callable[[], Mapping[str, Any]], about: Any
) -> Iterator[Found]:
    """What the detecting controls of a place say; ``about`` names the thing and when."""
    bp = blueprint(version)
    controls = [one for one in bound(bp, place, "detect") if one.spec.test.strip()]
    if not controls:
        return
    for verdict in judge(controls, place, values(), _waivers_at(about.happened_at)):
        if verdict.state == "violated":
            spec = verdict.control.spec
            yield Found(
                rule="CTL01",
                severity=spec.severity,
                kind="Control",
                key=verdict.control.key,
                control=verdict.control.key,
                sentence=f"{about.subject_ref}: {clause_of(verdict.control)} is not kept."[:500],
                happened_at=about.happened_at,
                subject_kind=about.subject_kind,
                subject_id=about.subject_id,
                subject_ref=about.subject_ref,
                decision_id=about.decision_id,
                part=about.part,
            )


def _waivers_at(at: datetime) -> list[InForce]:
    """What was waived at a moment."""
    rows = Waiver.objects.filter(activated_at__lte=at, expires_at__gt=at).filter(
        Q(ended_at=None) | Q(ended_at__gt=at)
    )
    rows = rows.exclude(of=Waiver.Of.FINDING)
    return [InForce(w.ref, _of_kind(w.of), w.key, w.scope_kind, w.scope_key) for w in rows]


def _of_kind(of: str) -> Literal["control", "policy"]:
    return "control" if of == Waiver.Of.CONTROL else "policy"


def _of_holdings(now: datetime) -> Iterator[Found]:
    """Roles that are held now against a control; gone when the holding is."""
    version = published()
    watched = list(blueprint(version).find(kinds.Control).values()) if version else []
    if version is None or not any(c.at == "assignment" and c.mode == "detect" for c in watched):
        return
    rows = RoleAssignment.objects.filter(valid__contains=now, person__active=True)
    for row in rows.select_related("role", "person").order_by("pk"):
        scope = {"subject": {row.person.ref}}
        if row.focus_kind == "department":
            scope["department"] = {row.focus_key}
        place = Place(at="assignment", role=row.role.key, scope=scope)
        about = Found(
            rule="", severity="", kind="", key="", sentence="", happened_at=now,
            subject_kind="person", subject_id=row.person_id, subject_ref=row.person.ref,
            part=f"{row.role.key}/{row.focus_kind}/{row.focus_key}",
        )  # fmt: skip
        yield from _detected(version, place, partial(_holding_values, row), about)


def _holding_values(row: RoleAssignment) -> Mapping[str, Any]:
    held = RoleAssignment.objects.filter(person=row.person, valid__overlap=row.valid)
    return assignment_values(
        row.person,
        row.role,
        row.valid,
        given_by=None,
        focus_kind=row.focus_kind,
        focus=row.focus_key,
        held=held.exclude(role=row.role).values_list("role__key", flat=True),
    )


def _of_waivers(since: datetime, now: datetime) -> Iterator[Found]:
    """GOV19: waived again and again, or still tried after the waiver was over."""
    granted = Waiver.objects.filter(activated_at__isnull=False).order_by("pk")
    times: Counter[tuple[str, str, str, str]] = Counter()
    for row in granted:
        mark = (row.of, row.key, row.scope_kind, row.scope_key)
        times[mark] += 1
        if times[mark] == RENEWED + 1:
            said = f"“{row.name}” was waived {RENEWED + 1} times; change the rule."
            yield _of_waiver(row, said, row.activated_at or now, "renewed")
    for row in granted.filter(of="control", state="expired", ended_at__gte=now - YEAR):
        tried = ControlResult.objects.filter(
            control_key=row.key, state="refused", happened_at__gte=row.expires_at
        )
        last = tried.order_by("-happened_at").first()
        if last is not None and last.happened_at >= since:
            said = f"{row.ref} is over, and what it let pass is still tried: “{row.name}”."
            yield _of_waiver(row, said, last.happened_at, "tried")


def _of_waiver(row: Waiver, said: str, at: datetime, how: str) -> Found:
    return Found(
        rule="GOV19", severity="error", kind=row.of.title(), key=row.key, sentence=said[:500],
        happened_at=at, subject_kind="waiver", subject_id=row.pk, subject_ref=row.ref, part=how,
    )  # fmt: skip
