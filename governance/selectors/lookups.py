"""Who looked at what without having a part in it: for auditors, and for whom it was about."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from governance.models import Lookup, Person
from governance.registries import subject, subjects
from governance.selectors.people import Account

Kind = Lookup.Kind
PAGE, ON_PROFILE = 50, 10


@dataclass(frozen=True, slots=True)
class LookupRow:
    """A look-up, what was looked at in words, and where it is found."""

    row: Lookup
    title: str = ""
    url: str = ""


def visible_to(user: Account) -> QuerySet[Lookup]:
    """Look-ups, for who audits; none of what is hidden from them."""
    wanted = Q(subject_kind="")
    for kind, known in subjects().items():
        theirs = Q(subject_kind=kind)
        if known.visible is not None:
            theirs &= Q(subject_id__in=known.visible(user))
        wanted |= theirs
    return Lookup.objects.filter(wanted).select_related("actor", "person", "about")


def matching(rows: QuerySet[Lookup], *, kind: str = "", text: str = "") -> QuerySet[Lookup]:
    """Those of a kind, by somebody or of something with this name."""
    if kind in Kind.values:
        rows = rows.filter(kind=kind)
    text = text.replace("\x00", "").strip()[:80]
    if text:
        named = Q(person__name__icontains=text) | Q(about__name__icontains=text)
        rows = rows.filter(named | Q(ref__iexact=text) | Q(actor__username__iexact=text))
    return rows


def about(person: Person) -> list[Lookup]:
    """Who looked at somebody's page or at what they asked for, the latest first."""
    rows = Lookup.objects.filter(about=person).exclude(person=person)
    return list(rows.select_related("person", "actor").order_by("-last_at", "-pk")[:ON_PROFILE])


def rows_of(found: Sequence[Lookup]) -> list[LookupRow]:
    """With titles and addresses; one query per kind of subject."""
    by_kind: dict[str, set[int]] = {}
    for row in found:
        if row.subject_id is not None:
            by_kind.setdefault(row.subject_kind, set()).add(row.subject_id)
    told = {
        (kind, pk): summary
        for kind, pks in by_kind.items()
        for pk, summary in subject(kind).summary(sorted(pks)).items()
    }
    shown = []
    for row in found:
        summary = told.get((row.subject_kind, row.subject_id or 0))
        title = summary.title if summary else row.about.name if row.about else ""
        shown.append(LookupRow(row, title, summary.url if summary else ""))
    return shown


def page_of(rows: QuerySet[Lookup], after: str) -> tuple[list[Lookup], str]:
    """One page, the latest first, and the key the next one begins behind."""
    plain = after.isascii() and after.isdigit() and len(after) < 16
    mark = rows.filter(pk=int(after)).first() if plain else None
    if mark is not None:
        at = mark.last_at
        rows = rows.filter(Q(last_at__lt=at) | Q(last_at=at, pk__lt=mark.pk))
    found = list(rows.order_by("-last_at", "-pk")[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""
