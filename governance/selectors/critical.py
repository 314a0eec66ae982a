"""What was said when the critical few were chosen: ratings of feasibility, reasons for coverage."""

from collections.abc import Collection
from dataclasses import dataclass

from esm.common import clock
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.models import (
    CoverageReason,
    FeasibilityRating,
    ModelVersion,
    Person,
    RoleAssignment,
)


@dataclass(frozen=True, slots=True)
class DraftChoice:
    """A draft in which a stream can be marked."""

    code: str
    title: str


def latest_ratings() -> dict[str, FeasibilityRating]:
    """The rating of each stream that counts; one query."""
    rows = FeasibilityRating.objects.select_related("person").order_by("stream_key", "-pk")
    return {row.stream_key: row for row in rows.distinct("stream_key")}


def ratings_of(stream: str) -> list[FeasibilityRating]:
    """All ratings of a stream, latest first."""
    rows = FeasibilityRating.objects.filter(stream_key=stream).select_related("person")
    return list(rows.order_by("-pk")[:50])


def reason_for(streams: Collection[str]) -> CoverageReason | None:
    """Why exactly these streams are the critical few, as a steward said last."""
    rows = CoverageReason.objects.filter(streams=sorted(streams)).select_related("person")
    return rows.order_by("-pk").first()


def owned_streams(person: Person | None, bp: Blueprint | None) -> frozenset[str]:
    """Keys of the streams whose owner somebody is now; one query."""
    if person is None or bp is None:
        return frozenset()
    rows = RoleAssignment.objects.filter(person=person, person__active=True)
    held = set(
        rows.filter(valid__contains=clock.now()).values_list("role__key", "focus_kind", "focus_key")
    )
    return frozenset(
        key
        for key, spec in bp.find(kinds.ValueStream).items()
        if spec.owner_role
        and not held.isdisjoint({(spec.owner_role, "", ""), (spec.owner_role, "stream", key)})
    )


def owns(person: Person | None, bp: Blueprint, stream: str) -> bool:
    """Whether somebody is the owner of a stream now; one query."""
    return stream in owned_streams(person, bp)


def open_drafts() -> list[DraftChoice]:
    """Drafts that can be changed, latest first."""
    rows = ModelVersion.objects.filter(state=ModelVersion.State.DRAFT).order_by("-number")
    return [DraftChoice(row.code, row.title) for row in rows[:20]]
