"""Puts a version in force: exactly one is published at any instant.

draft → agreed (waits for its moment) → published → retired, when its successor is published. The
successor, the former and all identity rows change in one transaction. What is running is not
touched: it keeps the version it pinned.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid, InvalidState
from esm.events.actors import Actor
from esm.events.models import Event
from esm.events.services import ledger
from esm.events.types import moment_text
from governance.blueprint.blueprint import Blueprint
from governance.event_types import ModelAgreed
from governance.locks import lock_versions
from governance.models import ModelVersion, Person
from governance.policies import Scope, require
from governance.selectors.gate import left_in_the_way
from governance.selectors.versions import forget, load_blueprint
from governance.services import following
from governance.services.controls import on_record
from governance.services.controls_people import hold_publishing
from governance.services.hindered import must_be_clear
from governance.services.reasons import with_reason
from governance.services.taking_effect import consented, put_in_force

State = ModelVersion.State
# What changes elements of a draft, each with kind and key.
EDITS = ("model.edited", "model.rebased")


@on_record
def publish(
    version: ModelVersion | int,
    *,
    at: datetime | None = None,
    actor: Actor,
    without_consent: bool = False,
    reason: str = "",
) -> ModelVersion:
    """Publish a draft or an agreed version as of ``at`` (default: its own date, else now).

    A version that describes what is (as_is) needs no consent; another one is refused until it is
    agreed, or recorded as published without consent, which takes a person a ``reason``. With ``at``
    in the future it waits and the sweep publishes it at that instant. Raises NotAllowed,
    InvalidState, Hindered with all that stands in the way, Invalid.
    """
    pk = version if isinstance(version, int) else version.pk
    forget(pk)
    try:
        with transaction.atomic():
            return _publish(pk, at, actor, _Way(without_consent, with_reason(reason)))
    except BaseException:
        # A version that could not be published may be published later with other content.
        forget(pk)
        raise


@dataclass(frozen=True)
class _Way:
    """How a version is published: without consent or with it, and why."""

    without_consent: bool
    private: dict[str, str]


def _publish(pk: int, at: datetime | None, actor: Actor, way: _Way) -> ModelVersion:
    locked = lock_versions()
    if pk not in locked:
        raise InvalidState("There is no such version of the model.")
    version = locked[pk]
    former = next((v for v in locked.values() if v.state == State.PUBLISHED), None)
    require(actor, "model.publish", Scope())
    _must_be_publishable(version, actor, way)
    bp = load_blueprint(pk).kept()
    before = Blueprint.from_raw({})
    if former is not None:
        before = load_blueprint(former.pk).kept()
        bp = before.followed_by(bp)
    _must_be_whole(version, bp)
    _must_not_get_worse(version, before, bp, actor)
    passed = hold_publishing(version, former, bp, actor=actor)
    now = clock.now()
    effective = at or version.effective_from or now
    _must_follow(version, former, effective)
    if version.state == State.DRAFT:
        version.without_consent = way.without_consent and version.kind == ModelVersion.Kind.TO_BE
    version.content_hash = bp.content_hash
    version.effective_from = effective
    if passed:
        ledger.record(version, passed, actor=actor)
    if former is not None and _asks(version, actor):
        following.prepare(version, former, effective, actor=actor)
    if effective > now:
        return _wait(version, actor, way)
    return put_in_force(version, former, bp, moment=now, actor=actor, private=way.private)


def _asks(version: ModelVersion, actor: Actor) -> bool:
    """Whether people are asked to read it: what was agreed, and what a steward forces."""
    to_be = version.kind == ModelVersion.Kind.TO_BE
    return to_be and (actor.kind == "person" or consented(version))


def _must_be_publishable(version: ModelVersion, actor: Actor, way: _Way) -> None:
    if version.state not in (State.DRAFT, State.AGREED):
        raise InvalidState(f"{version.code} is {version.get_state_display()} already.", allowed=[])
    to_be, draft = version.kind == ModelVersion.Kind.TO_BE, version.state == State.DRAFT
    if to_be and (consented(version) or (draft and not way.without_consent)):
        must_be_clear(version, "publish", ("publish without consent",) if draft else ())
        return
    if actor.kind != "person":
        return
    if to_be and draft and not way.private:
        sentence = "Say why nobody is asked before; it stands on record and everybody reads it."
        raise Invalid(sentence, {"reason": [sentence]})
    must_be_clear(version, "force")


def _must_be_whole(version: ModelVersion, bp: Blueprint) -> None:
    problems = [str(problem) for problem in bp.problems()]
    if not len(bp):
        problems = ["the version holds no element"]
    if problems:
        raise Invalid(f"{version.code} cannot be published: {problems[0]}.", {"": problems})


def _must_not_get_worse(
    version: ModelVersion, before: Blueprint, bp: Blueprint, actor: Actor
) -> None:
    """The ratchet: what describes today may hold any finding, a change may not.

    It is the definitions that must not get worse; who holds which role changes from day to day.
    """
    signed = consented(version) or actor.kind == "person"
    if left := left_in_the_way(version, before, bp, signed=signed):
        sentences = [finding.sentence for finding in left]
        raise Invalid(f"{version.code} cannot be published: {sentences[0]}", {"": sentences})


def _must_follow(version: ModelVersion, former: ModelVersion | None, effective: datetime) -> None:
    if former is None or former.effective_from is None or effective >= former.effective_from:
        return
    raise Invalid(
        f"{version.code} would take effect before {former.code}, which is in force"
        f" since {former.effective_from:%d %b %Y %H:%M} UTC.",
        {"at": ["Choose a later moment."]},
    )


def _wait(version: ModelVersion, actor: Actor, way: _Way) -> ModelVersion:
    """Agreed, with its moment ahead. What people agreed to is on record as agreed already."""
    agreed, version.state = version.state == State.AGREED, State.AGREED
    version.save(update_fields=["state", "content_hash", "effective_from", "without_consent"])
    assert version.effective_from is not None and version.content_hash is not None
    event = ModelAgreed(
        version=version.code,
        effective_from=moment_text(version.effective_from),
        without_consent=version.without_consent,
        content_hash=bytes(version.content_hash).hex(),
        private=way.private,
    )
    if not (agreed and consented(version)):
        ledger.record(version, [event], actor=actor)
    return version


def last_editor(version: ModelVersion, kind: str, key: str) -> str:
    """Name of who changed an element of a draft last; "" when nobody is known."""
    rows = Event.objects.filter(
        bucket=version.chain_bucket, chain=version.chain, type__in=EDITS
    ).order_by("-seq")
    for actor, data in rows.values_list("actor", "data")[:50]:
        if any(c["kind"] == kind and c["key"] == key for c in data.get("changes", [])):
            person = Person.objects.filter(pk=int(actor[2:])).first() if _is_person(actor) else None
            return person.name if person else actor
    return ""


def _is_person(ref: str) -> bool:
    return ref.startswith("P-") and ref[2:].isdigit()
