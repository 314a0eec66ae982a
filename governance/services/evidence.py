"""Taking evidence: everything that proves how something came about, in one file.

Whoever gets it checks it without the portal: see ``evidence_verify.py``, which goes along.
"""

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from django.db import transaction

from esm.common.errors import NotAllowed
from esm.events.sealing import canonical
from governance import registries
from governance.models import Decision, Lookup, ModelVersion
from governance.policies import Scope, Verdict, judge
from governance.selectors import decisions as known
from governance.selectors import evidence as gathered
from governance.selectors.people import Account, actor_for, facts_for
from governance.services import lookups

# Of every file in the archive, so that the same content is the same bytes.
DATED = (1980, 1, 1, 0, 0, 0)
VERIFY = Path(__file__).with_name("evidence_verify.py")
Read = Callable[[], Sequence[Decision]]
README = """\
Evidence of {ref}

What happened, who decided it, by which right of which version of the operating model, and
what shows that none of it was changed since.

  events.jsonl     every row of the ledger about it, in order, as it is under its hash
  decisions.json   the decisions with every check that led to whose they were
  model/           the rules concerned: .json as they are hashed, .yaml to be read
  versions.json    each version with the hash of every element it has
  anchors.jsonl    the nightly seals that cover the rows, with the heads of all chains in them
  manifest.json    the hash of each file; manifest.sha256 is the hash of the manifest
  verify.py        checks all of it:  python3 verify.py

private_state of a row: "none" nothing private was written; "given" names and texts stand in it
with the salt of their commitment; "withheld" whoever took this may not read them; "erased" they
were erased, the commitment in the chain is what is left.

A row's hash is sha256(hash of the row before || canonical JSON of "row"). A commitment is
sha256(salt || canonical JSON of "private"). An anchor's digest is sha256(digest of the anchor
before || canonical JSON of "heads"). An element's hash is sha256 of its .json; a version's that
of kind, key and hash of all its elements in order. Canonical JSON has sorted keys, no white
space, UTF-8.

verify.py finds what was changed after it was taken. Whoever writes a whole bundle anew can make
it fit in itself: so compare the digests of the anchors with a copy of anchors.log that the portal
cannot write, and the hash of this archive with the look-up log of the portal, which holds it
since the moment it was taken.
"""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The archive, its name, and its hash in hex."""

    name: str
    content: bytes
    digest: str


def verdict(user: Account) -> Verdict:
    """Whether an account may take evidence, with the reason."""
    return judge(actor_for(user), "audit.see", Scope(), facts_for(user))


def require(user: Account) -> None:
    """Raises NotAllowed for who is neither auditor nor steward."""
    found = verdict(user)
    if not found.ok:
        raise NotAllowed(found.reason, code="audit-see")


def take_of_subject(
    subject_kind: str, subject_id: int, *, ref: str, user: Account | None
) -> Bundle:
    """Evidence of a thing with all its decisions that the account sees.

    The thing is found and visible already. ``user`` None is the console: no private text is given.
    Raises NotAllowed.
    """
    rows = Decision.objects.all() if user is None else known.visible_to(user)
    wanted = Decision.objects.filter(
        subject_kind=subject_kind, subject_id=subject_id, pk__in=rows.values("pk")
    )
    found = wanted.select_related(*gathered.RELATED).order_by("seq")
    return _take(subject_kind, subject_id, ref, user, lambda: list(found))


def take_of_decision(decision: Decision, *, user: Account | None) -> Bundle:
    """Evidence of one decision that the account sees. Raises NotAllowed."""
    rows = Decision.objects.filter(pk=decision.pk).select_related(*gathered.RELATED)
    ref = f"{decision.subject_ref}/{decision.seq}"
    return _take(decision.subject_kind, decision.subject_id, ref, user, lambda: list(rows))


def _take(kind: str, pk: int, ref: str, user: Account | None, read: Read) -> Bundle:
    if user is not None:
        require(user)
    with transaction.atomic():
        # Rows and decisions of one moment: whoever writes waits for this.
        parent = registries.subject(kind).lock(pk)
        decisions = read()
        versions = _versions(parent, decisions)
        files = gathered.contents(parent, decisions=decisions, versions=versions, user=user)
        bundle = pack(ref, files)
        sight = lookups.sight_of(facts_for(user)) if user is not None else lookups.Sight.CONSOLE
        lookups.write(
            user,
            kind=Lookup.Kind.EVIDENCE,
            ref=ref,
            sight=sight or lookups.Sight.AUDITOR,
            about_id=getattr(parent, "requester_id", None),
            subject=(kind, pk),
            digest=bundle.digest,
        )
    return bundle


def _versions(parent: object, decisions: Sequence[Decision]) -> list[ModelVersion]:
    found = {row.version_id: row.version for row in decisions}
    pinned = getattr(parent, "version", None)
    if isinstance(pinned, ModelVersion):
        found.setdefault(pinned.pk, pinned)
    return list(found.values())


def pack(ref: str, files: gathered.Files) -> Bundle:
    """The archive of some files with manifest, checker and explanation."""
    files = {
        **files,
        "README.txt": README.format(ref=ref).encode(),
        "verify.py": VERIFY.read_bytes(),
    }
    stated = {name: sha256(content).hexdigest() for name, content in sorted(files.items())}
    manifest = canonical({"format": 1, "of": ref, "files": stated}) + b"\n"
    files["manifest.json"] = manifest
    files["manifest.sha256"] = f"{sha256(manifest).hexdigest()}  manifest.json\n".encode()
    folder = f"evidence-{ref.replace('/', '-decision-')}"
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(f"{folder}/{name}", DATED)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, content)
    content = written.getvalue()
    return Bundle(f"{folder}.zip", content, sha256(content).hexdigest())
