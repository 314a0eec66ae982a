"""What becomes of a benefit that did not come by its day: more time, stopped, or withdrawn."""

from datetime import date

from django.db import transaction

from catalog.event_types import BenefitDecided
from catalog.locks import lock_benefit
from catalog.models import BenefitDecision
from catalog.selectors import measures
from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotAllowed, NotFound
from esm.events.actors import Actor
from esm.events.services import ledger
from governance.blueprint import kinds
from governance.services.reasons import MAX_REASON, with_reason

ENDED = (BenefitDecision.Outcome.STOP, BenefitDecision.Outcome.WITHDRAW)
# Further away than this nobody answers for it.
MOST_YEARS = 10


def decide_benefit(
    key: str, *, outcome: str, due: date | None = None, reason: str, actor: Actor
) -> BenefitDecision:
    """Decide on a benefit of the version in force; who answers for it, or a steward.

    ``due`` is the new day of one that gets more time. Raises NotFound, NotAllowed, Invalid, and
    InvalidState for one that was stopped or withdrawn.
    """
    with transaction.atomic():
        found = measures.in_force(exact=True)
        spec = found[1].peek(kinds.Benefit, key) if found else None
        if found is None or spec is None:
            raise NotFound("There is no such benefit.")
        case = lock_benefit(key)
        verdict = measures.may_decide(actor, spec)
        if not verdict.ok:
            raise NotAllowed(verdict.reason, code="benefit-decide")
        last = case.decisions.first()
        if last is not None and last.outcome in ENDED:
            raise InvalidState(f"“{spec.title}” {last.get_outcome_display()} already.", allowed=[])
        _check(outcome, due, reason, measures.today(found[1]))
        row = BenefitDecision.objects.create(
            case=case,
            outcome=outcome,
            due=due,
            reason=reason.strip(),
            version=found[0],
            decided_by_id=actor.person_id,
            decided_at=clock.now(),
        )
        event = BenefitDecided(
            benefit=key,
            outcome=outcome,
            due=due.isoformat() if due else "",
            model_version=found[0].code,
            private=with_reason(reason),
        )
        ledger.record(case, [event], actor=actor)
        return row


def _check(outcome: str, due: date | None, reason: str, today: date) -> None:
    errors: dict[str, list[str]] = {}
    extends = outcome == BenefitDecision.Outcome.EXTEND
    if outcome not in BenefitDecision.Outcome.values:
        errors["outcome"] = ["Choose what becomes of it."]
    if extends and (due is None or due <= today):
        errors["due"] = ["Write the day by which it shall come, after today."]
    elif extends and due is not None and due.year > today.year + MOST_YEARS:
        errors["due"] = [f"Write a day within {MOST_YEARS} years."]
    elif not extends and due is not None:
        errors["due"] = ["Only a benefit that gets more time has a new day; leave it empty."]
    if not reason.strip():
        errors["reason"] = ["Say why; whoever was promised it reads this."]
    elif len(reason.strip()) > MAX_REASON or "\x00" in reason:
        errors["reason"] = [f"Say it in at most {MAX_REASON} characters."]
    if errors:
        raise Invalid("This cannot be decided like this.", errors)
