"""Files under the hash of their content: the same content lies once, a name is only shown.

The type is found from the content and never believed; what a browser could run is stored as plain
bytes. Whoever serves a file checks the request it belongs to.
"""

import hashlib
import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from django.conf import settings

from esm.common.errors import Invalid, NotFound

MAX_BYTES = 20 * 2**20
MAX_NAME = 120
CHUNK = 64 * 1024
OCTETS = "application/octet-stream"
HEADS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
)
OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}
_UNSAFE = re.compile(r"[^\w .,()+&@#=\-–'’\[\]]", re.UNICODE)
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


def clean_name(name: str) -> str:
    """The last part of a name without anything a path, a header or a page could trip over."""
    text = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    text = _UNSAFE.sub("_", text).strip(" .")
    stem, dot, ending = text.rpartition(".")
    if not dot or not stem:
        stem, ending = text, ""
    ending = ending[:10]
    stem = stem[: MAX_NAME - len(ending) - 1].strip(" .") or "file"
    return f"{stem}.{ending}" if ending else stem


def sniff(head: bytes, name: str) -> str:
    """A type found from the first bytes; scripts and pages count as plain bytes."""
    for mark, found in HEADS:
        if head.startswith(mark):
            return found
    ending = Path(name).suffix.lower()
    if head.startswith(b"PK\x03\x04"):
        return OFFICE.get(ending, "application/zip")
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The first bytes may end in the middle of a character.
        if error.start < len(head) - 3:
            return OCTETS
        text = head[: error.start].decode("utf-8")
    if "\x00" in text or "<" in text[:200]:
        return OCTETS
    return "text/csv" if ending == ".csv" else "text/plain"


def path_of(sha256: str) -> Path:
    """Where a content lies. Raises NotFound for what is no hash."""
    if not _SHA.match(sha256):
        raise NotFound("There is no such file.")
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / sha256


def store(source: Readable, name: str, *, field_key: str = "") -> StoredFile:
    """Keep a content and say what it is.

    Raises Invalid for an empty file and for one larger than 20 MB; nothing is kept then.
    """
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    cleaned = clean_name(name)
    handle, temporary = tempfile.mkstemp(dir=root, prefix=".incoming-")
    try:
        with os.fdopen(handle, "wb") as target:
            digest, size, head = _copy(source, target, cleaned)
            target.flush()
            os.fsync(target.fileno())
        final = path_of(digest)
        final.parent.mkdir(parents=True, exist_ok=True)
        # Replacing a content by itself is harmless, so two uploads at once need no lock.
        os.replace(temporary, final)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return StoredFile(
        sha256=digest,
        size=size,
        content_type=sniff(head, cleaned),
        name=cleaned,
        field_key=field_key,
    )


def _copy(source: Readable, target: IO[bytes], name: str) -> tuple[str, int, bytes]:
    digest, size, head = hashlib.sha256(), 0, b""
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > MAX_BYTES:
            sentence = f"{name} is larger than 20 MB."
            raise Invalid(sentence, {"file": [sentence]})
        head = head or chunk[:1024]
        digest.update(chunk)
        target.write(chunk)
    if size == 0:
        sentence = f"{name} is empty."
        raise Invalid(sentence, {"file": [sentence]})
    return digest.hexdigest(), size, head


def open_stored(sha256: str) -> IO[bytes]:
    """A stored content for reading. Raises NotFound when it is not there."""
    path = path_of(sha256)
    if not path.is_file():
        raise NotFound("There is no such file.")
    return path.open("rb")
