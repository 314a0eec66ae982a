"""May this actor change, agree or follow the operating model: the rules of ``governance.policies``.

Each is pure over the actor, the scope and facts about roles. ``scope.holder_id`` is the person it
is about: who wrote a proposal, who raised an objection, who was asked.
"""

from collections.abc import Callable

from esm.events.actors import Actor
from governance.facts import RoleFacts, Scope, Verdict

Rule = Callable[[Actor, Scope, RoleFacts], Verdict]
YES = Verdict(True)


def _no(reason: str) -> Verdict:
    return Verdict(False, reason)


def _themselves(actor: Actor, scope: Scope) -> bool:
    """A person, signed in as nobody else, whom it is about."""
    person = actor.kind == "person" and not actor.on_behalf_of
    return person and bool(scope.holder_id) and scope.holder_id == actor.person_id


def _is_holder(actor: Actor, scope: Scope) -> bool:
    return bool(scope.holder_id) and (actor.person_id or 0) == scope.holder_id


def _steward(sentence: str) -> Rule:
    return lambda actor, scope, facts: YES if facts.steward else _no(sentence)


def _holder_only(sentence: str) -> Rule:
    return lambda actor, scope, facts: YES if _is_holder(actor, scope) else _no(sentence)


def _personal(sentence: str) -> Rule:
    return lambda actor, scope, facts: YES if _themselves(actor, scope) else _no(sentence)


def _holder_or_steward(sentence: str) -> Rule:
    def rule(actor: Actor, scope: Scope, facts: RoleFacts) -> Verdict:
        return YES if facts.steward or _is_holder(actor, scope) else _no(sentence)

    return rule


RULES: dict[str, Rule] = {
    "model.edit": _steward("Only a steward changes the operating model."),
    "model.comment": _holder_only("Only a person comments on the model, in their own name."),
    "model.publish": _steward("Only a steward publishes the operating model."),
    "model.submit": _steward("Only a steward puts a draft to those whom it changes."),
    "model.move": _steward("Only a steward moves running requests to another version."),
    "finding.acknowledge": _holder_or_steward(
        "Only who answers for a finding, and stewards, take note of it."
    ),
    "finding.close": _holder_or_steward("Only who answers for a finding, and stewards, close it."),
    "proposal.write": _personal("Only a person proposes a change, in their own name."),
    "proposal.change": _holder_or_steward("Only who proposed it, and stewards, change it."),
    "proposal.settle": _steward("Only a steward takes a proposal on or turns it down."),
    "consent.answer": _personal("Only who was asked answers, in their own name."),
    "objection.test": _steward("Only a steward tests an objection and says what came of it."),
    "objection.withdraw": _personal("Only who raised an objection withdraws it."),
    "agreement.sign": _personal("Only who holds the role of this side signs for it."),
    "acknowledgement.give": _personal("Only who was asked to read it says so."),
    "training.done": _holder_or_steward("Only who is trained, and stewards, say it is done."),
    "review.confirm": _holder_or_steward("Only who answers for it, and stewards, re-confirm it."),
    "agenda.note": _holder_or_steward("Only who sits in the body, and stewards, keep its minutes."),
    "assessment.run": _steward("Only a steward plans, opens, closes and publishes assessments."),
    "assessment.answer": _personal("Only who is asked answers, in their own name."),
    "stream.rate": _holder_or_steward("Only the owner of a stream, and stewards, rate it."),
    "baseline.freeze": _holder_or_steward(
        "Only the owner of a stream, and stewards, freeze a baseline of it."
    ),
    "improvement.raise": _personal("Only a person says what could be better, in their own name."),
    "improvement.settle": _holder_or_steward(
        "Only the owner of the stream, and stewards, say what becomes of it."
    ),
    "improvement.work": _holder_or_steward(
        "Only whose it is, the owner of the stream, and stewards, say how far it is."
    ),
    "problem.answer": _personal("Only the owner of the stream answers to a problem of it."),
    "problem.settle": _steward("Only a steward settles what an owner disputes."),
    "commitment.give": _personal("Only a sponsor commits to something, in their own name."),
    "commitment.settle": _holder_or_steward("Only who committed, and stewards, say what came."),
}
# What the system itself may never do: these need a natural person.
PERSONAL = frozenset(
    {
        "finding.acknowledge",
        "finding.close",
        "model.comment",
        "proposal.write",
        "consent.answer",
        "objection.test",
        "objection.withdraw",
        "agreement.sign",
        "acknowledgement.give",
        "review.confirm",
        "agenda.note",
        "commitment.give",
        "improvement.raise",
        "improvement.settle",
        "improvement.work",
        "problem.answer",
        "problem.settle",
        "stream.rate",
        "baseline.freeze",
        "assessment.answer",
    }
)
# Judged from the actor and the scope alone.
NO_FACTS = frozenset(
    {
        "model.comment",
        "proposal.write",
        "consent.answer",
        "objection.withdraw",
        "agreement.sign",
        "acknowledgement.give",
        "commitment.give",
        "improvement.raise",
        "problem.answer",
        "assessment.answer",
    }
)
