"""Searching requests: only what the viewer may see counts, is shown, or gives a hint.

Words are looked for in the number, title, answers, messages and file names; internal notes only
where the viewer is in a team that worked on the request. Newest first, page by key.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, TrigramWordSimilarity
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)

from esm.common import finding
from governance.policies import PERSON, TEAM, code
from governance.selectors import people
from workflows.models import Request, RequestText, StageVisit
from workflows.selectors import requests

PAGE = 25
SIMILAR, MIN_SIMILARITY = 10, 0.45
# How many rows are cheap to look at one by one.
FEW, MOST = 5000, 1000
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


def matching(user: Any, text: str) -> QuerySet[Request]:
    """Visible requests that hold every word, or longer ones, in what the viewer may read."""
    words = finding.asked(text)
    if not words:
        return Request.objects.none()
    query = SearchQuery(finding.raw_query(words), search_type="raw", config="simple")
    rows = requests.visible_to(user)
    holding = RequestText.objects.filter(Q(words=query) | Q(note_words=query)).order_by()
    keys = list(holding.values_list("pk", flat=True)[: FEW + 1])
    if len(keys) <= FEW:
        rows = rows.filter(pk__in=keys)
    # A word that many hold is looked for row by row, newest first, until the page is full.
    rows = rows.alias(in_words=_holds("words", query), in_notes=_holds("note_words", query))
    wanted = Q(in_words=True) | (Q(in_notes=True) & _reads_notes(user))
    return rows.filter(wanted).order_by("-number")


def _holds(column: str, query: SearchQuery) -> Subquery:
    """Whether the words of a request match; the limit keeps it a question to each row."""
    texts = RequestText.objects.filter(request=OuterRef("pk"))
    matches = ExpressionWrapper(Q(**{column: query}), output_field=BooleanField())
    return Subquery(texts.annotate(matches=matches).values("matches")[:1])


def narrowed(rows: QuerySet[Request], *, state: str = "", service: str = "") -> QuerySet[Request]:
    """Those of a state and of a service."""
    if state in ("open", "done"):
        rows = rows.filter(is_open=state == "open")
    if service:
        rows = rows.filter(service__key=service)
    return rows


def found(
    user: Any, text: str, *, state: str = "", service: str = "", after: str = "", limit: int = PAGE
) -> Found:
    """A page of hits; where nothing has the words, visible requests with a similar title."""
    rows = narrowed(matching(user, text), state=state, service=service)
    counted = rows.values("pk")[: MOST + 1].count()
    count, more = min(counted, MOST), counted > MOST
    if after.isascii() and after.isdigit() and len(after) < 10:
        rows = rows.filter(number__lt=int(after))
    page = list(rows.select_related("service", "text")[: limit + 1])
    words, pks = finding.asked(text), [row.pk for row in page[:limit]]
    noted = Request.objects.filter(_reads_notes(user), pk__in=pks).exclude(text__notes="")
    notes = set(noted.values_list("pk", flat=True)) if pks else set()
    hits = [_hit(row, words, row.pk in notes) for row in page[:limit]]
    next_key = str(page[limit - 1].number) if len(page) > limit else ""
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
