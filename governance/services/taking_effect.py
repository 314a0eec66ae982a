"""An agreed version takes effect at its moment, however late the sweep is.

What work starts on is asked here, so this reads no draft: what was agreed is in force or waits.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from esm.common import clock
from esm.common.errors import Invalid
from esm.events.actors import SYSTEM, Actor
from esm.events.services import ledger
from esm.events.types import moment_text
from governance.blueprint.blueprint import Blueprint
from governance.event_types import ModelPublished, ModelRetired
from governance.locks import lock_versions
from governance.models import ChangeProposal, ModelVersion
from governance.selectors.gate import outdated
from governance.selectors.versions import forget, load_blueprint, published
from governance.services import proposing
from governance.services.projecting import project

State = ModelVersion.State


def consented(version: ModelVersion) -> bool:
    """Whether it was agreed in a round, and not put in force without consent."""
    to_be = version.kind == ModelVersion.Kind.TO_BE
    return to_be and version.state == State.AGREED and not version.without_consent


def put_in_force(
    version: ModelVersion,
    former: ModelVersion | None,
    bp: Blueprint,
    *,
    moment: datetime,
    actor: Actor,
    private: dict[str, str] | None = None,
) -> ModelVersion:
    """The former retires at the same moment, so that no instant has none or two."""
    if former is not None:
        former.state, former.retired_at = State.RETIRED, moment
        former.save(update_fields=["state", "retired_at"])
        retired = ModelRetired(version=former.code, successor=version.code)
        ledger.record(former, [retired], actor=actor, at=moment)
    version.state, version.published_at = State.PUBLISHED, moment
    version.save(
        update_fields=[
            "state",
            "published_at",
            "content_hash",
            "effective_from",
            "without_consent",
        ]
    )
    project(version, bp)
    assert version.effective_from is not None
    event = ModelPublished(
        version=version.code,
        kind=version.kind,
        former=former.code if former else "",
        effective_from=moment_text(version.effective_from),
        without_consent=version.without_consent,
        content_hash=bp.content_hash.hex(),
        private=private or {},
    )
    ledger.record(version, [event], actor=actor, at=moment)
    _move_proposals(version, actor)
    return version


def _move_proposals(version: ModelVersion, actor: Actor) -> None:
    """What it carried is in force; what it undoes, bringing an older one back, is taken back."""
    proposing.follow(version, ChangeProposal.State.ADOPTED, actor=actor)
    old = version.restores
    if old is None or old.published_at is None:
        return
    later = Q(published_at__gt=old.published_at)
    later |= Q(published_at=old.published_at, number__gt=old.number)
    undone = ModelVersion.objects.filter(later).exclude(pk=version.pk)
    for other in undone.order_by("pk"):
        proposing.take_back(other, actor=actor)


def sweep_effective(now: datetime | None = None) -> list[ModelVersion]:
    """Publish every agreed version whose moment has come, in the order of their moments.

    It counts as published at its moment, however late the sweep is. Costs one query when there
    is nothing to do, so whoever pins a version asks first.
    """
    now = now or clock.now()
    due = ModelVersion.objects.filter(state=State.AGREED, effective_from__lte=now)
    return [
        done
        for pk in due.order_by("effective_from", "number").values_list("pk", flat=True)
        if (done := _publish_due(pk, now)) is not None
    ]


def in_force(now: datetime | None = None) -> ModelVersion | None:
    """The version work starts on at this moment, published first where its moment has come.

    None before the first publication. One query when nothing is due.
    """
    now = now or clock.now()
    due = Q(state=State.AGREED, effective_from__lte=now)
    found = list(ModelVersion.objects.filter(Q(state=State.PUBLISHED) | due).order_by())
    if any(version.state == State.AGREED for version in found):
        sweep_effective(now)
        return published()
    return found[0] if found else None


def _publish_due(pk: int, now: datetime) -> ModelVersion | None:
    forget(pk)
    with transaction.atomic():
        locked = lock_versions()
        version = locked[pk]
        due = version.effective_from
        if version.state != State.AGREED or due is None or due > now:
            # Another sweep was faster.
            return None
        former = next((v for v in locked.values() if v.state == State.PUBLISHED), None)
        if consented(version) and outdated(version, former):
            # Something else came into force meanwhile and would be lost; a steward has to look.
            return None
        bp = load_blueprint(pk)
        if bp.content_hash != bytes(version.content_hash or b""):
            raise Invalid(f"{version.code} is no longer what was agreed.")
        moment = due
        if former is not None and former.published_at is not None:
            moment = max(moment, former.published_at)
        return put_in_force(version, former, bp, moment=moment, actor=SYSTEM)
