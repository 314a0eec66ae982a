"""Files under the hash of their content: the same content lies once, a name is only shown.

The bytes lie in the default storage: a folder, or a bucket where FILES_URL names one. The type is
found from the content and never believed; what a browser could run is stored as plain bytes.
Whoever serves a file checks the request it belongs to; what a scanner has not seen is held.
"""

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from catalog.models import Content
from catalog.services.file_types import clean_name, in_words, sniff
from esm.common import clock, failpoints
from esm.common.errors import Invalid, InvalidState, NotAllowed, NotFound, TooLarge
from esm.events.services.outbox import enqueue

CHUNK = 64 * 1024
CHECK = "catalog.check_file"
INCOMING = ".incoming-"
_SHA = re.compile(r"^[0-9a-f]{64}$")


class Readable(Protocol):
    """Something bytes can be read from."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A stored content (hash, bytes, found type) under a cleaned name, for a field or none."""

    sha256: str
    size: int
    content_type: str
    name: str = ""
    field_key: str = ""


def place_of(sha256: str) -> str:
    """The name of a content in the storage. Raises NotFound for what is no hash."""
    if not _SHA.match(sha256):
        raise NotFound("There is no such file.")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def folder() -> Path | None:
    """The folder of a storage on this machine; None for a bucket."""
    try:
        return Path(default_storage.path(""))
    except NotImplementedError:
        return None


def store(source: Readable, name: str, *, field_key: str = "") -> StoredFile:
    """Keep a content and say what it is; scanning it and drawing its preview are owed.

    Raises Invalid for an empty file and TooLarge over the limit; nothing is kept then.
    """
    root = folder()
    if root is not None:
        root.mkdir(parents=True, exist_ok=True)
    cleaned = clean_name(name)
    handle, temporary = tempfile.mkstemp(dir=root, prefix=INCOMING)
    try:
        with os.fdopen(handle, "wb") as target:
            digest, size, head = _copy(source, target, cleaned)
            target.flush()
            os.fsync(target.fileno())
        kept = StoredFile(
            sha256=digest,
            size=size,
            content_type=sniff(head, cleaned),
            name=cleaned,
            field_key=field_key,
        )
        with transaction.atomic():
            # The row is held until the bytes lie there, so that no sweep takes them meanwhile.
            _note(kept)
            failpoints.hit("files.after_row")
            _put(Path(temporary), place_of(digest))
    except OSError as problem:
        if problem.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        sentence = f"There is no room to keep {cleaned} at this moment. Try again later."
        raise Invalid(sentence, {"file": [sentence]}, code="no-room") from None
    finally:
        Path(temporary).unlink(missing_ok=True)
    return kept


def _note(kept: StoredFile) -> None:
    now = clock.now()
    if Content.objects.filter(pk=kept.sha256).update(touched_at=now):
        return
    row = Content(
        sha256=kept.sha256,
        size=kept.size,
        content_type=kept.content_type,
        state=Content.State.PENDING if settings.FILE_SCANNER else Content.State.UNCHECKED,
        touched_at=now,
    )
    Content.objects.bulk_create([row], ignore_conflicts=True)
    enqueue(CHECK, [kept.sha256])


def _put(temporary: Path, place: str) -> None:
    """Move a finished content to its place: at once on a disk, whole or not at all in a bucket."""
    if folder() is None:
        if not default_storage.exists(place):
            with temporary.open("rb") as content:
                default_storage.save(place, File(content))
        return
    final = Path(default_storage.path(place))
    final.parent.mkdir(parents=True, exist_ok=True)
    # Replacing a content by itself is harmless, so two uploads at once need no lock.
    os.replace(temporary, final)


def _copy(source: Readable, target: IO[bytes], name: str) -> tuple[str, int, bytes]:
    digest, size, head = hashlib.sha256(), 0, b""
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > settings.FILE_MAX_BYTES:
            sentence = f"{name} is larger than {in_words(settings.FILE_MAX_BYTES)}."
            raise TooLarge(sentence, {"file": [sentence]})
        head = head or chunk[:1024]
        digest.update(chunk)
        target.write(chunk)
    if size == 0:
        sentence = f"{name} is empty."
        raise Invalid(sentence, {"file": [sentence]})
    return digest.hexdigest(), size, head


def is_held(content: Content) -> bool:
    """Whether a content waits for the scanner: nobody gets it before."""
    return bool(settings.FILE_SCANNER) and content.state in Content.HELD


def require_served(content: Content) -> None:
    """Raises NotAllowed for what was blocked, InvalidState for what is held."""
    if content.state == Content.State.BLOCKED:
        raise NotAllowed(
            "The scanner found something harmful in this file, so nobody gets it.",
            code="file-blocked",
        )
    if is_held(content):
        raise InvalidState(
            "This file waits for the scanner. Try again in a minute.", code="file-held", allowed=[]
        )


def open_stored(sha256: str) -> IO[bytes]:
    """A stored content for whoever may have it.

    Raises NotFound when it is not there, NotAllowed when it was blocked, InvalidState when held.
    """
    content = Content.objects.filter(pk=sha256).first()
    if content is None:
        raise NotFound("There is no such file.")
    require_served(content)
    return open_place(place_of(sha256))


def open_place(place: str) -> IO[bytes]:
    """What lies at a place of the storage. Raises NotFound when nothing does."""
    try:
        return cast(IO[bytes], default_storage.open(place, "rb"))
    except FileNotFoundError:
        raise NotFound("There is no such file.") from None


@contextmanager
def on_disk(sha256: str) -> Iterator[Path]:
    """A content as a file of this machine, for programs that take a path."""
    if folder() is not None:
        yield Path(default_storage.path(place_of(sha256)))
        return
    with tempfile.NamedTemporaryFile(prefix=INCOMING) as copy:
        with open_place(place_of(sha256)) as content:
            while chunk := content.read(CHUNK):
                copy.write(chunk)
        copy.flush()
        yield Path(copy.name)
