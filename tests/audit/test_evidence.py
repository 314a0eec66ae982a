"""Evidence as a file: whole as taken, wrong and named when a byte is not; who gets what of it."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from esm.accounts.services.tokens import create_token
from esm.events.models import Event
from esm.events.services.anchors import anchor
from esm.events.services.erasure import erase_private
from governance.models import Decision, Lookup
from governance.selectors.people import actor_for
from governance.services import deciding
from tests.permissions.world import Stage
from workflows.locks import request_for_update
from workflows.models import Request
from workflows.services import conversation, requests

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def decided(stage: Stage, django_db_blocker: Any) -> Iterator[Request]:
    """A request that was talked about, decided on and sealed by two nights."""
    with django_db_blocker.unblock(), transaction.atomic():
        request = stage.requests["deciding"]
        asker = actor_for(stage.accounts["requester"])
        worker = actor_for(stage.accounts["receiver"])
        requests.comment(request.pk, body="Is it urgent?", actor=asker)
        requests.comment(request.pk, body="Among us alone.", internal=True, actor=worker)
        taken_back = requests.comment(request.pk, body="Said in anger.", actor=asker)
        conversation.remove_comment(request.pk, taken_back.seq, actor=asker)
        first = requests.comment(request.pk, body="Tuseday.", actor=asker)
        conversation.edit_comment(request.pk, first.seq, body="Tuesday.", actor=asker)
        erased = requests.comment(request.pk, body="My number is 12.", actor=asker)
        anchor()
        row = Decision.objects.get(subject_id=request.pk, state="open")
        decider = actor_for(stage.accounts["decider"])
        deciding.decide(row.pk, outcome="approve", rationale="Fair price.", actor=decider)
        parent = request_for_update(request.pk)
        seq = _seq_of(request, f'"comment": {erased.seq}')
        erase_private(parent, seq, actor=decider)
        anchor()
        yield Request.objects.get(pk=request.pk)
        transaction.set_rollback(True)


def _seq_of(request: Request, text: str) -> int:
    rows = Event.objects.filter(chain=f"request/{request.pk}", type="comment.added")
    return next(r.seq for r in rows if text in json.dumps(r.data))


def get(stage: Stage, actor: str, request: Request) -> bytes:
    answer = stage.client(actor).get(f"/requests/{request.ref}/evidence/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    content = b"".join(answer.streaming_content)
    assert answer["X-Content-SHA256"] == hashlib.sha256(content).hexdigest()
    return content


@pytest.fixture(scope="module")
def content(stage: Stage, decided: Request, django_db_blocker: Any) -> bytes:
    with django_db_blocker.unblock():
        return get(stage, "auditor", decided)


def unpack(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    (root,) = folder.iterdir()
    return root


def verify(folder: Path, program: Path | None = None) -> tuple[int, str]:
    """The checker in a process of its own, with nothing of the product in its path."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(program or folder / "verify.py"), str(folder)],
        capture_output=True, text=True, cwd="/", env={}, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, done.stdout


def rows_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def test_an_untouched_bundle_is_whole(content: bytes, decided: Request, tmp_path: Path) -> None:
    code, said = verify(unpack(content, tmp_path))
    assert (code, said) == (
        0,
        f"Whole: {decided.chain_seq} rows of the ledger, 2 anchors, every file as it was taken.\n",
    )


def test_the_same_state_is_the_same_bytes(stage: Stage, decided: Request, content: bytes) -> None:
    assert get(stage, "auditor", decided) == content


KINDS = (
    "events.jsonl", "anchors.jsonl", "decisions.json", "versions.json", "README.txt", "verify.py",
    "manifest.json", "manifest.sha256", "model/*/DecisionRight/*.json", "model/*/SodRule/*.json",
    "model/*/DecisionRight/*.yaml", "model/*/DecisionType/*.yaml", "model/*/Role/*.yaml",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_byte_is_found_and_named(kind: str, content: bytes, tmp_path: Path) -> None:
    root = unpack(content, tmp_path / "changed")
    untouched = unpack(content, tmp_path / "untouched")
    path = sorted(root.glob(kind))[0]
    changed = bytearray(path.read_bytes())
    changed[len(changed) // 2] ^= 1
    path.write_bytes(bytes(changed))
    code, said = verify(root, untouched / "verify.py")
    assert code == 1
    assert str(path.relative_to(root)) in said


def _row(seq: int, change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def alter(root: Path) -> None:
        rows = rows_of(root)
        change(rows[seq - 1])
        text = "".join(f"{json.dumps(row, sort_keys=True)}\n" for row in rows)
        (root / "events.jsonl").write_text(text)

    return alter


def _drop_row(root: Path) -> None:
    lines = (root / "events.jsonl").read_text().splitlines(keepends=True)
    (root / "events.jsonl").write_text("".join(lines[:3] + lines[4:]))


def _cut_off(root: Path) -> None:
    lines = (root / "events.jsonl").read_text().splitlines(keepends=True)
    (root / "events.jsonl").write_text("".join(lines[:-4]))


def _json(name: str, change: Callable[[Any], None]) -> Callable[[Path], None]:
    def alter(root: Path) -> None:
        found = json.loads((root / name).read_text())
        change(found)
        (root / name).write_text(json.dumps(found))

    return alter


def _anchor(root: Path) -> None:
    text = (root / "anchors.jsonl").read_text().splitlines()
    row = json.loads(text[0])
    row["heads"][f"{next(iter(row['heads']))}9"] = ["2026-01-01", 1, "00"]
    (root / "anchors.jsonl").write_text("\n".join([json.dumps(row), *text[1:]]))


def _outcome(row: Any) -> None:
    row[-1]["outcome"] = "decline"


def _reason(row: Any) -> None:
    row[-1]["rationale"] = "A gift."


def _element(versions: Any) -> None:
    versions[0]["elements"][0][2] = "0" * 64


def _right(root: Path) -> None:
    path = sorted(root.glob("model/*/DecisionRight/*.json"))[0]
    found = json.loads(path.read_text())
    found["order"] = 77
    path.write_text(json.dumps(found, sort_keys=True, separators=(",", ":")))


# Whoever changes a bundle may write the hashes of its files anew; what lies in them still tells.
CHEATS: dict[str, tuple[Callable[[Path], None], str]] = {
    "a row": (_row(2, lambda r: r["row"].update(actor="P-1")), "row 2 (request"),
    "a hash": (_row(3, lambda r: r.update(hash="0" * 64)), "row 4 (request"),
    "a text": (_row(1, lambda r: r["private"].update(title="X")), "private text was changed"),
    "a row dropped": (_drop_row, "a row is missing or stands elsewhere"),
    "the end cut off": (_cut_off, "sealed another row"),
    "an anchor": (_anchor, "anchors.jsonl row 1 (anchor"),
    "an outcome": (_json("decisions.json", _outcome), "outcome differs from row"),
    "a reason": (_json("decisions.json", _reason), "the reason differs from row"),
    "a version": (_json("versions.json", _element), "do not add up to the hash of the version"),
    "a right": (_right, "not what was published"),
}


@pytest.mark.parametrize("name", CHEATS)
def test_a_manifest_written_anew_hides_nothing(name: str, content: bytes, tmp_path: Path) -> None:
    root = unpack(content, tmp_path)
    alter, said = CHEATS[name]
    alter(root)
    manifest = json.loads((root / "manifest.json").read_text())
    for file in manifest["files"]:
        manifest["files"][file] = hashlib.sha256((root / file).read_bytes()).hexdigest()
    text = json.dumps(manifest)
    (root / "manifest.json").write_text(text)
    stated = hashlib.sha256(text.encode()).hexdigest()
    (root / "manifest.sha256").write_text(f"{stated}  manifest.json\n")
    code, found = verify(root)
    assert code == 1
    assert said in found


def test_a_file_too_many_and_one_too_few_are_named(content: bytes, tmp_path: Path) -> None:
    root = unpack(content, tmp_path)
    (root / "more.txt").write_text("more")
    (root / "README.txt").unlink()
    code, said = verify(root)
    assert code == 1
    assert "more.txt: the file does not belong" in said and "README.txt: the file is miss" in said


def test_private_texts_are_those_the_reader_reads(
    stage: Stage, decided: Request, content: bytes, tmp_path: Path
) -> None:
    rows = rows_of(unpack(content, tmp_path))
    said = {row["private"]["body"]: row for row in rows if "body" in (row["private"] or {})}
    assert "Is it urgent?" in said and "Tuesday." in said
    whole = (next(tmp_path.iterdir()) / "events.jsonl").read_text()
    # Notes of teams, what was taken back or corrected, and what was erased stay commitments.
    for hidden in ("Among us alone.", "Said in anger.", "Tuseday.", "My number is 12."):
        assert hidden not in whole
    states = {row["private_state"] for row in rows}
    assert states == {"none", "given", "withheld", "erased"}
    assert sum(row["private_state"] == "erased" for row in rows) == 1
    assert "Fair price." in whole and decided.title in whole


def test_decisions_and_the_rules_they_were_taken_by(
    decided: Request, content: bytes, tmp_path: Path
) -> None:
    root = unpack(content, tmp_path)
    (told,) = json.loads((root / "decisions.json").read_text())
    row = Decision.objects.get(subject_id=decided.pk)
    assert (told["ref"], told["outcome"]) == (f"{decided.ref}/{row.seq}", "approve")
    assert told["decided_by"]["ref"] == row.decided_by.ref
    assert told["trace"] == row.trace and told["content_hash"] == bytes(row.content_hash).hex()
    rules = {str(p.relative_to(root)) for p in root.glob("model/**/*.yaml")}
    code = row.version.code
    assert f"model/{code}/DecisionType/{row.type_key}.yaml" in rules
    assert f"model/{code}/DecisionRight/{row.right_key}.yaml" in rules
    assert f"model/{code}/Role/{row.role_key}.yaml" in rules
    assert {p.split("/")[2] for p in rules} >= {"DecisionType", "DecisionRight", "Role", "SodRule"}


def test_taking_it_is_written_down_with_its_hash(
    stage: Stage, decided: Request, content: bytes
) -> None:
    row = Lookup.objects.get(kind="evidence", ref=decided.ref)
    assert (row.actor, row.sight) == (stage.accounts["auditor"], "auditor")
    assert row.digest == hashlib.sha256(content).hexdigest()
    assert row.about_id == decided.requester_id
    get(stage, "auditor", decided)
    again = Lookup.objects.get(pk=row.pk)
    assert again.count == row.count + 1


def test_who_may_not_is_told_who_may(stage: Stage, decided: Request) -> None:
    before = Lookup.objects.count()
    address = f"/requests/{decided.ref}/evidence/"
    for actor in ("requester", "receiver", "decider"):
        answer = stage.client(actor).get(address)
        assert answer.status_code == 403
        assert "Only auditors and stewards" in answer.content.decode()
    for actor in ("other", "admin"):
        assert stage.client(actor).get(address).status_code == 404
    hidden = stage.requests["confidential"]
    assert stage.client("auditor").get(f"/requests/{hidden.ref}/evidence/").status_code == 404
    assert Lookup.objects.count() == before


def test_one_decision_by_page_and_api(stage: Stage, decided: Request, tmp_path: Path) -> None:
    row = Decision.objects.get(subject_id=decided.pk)
    page = stage.client("steward").get(f"/decisions/{row.pk}/evidence/")
    content = b"".join(page.streaming_content)
    assert f"evidence-{decided.ref}-decision-{row.seq}.zip" in page["Content-Disposition"]
    assert verify(unpack(content, tmp_path))[0] == 0
    made = create_token(stage.accounts["steward"], name="mine", scopes=["requests:read"])
    answer = stage.client("anonymous").get(
        f"/api/v1/decisions/{decided.ref}/{row.seq}/evidence",
        headers={"Authorization": f"Bearer {made.text}"},
    )
    assert b"".join(answer.streaming_content) == content
    assert Lookup.objects.get(kind="evidence", ref=f"{decided.ref}/{row.seq}").count == 2


def test_the_command(stage: Stage, decided: Request, content: bytes, tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    auditor = stage.accounts["auditor"].username
    call_command("evidence", decided.ref, "--as", auditor, "--out", str(out))
    assert out.read_bytes() == content
    # Nobody named: whoever runs the server gets no private text out of this.
    call_command("evidence", f"{decided.ref}/1", "--out", str(out))
    root = unpack(out.read_bytes(), tmp_path / "console")
    assert verify(root)[0] == 0
    assert {r["private_state"] for r in rows_of(root)} == {"none", "withheld", "erased"}
    assert Lookup.objects.get(actor=None).sight == "console"
    for wrong in (
        ["R-99999999"],
        ["nonsense"],
        [f"{decided.ref}/9"],
        [f"{decided.ref}/x"],
        [decided.ref, "--as", "nobody"],
        [decided.ref, "--as", stage.accounts["requester"].username],
    ):
        with pytest.raises(CommandError):
            call_command("evidence", *wrong, "--out", str(tmp_path / "never.zip"))
    assert not (tmp_path / "never.zip").exists()
