"""What people are able to do: confirmed, corrected, withdrawn. Nothing of it is deleted."""

from datetime import date
from zoneinfo import ZoneInfo

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotFound
from esm.events.actors import Actor
from esm.events.services import ledger
from governance.event_types.skills import SkillConfirmed, SkillWithdrawn
from governance.locks import lock_person
from governance.models import Person, SkillHolding
from governance.models.skills import LEVELS
from governance.policies import Scope, require
from governance.selectors.skills import shared_team
from governance.selectors.versions import blueprint, published
from governance.services.reasons import with_reason

MAX_EVIDENCE = 300


def confirm_skill(
    person: Person,
    skill: str,
    *,
    level: int,
    evidence: str = "",
    valid_to: date | None = None,
    reason: str = "",
    actor: Actor,
) -> SkillHolding:
    """Somebody is able to do a skill of the model in force, from 1 to 5; what was said before ends.

    As said before, nothing is recorded. ``valid_to`` is the last day of the proof. Raises
    NotAllowed, Invalid, InvalidState for a person who left.
    """
    evidence = " ".join(evidence.replace("\x00", "").split())
    with transaction.atomic():
        person = lock_person(person.pk)
        require(actor, "skill.confirm", _scope_of(person, actor))
        if not person.active:
            raise InvalidState(f"{person.name} has left.")
        _must_fit(skill, level, evidence, valid_to)
        now = clock.now()
        row = SkillHolding.objects.filter(person=person, skill_key=skill, ended_at=None).first()
        if row is not None:
            if (row.level, row.evidence, row.valid_to) == (level, evidence, valid_to):
                return row
            row.ended_at = now
            row.save(update_fields=["ended_at"])
        new = SkillHolding.objects.create(
            person=person,
            skill_key=skill,
            level=level,
            evidence=evidence,
            confirmed_by_id=actor.person_id,
            confirmed_at=now,
            valid_to=valid_to,
        )
        event = SkillConfirmed(
            person=person.ref,
            skill=skill,
            level=level,
            valid_to=valid_to.isoformat() if valid_to else None,
            private=with_reason(reason, evidence=evidence),
        )
        ledger.record(person, [event], actor=actor)
        return new


def withdraw_skill(holding: SkillHolding, *, reason: str = "", actor: Actor) -> SkillHolding:
    """What was confirmed counts no more from now on.

    Raises NotAllowed, NotFound, and InvalidState for what was corrected or withdrawn before.
    """
    with transaction.atomic():
        person = lock_person(holding.person_id)
        require(actor, "skill.confirm", _scope_of(person, actor))
        row = SkillHolding.objects.filter(pk=holding.pk).first()
        if row is None:
            raise NotFound("Nobody confirmed that.")
        if row.ended_at is not None:
            raise InvalidState("This counts no more: it was corrected or withdrawn before.")
        row.ended_at = clock.now()
        row.save(update_fields=["ended_at"])
        event = SkillWithdrawn(person=person.ref, skill=row.skill_key, private=with_reason(reason))
        ledger.record(person, [event], actor=actor)
        return row


def _scope_of(person: Person, actor: Actor) -> Scope:
    """Whose skill it is, and a team in which the actor leads them, if there is one."""
    return Scope(team_id=shared_team(actor.person_id or 0, person), holder_id=person.pk)


def _must_fit(skill: str, level: int, evidence: str, valid_to: date | None) -> None:
    version = published()
    bp = blueprint(version) if version is not None else None
    if bp is None or ("Skill", skill) not in bp:
        said = "The model in force knows no such skill."
        raise Invalid(said, {"skill": [said]})
    if level not in LEVELS:
        said = "Choose how well, from 1 to 5."
        raise Invalid(said, {"level": [said]})
    if len(evidence) > MAX_EVIDENCE:
        said = f"Say in at most {MAX_EVIDENCE} characters what shows it."
        raise Invalid(said, {"evidence": [said]})
    today = clock.now().astimezone(ZoneInfo(bp.organisation().zone)).date()
    if valid_to is not None and valid_to < today:
        said = "This day is over; choose a later one, or none."
        raise Invalid(said, {"valid_to": [said]})
