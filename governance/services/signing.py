"""Handoff agreements signed for both sides, by who holds the role that leads the team.

A signature holds for what the agreement says, in whichever version it says so.
"""

from django.db import transaction

from esm.common.errors import InvalidState, NotAllowed, NotFound
from esm.events.actors import Actor
from esm.events.services import ledger
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.consent import Touched, touched_agreements
from governance.event_types.change import AgreementSigned
from governance.locks import hold_persons, lock_version
from governance.models import AgreementSignature, ModelVersion, Person
from governance.policies import Scope, require
from governance.selectors.roles import role_keys
from governance.selectors.versions import blueprint, load_blueprint, published
from governance.selectors.wording import element_name

State = ModelVersion.State


def sign(
    version: ModelVersion, person: Person, agreement: str, side: str, *, actor: Actor
) -> AgreementSignature:
    """Sign one side of an agreement that a version in review touches; again changes nothing.

    Raises NotFound where the version does not touch it, NotAllowed for who does not lead that
    side at this moment, InvalidState for what is not in review.
    """
    with transaction.atomic():
        version = lock_version(version.pk)
        one, bp = _touched(version, agreement, side)
        hold_persons([person.pk])
        require(actor, "agreement.sign", Scope(holder_id=person.pk))
        if not one.role or one.role not in role_keys(person.pk):
            role = element_name(bp, "Role", one.role) if one.role else "nobody at the moment"
            raise NotAllowed(
                f"Only who leads this side signs for it: {role}.", code="agreement-sign"
            )
        if version.state not in (State.IN_REVIEW, State.AGREED):
            raise InvalidState(
                f"{version.code} is {version.get_state_display()}; agreements are signed while"
                " people are asked about it.",
                allowed=[],
            )
        known = AgreementSignature.objects.filter(
            agreement_key=agreement, content_hash=one.mark, side=side
        ).first()
        if known is not None:
            return known
        row = AgreementSignature.objects.create(
            version=version,
            agreement_key=agreement,
            content_hash=one.mark,
            side=side,
            role_key=one.role,
            person=person,
        )
        event = AgreementSigned(
            version=version.code,
            agreement=agreement,
            side=side,
            role=one.role,
            person=person.ref,
            content_hash=one.mark.hex(),
        )
        ledger.record(version, [event], actor=actor)
        return row


def _touched(version: ModelVersion, agreement: str, side: str) -> tuple[Touched, Blueprint]:
    former = published()
    before = blueprint(former) if former is not None else Blueprint.from_raw({})
    bp = load_blueprint(version.pk)
    for one in touched_agreements(before, bp):
        if (one.key, one.side) == (agreement, side):
            return one, bp
    raise NotFound(f"{version.code} does not touch that agreement.")
