"""Check a bundle of evidence: python3 verify.py [FOLDER]. Needs nothing but Python 3.9 or later.

Recomputes the hash of every file, of every row of the ledger and its link to the row before, the
commitment of every private text that is given, the digest of every anchor, the hash of every
element of the model and of each version, and whether what is said of each decision is what its rows
say. Prints what is wrong and ends with 1; ends with 0 when nothing is.
"""

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

SEALED = (
    "bucket", "chain", "seq", "occurred_at", "recorded_at", "type", "subject", "actor",
    "on_behalf_of", "role", "team", "department", "version", "data", "private_hash",
)  # fmt: skip
GENESIS = bytes(32)


def canonical(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no white space, UTF-8."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8")


def digest(content: bytes) -> str:
    """SHA-256 in hex."""
    return sha256(content).hexdigest()


def lines(folder: Path, name: str) -> list[Any]:
    """The rows of a file of lines of JSON."""
    text = (folder / name).read_bytes().decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def check_files(folder: Path) -> list[str]:
    """Every file is what the manifest says, the manifest what its own hash says."""
    wrong = []
    stated = (folder / "manifest.sha256").read_bytes()
    manifest = (folder / "manifest.json").read_bytes()
    if stated != f"{digest(manifest)}  manifest.json\n".encode():
        wrong.append("manifest.json or manifest.sha256: one was changed, they do not fit")
        return wrong
    known = json.loads(manifest)["files"]
    for name, said in sorted(known.items()):
        path = folder / name
        if not path.is_file():
            wrong.append(f"{name}: the file is missing")
        elif digest(path.read_bytes()) != said:
            wrong.append(f"{name}: the file was changed")
    here = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    here = {name for name in here if "__pycache__" not in name}
    for name in sorted(here - set(known) - {"manifest.json", "manifest.sha256"}):
        wrong.append(f"{name}: the file does not belong to the bundle")
    return wrong


def check_rows(rows: list[Any]) -> list[str]:
    """Every row has the hash of its content behind the row before; numbers have no gap."""
    wrong, before = [], GENESIS
    for number, line in enumerate(rows, start=1):
        row = line["row"]
        name = f"events.jsonl row {number} ({row['chain']}#{row['seq']} {row['type']})"
        if row["seq"] != number:
            wrong.append(f"{name}: a row is missing or stands elsewhere")
        if line["prev_hash"] != before.hex():
            wrong.append(f"{name}: does not follow from the row before")
        sealed = canonical({column: row[column] for column in SEALED})
        found = sha256(bytes.fromhex(line["prev_hash"]) + sealed).hexdigest()
        if found != line["hash"]:
            wrong.append(f"{name}: its content does not match its hash")
        wrong += check_private(name, line)
        before = bytes.fromhex(line["hash"])
    return wrong


def check_private(name: str, line: Any) -> list[str]:
    """What is given of a private text is what the chain committed to."""
    stated, sealed = line["private_state"], line["row"]["private_hash"]
    if stated == "none":
        return [f"{name}: its private text is left out"] if sealed is not None else []
    if sealed is None:
        return [f"{name}: has private text that was never sealed"]
    if stated != "given":
        return [] if line["private"] is None else [f"{name}: its private text should not be here"]
    found = digest(bytes.fromhex(line["salt"]) + canonical(line["private"]))
    return [] if found == sealed else [f"{name}: its private text was changed"]


def check_anchors(rows: list[Any], anchors: list[Any]) -> list[str]:
    """Every anchor has the digest of what it sealed, and the chain in it is this one."""
    wrong = []
    hashes = {line["row"]["seq"]: line["hash"] for line in rows}
    chain = rows[0]["row"]["chain"] if rows else ""
    for place, anchor in enumerate(anchors, start=1):
        name = f"anchors.jsonl row {place} (anchor {anchor['number']})"
        content = bytes.fromhex(anchor["prev_digest"]) + canonical(anchor["heads"])
        if digest(content) != anchor["digest"]:
            wrong.append(f"{name}: its digest does not match what it sealed")
        bucket, seq, stated = anchor["heads"].get(chain, ["", 0, ""])
        if hashes.get(seq) != stated or (rows and bucket != rows[0]["row"]["bucket"]):
            wrong.append(f"{name}: sealed another row {seq} of {chain} than events.jsonl has")
    return wrong


def check_versions(folder: Path, versions: list[Any]) -> list[str]:
    """Every given element has its hash, all hashes together that of the version."""
    wrong = []
    for version in versions:
        total = sha256()
        for kind, key, said in sorted(version["elements"]):
            total.update(f"{kind}\n{key}\n".encode())
            total.update(bytes.fromhex(said))
            path = folder / "model" / version["code"] / kind / f"{key}.json"
            if path.is_file() and digest(path.read_bytes()) != said:
                wrong.append(f"{path.relative_to(folder)}: not what was published")
        if total.hexdigest() != version["content_hash"]:
            name = f"versions.json ({version['code']})"
            wrong.append(f"{name}: its elements do not add up to the hash of the version")
    return wrong


def check_decisions(rows: list[Any], decisions: list[Any]) -> list[str]:
    """What is said of each decision is what the rows of the ledger say."""
    wrong = []
    for decision in decisions:
        name = f"decisions.json ({decision['ref']})"
        told = [
            line
            for line in rows
            if line["row"]["type"] == "decision.decided"
            and line["row"]["data"]["decision"] == decision["number"]
        ]
        if bool(told) != (decision["state"] == "decided"):
            wrong.append(f"{name}: its state is not that of the ledger")
        for line in told:
            row = line["row"]
            for field in ("outcome", "role", "right"):
                if row["data"][field] != decision[field]:
                    wrong.append(f"{name}: {field} differs from row {row['seq']}")
            given = (line["private"] or {}).get("rationale", "")
            if line["private_state"] == "given" and given != decision["rationale"]:
                wrong.append(f"{name}: the reason differs from row {row['seq']}")
        wrong += check_votes(name, rows, decision)
    return wrong


def check_votes(name: str, rows: list[Any], decision: Any) -> list[str]:
    """Every vote the ledger tells of is among those of the decision, with its reason."""
    wrong = []
    votes = {
        (v["round"], v["person"]["ref"], v["choice"], v["right"]): v for v in decision["votes"]
    }
    for line in rows:
        row, said = line["row"], line["row"]["data"]
        if row["type"] != "decision.voted" or said["decision"] != decision["number"]:
            continue
        vote = votes.get((said["round"], said["voter"], said["choice"], said["right"]))
        given = (line["private"] or {}).get("rationale", "")
        if vote is None:
            wrong.append(f"{name}: the vote of row {row['seq']} is missing or differs")
        elif line["private_state"] == "given" and given != vote["rationale"]:
            wrong.append(f"{name}: the reason of a vote differs from row {row['seq']}")
    return wrong


def check(folder: Path) -> list[str]:
    """All that is wrong with a bundle, in words."""
    wrong = check_files(folder)
    try:
        rows = lines(folder, "events.jsonl")
        wrong += check_rows(rows)
        wrong += check_anchors(rows, lines(folder, "anchors.jsonl"))
        wrong += check_versions(folder, json.loads((folder / "versions.json").read_bytes()))
        wrong += check_decisions(rows, json.loads((folder / "decisions.json").read_bytes()))
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        wrong.append(f"it cannot be read any further: {type(error).__name__}: {error}")
    return wrong


def main() -> int:
    """Check the folder that is named, or the one this file lies in."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    try:
        wrong = check(folder)
    except (OSError, ValueError, KeyError) as error:
        wrong = [f"{folder}: no bundle, or a part of it is missing: {error}"]
    for sentence in wrong:
        print(f"WRONG  {sentence}")
    if wrong:
        return 1
    rows = len(lines(folder, "events.jsonl"))
    anchors = len(lines(folder, "anchors.jsonl"))
    print(f"Whole: {rows} rows of the ledger, {anchors} anchors, every file as it was taken.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
