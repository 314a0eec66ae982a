"""Scanning, previews, object storage, and the sweep of what nothing names."""

import os
import struct
import sys
import tempfile
import threading
import time
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from catalog.models import Content, DraftFile
from catalog.services import contents, files, previews, scanning
from catalog.services.files import StoredFile
from esm.common import clock
from esm.common.errors import InvalidState, NotAllowed, NotFound
from esm.events.models import Delivery
from esm.events.registry import Outgoing
from esm.events.services import dispatch
from esm.settings import env

pytestmark = pytest.mark.django_db

# The test file of the scanners' makers, in two parts so that no scanner takes this module away.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SCANNER = """
import sys
text = open(sys.argv[1], "rb").read()
if b"DOWN" in text:
    sys.exit(2)
if b"EICAR" + b"-STANDARD" in text:
    print(sys.argv[1] + ": Eicar-Test-Signature FOUND")
    sys.exit(1)
"""


@pytest.fixture
def scanner(tmp_path: Path, settings: object) -> str:
    program = tmp_path / "scanner.py"
    program.write_text(SCANNER)
    settings.FILE_SCANNER = f"{sys.executable} {program}"  # type: ignore[attr-defined]
    return str(settings.FILE_SCANNER)  # type: ignore[attr-defined]


def keep(content: bytes, name: str = "x.txt") -> StoredFile:
    return files.store(BytesIO(content), name)


def check(file: StoredFile) -> Content:
    contents.check_file(Outgoing(1, file.sha256, 1))
    return Content.objects.get(pk=file.sha256)


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    target = BytesIO()
    Image.new("RGB", (width, height), "#36c").save(target, kind)
    return target.getvalue()


def flood(width: int, height: int) -> bytes:
    """A PNG of few bytes that says it is huge."""
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = b"\x89PNG\r\n\x1a\n"
    for name, body in ((b"IHDR", size), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")):
        crc = struct.pack(">I", zlib.crc32(name + body))
        parts += struct.pack(">I", len(body)) + name + body + crc
    return parts


def test_a84_a_harmful_file_is_blocked_and_a_clean_one_served(media, scanner):
    bad, good = keep(EICAR), keep(b"harmless words")
    with pytest.raises(InvalidState) as held:
        files.open_stored(good.sha256)
    assert held.value.code == "file-held"
    assert dispatch.drain("files") == 2
    row = Content.objects.get(pk=bad.sha256)
    assert (row.state, row.found, row.preview) == ("blocked", "Eicar-Test-Signature FOUND", "none")
    with pytest.raises(NotAllowed) as blocked:
        files.open_stored(bad.sha256)
    assert blocked.value.code == "file-blocked"
    assert files.open_stored(good.sha256).read() == b"harmless words"


def test_a84_with_the_scanner_down_a_file_is_held_and_asked_about_again(media, scanner, settings):
    file = keep(b"DOWN at this moment")
    assert dispatch.dispatch("files").failed == 1
    assert Content.objects.get(pk=file.sha256).state == "error"
    with pytest.raises(InvalidState):
        files.open_stored(file.sha256)
    assert Delivery.objects.get(item=file.sha256).attempts == 1
    settings.FILE_SCANNER = "/no/such/scanner"
    with pytest.raises(scanning.ScannerError):
        check(file)
    settings.FILE_SCANNER = "true"
    assert check(file).state == "clean"
    assert files.open_stored(file.sha256).read() == b"DOWN at this moment"


def test_a84_what_was_stored_before_a_scanner_was_named_is_held(media, settings):
    file = keep(b"from before")
    assert files.open_stored(file.sha256).read() == b"from before"
    dispatch.drain("files")
    settings.FILE_SCANNER = "true"
    with pytest.raises(InvalidState):
        files.open_stored(file.sha256)
    assert contents.check_again() == 0
    Content.objects.update(touched_at=clock.now() - contents.PATIENCE * 2)
    assert (contents.check_again(), contents.check_again()) == (1, 0)
    dispatch.drain("files")
    assert Content.objects.get(pk=file.sha256).state == "clean"


@pytest.mark.parametrize(
    ("answer", "state", "found"),
    [(b"stream: OK\0", "clean", ""), (b"stream: Win.Test FOUND\0", "blocked", "Win.Test")],
)
def test_clamd_is_asked_over_its_socket(media, settings, answer, state, found, tmp_path):
    file, got = keep(b"a stream"), []
    listening = scanning.socket.socket(scanning.socket.AF_UNIX)
    # Not below tmp_path: the name of a socket has at most 107 bytes.
    path = f"{tempfile.mkdtemp()}/clamd"
    listening.bind(path)
    listening.listen(1)

    def daemon() -> None:
        channel, _ = listening.accept()
        with channel:
            while not (got and got[-1].endswith(b"\0\0\0\0")):
                got.append(channel.recv(65536))
            channel.sendall(answer)

    thread = threading.Thread(target=daemon)
    thread.start()
    try:
        settings.FILE_SCANNER = f"clamd:{path}"
        row = check(file)
    finally:
        thread.join(5)
        listening.close()
        Path(path).unlink()
        Path(path).parent.rmdir()
    assert (row.state, row.found) == (state, found)
    assert b"".join(got) == b"zINSTREAM\0\0\0\0\x08a stream\0\0\0\0"


def test_a_picture_is_drawn_anew_and_small(media):
    file = keep(picture(900, 600) + b"<script>alert(1)</script>", "roof.png")
    assert check(file).preview == "picture"
    drawn = files.open_place(previews.place_of(file.sha256)).read()
    assert b"script" not in drawn
    with Image.open(BytesIO(drawn)) as small:
        assert (small.format, small.size) == ("WEBP", (320, 213))


def test_a_text_shows_its_first_lines(media):
    file = keep(b"name;day\nBrot & Wein;1\n" + b"x\n" * 50, "list.csv")
    row = check(file)
    assert (row.preview, row.excerpt.splitlines()[:2]) == ("text", ["name;day", "Brot & Wein;1"])
    assert len(row.excerpt.splitlines()) == previews.MAX_LINES
    assert check(keep(b"%PDF-1.7 x", "x.pdf")).preview == "none"


@pytest.mark.parametrize("content", [flood(60_000, 60_000), b"\x89PNG\r\n\x1a\n broken", b"GIF89a"])
def test_a35_a_flood_of_points_is_not_decoded(media, content):
    assert check(keep(content, "x.png")).preview == "none"


def test_a35_of_ten_thousand_frames_one_is_drawn(media):
    frame = picture(8, 8, "GIF")
    many = frame[:-1] + frame[frame.index(b"\x2c") : -1] * 10_000 + b";"
    assert check(keep(many, "film.gif")).preview == "picture"


def test_a82_what_no_file_names_is_swept_after_a_day(media, draft):
    kept, loose, fresh = keep(b"kept"), keep(picture(9, 9), "loose.png"), keep(b"fresh")
    dispatch.drain("files")
    DraftFile.objects.create(draft=draft, **kept.__dict__)
    stray = media / ".incoming-dead"
    stray.write_bytes(b"half a file")
    long_ago = time.time() - 3 * 86400
    os.utime(stray, (long_ago, long_ago))
    old = Content.objects.exclude(pk=fresh.sha256)
    old.update(touched_at=clock.now() - contents.KEPT * 2)
    assert contents.sweep_orphans() == 2
    assert set(Content.objects.values_list("pk", flat=True)) == {kept.sha256, fresh.sha256}
    left = {path.name for path in media.rglob("*") if path.is_file()}
    assert left == {kept.sha256, fresh.sha256}
    with pytest.raises(NotFound):
        files.open_stored(loose.sha256)
    assert contents.sweep_orphans() == 0


def test_a82_a_full_disk_keeps_nothing(media, monkeypatch):
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(files.Invalid) as refused:
        keep(b"much")
    assert refused.value.code == "no-room"
    assert [p for p in media.rglob("*") if p.is_file()] == []
    assert not Content.objects.exists()
    assert not Delivery.objects.exists()


def test_object_storage_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(env, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"pip install 'django-storages\[s3\]'"):
        env.files("s3://papers/portal")
    with pytest.raises(SystemExit, match="FILES_URL is an address"):
        env.files("ftp://papers")


def test_object_storage_is_an_address(monkeypatch):
    monkeypatch.setattr(env, "find_spec", lambda name: name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "me")
    found = env.files("s3://papers/portal/x?endpoint=https://store.example&region=eu-1")
    options = found["OPTIONS"]
    assert isinstance(options, dict)
    assert (options["bucket_name"], options["location"]) == ("papers", "portal/x")
    assert (options["endpoint_url"], options["region_name"]) == ("https://store.example", "eu-1")
    assert (options["access_key"], options["secret_key"]) == ("me", None)
