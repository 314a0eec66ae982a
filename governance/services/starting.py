"""A first model from nothing, written by the answers of a guide into an as-is draft."""

from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction

from esm.accounts.models import User
from esm.common.errors import Conflict, Invalid, InvalidState
from esm.events.actors import Actor
from governance.blueprint.starting import PARTS, Answers, Wrong
from governance.locks import lock_version
from governance.models import Membership, ModelVersion, Person, Role, RoleAssignment
from governance.policies import Scope, require
from governance.selectors.starting import in_hand, seats_of
from governance.selectors.versions import load_blueprint
from governance.services import accounts, drafting, drafts, people, roles
from governance.services.accounts import FirstPassword
from governance.services.drafting import Edit

TITLE = "As we work today"
MAX_ACCOUNTS = 50


def write_part(part: str, given: Mapping[str, Sequence[str]], *, actor: Actor) -> ModelVersion:
    """Write the answers of one part of the guide into the draft, which begins with the first.

    Raises NotAllowed, Invalid with a sentence for each answer that cannot be used, InvalidState
    where a model is in force or the part has grown beyond what the guide asks, and Conflict.
    """
    try:
        with transaction.atomic():
            require(actor, "model.edit", Scope())
            version = _draft(actor)
            bp = load_blueprint(version.pk)
            if grown := PARTS[part].grown(bp):
                raise InvalidState(f"{grown}: go on in the editor of {version.code}.")
            edits = PARTS[part].edits(bp, Answers(given))
            hashes = bp.hashes()
            drafting.edit_elements(
                version,
                [Edit(e.kind, e.key, e.content, hashes.get((e.kind, e.key))) for e in edits],
                actor=actor,
            )
            return version
    except Wrong as wrong:
        raise Invalid(str(wrong), wrong.errors) from wrong


def _draft(actor: Actor) -> ModelVersion:
    version = in_hand().version
    if version is None:
        try:
            with transaction.atomic():
                version = drafts.begin_draft(title=TITLE, actor=actor)
        except IntegrityError as error:
            said = "Somebody else began the model at the same moment; look at it again."
            raise Conflict(said) from error
    version = lock_version(version.pk)
    if version.state != ModelVersion.State.DRAFT:
        raise InvalidState(
            f"{version.code} is {version.get_state_display()} already;"
            " what changes from now on is written in a draft of its own."
        )
    return version


def fill_seats(chosen: Mapping[str, str], *, actor: Actor) -> int:
    """Have people hold the roles work cannot start without, and lead the teams these lead.

    ``chosen`` are keys of persons by key of role; whoever alone held it before no longer does.
    Returns how many roles changed hands. Raises NotAllowed, Invalid, InvalidState.
    """
    with transaction.atomic():
        require(actor, "people.edit", Scope())
        hand = in_hand()
        if not hand.in_force:
            raise InvalidState("Publish the model first: teams and roles come from there.")
        changed = 0
        for seat in seats_of(hand.bp):
            key = chosen.get(seat.role.key, "")
            if not key:
                continue
            person = Person.objects.filter(key=key, active=True).first()
            if person is None:
                said = "Choose somebody who is here."
                raise Invalid(said, {seat.role.key: [said]})
            changed += _give(person, seat.role, actor)
            for team in seat.teams:
                rows = Membership.objects.filter(person=person, team=team)
                if not rows.filter(valid__upper_inf=True).exists():
                    people.join_team(person, team, lead=True, actor=actor)
        return changed


def _give(person: Person, role: Role, actor: Actor) -> bool:
    held = RoleAssignment.objects.filter(role=role, valid__upper_inf=True).select_related("person")
    if any(row.person_id == person.pk for row in held):
        return False
    if len(held) == 1:
        roles.end_assignment(held[0], actor=actor)
    roles.assign_role(person, role, actor=actor)
    return True


def open_accounts(persons: Sequence[Person], *, actor: Actor) -> list[FirstPassword]:
    """An account for each, with a password that is shown once; all of them or none.

    Raises NotAllowed, Invalid, InvalidState, Conflict.
    """
    if not 0 < len(persons) <= MAX_ACCOUNTS:
        said = f"Choose from 1 to {MAX_ACCOUNTS} people."
        raise Invalid(said, {"persons": [said]})
    with transaction.atomic():
        return [
            accounts.open_account(one, username=_free_name(one), actor=actor) for one in persons
        ]


def _free_name(person: Person) -> str:
    wanted = person.email.partition("@")[0] or person.key
    name, number = wanted, 2
    while User.objects.filter(username__iexact=name).exists():
        name, number = f"{wanted}{number}", number + 1
    return name
