"""Bytes of a log file, plain or gzipped, in chunks and within limits."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from valueflow.logs.refusal import MIB, Limits, LogRefused

CHUNK = 4 * MIB
GZIP_MAGIC = b"\x1f\x8b"

# First bytes of formats people send instead of a log, with the sentence that helps them.
FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (
        b"PK\x03\x04",
        "log-zip",
        "This is a zip archive or a spreadsheet (.xlsx), not a CSV file. "
        "Unpack it, or save the sheet as CSV, and send that file; gzip (.csv.gz) is fine.",
    ),
    (b"PK\x05\x06", "log-zip", "This is an empty zip archive, not a CSV file."),
    (b"PK\x07\x08", "log-zip", "This is a part of a split zip archive, not a CSV file."),
    (
        b"\xd0\xcf\x11\xe0",
        "log-spreadsheet",
        "This is an old Office file (.xls), not a CSV file. Save the sheet as CSV and send that.",
    ),
    (b"BZh", "log-archive", "This file is packed with bzip2. Send it as CSV or packed with gzip."),
    (
        b"\xfd7zXZ\x00",
        "log-archive",
        "This file is packed with xz. Send it as CSV or packed with gzip.",
    ),
    (
        b"\x28\xb5\x2f\xfd",
        "log-archive",
        "This file is packed with zstandard. Send it as CSV or packed with gzip.",
    ),
    (b"7z\xbc\xaf\x27\x1c", "log-archive", "This is a 7-Zip archive. Unpack it and send the CSV."),
    (b"Rar!", "log-archive", "This is a RAR archive. Unpack it and send the CSV."),
    (b"%PDF", "log-not-text", "This is a PDF document, not a log. Export the data as CSV."),
    (b"PAR1", "log-not-text", "This is a Parquet file. Export the data as CSV."),
    (b"\x89PNG", "log-not-text", "This is a picture, not a log."),
    (b"\xff\xd8\xff", "log-not-text", "This is a picture, not a log."),
    (b"GIF8", "log-not-text", "This is a picture, not a log."),
    (b"\x7fELF", "log-not-text", "This is a program, not a log."),
    (b"SQLite format 3", "log-not-text", "This is a database file. Export the table as CSV."),
)


@dataclass(frozen=True)
class Source:
    """A file as it lies on disk. ``size`` is its packed size in bytes."""

    path: Path
    size: int
    gzipped: bool


def open_source(path: str | Path, limits: Limits) -> Source:
    """Look at size and first bytes only; refuse what is surely no log."""
    place = Path(path)
    if not place.is_file():
        raise LogRefused("log-missing", f"There is no file «{place.name}».")
    size = place.stat().st_size
    if size == 0:
        raise LogRefused("log-empty", "The file is empty.")
    with place.open("rb") as file:
        head = file.read(16)
        refuse_foreign(head)
    gzipped = head.startswith(GZIP_MAGIC)
    if not gzipped and size > limits.unpacked:
        raise _too_large(limits)
    return Source(place, size, gzipped)


def refuse_foreign(head: bytes) -> None:
    """Raise when the first bytes belong to another format."""
    for magic, code, sentence in FOREIGN:
        if head.startswith(magic):
            raise LogRefused(code, sentence, line=1)


def check_packing(source: Source, limits: Limits) -> None:
    """Unpack a gzip file once without keeping anything: damage, size and bombs show up before a
    single row is read. Costs nothing for plain files."""
    if source.gzipped:
        for _ in chunks(source, limits):
            pass


def chunks(source: Source, limits: Limits) -> Iterator[tuple[bytes, int]]:
    """Unpacked bytes in pieces of at most 4 MiB, each with the packed bytes read so far."""
    with source.path.open("rb") as file:
        if source.gzipped:
            yield from _unpacked(file, limits)
            return
        done = 0
        while piece := file.read(CHUNK):
            done += len(piece)
            if done > limits.unpacked:
                raise _too_large(limits)
            yield piece, done


def _unpacked(file: IO[bytes], limits: Limits) -> Iterator[tuple[bytes, int]]:
    packed = total = 0
    stream = zlib.decompressobj(31)
    waiting = piece = b""
    while True:
        if not waiting:
            waiting = file.read(MIB)
            packed += len(waiting)
            # A full piece may have left output inside the decompressor: ask once more.
            if not waiting and len(piece) < CHUNK:
                break
        if stream.eof:
            waiting = waiting.lstrip(b"\x00")  # padding after the last member is allowed
            if not waiting:
                piece = b""
                continue
            stream = zlib.decompressobj(31)
        try:
            piece = stream.decompress(waiting, CHUNK)
        except zlib.error as error:
            raise LogRefused(
                "log-gzip-broken",
                f"The gzip file is damaged after {total} unpacked bytes; nothing was imported.",
            ) from error
        waiting = stream.unused_data if stream.eof else stream.unconsumed_tail
        total += len(piece)
        if total > limits.unpacked:
            raise _too_large(limits)
        if total > limits.ratio_from and total > packed * limits.ratio:
            raise _bomb(limits)
        if piece:
            yield piece, packed - len(waiting)
    if not stream.eof:
        raise LogRefused(
            "log-gzip-broken",
            f"The gzip file ends too early, after {total} unpacked bytes; nothing was imported.",
        )


def _too_large(limits: Limits) -> LogRefused:
    return LogRefused(
        "log-too-large",
        f"The file holds more than {limits.unpacked // MIB} MiB of text, the most that is read. "
        "Send a shorter period.",
    )


def _bomb(limits: Limits) -> LogRefused:
    return LogRefused(
        "log-bomb",
        f"The gzip file unpacks to more than {limits.ratio} times its size, as no log does; "
        "it was not unpacked further.",
    )
