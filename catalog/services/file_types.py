"""What a file is and how it is called, found from itself and never believed."""

import re
import unicodedata
from pathlib import Path

MAX_NAME = 120
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
TEXTS = {".csv": "text/csv", ".md": "text/markdown", ".markdown": "text/markdown"}
# Names that mean a device on some systems, whatever their ending.
_DEVICES = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])$", re.IGNORECASE)
_UNSAFE = re.compile(r"[^\w .,()+&@#=\-–'’\[\]]", re.UNICODE)


def clean_name(name: str) -> str:
    """The last part of a name without anything a path, a header or a page could trip over."""
    text = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    text = _UNSAFE.sub("_", text).strip(" .")
    stem, dot, ending = text.rpartition(".")
    if not dot or not stem:
        stem, ending = text, ""
    ending = ending[:10]
    stem = stem[: MAX_NAME - len(ending) - 1].strip(" .") or "file"
    if _DEVICES.match(stem.partition(".")[0]):
        stem = f"{stem}_"
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
    return TEXTS.get(ending, "text/plain")


def in_words(size: int) -> str:
    """A size as people read it: «20 MB», «1.5 kB», «14 bytes»."""
    for unit, name in ((2**20, "MB"), (2**10, "kB")):
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{size} byte" if size == 1 else f"{size} bytes"
