"""The agenda of those who govern: what is proposed, objected to, runs out, is overdue or drifts.

Points are computed when they are read; what a meeting took up of them is kept (``AgendaNote``).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from esm.common import clock
from esm.common.errors import NotFound
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.lint.stake import gravest_first
from governance.models import (
    AgendaNote,
    ChangeProposal,
    KeptFinding,
    ModelVersion,
    Objection,
    RoleAssignment,
    Waiver,
)
from governance.selectors import change_rules, findings, proposals, reviews, waivers
from governance.selectors.people import Account, facts_for, standing_for

SECTIONS = ("objections", "proposals", "waivers", "reviews", "drift")
RUNS_OUT = timedelta(days=30)
NOTES = 5
# Of one section; the rest is on its own page.
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Point:
    """One point: what it is about, who answers for it, and what was said of it before."""

    id: str
    section: str
    title: str
    text: str
    url: str
    owner: str = ""
    notes: tuple[AgendaNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """The points of one sort, the gravest first; ``more`` are left out."""

    key: str
    points: tuple[Point, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Body:
    """A governance body as its agenda names it."""

    key: str
    name: str
    chair: str = ""
    rhythm: str = ""
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Agenda:
    """An agenda of one body, or of all where it has none."""

    version: ModelVersion
    body: Body | None
    bodies: tuple[Body, ...]
    sections: tuple[Section, ...]
    may_note: bool = False
    earlier: tuple[AgendaNote, ...] = field(default=())

    @property
    def total(self) -> int:
        """How many points there are."""
        return sum(len(section.points) + section.more for section in self.sections)


def bodies_of(bp: Blueprint) -> tuple[Body, ...]:
    """The governance bodies of a model, by name."""
    found = [
        Body(
            key,
            spec.name,
            _role(bp, spec.chair),
            spec.rhythm,
            tuple(str(role) for role in (*spec.members, *((spec.chair,) if spec.chair else ()))),
        )
        for key, spec in bp.find(kinds.GovernanceBody).items()
    ]
    return tuple(sorted(found, key=lambda body: body.name))


def body_of(bp: Blueprint, key: str) -> Body | None:
    """One of them; None for all. Raises NotFound."""
    if not key:
        return None
    found = next((body for body in bodies_of(bp) if body.key == key), None)
    if found is None:
        raise NotFound("There is no such body in the version in force.")
    return found


def agenda(user: Account, bp: Blueprint, version: ModelVersion, key: str = "") -> Agenda:
    """What there is to talk about; a dozen queries at most. Raises NotFound."""
    body = body_of(bp, key)
    makers: Mapping[str, Iterator[Point]] = {
        "objections": _objections(user, bp, body),
        "proposals": _proposals(user, bp, body),
        "waivers": _waivers(user, body),
        "reviews": _reviews(bp, body),
        "drift": _drift(user, bp, body),
    }
    found = {name: list(points) for name, points in makers.items()}
    shown = {name: points[:SHOWN] for name, points in found.items()}
    notes = _notes([point.id for points in shown.values() for point in points])
    sections = tuple(
        Section(
            name,
            tuple(replace(one, notes=tuple(notes.get(one.id, ())[:NOTES])) for one in points),
            len(found[name]) - len(points),
        )
        for name, points in shown.items()
    )
    earlier = AgendaNote.objects.filter(body=key).select_related("taken_by")[:20]
    return Agenda(version, body, bodies_of(bp), sections, may_note(user, body), tuple(earlier))


def may_note(user: Account, body: Body | None) -> bool:
    """Whether the viewer keeps the minutes: who sits in the body, and stewards."""
    if facts_for(user).steward:
        return True
    standing = standing_for(user)
    held = {role.key for role in standing.roles} if standing is not None else set()
    return body is not None and not held.isdisjoint(body.members)


def point_of(user: Account, bp: Blueprint, version: ModelVersion, key: str, point: str) -> Point:
    """One point of an agenda as it reads now. Raises NotFound."""
    for section in agenda(user, bp, version, key).sections:
        for one in section.points:
            if one.id == point:
                return one
    raise NotFound("This is no longer a point of the agenda.")


def _role(bp: Blueprint, key: str | None) -> str:
    spec = bp.peek(kinds.Role, key)
    return spec.name if spec is not None else ""


def _changes_the_model(bp: Blueprint, body: Body | None) -> bool:
    """Whether a body has a part in changing the model; all have where none is named."""
    if body is None:
        return True
    decided_as = change_rules.deciding_type(bp)
    rights = [r for r in bp.find(kinds.DecisionRight).values() if r.decision_type == decided_as]
    named = {str(right.body) for right in rights if right.body is not None}
    roles = {str(right.role) for right in rights if right.role is not None}
    return body.key in named or (not named and (not roles or not roles.isdisjoint(body.members)))


def _theirs(body: Body | None, owner: str) -> bool:
    return body is None or owner in body.members


def _objections(user: Account, bp: Blueprint, body: Body | None) -> Iterator[Point]:
    if not _changes_the_model(bp, body):
        return
    rows = Objection.objects.filter(state__in=Objection.OPEN).select_related("version", "person")
    for row in rows.exclude(version__state=ModelVersion.State.DRAFT).order_by("raised_at", "pk"):
        title = _("Objection %(n)d to %(code)s") % {"n": row.number, "code": row.version.code}
        yield Point(
            f"objection:{row.pk}",
            "objections",
            title,
            row.text,
            reverse("objection", args=[row.version.code, row.number]),
            row.person.name,
        )


def _proposals(user: Account, bp: Blueprint, body: Body | None) -> Iterator[Point]:
    if not _changes_the_model(bp, body):
        return
    rows = proposals.standing_is(proposals.visible_to(user), "open", user)
    for row in rows.exclude(state=ChangeProposal.State.DRAFT):
        yield Point(
            f"proposal:{row.pk}",
            "proposals",
            f"{row.ref} {row.title}",
            row.tension,
            reverse("proposal", args=[row.number]),
            row.author.name,
        )


def _waivers(user: Account, body: Body | None) -> Iterator[Point]:
    now = clock.now()
    rows = waivers.visible_to(user).filter(
        state=Waiver.State.ACTIVE, expires_at__gt=now, expires_at__lte=now + RUNS_OUT
    )
    if body is not None:
        held = RoleAssignment.objects.filter(role__key__in=body.members, valid__contains=now)
        rows = rows.filter(requested_by__in=held.values("person"))
    for row in rows.select_related("requested_by").order_by("expires_at", "pk"):
        days = (row.expires_at - now).days
        yield Point(
            f"waiver:{row.pk}",
            "waivers",
            f"{row.ref} {row.name}",
            _("It ends in %(n)d days; then the rule holds again.") % {"n": days},
            reverse("waiver", args=[row.pk]),
            row.requested_by.name,
        )


def _reviews(bp: Blueprint, body: Body | None) -> Iterator[Point]:
    for row in reviews.rows(bp, within=-1):
        if _theirs(body, row.owner):
            text = _("It was to be looked at again %(n)d days ago.") % {"n": -row.days}
            yield Point(
                f"review:{row.id}", "reviews", row.name, text, reverse("reviews"), row.owner_name
            )


def _drift(user: Account, bp: Blueprint, body: Body | None) -> Iterator[Point]:
    rows = findings.visible_to(user).filter(cls="R", state__in=KeptFinding.DEBT)
    for row in sorted(rows, key=_gravest):
        if not _theirs(body, row.owner_role):
            continue
        stake = row.stake or Decimal(0)
        text = _("%(days)s days at stake.") % {"days": stake} if stake else row.note
        yield Point(
            f"finding:{row.pk}",
            "drift",
            row.sentence,
            text,
            reverse("finding", args=[row.pk]),
            _role(bp, row.owner_role) or row.owner_role,
        )


def _gravest(row: KeptFinding) -> tuple[object, ...]:
    return (*gravest_first(row.severity, row.stake), row.opened_at, row.pk)


def _notes(points: Iterable[str]) -> dict[str, list[AgendaNote]]:
    rows = AgendaNote.objects.filter(point__in=list(points)).select_related("taken_by")
    found: dict[str, list[AgendaNote]] = {}
    for row in rows.order_by("-pk"):
        found.setdefault(row.point, []).append(row)
    return found
