"""Keeping saved replies: for oneself, for a team one leads, for everyone."""

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid
from esm.events.actors import Actor
from esm.events.locks import mark_locked
from esm.events.services import ledger
from governance import policies
from governance.selectors.sharing import scope_of
from governance.services.sharing import audience_columns
from workflows import locks
from workflows.event_types.working import ReplyRemoved, ReplySaved
from workflows.models import SavedReply

MAX_NAME, MAX_BODY = 80, 5_000


def _cleaned(name: str, body: str) -> tuple[str, str]:
    name, body = name.replace("\x00", "").strip(), body.replace("\x00", "").strip()
    errors: dict[str, list[str]] = {}
    if not name or len(name) > MAX_NAME:
        errors["name"] = [f"Give it a name of at most {MAX_NAME} characters."]
    if not body or len(body) > MAX_BODY:
        errors["body"] = [f"Write the text, at most {MAX_BODY:,} characters."]
    if errors:
        raise Invalid("This saved reply cannot be kept yet.", errors)
    return name, body


@transaction.atomic
def save_reply(
    *, name: str, body: str, audience: str, reply_id: int | None = None, actor: Actor
) -> SavedReply:
    """Keep a new reply, or change one. Raises Invalid, NotAllowed, NotFound."""
    name, body = _cleaned(name, body)
    columns = {**audience_columns(audience, actor=actor), "name": name, "body": body}
    columns |= {"updated_at": clock.now(), "author_id": actor.person_id}
    if reply_id is None:
        reply = SavedReply.objects.create(**columns)
        mark_locked(reply)
    else:
        reply = locks.reply_for_update(reply_id)
        policies.require(actor, "shared.keep", scope_of(reply))
        for column, value in columns.items():
            setattr(reply, column, value)
        reply.save(update_fields=["name", "body", "owner", "team", "author", "updated_at"])
    event = ReplySaved(audience=reply.audience, private={"name": name, "body": body})
    ledger.record(reply, [event], actor=actor)
    return reply


@transaction.atomic
def remove_reply(reply_id: int, *, actor: Actor) -> SavedReply:
    """Take a reply away; what was written with it stays. Raises NotAllowed, NotFound."""
    reply = locks.reply_for_update(reply_id)
    policies.require(actor, "shared.keep", scope_of(reply))
    reply.removed_at = clock.now()
    reply.save(update_fields=["removed_at"])
    ledger.record(reply, [ReplyRemoved(audience=reply.audience)], actor=actor)
    return reply
