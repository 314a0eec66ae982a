"""Searching requests: only what the viewer may see counts, is shown, or gives a hint.

Words are looked for in the number, title, answers, messages and file names; internal notes only
where the viewer is in a team that worked on the request. Newest first, page by key.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, TrigramWordSimilarity
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from esm.common import finding
from governance.policies import PERSON, TEAM, code
from governance.selectors import people
from workflows.models import Request, RequestText, StageVisit
from workflows.selectors import requests

PAGE = 25
SIMILAR, MIN_SIMILARITY = 10, 0.45
# How many are counted, among how many of the newest a page is looked for first, and titles alike.
MOST, WINDOW, FEW = 1000, 10_000, 2000
STATES = ("", "open", "done")


@dataclass(frozen=True)
class Hit:
    """One request that was found, with the line that holds a word, marked."""

    request: Request
    title: list[tuple[str, bool]]
    line: list[tuple[str, bool]]
    note: bool = False


@dataclass(frozen=True)
class Found:
    """A page of hits, how many there are, the key of the next page; else what is similar."""

    hits: list[Hit]
    count: int
    more: bool
    after: str
    similar: list[Request]


def _reads_notes(user: Any) -> Q:
    """Requests whose internal notes the viewer may read: as ``request.note`` of the policies."""
    teams, person = people.facts_for(user).teams, people.person_for(user)
    codes = sorted(code(TEAM, team) for team in teams)
    if not codes:
        return Q(pk__in=())
    found = Q(principals__overlap=codes)
    if person is None:
        return found
    came_to = StageVisit.objects.filter(request=OuterRef("pk"), team__in=teams)
    named = Q(confidential=True, principals__contains=[code(PERSON, person.pk)])
    asks = Q(requester=person) | Q(beneficiary=person, beneficiary__isnull=False)
    return found | Q(named, ~asks, Exists(came_to))


def holding(user: Any, text: str, *, state: str = "", service: str = "") -> QuerySet[RequestText]:
    """The texts of visible requests that hold every word in what the viewer may read."""
    words, codes = finding.asked(text), people.principal_codes(user)
    if not words or not codes:
        return RequestText.objects.none()
    query = SearchQuery(finding.raw_query(words), search_type="raw", config="simple")
    seen: Any = Q(principals__overlap=codes)
    # Of nearly all that holds the words it is cheaper to check each than to gather what is seen.
    wide = people.facts_for(user).sees_all_departments
    wanted = Q(words=query) & (Q(requests.Checked(seen)) if wide else seen)
    readable = Request.objects.filter(_reads_notes(user), pk=OuterRef("pk"))
    wanted |= Q(note_words=query) & seen & Q(Exists(readable))
    rows = RequestText.objects.filter(wanted)
    if state in ("open", "done"):
        rows = rows.filter(request__is_open=state == "open")
    return rows.filter(request__service__key=service) if service else rows


def newest(
    user: Any,
    texts: QuerySet[RequestText],
    size: int,
    *,
    before: int | None = None,
    many: bool = True,
) -> list[Request]:
    """The newest visible requests of some texts, before the key ``before``; two queries or three.

    Of a word that many hold the first page is among the last few thousand requests; only where it
    is not are all that hold the word put in order.
    """
    last = Request.objects.order_by("-pk")
    if before is not None:
        texts, last = texts.filter(pk__lt=before), last.filter(pk__lt=before)
    keys: list[int] = []
    if many:
        floor = Subquery(last.values(floor=F("pk") - WINDOW)[:1])
        keys += texts.filter(pk__gt=floor).order_by("-pk").values_list("pk", flat=True)[:size]
    if len(keys) < size:
        # Not the order of an index, lest every request be looked at.
        rows = texts.order_by((F("pk") + 0).desc())
        keys = list(rows.values_list("pk", flat=True)[:size])
    if not keys:
        return []
    found = requests.checked_for(user).filter(pk__in=keys).select_related("service", "text")
    return list(found.order_by("-pk"))


def found(
    user: Any, text: str, *, state: str = "", service: str = "", after: str = "", limit: int = PAGE
) -> Found:
    """A page of hits; where nothing has the words, visible requests with a similar title."""
    texts = holding(user, text, state=state, service=service)
    counted = texts.order_by()[: MOST + 1].count()
    count, more = min(counted, MOST), counted > MOST
    before = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else None
    page = newest(user, texts, limit + 1, before=before, many=more) if count else []
    words, pks = finding.asked(text), [row.pk for row in page[:limit]]
    noted = Request.objects.filter(_reads_notes(user), pk__in=pks).exclude(text__notes="")
    notes = set(noted.values_list("pk", flat=True)) if pks else set()
    hits = [_hit(row, words, row.pk in notes) for row in page[:limit]]
    next_key = str(page[limit - 1].pk) if len(page) > limit else ""
    alike = [] if count or after else similar(user, text)
    return Found(hits, count, more, next_key, alike)


def _hit(request: Request, words: list[str], notes: bool) -> Hit:
    line, note = "", False
    for text in request.text.body.splitlines():
        line = line or finding.around(text, words)
    if not line and notes:
        for text in request.text.notes.splitlines():
            line = line or finding.around(text, words)
        note = bool(line)
    return Hit(request, finding.marked(request.title, words), finding.marked(line, words), note)


def similar(user: Any, text: str) -> list[Request]:
    """Of the newest visible requests, those whose title is nearly what was written, best first."""
    phrase = " ".join(finding.asked(text))
    if len(phrase) < 3:
        return []
    newest = requests.visible_to(user).order_by("-number").values("pk")[:FEW]
    rows = Request.objects.filter(pk__in=newest).select_related("service")
    rows = rows.annotate(alike=TrigramWordSimilarity(phrase, "text__plain"))
    rows = rows.filter(alike__gte=MIN_SIMILARITY)
    return list(rows.order_by("-alike", "-number")[:SIMILAR])
