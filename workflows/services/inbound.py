"""Webhooks in: sources are kept by administrators; each message has one effect, however often it
comes.
"""

import hashlib
import hmac
import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from catalog.models import Offering
from catalog.selectors.retired import ended
from catalog.services import forms
from esm.accounts.models import ServiceAccount, User
from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotAllowed, NotFound, ServiceError
from esm.events.actors import Actor
from esm.events.locks import mark_locked
from esm.events.services import signing
from esm.events.services.ledger import record
from esm.events.types import moment_text
from governance.models import Person
from governance.selectors import programs, versions
from workflows import mapping as mappings
from workflows.event_types.inbound import (
    SourceChanged,
    SourceEnded,
    SourceMade,
    SourceSecretRotated,
)
from workflows.locks import lock_source
from workflows.models import InboundMessage, InboundSecret, InboundSource, Request
from workflows.services import requests

TOLERANCE_S = 300
OVERLAP = timedelta(hours=24)
MOST_BYTES = 256 * 1024
REFUSED = "This source cannot be kept like this."
ONLY_ADMIN = "Only administrators say whose messages become requests."


class NotBelieved(Exception):
    """A message that is not signed as it should be; the text is for administrators alone."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A source with its new secret, which is shown now and never again."""

    source: InboundSource
    secret: str


def require_admin(user: Any) -> None:
    """Raises NotAllowed for everybody but administrators."""
    if not (isinstance(user, User) and user.is_admin):
        raise NotAllowed(ONLY_ADMIN, code="source-keep")


def make_source(
    *,
    name: str,
    program: str,
    requester: str,
    offering: str,
    mapping: str,
    by: Any,
    actor: Actor,
) -> Shown:
    """Take messages of a program outside from now on. Raises NotAllowed and Invalid."""
    require_admin(by)
    service = ServiceAccount.objects.filter(key=program, active=True).first()
    person = Person.objects.filter(key=requester, active=True).first()
    row = Offering.objects.filter(key=offering).first()
    errors: dict[str, list[str]] = {}
    for field, thing in (("program", service), ("requester", person), ("offering", row)):
        if thing is None:
            errors[field] = ["Choose one that is there."]
    read, wrong = _checked(name, mapping, row)
    errors |= wrong
    if errors or service is None or person is None or row is None:
        raise Invalid(REFUSED, errors)
    with transaction.atomic():
        source = InboundSource.objects.create(
            key=secrets.token_hex(8),
            name=name.strip(),
            program=service,
            requester=person,
            offering=row,
            mapping=read,
        )
        mark_locked(source)
        salt = signing.new_salt()
        InboundSecret.objects.create(source=source, salt=salt)
        event = SourceMade(
            program=service.key,
            requester=person.ref,
            offering=row.key,
            private={"name": source.name},
        )
        record(source, [event], actor=actor)
    return Shown(source, signing.secret_of(salt))


def change_source(
    source: InboundSource, *, name: str, mapping: str, by: Any, actor: Actor
) -> InboundSource:
    """Another name, or another place where the answers stand; from the next message on.

    As before, nothing is recorded. Raises NotAllowed, Invalid, and InvalidState once it has ended.
    """
    require_admin(by)
    with transaction.atomic():
        row = _open(source)
        read, errors = _checked(name, mapping, row.offering)
        if errors:
            raise Invalid(REFUSED, errors)
        changed = {"name": name.strip() != row.name, "mapping": read != row.mapping}
        fields = [field for field, new in changed.items() if new]
        if fields:
            row.name, row.mapping = name.strip(), read
            row.save(update_fields=["name", "mapping"])
            private = {"name": row.name} if "name" in fields else {}
            record(row, [SourceChanged(fields=fields, private=private)], actor=actor)
    return row


def _checked(
    name: str, mapping: str, offering: Offering | None
) -> tuple[mappings.Mapped, dict[str, list[str]]]:
    """Where the answers stand, and what is wrong with what was written."""
    errors: dict[str, list[str]] = {}
    read: mappings.Mapped = {}
    if not name.strip() or len(name.strip()) > 120 or "\x00" in name:
        errors["name"] = ["Write a name of at most 120 characters."]
    try:
        read = mappings.read(mapping)
    except mappings.Unreadable as refused:
        errors["mapping"] = [str(refused)]
    else:
        if offering is not None:
            errors |= _unknown(offering, read)
    return read, errors


def _unknown(offering: Offering, read: mappings.Mapped) -> dict[str, list[str]]:
    version = versions.published()
    if version is None:
        return {"offering": ["No version of the model is published yet."]}
    form = versions.blueprint(version.pk).get("Offering", offering.key).form
    known = {field.key for field in form.all_fields() if field.type != "file"}
    unknown = sorted(set(read) - known)
    if unknown:
        said = f"The form has no field {', '.join(unknown)}. It has {', '.join(sorted(known))}."
        return {"mapping": [said]}
    return {} if read else {"mapping": ["Say where at least one answer stands."]}


def rotate_source(source: InboundSource, *, by: Any, actor: Actor) -> Shown:
    """A new secret; the one before counts for a day."""
    require_admin(by)
    with transaction.atomic():
        row = _open(source)
        ends = clock.now() + OVERLAP
        InboundSecret.objects.filter(source=row, ends_at__isnull=False).delete()
        InboundSecret.objects.filter(source=row).update(ends_at=ends)
        salt = signing.new_salt()
        InboundSecret.objects.create(source=row, salt=salt)
        record(row, [SourceSecretRotated(ends_at=moment_text(ends))], actor=actor)
    return Shown(row, signing.secret_of(salt))


def end_source(source: InboundSource, *, by: Any, actor: Actor) -> InboundSource:
    """Take nothing of it any more."""
    require_admin(by)
    with transaction.atomic():
        row = _open(source)
        row.active = False
        row.save(update_fields=["active"])
        InboundSecret.objects.filter(source=row).delete()
        record(row, [SourceEnded()], actor=actor)
    return row


def _open(source: InboundSource) -> InboundSource:
    row = lock_source(source.pk)
    if not row.active:
        raise InvalidState("This source has ended. Make a new one.", allowed=[])
    return row


def try_out(source: InboundSource, body: Any, *, by: Any) -> dict[str, Any]:
    """What a message with this body would ask for; nothing is sent. Raises Invalid."""
    require_admin(by)
    version = versions.published()
    if version is None:
        raise InvalidState("No version of the model is published yet.", allowed=[])
    spec = versions.blueprint(version.pk).get("Offering", source.offering.key)
    return dict(forms.validate(spec, mappings.apply(source.mapping, body), set()))


def receive(
    key: str, headers: Mapping[str, str], raw: bytes, read: Callable[[bytes], Any]
) -> dict[str, Any]:
    """One message; the answer is the same each time an id comes.

    Raises NotBelieved, and NotAllowed while the program may do nothing: that is not kept, so that
    the message can come again once somebody has mended it.

    ``read`` reads its body or raises Invalid.

    ``refused`` in the answer says why a believed message became nothing; it is kept for whoever
    looks after the source.
    """
    source = (
        InboundSource.objects.filter(key=key, active=True, program__active=True)
        .select_related("program", "requester", "offering")
        .prefetch_related("secrets")
        .first()
    )
    if source is None:
        raise NotBelieved("unknown")
    try:
        name = _verified(source, headers, raw)
    except NotBelieved as refused:
        _refuse(source, str(refused))
        raise
    known = InboundMessage.objects.filter(source=source, webhook_id=name).first()
    if known is None:
        _require_leave(source)
        try:
            return _taken(source, name, lambda: read(raw))
        except IntegrityError:
            # The same id came at the same moment, and its effect is committed by now.
            known = InboundMessage.objects.get(source=source, webhook_id=name)
    answer: dict[str, Any] = known.answer
    return answer


def _require_leave(source: InboundSource) -> None:
    """Raises NotAllowed, and Retired where the model ended the program's role or the offering."""
    leave = programs.leave_of(source.program.user_id)
    if leave.idle:
        _refuse(source, leave.idle.removesuffix("."))
        raise leave.refusal()
    if source.offering.retired_at is not None:
        refused = ended(source.offering)
        _refuse(source, refused.sentence.removesuffix("."))
        raise refused


def _refuse(source: InboundSource, why: str) -> None:
    InboundSource.objects.filter(pk=source.pk).update(
        refused=F("refused") + 1, refused_at=clock.now(), refused_why=why[:200]
    )


def _verified(source: InboundSource, headers: Mapping[str, str], raw: bytes) -> str:
    name, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not name or len(name) > 200 or not name.isascii() or not name.isprintable():
        raise NotBelieved("its id is missing or unreadable")
    if not (at.isascii() and at.isdigit() and len(at) < 12):
        raise NotBelieved("its time is missing or no number")
    # The machine's time: whoever signed it has no other.
    if abs(clock.machine().timestamp() - int(at)) > TOLERANCE_S:
        raise NotBelieved("it is more than five minutes old or ahead of time")
    given = headers.get("webhook-signature", "").encode("utf-8", "replace").split()[:10]
    signed = b".".join([name.encode(), at.encode(), raw])
    for secret in source.secrets.all():
        if secret.ends_at is not None and secret.ends_at <= clock.now():
            continue
        key = b64decode(signing.secret_of(bytes(secret.salt)).removeprefix(signing.PREFIX))
        digest = hmac.new(key, signed, hashlib.sha256).digest()
        expected = b"v1," + b64encode(digest)
        if any(hmac.compare_digest(expected, one) for one in given):
            return name
    raise NotBelieved("no known secret signed it")


@transaction.atomic
def _taken(source: InboundSource, name: str, body: Callable[[], Any]) -> dict[str, Any]:
    """Row and effect in one transaction: another message with this id waits here for its end."""
    row = InboundMessage.objects.create(source=source, webhook_id=name)
    try:
        with transaction.atomic():
            request = _submitted(source, body())
        row.request_ref, row.answer = request.ref, {"request": request.ref}
    except ServiceError as refused:
        said = {"": [refused.sentence], **getattr(refused, "errors", {})}
        row.refusal = json.dumps(said)[:4000]
        row.answer = {"refused": refused.sentence, "errors": getattr(refused, "errors", {})}
    row.save(update_fields=["request_ref", "refusal", "answer"])
    found: dict[str, Any] = row.answer
    return found


def _submitted(source: InboundSource, body: Any) -> Request:
    if not source.requester.active:
        raise NotFound("Who asks for it is not here any more.")
    program = source.program
    actor = Actor(
        kind="service",
        ref=f"svc:{program.key}",
        user_id=program.user_id,
        role=program.role_key,
        on_behalf_of=source.requester.ref,
    )
    return requests.submit(
        offering=source.offering,
        data=mappings.apply(source.mapping, body),
        requester=source.requester,
        actor=actor,
        channel="webhook",
    )
