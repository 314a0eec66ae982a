import hashlib
from io import BytesIO
from pathlib import Path

import pytest

from catalog.services import file_types, files
from esm.common.errors import Invalid, NotFound, TooLarge

pytestmark = pytest.mark.django_db


def kept(root: Path) -> list[str]:
    return sorted(p.name for p in root.rglob("*") if p.is_file())


def test_a_content_lies_once_under_its_hash(media):
    first = files.store(BytesIO(b"%PDF-1.7 bread"), "../../etc/Bread list.PDF", field_key="list")
    again = files.store(BytesIO(b"%PDF-1.7 bread"), "other.pdf")
    sha = hashlib.sha256(b"%PDF-1.7 bread").hexdigest()
    assert (first.sha256, first.size, first.content_type) == (sha, 14, "application/pdf")
    assert (first.name, first.field_key) == ("Bread list.PDF", "list")
    assert again.sha256 == sha
    assert kept(media) == [sha]
    assert files.open_stored(sha).read() == b"%PDF-1.7 bread"


@pytest.mark.parametrize(
    ("content", "name", "found"),
    [
        (b"<html><script>x</script>", "page.pdf", "application/octet-stream"),
        (b"<svg onload='x'/>", "picture.png", "application/octet-stream"),
        (b"plain words", "notes.html", "text/plain"),
        (b"a;b\n1;2", "table.csv", "text/csv"),
        (b"PK\x03\x04....", "letter.docx", file_types.OFFICE[".docx"]),
        (b"PK\x03\x04....", "letter.exe", "application/zip"),
        (b"\x89PNG\r\n\x1a\n..", "x.txt", "image/png"),
        (b"\x00\x01\x02", "x.txt", "application/octet-stream"),
        ("grün".encode(), "x.txt", "text/plain"),
        (b"a" * 1023 + "ü".encode(), "x.txt", "text/plain"),
    ],
)
def test_the_type_is_found_from_the_content(media, content, name, found):
    assert files.store(BytesIO(content), name).content_type == found


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("C:\\temp\\draft v3.docx", "draft v3.docx"),
        ("..", "file"),
        ("", "file"),
        ('a"b\r\n<c>.pdf', "a_b___c_.pdf"),
        (".htaccess", "htaccess"),
        ("CON.txt", "CON_.txt"),
        ("a\u202egpj.exe", "a_gpj.exe"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("Müller & Söhne (2).pdf", "Müller & Söhne (2).pdf"),
    ],
)
def test_names_are_cleaned(name, cleaned):
    assert file_types.clean_name(name) == cleaned


def test_too_large_and_empty_files_leave_nothing_behind(media, settings):
    settings.FILE_MAX_BYTES = 100_000
    with pytest.raises(TooLarge, match=r"big.bin is larger than 97.7 kB"):
        files.store(BytesIO(b"x" * 100_001), "big.bin")
    with pytest.raises(Invalid, match=r"none.txt is empty"):
        files.store(BytesIO(b""), "none.txt")
    assert kept(media) == []
    assert files.store(BytesIO(b"x" * 100_000), "fits.bin").size == 100_000


@pytest.mark.parametrize("sha", ["", "../x", "A" * 64, "0" * 64])
def test_what_was_never_stored_is_not_found(media, sha):
    with pytest.raises(NotFound):
        files.open_stored(sha)
