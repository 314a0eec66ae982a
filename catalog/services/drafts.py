"""Writing a request before it is sent: nothing typed is lost, nothing of it is shared.

A draft holds what was typed, as it was typed; it is read into values when it is checked or sent.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from catalog.locks import lock_draft
from catalog.models import Draft, DraftFile, Offering
from catalog.selectors import audience, beneficiaries
from catalog.selectors.portal import offerings_for
from catalog.services import files as store
from catalog.services.forms import Checked, check
from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed
from governance.blueprint import kinds
from governance.models import Person
from governance.selectors.people import Account
from governance.selectors.versions import blueprint, published

MAX_TYPED = 100_000
MAX_FILES = 20
TAKEN_BACK = timedelta(days=30)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def start_draft(
    offering: Offering,
    *,
    user: Account,
    person: Person | None,
    data: Mapping[str, Any] | None = None,
    part_of: str = "",
) -> Draft:
    """Begin to ask for something, perhaps with answers of before.

    ``part_of`` is the number of the request of which this is a part. Raises NotAllowed outside the
    audience or without a person.
    """
    if person is None:
        raise NotAllowed("Your account belongs to no person yet; an administrator links it.")
    if not offerings_for(user).filter(pk=offering.pk).exists():
        raise NotAllowed(_why_not(offering, person))
    typed = {key: _typed(value) for key, value in (data or {}).items()}
    return Draft.objects.create(
        user_id=user.pk or 0, person=person, offering=offering, data=typed, part_of=part_of
    )


def _why_not(offering: Offering, person: Person) -> str:
    """Why somebody may not ask: they are not meant, or nobody is any more."""
    version = published()
    bp = blueprint(version) if version else None
    spec = bp.peek(kinds.Offering, offering.key) if bp else None
    verdict = audience.verdict(bp, spec, person.pk) if bp and spec else None
    if verdict is None or verdict.ok:
        return f"“{offering.name}” is no longer offered."
    return verdict.reason


def _typed(value: Any) -> Any:
    """What can be stored of what was typed."""
    if isinstance(value, list | tuple):
        return [_typed(item) for item in value]
    if isinstance(value, bool):
        return value
    return _UNSTORABLE.sub("", str(value))[:MAX_TYPED]


def _open(draft_id: UUID, user: Account) -> Draft:
    draft = lock_draft(draft_id, user)
    if draft.sent_as:
        raise Conflict(f"This was sent already, as {draft.sent_as}.", sent_as=draft.sent_as)
    return draft


def save_draft(
    draft_id: UUID,
    offering: kinds.Offering,
    section: int,
    data: Mapping[str, Any],
    files: Iterable[tuple[str, str, store.Readable]] = (),
    *,
    user: Account,
) -> Checked:
    """Keep what was typed into one section, right or wrong, and say what is wrong with it.

    ``files`` are (field key, name, content); a new one replaces what the field held. A file that
    cannot be kept is an error of its field; all else is kept. Raises NotFound for somebody else's
    draft, Conflict for one that was sent.
    """
    fields = offering.form.sections[section].fields
    keys = {item.key for item in fields}
    with transaction.atomic():
        draft = _open(draft_id, user)
        refused = _keep_files(draft, files, {f.key for f in fields if f.type == "file"})
        draft.data = {
            **draft.data,
            **{key: _typed(value) for key, value in data.items() if key in keys},
        }
        draft.updated_at = clock.now()
        draft.step = section
        draft.save(update_fields=["data", "updated_at", "step"])
        found = check_draft(draft, offering)
    errors = {key: found.errors[key] for key in found.errors if key in keys}
    return Checked(found.values, {**errors, **refused}, found.asked)


def _keep_files(
    draft: Draft, files: Iterable[tuple[str, str, store.Readable]], keys: set[str]
) -> dict[str, list[str]]:
    refused: dict[str, list[str]] = {}
    for key, name, content in files:
        if key not in keys:
            continue
        if draft.files.count() >= MAX_FILES:
            refused[key] = [f"A request holds at most {MAX_FILES} files."]
            continue
        try:
            kept = store.store(content, name, field_key=key)
        except Invalid as problem:
            refused[key] = [problem.sentence]
            continue
        draft.files.filter(field_key=key).delete()
        DraftFile.objects.create(
            draft=draft,
            field_key=key,
            name=kept.name,
            content_type=kept.content_type,
            size=kept.size,
            sha256=kept.sha256,
        )
    return refused


def follow_form(draft_id: UUID, offering: kinds.Offering, *, user: Account) -> None:
    """Drop what the form in force no longer asks, so that a draft begun before can be sent."""
    keys = {item.key for item in offering.form.all_fields()}
    with transaction.atomic():
        draft = _open(draft_id, user)
        kept = {key: value for key, value in draft.data.items() if key in keys}
        if kept != draft.data:
            draft.data = kept
            draft.save(update_fields=["data"])


def remove_file(draft_id: UUID, file_id: int, *, user: Account) -> None:
    """Take a file out of a draft. Raises NotFound, Conflict; nothing when it is gone already."""
    with transaction.atomic():
        draft = _open(draft_id, user)
        draft.files.filter(pk=file_id).delete()


def discard_draft(draft_id: UUID, *, user: Account) -> None:
    """Throw a draft away; for 30 days it can be taken back.

    Raises NotFound, and Conflict for one that was sent.
    """
    now = clock.now()
    with transaction.atomic():
        draft = _open(draft_id, user)
        draft.discarded_at = now
        draft.save(update_fields=["discarded_at"])
        Draft.objects.filter(user_id=user.pk or 0, discarded_at__lt=now - TAKEN_BACK).delete()


def restore_draft(draft_id: UUID, *, user: Account) -> Draft:
    """Take a draft back that was thrown away. Raises NotFound."""
    with transaction.atomic():
        draft = lock_draft(draft_id, user, discarded=True)
        draft.discarded_at = None
        draft.save(update_fields=["discarded_at"])
        return draft


def set_beneficiary(draft_id: UUID, key: str, *, user: Account) -> Draft:
    """Say for whom the draft is: a person by key, or oneself by "".

    Raises NotFound, Conflict for a draft that was sent, Invalid for anybody one may not ask for.
    """
    with transaction.atomic():
        draft = _open(draft_id, user)
        spec = _spec_of(draft.offering)
        found = beneficiaries.by_key(spec, draft.person, key) if key else None
        if key and found is None:
            raise Invalid(beneficiaries.NOBODY, {"person": [beneficiaries.NOBODY]})
        draft.beneficiary = found
        draft.updated_at = clock.now()
        draft.save(update_fields=["beneficiary", "updated_at"])
        return draft


def _spec_of(offering: Offering) -> kinds.Offering:
    version = published()
    spec = blueprint(version).peek(kinds.Offering, offering.key) if version else None
    if spec is None:
        raise InvalidState(f"“{offering.name}” is no longer offered.", allowed=[])
    return spec


def answers_still_asked(offering: kinds.Offering, data: Mapping[str, Any]) -> dict[str, Any]:
    """Answers of before that the form still asks for and takes; files are added anew."""
    fields = [item for item in offering.form.all_fields() if item.type != "file"]
    known = {item.key: data[item.key] for item in fields if item.key in data}
    found = check(offering, known, required=False)
    return {key: value for key, value in known.items() if key in found.values}


def check_draft(draft: Draft, offering: kinds.Offering) -> Checked:
    """Everything typed so far, checked against the whole form."""
    held = set(draft.files.values_list("field_key", flat=True))
    return check(offering, draft.data, held)
