"""The words requests are found by: written with what changed them, and rebuildable.

Answers that not everybody who sees the request may read are left out; internal notes stand apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import prefetch_related_objects

from esm.common.finding import fold
from esm.events.types import DomainEvent
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds.services import FormField
from governance.selectors import versions
from workflows import locks
from workflows.models import Attachment, Comment, Request

WORDY = ("comment.", "file.", "request.submitted")
MAX_BODY, MAX_LINE, BATCH = 200_000, 20_000, 500

UPSERT = """
INSERT INTO workflows_requesttext
    (request_id, plain, body, notes, principals, words, note_words)
VALUES (%(pk)s, %(plain)s, %(body)s, %(notes)s,
    (SELECT principals FROM workflows_request WHERE id = %(pk)s),
    setweight(to_tsvector('simple', %(title_words)s), 'A')
        || to_tsvector('simple', %(body_words)s),
    CASE WHEN %(notes)s = '' THEN NULL ELSE to_tsvector('simple', %(all_words)s) END)
ON CONFLICT (request_id) DO UPDATE SET
    plain = EXCLUDED.plain, body = EXCLUDED.body, notes = EXCLUDED.notes,
    principals = EXCLUDED.principals, words = EXCLUDED.words, note_words = EXCLUDED.note_words
"""


def follow(request: Request, events: Iterable[DomainEvent], columns: Iterable[str]) -> None:
    """Write the words anew where a step changed them; in the transaction of the step."""
    if {"title", "data"} & set(columns) or any(e.TYPE.startswith(WORDY) for e in events):
        write_texts([request])


def write_texts(requests: Sequence[Request]) -> None:
    """Write the words of some requests anew; a query for each request, and two at most for all.

    Counters on the request say where there is nothing to read.
    """
    said: dict[tuple[int, bool], list[str]] = defaultdict(list)
    pks = [request.pk for request in requests if request.comment_count or request.note_count]
    rows = Comment.objects.filter(request_id__in=pks).order_by("request_id", "pk")
    for pk, internal, body in rows.values_list("request_id", "internal", "body"):
        said[pk, internal].append(_line(body))
    pks = [request.pk for request in requests if request.file_count]
    limited = {request.pk: _limited(request) for request in requests}
    files = Attachment.objects.filter(request_id__in=pks, removed_at=None).order_by("seq")
    for pk, name, key in files.values_list("request_id", "name", "field_key"):
        if key not in limited[pk]:
            said[pk, False].append(name)
    with connection.cursor() as cursor:
        for request in requests:
            lines = [*answers(request), *said[request.pk, False]]
            cursor.execute(UPSERT, _values(request, lines, said[request.pk, True]))


def _values(request: Request, lines: Sequence[str], notes: Sequence[str]) -> dict[str, Any]:
    body, hidden = "\n".join(lines)[:MAX_BODY], "\n".join(notes)[:MAX_BODY]
    title = f"{fold(request.title)} {request.number}"
    body_words = fold(body)
    return {
        "pk": request.pk,
        "plain": fold(request.title)[:400],
        "body": body,
        "notes": hidden,
        "title_words": title,
        "body_words": body_words,
        "all_words": f"{title} {body_words} {fold(hidden)}" if hidden else "",
    }


def _line(text: str) -> str:
    return " ".join(text.split())[:MAX_LINE]


def answers(request: Request) -> list[str]:
    """The answers that everybody who sees the request may read, a line each."""
    return [
        _line(f"{_asked(field)} {_text(field, request.data[field.key])}")
        for field in _fields(request)
        if is_open(field) and request.data.get(field.key) not in (None, "", [], False)
    ]


def _asked(field: FormField) -> str:
    return field.label if field.label.endswith(("?", ":")) else f"{field.label}:"


def is_open(field: FormField) -> bool:
    """Whether everybody who sees the request may read the answer to this field."""
    return field.type != "file" and not field.limited


def _fields(request: Request) -> tuple[FormField, ...]:
    bp: Blueprint = versions.blueprint(request.version_id)
    found: tuple[FormField, ...] = bp.get("Offering", request.offering.key).form.all_fields()
    return found


def _limited(request: Request) -> frozenset[str]:
    """The fields whose answers and files not everybody reads who sees the request."""
    return frozenset(field.key for field in _fields(request) if field.limited)


def _text(field: FormField, value: Any) -> str:
    words = {option.key: option.label for option in field.options}
    if isinstance(value, list):
        return ", ".join(words.get(v, str(v)) for v in value)
    return words.get(str(value), str(value))


def _write_anew(pks: Sequence[int]) -> None:
    """Write the words of some requests under their locks, lest a step in between be undone."""
    with transaction.atomic():
        batch = locks.requests_in_order(pks)
        prefetch_related_objects(batch, "offering")
        write_texts(batch)


def write_missing(limit: int = 20_000) -> int:
    """Write the words of requests that have none, such as those from before; returns how many."""
    done = 0
    while done < limit:
        rows = Request.objects.filter(text__isnull=True).order_by("-pk")
        batch = list(rows.values_list("pk", flat=True)[:BATCH])
        if not batch:
            break
        _write_anew(batch)
        done += len(batch)
    return done


def rebuild() -> int:
    """Write the words of every request anew, newest first; returns how many."""
    done, last = 0, 2**62
    while True:
        rows = Request.objects.filter(pk__lt=last).order_by("-pk")
        batch = list(rows.values_list("pk", flat=True)[:BATCH])
        if not batch:
            return done
        _write_anew(batch)
        done, last = done + len(batch), batch[-1]
