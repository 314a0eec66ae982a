"""The decision on a version of the model: how far it reaches, who takes it, what it is taken on."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.consent import Reach, class_of, reach_of
from governance.models import ConsentAnswer, ConsentRound, ModelVersion
from governance.registries import Done, SubjectSummary
from governance.selectors import change_rules, resolving, rounds
from governance.selectors.people import Account, facts_for
from governance.selectors.resolving import Answer, Question
from governance.selectors.versions import blueprint, load_blueprint, published

State = ModelVersion.State
READABLE = (State.IN_REVIEW, State.AGREED, State.PUBLISHED, State.RETIRED)


def reach_now(version: ModelVersion, former: ModelVersion | None = None) -> Reach:
    """What a version changes, by streams and executives' rights, beside what is in force."""
    former = former or published()
    before = blueprint(former) if former is not None else Blueprint.from_raw({})
    return reach_of(before, load_blueprint(version.pk))


def values_of(bp: Blueprint, decided_as: str, reach: Reach) -> dict[str, Any]:
    """What rights on the model may ask for: the class of risk, under the name the type gives it."""
    spec = bp.get(kinds.DecisionType, decided_as)
    said: dict[str, Any] = {"streams": len(reach.streams)}
    if spec.risk_field:
        said[spec.risk_field] = class_of(reach, spec.risk_classes)
    return said


def content(parent: ModelVersion) -> Mapping[str, Any]:
    """What is decided on: exactly this content, and how far it reached when the round ended."""
    former, consent = published(), rounds.open_round(parent)
    bp = blueprint(former) if former is not None else Blueprint.from_raw({})
    decided_as = change_rules.deciding_type(bp)
    data: dict[str, Any] = {}
    if decided_as is not None and former is not None:
        data = values_of(bp, decided_as, reach_now(parent, former))
    mark = bytes(consent.content_hash).hex() if consent else ""
    return {"version": parent.code, "content": mark, "data": data}


def who_decides(version: ModelVersion) -> Answer | None:
    """Who decides on a version by the rules in force; None where they have no such question."""
    former = published()
    bp = blueprint(former) if former is not None else None
    decided_as = change_rules.deciding_type(bp) if bp is not None else None
    if former is None or bp is None or decided_as is None:
        return None
    consent = rounds.last_round(version)
    return resolving.answer(
        Question(
            version=former,
            decision_type=decided_as,
            amount=None,
            requester=consent.opened_by if consent else version.author,
            values=values_of(bp, decided_as, reach_now(version, former)),
        )
    )


def summary(pks: Sequence[int]) -> Mapping[int, SubjectSummary]:
    """How decisions on versions are shown; two queries."""
    rows = ModelVersion.objects.filter(pk__in=pks)
    found = ConsentRound.objects.filter(version_id__in=pks).order_by("number")
    last = {row.version_id: row for row in found}
    return {row.pk: _summary(row, last.get(row.pk)) for row in rows}


def _summary(row: ModelVersion, consent: ConsentRound | None) -> SubjectSummary:
    title = f"{row.code}: {row.title}" if row.title else row.code
    facts: tuple[tuple[str, str], ...] = ()
    if consent is not None:
        facts = (("Round", str(consent.number)), ("Reach", consent.reach or "—"))
    return SubjectSummary(
        title=title,
        url=reverse("model-review", args=[row.code]),
        text=row.release_note,
        facts=facts,
    )


def visible(user: Account) -> QuerySet[ModelVersion, int]:
    """The pks of versions an account may read, as decisions on them ask."""
    rows = ModelVersion.objects.exclude(state=State.DISCARDED)
    if not facts_for(user).steward:
        rows = rows.filter(state__in=READABLE)
    return rows.values_list("pk", flat=True)


def done(pk: int) -> list[Done]:
    """Whoever had to agree in the round and did, or whose silence counts: they have agreed."""
    consent = ConsentRound.objects.filter(version_id=pk, closed_at=None).first()
    if consent is None:
        return []
    rows = ConsentAnswer.objects.filter(round=consent, part=ConsentAnswer.Part.AGREE)
    return [
        Done(row.person, role, "consent", row.answered_at or consent.deadline)
        for row in rows.select_related("person").order_by("pk")
        if row.answer or row.excused
        for role in row.roles
    ]
