"""Drafts of the model: begun as a copy, filled from files, changed element by element."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from pydantic import ValidationError

from esm.common.errors import Conflict, Invalid, InvalidState
from esm.events.actors import Actor
from esm.events.services import ledger
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import Element
from governance.blueprint.files import ModelFiles, read_directory
from governance.blueprint.kinds import ElementSpec, noun_of
from governance.blueprint.serialise import build_spec, canonical, content_hash
from governance.blueprint.validation import sentences
from governance.event_types import ModelDrafted, ModelEdited
from governance.locks import lock_version
from governance.models import ModelElement, ModelVersion
from governance.policies import Scope, require
from governance.selectors.versions import load_blueprint
from governance.services import publishing

COPY = """
    INSERT INTO governance_modelelement (version_id, kind, key, schema, content, content_hash)
    SELECT %s, kind, key, schema, content, content_hash
      FROM governance_modelelement WHERE version_id = %s
"""


@dataclass(frozen=True)
class Applied:
    """What filling a draft did: elements as (kind, key)."""

    version: ModelVersion
    added: tuple[tuple[str, str], ...] = ()
    changed: tuple[tuple[str, str], ...] = ()
    removed: tuple[tuple[str, str], ...] = ()

    @property
    def nothing(self) -> bool:
        """True when the version already held exactly this."""
        return not (self.added or self.changed or self.removed)


def create_draft(
    *,
    number: int,
    code: str,
    title: str = "",
    kind: str = ModelVersion.Kind.TO_BE,
    based_on: ModelVersion | None = None,
    copy: bool = True,
    restores: ModelVersion | None = None,
    release_note: str = "",
    actor: Actor,
) -> ModelVersion:
    """Begin a draft; with ``copy`` it holds all elements of its base, or of what it ``restores``.

    Raises NotAllowed, and Conflict when the number or code is taken.
    """
    with transaction.atomic():
        require(actor, "model.edit", Scope())
        taken = ModelVersion.objects.filter(number=number) | ModelVersion.objects.filter(code=code)
        if taken.exists():
            raise Conflict(f"There is a version {code} with number {number} already.")
        version = ModelVersion.objects.create(
            number=number,
            code=code,
            title=title,
            kind=kind,
            based_on=based_on,
            restores=restores,
            author_id=actor.person_id,
            release_note=release_note,
        )
        copied = 0
        source = restores or based_on
        if copy and source is not None:
            with connection.cursor() as cursor:
                cursor.execute(COPY, [version.pk, source.pk])
                copied = cursor.rowcount
        version = lock_version(version.pk)
        event = ModelDrafted(
            version=version.code,
            based_on=based_on.code if based_on else "",
            elements=copied,
            private={"title": title} if title else {},
        )
        ledger.record(version, [event], actor=actor)
        return version


def _must_be_draft(version: ModelVersion) -> None:
    if version.state != ModelVersion.State.DRAFT:
        raise InvalidState(
            f"{version.code} is {version.get_state_display()} and cannot change;"
            " begin a new version instead.",
            allowed=[],
        )


def row_of(version: ModelVersion, element: Element) -> ModelElement:
    """An element of a version as it is stored."""
    return ModelElement(
        version=version,
        kind=element.kind,
        key=element.key,
        schema=element.schema,
        content=element.spec.model_dump(mode="json"),
        content_hash=content_hash(element.spec),
    )


def fill_draft(version: ModelVersion, elements: Mapping[Any, Element], *, actor: Actor) -> Applied:
    """Make a draft hold exactly these elements; only what differs is written.

    Raises NotAllowed and InvalidState.
    """
    with transaction.atomic():
        version = lock_version(version.pk)
        require(actor, "model.edit", Scope())
        _must_be_draft(version)
        rows = ModelElement.objects.filter(version=version)
        known = {
            (kind, key): (pk, bytes(stored))
            for pk, kind, key, stored in rows.values_list("pk", "kind", "key", "content_hash")
        }
        added = sorted(item for item in elements if item not in known)
        removed = sorted(item for item in known if item not in elements)
        changed = sorted(
            item
            for item, element in elements.items()
            if item in known and known[item][1] != content_hash(element.spec)
        )
        replaced = [known[item][0] for item in (*changed, *removed)]
        if replaced:
            ModelElement.objects.filter(pk__in=replaced).delete()
        ModelElement.objects.bulk_create(
            [row_of(version, elements[item]) for item in (*added, *changed)], batch_size=500
        )
        applied = Applied(version, tuple(added), tuple(changed), tuple(removed))
        if not applied.nothing:
            ledger.record(version, [_edited(applied)], actor=actor)
        return applied


def _edited(applied: Applied) -> ModelEdited:
    changes = [
        {"kind": kind, "key": key, "change": change}
        for change, items in (
            ("added", applied.added),
            ("changed", applied.changed),
            ("removed", applied.removed),
        )
        for kind, key in items
    ]
    return ModelEdited(version=applied.version.code, changes=changes)


def _base_of(files: ModelFiles) -> ModelVersion | None:
    number = files.meta.based_on
    if number is None:
        return None
    base = ModelVersion.objects.filter(number=number).first()
    if base is None:
        raise Invalid(
            f"model.yaml: the version is based on number {number}, which does not exist here.",
            {"based_on": [f"There is no version with number {number}."]},
        )
    return base


def apply_files(
    source: ModelFiles | Path | str,
    *,
    actor: Actor,
    publish: bool = False,
    at: datetime | None = None,
    week_one: date | None = None,
) -> Applied:
    """Fill one draft with a directory, and publish it when asked.

    ``at`` is when it takes effect; else what model.yaml says, weeks counted from ``week_one``,
    from which days of a story are counted as well.
    A version that holds exactly this content already is left as it is. Raises ModelFilesError
    for an unusable directory, Conflict when the number belongs to a version that is no draft.
    """
    files = source if isinstance(source, ModelFiles) else read_directory(source)
    files = files.dated(week_one)
    meta = files.meta
    with transaction.atomic():
        require(actor, "model.edit", Scope())
        version = ModelVersion.objects.filter(number=meta.number).first()
        if version is not None and version.state != ModelVersion.State.DRAFT:
            return _unchanged(version, files.blueprint)
        base = _base_of(files)
        if version is None:
            version = create_draft(
                number=meta.number,
                code=meta.label,
                title=meta.title,
                kind=meta.kind,
                based_on=base,
                copy=False,
                release_note=meta.release_note,
                actor=actor,
            )
        else:
            version.title, version.kind, version.based_on = meta.title, meta.kind, base
            version.release_note = meta.release_note
            version.save(update_fields=["title", "kind", "based_on", "release_note"])
        applied = fill_draft(version, files.elements, actor=actor)
        if not publish:
            return applied
        if at is None:
            at = effective_from(files, week_one)
        published = publishing.publish(
            applied.version,
            at=at,
            actor=actor,
            without_consent=ModelVersion.Kind(meta.kind) is ModelVersion.Kind.TO_BE,
        )
        return Applied(published, applied.added, applied.changed, applied.removed)


def effective_from(files: ModelFiles, week_one: date | None) -> datetime | None:
    """When model.yaml says it takes effect; midnight in the organisation's zone for a day.

    Raises Invalid for a week when nobody said which week is the first.
    """
    meta = files.meta
    if meta.effective_from is None:
        return None
    if week_one is None:
        if hasattr(meta.effective_from, "week"):
            raise Invalid("model.yaml counts in weeks: say when week 1 begins with --anchor.")
        week_one = date.min
    return meta.effective_at(week_one, files.blueprint.organisation().zone)


def _unchanged(version: ModelVersion, bp: Blueprint) -> Applied:
    if not _same(load_blueprint(version.pk), bp):
        raise Conflict(
            f"{version.code} is {version.get_state_display()} and cannot change;"
            " give model.yaml a new number."
        )
    return Applied(version)


def _same(stored: Blueprint, given: Blueprint) -> bool:
    """The same elements; fields that the code learned since count with their defaults."""
    ids = set(stored.ids())
    return ids == set(given.ids()) and all(stored.get(*one) == given.get(*one) for one in ids)


def _spec(kind: str, key: str, content: ElementSpec | Mapping[str, Any]) -> ElementSpec:
    if isinstance(content, ElementSpec):
        return content
    try:
        return build_spec(kind, content)
    except KeyError as error:
        raise Invalid(f"There is no kind of element called {kind}.") from error
    except ValidationError as error:
        errors: dict[str, list[str]] = {}
        for path, sentence in sentences(error, kind):
            errors.setdefault("/".join(str(step) for step in path), []).append(sentence)
        raise Invalid(f"The {noun_of(kind)} {key} cannot be stored like this.", errors) from error


@dataclass(frozen=True, slots=True)
class Edit:
    """One element as it is to be; ``spec`` None takes it out.

    ``expected_hash`` is what the editor saw; None says that the element was not there.
    """

    kind: str
    key: str
    spec: ElementSpec | Mapping[str, Any] | None
    expected_hash: bytes | None


def edit_element(
    version: ModelVersion,
    kind: str,
    key: str,
    spec: ElementSpec | Mapping[str, Any] | None,
    *,
    expected_hash: bytes | None,
    actor: Actor,
) -> bytes | None:
    """Write one element of a draft and return its new hash; the same as ``edit_elements``."""
    return edit_elements(version, [Edit(kind, key, spec, expected_hash)], actor=actor)[0]


def edit_elements(
    version: ModelVersion, edits: Sequence[Edit], *, actor: Actor
) -> list[bytes | None]:
    """Write elements of a draft, all or none, and return their new hashes.

    What already says the same is left alone; where all does, nothing happened. Raises Invalid,
    NotAllowed, InvalidState, and Conflict when somebody else was faster.
    """
    new = [None if one.spec is None else _spec(one.kind, one.key, one.spec) for one in edits]
    marks = [None if spec is None else content_hash(spec) for spec in new]
    with transaction.atomic():
        version = lock_version(version.pk)
        require(actor, "model.edit", Scope())
        _must_be_draft(version)
        changes = []
        for one, spec, mark in zip(edits, new, marks, strict=True):
            if mark is not None and mark == one.expected_hash and _stands(version, one):
                continue
            change = _write(version, one.kind, one.key, spec, one.expected_hash)
            if change is None:
                raise _conflict(version, one.kind, one.key)
            changes.append({"kind": one.kind, "key": one.key, "change": change})
        if changes:
            ledger.record(
                version, [ModelEdited(version=version.code, changes=changes)], actor=actor
            )
    return marks


def _stands(version: ModelVersion, edit: Edit) -> bool:
    rows = ModelElement.objects.filter(version=version, kind=edit.kind, key=edit.key)
    return rows.filter(content_hash=edit.expected_hash).exists()


def _write(
    version: ModelVersion, kind: str, key: str, new: ElementSpec | None, expected: bytes | None
) -> str | None:
    """What changed, or None when the element is not what was expected."""
    rows = ModelElement.objects.filter(version=version, kind=kind, key=key)
    if expected is None:
        if new is None or rows.exists():
            return None
        row_of(version, Element(kind, key, type(new).schema_version, new)).save(force_insert=True)
        return "added"
    same = rows.filter(content_hash=expected)
    if new is None:
        return "removed" if same.delete()[0] else None
    updated = same.update(content=new.model_dump(mode="json"), content_hash=content_hash(new))
    return "changed" if updated else None


def _conflict(version: ModelVersion, kind: str, key: str) -> Conflict:
    now = ModelElement.objects.filter(version=version, kind=kind, key=key).first()
    who = publishing.last_editor(version, kind, key)
    by = f" by {who}" if who else ""
    if now is None:
        return Conflict(f"The {noun_of(kind)} {key} was removed{by} meanwhile.", current=None)
    return Conflict(
        f"The {noun_of(kind)} {key} was changed{by} meanwhile; look at it again.",
        current=canonical(now.content),
        current_hash=bytes(now.content_hash).hex(),
    )


def check_draft(version: ModelVersion) -> list[str]:
    """What keeps a draft from being published: dangling references and the like, in words."""
    return [str(problem) for problem in load_blueprint(version.pk).problems()]
