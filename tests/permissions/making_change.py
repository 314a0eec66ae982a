"""A proposal, and a version in review with an objection, for the matrix."""

from collections.abc import Callable
from typing import Any

from esm.events.actors import SYSTEM
from governance.blueprint.kinds import Role
from governance.models import (
    ChangeProposal,
    ModelElement,
    ModelVersion,
    Objection,
    Person,
    RoleAssignment,
)
from governance.selectors import versions
from governance.selectors.people import actor_for, person_for
from governance.services import consenting, drafting, proposing, submitting
from governance.services.proposing import Wording

Place = Callable[[Any, Any], dict[str, Any]]
CODE = "OM-8"


def proposal_of(stage: Any) -> ChangeProposal:
    """What the requester proposes, open for remarks."""
    found = ChangeProposal.objects.first()
    if found is None:
        account = stage.accounts["requester"]
        said = Wording(title="Fewer steps", kind="process", tension="It takes long.",
                       process_text="One step less.")  # fmt: skip
        person = _person(account)
        found = proposing.write_proposal(person, said, actor=actor_for(account))
        proposing.open_for_remarks(found, actor=actor_for(account))
    return found


def _person(account: Any) -> Person:
    found = person_for(account)
    assert found is not None
    return found


def in_review(stage: Any) -> Objection:
    """The objection of who decides to a version in review."""
    found = Objection.objects.first()
    if found is not None:
        return found
    base = versions.published()
    version = drafting.create_draft(number=8, code=CODE, based_on=base, actor=SYSTEM)
    _change(version, _person(stage.accounts["decider"]))
    submitting.submit(version, actor=actor_for(stage.accounts["steward"]))
    account = stage.accounts["decider"]
    consenting.answer(
        version, _person(account), answer="objection", text="It costs.", actor=actor_for(account)
    )
    return Objection.objects.get()


def _change(version: ModelVersion, person: Person) -> None:
    """Whoever decides answers for one thing more."""
    key = RoleAssignment.objects.filter(person=person, role__category="executive").earliest("pk")
    role = versions.blueprint(version).get(Role, key.role.key)
    seen = ModelElement.objects.get(version=version, kind="Role", key=key.role.key).content_hash
    more = role.model_copy(update={"accountabilities": (*role.accountabilities, "Tells why")})
    drafting.edit_element(
        version, "Role", key.role.key, more, expected_hash=bytes(seen), actor=SYSTEM
    )


CHANGE_PLACES: dict[str, Place] = {
    "proposal": lambda stage, request: {"number": proposal_of(stage).number},
    "in-review": lambda stage, request: {"code": in_review(stage).version.code},
    "objection": lambda stage, request: {"code": CODE, "number": in_review(stage).number},
}
