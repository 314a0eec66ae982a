"""Attacks on uploads: 23, 24, 33 to 35 and 82 to 85 of docs/attacks.md.

The scanner, the flood of points and the sweep are shown where they are built, in
tests/catalog/test_contents.py.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from catalog.models import Content, DraftFile
from catalog.services import files
from esm.common.errors import NotAllowed
from esm.events.models import Event
from governance.selectors.people import actor_for
from tests.permissions.world import Stage
from valueflow.logs.refusal import LogRefused
from valueflow.logs.sniff import sniff
from workflows.models import Attachment, Request
from workflows.selectors import scopes
from workflows.services import attachments

pytestmark = pytest.mark.django_db

HOSTILE = {
    "page.html": b"<html><script>alert(1)</script></html>",
    "picture.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "data.xml": b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
    "acting.pdf": b"%PDF-1.7\n1 0 obj<</S/JavaScript/JS(app.alert(1))>>",
    "both.gif": b"GIF89a/*<script>alert(1)</script>*/=1;alert(1)//",
    "no-ending": b"<script>alert(1)</script>",
    "head.png": b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script></html>",
    "bomb.zip": b"PK\x03\x04" + b"\x00" * 60,
}


def upload(client: Client, request: Request, name: str, content: bytes, kind: str) -> Any:
    file = SimpleUploadedFile(name, content, content_type=kind)
    return client.post(f"/api/v1/requests/{request.ref}/files", {"file": file})


def test_a23_nothing_that_was_uploaded_is_shown_inline(stage: Stage) -> None:
    client, request = stage.client("requester"), stage.requests["offered"]
    for name, content in HOSTILE.items():
        said = upload(client, request, name, content, "text/html; charset=evil").json()
        assert said["content_type"] not in {"text/html", "image/svg+xml", "text/xml"}
        for address in (said["content_url"], f"/requests/{request.ref}/files/{said['number']}/"):
            answer = client.get(address)
            assert answer["Content-Disposition"].startswith("attachment"), name
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["Content-Security-Policy"] == "sandbox"
            assert answer["Content-Type"] == said["content_type"]
            assert b"".join(answer.streaming_content) == content


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../x.txt", "x.txt"),
        ("C:\\dir\\x.txt", "x.txt"),
        ("a\r\nSet-Cookie: b=1.txt", "a__Set-Cookie_ b=1.txt"),
        ("x" * 300 + ".txt", "x" * 116 + ".txt"),
        ("invoice\u202etxt.exe", "invoice_txt.exe"),
        ("nul\x00.txt", "nul_.txt"),
        (".htaccess", "htaccess"),
        ("CON", "CON_"),
        ("Überblick “neu”.txt", "Überblick _neu_.txt"),
    ],
)
def test_a24_names_are_cleaned_and_headers_hold_one_line(
    stage: Stage,
    name: str,
    shown: str,
) -> None:
    request = stage.requests["offered"]
    stored = files.store(BytesIO(b"some words"), name)
    actor = actor_for(stage.accounts["requester"])
    row = attachments.add_file(request.pk, file=stored, actor=actor)
    assert row.name == shown
    answer = stage.client("requester").get(f"/requests/{request.ref}/files/{row.seq}/")
    header = answer["Content-Disposition"]
    assert "\r" not in header
    assert "\n" not in header
    assert "Set-Cookie" not in answer.headers
    assert header.startswith("attachment; filename")
    assert b"".join(answer.streaming_content) == b"some words"
    assert files.place_of(row.sha256).rpartition("/")[2] == row.sha256


def test_a33_a34_what_is_packed_or_marked_up_is_no_log(tmp_path: Path) -> None:
    """XML, zip and spreadsheets are read nowhere; SAML does not exist. As files they are bytes."""
    for name, content, code in (
        ("a.csv", HOSTILE["data.xml"], "log-not-csv"),
        ("b.csv", HOSTILE["bomb.zip"], "log-zip"),
        ("c.xlsx", HOSTILE["bomb.zip"], "log-zip"),
    ):
        place = tmp_path / name
        place.write_bytes(content)
        with pytest.raises(LogRefused) as refused:
            sniff(place)
        assert refused.value.code == code


def counted() -> tuple[int, int, int]:
    return Attachment.objects.count(), Content.objects.count(), Event.objects.count()


def test_a82_what_cannot_be_kept_leaves_nothing(stage: Stage, settings: Any) -> None:
    client, request = stage.client("requester"), stage.requests["offered"]
    before = counted()
    assert upload(client, request, "none.txt", b"", "text/plain").status_code == 400
    settings.FILE_MAX_BYTES = 10
    assert upload(client, request, "big.txt", b"x" * 11, "text/plain").status_code == 413
    for address in (f"/requests/{request.ref}/files/", f"/api/v1/requests/{request.ref}/files"):
        huge = client.generic(
            "POST", address, b"", content_type="multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(5 * 2**30),
        )  # fmt: skip
        assert huge.status_code == 413
        for said in ("-5", "many", "9" * 40):
            answer = client.generic("POST", address, b"", CONTENT_LENGTH=said)
            assert answer.status_code in (400, 413)
        part = BytesIO(b"--x\r\nContent-Disposition: form-data; na")
        cut = client.generic(
            "POST", address, b"", CONTENT_LENGTH="9000",
            **{"wsgi.input": part, "CONTENT_TYPE": "multipart/form-data; boundary=x"},
        )  # fmt: skip
        assert cut.status_code in (400, 403)
    many = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(200)]
    assert client.post(f"/requests/{request.ref}/files/", {"file": many}).status_code == 400
    assert counted() == before


def test_a82_a_request_holds_so_much(stage: Stage, settings: Any) -> None:
    client, request = stage.client("requester"), stage.requests["offered"]
    held = request.attachments.filter(removed_at=None)
    settings.REQUEST_FILES_MAX_BYTES = sum(row.size for row in held) + 5
    refused = upload(client, request, "six.txt", b"123456", "text/plain")
    assert (refused.status_code, refused.json()["code"]) == (413, "file-quota")
    assert upload(client, request, "five.txt", b"12345", "text/plain").status_code == 201
    settings.REQUEST_FILES_MAX = held.count()
    refused = upload(client, request, "more.txt", b"1", "text/plain")
    assert (refused.status_code, refused.json()["code"]) == (413, "file-quota")


def test_a83_files_are_named_within_their_owner_only(stage: Stage) -> None:
    """No address takes the id or hash of an upload: a file goes up with what it belongs to."""
    other, request = stage.client("other"), stage.requests["offered"]
    file = stage.draft.files.get()
    for pk in (file.pk, file.pk + 999):
        assert other.post(f"/drafts/{stage.draft.pk}/files/{pk}/remove/").status_code == 404
    assert DraftFile.objects.filter(pk=file.pk).exists()
    before = counted()
    for body in ({"sha256": file.sha256}, {"file": file.sha256}, {"file_id": file.pk}):
        answer = stage.client("requester").post(
            f"/api/v1/requests/{request.ref}/files", body, content_type="application/json"
        )
        assert answer.status_code in (400, 415)
    assert other.get(f"/api/v1/requests/{request.ref}/files/1/content").status_code == 404
    assert counted() == before


def test_a84_a_held_file_is_served_nowhere(stage: Stage) -> None:
    client, request = stage.client("requester"), stage.requests["offered"]
    row = request.attachments.filter(removed_at=None).first()
    assert row is not None
    pages = [f"/requests/{request.ref}/files/{row.seq}/",
             f"/api/v1/requests/{request.ref}/files/{row.seq}/content"]  # fmt: skip
    assert [client.get(page).status_code for page in pages] == [200, 200]
    Content.objects.filter(pk=row.sha256).update(preview="text", excerpt="Canary words")
    with override_settings(FILE_SCANNER="false"):
        assert [client.get(page).status_code for page in pages] == [409, 409]
        shown = client.get(f"/requests/{request.ref}/").content.decode()
        assert "Waits for the scanner" in shown
        assert "Canary words" not in shown
    assert "Canary words" in client.get(f"/requests/{request.ref}/").content.decode()
    Content.objects.filter(pk=row.sha256).update(state="blocked")
    assert [client.get(page).status_code for page in pages] == [403, 403]
    assert client.get(f"/api/v1/requests/{request.ref}/files/{row.seq}").json()["excerpt"] == ""


def test_a85_files_of_a_closed_request_stay(stage: Stage) -> None:
    client, request = stage.client("requester"), stage.requests["fulfilled"]
    row, before = request.attachments.get(), counted()
    address = f"/api/v1/requests/{request.ref}/files/{row.seq}"
    removed = client.delete(address)
    file = SimpleUploadedFile("new.txt", b"something else")
    replaced = client.post(f"{address}/replace", {"file": file})
    assert (removed.status_code, replaced.status_code) == (403, 403)
    assert removed.json()["code"] == "file-kept"
    page = client.post(f"/requests/{request.ref}/files/{row.seq}/remove/")
    assert page.status_code == 403
    assert "so its files stay as they are" in page.content.decode()
    row.refresh_from_db()
    assert row.removed_at is None
    attached, _contents, events = counted()
    assert (attached, events) == (before[0], before[2])


def test_a85_a_decision_rests_on_its_files(stage: Stage) -> None:
    """There is no legal hold yet; what was there when somebody decided is held by the decision."""
    world, actor = stage.world, actor_for(stage.accounts["requester"])
    request = world.submit()
    world.settle()
    row = attachments.add_file(
        request.pk, file=files.store(BytesIO(b"an offer"), "offer.txt"), actor=actor
    )
    steps = [step["action"] for step in world.journey["steps"]]
    world.play(request, until=steps.index("decide") + 1, minutes=1)
    with pytest.raises(NotAllowed, match="A decision rests on this file"):
        attachments.remove_file(request.pk, row.seq, actor=actor)
    row.refresh_from_db()
    assert row.removed_at is None


def test_a85_what_was_taken_out_keeps_its_hash(stage: Stage) -> None:
    client, request = stage.client("requester"), stage.requests["queued"]
    said = upload(client, request, "old.txt", b"the old words", "text/plain").json()
    address = f"/api/v1/requests/{request.ref}/files/{said['number']}"
    assert stage.client("receiver").delete(address).status_code == 403
    file = SimpleUploadedFile("new.txt", b"the new words")
    new = client.post(f"{address}/replace", {"file": file}).json()
    assert client.get(address).status_code == 404
    replaced = Event.objects.filter(chain=request.chain, type="file.replaced").latest("id")
    assert replaced.data == {"file": said["number"], "by": new["number"], "sha256": said["sha256"]}
    assert client.delete(f"/api/v1/requests/{request.ref}/files/{new['number']}").status_code == 204
    taken = Event.objects.filter(chain=request.chain, type="file.removed").latest("id")
    assert taken.data == {"file": new["number"], "sha256": new["sha256"]}
    rows = Attachment.objects.filter(request=request, removed_at__isnull=False)
    assert {row.sha256 for row in rows} == {said["sha256"], new["sha256"]}
    page = client.get(f"/requests/{request.ref}/").content.decode()
    assert "Took out a file" in page
    assert f'/files/{new["number"]}/"' not in page
    with pytest.raises(NotAllowed, match="Replace it by another one"):
        attachments.remove_file(request.pk, 1, actor=actor_for(stage.accounts["requester"]))
    assert scopes.scope_of(request).requester_id == request.requester_id
