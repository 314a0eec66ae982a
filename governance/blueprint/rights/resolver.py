"""Who decides: type of decision × scope × half-open band [min, max) → right → whoever may act.

1 The rights to decide whose scope fits, the most specific first; 2 of those the one whose band
holds the number: converted at a stored rate, with what was split off it; 3 none, or two that claim
it equally, go to the type's fallback; 4 its holders at the moment; 5 for one who is away their
delegate, else their stand-in; 6 nobody who asked, who gains by it, or whom a rule of separation
bars; where nobody is left, the next band up. Each step leads strictly up the bands, so it always
ends: above the top band stands the organisation's last resort.
"""

from decimal import Decimal

from esm.common.expressions import holds
from governance.blueprint.rights.answer import (
    Acting,
    PartPlayed,
    Resolution,
    TraceStep,
    band_words,
)
from governance.blueprint.rights.facts import PARTS, Body, Inputs, Right, narrowed
from governance.blueprint.rights.money import NoRate, rate_for, split_off, times, total, worth
from governance.blueprint.rights.people import Actors


def resolve(inputs: Inputs) -> Resolution:
    """Find who decides. Total: every input gives an answer, if only that nobody is left."""
    return _Search(inputs).run()


class _Search:
    """One search; holds what its steps share."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.kind, self.rules, self.case = inputs.rules.kind, inputs.rules, inputs.case
        self.trace: list[TraceStep] = []
        self.number: Decimal | None = None
        self.rights = [right for right in inputs.rules.rights if self._in_scope(right)]
        # An empty band decides nothing; following one upward could lead back to itself.
        self.deciding = [r for r in self.rights if r.part == "decide" and not r.empty]
        self.actors = Actors(inputs, self.note)

    def run(self) -> Resolution:
        """Climb the bands from the one that holds the number."""
        problem = self._find_number()
        if problem is not None:
            return self._fallback(problem)
        number = self.number
        assert number is not None
        self.actors.number = number
        found = _most_specific([r for r in self.deciding if r.holds(number)])
        if not found:
            self.note("no_right", "No right to decide covers this case.")
            return self._fallback("no_right")
        while found:
            if len(found) > 1:
                keys = sorted(right.key for right in found)
                self.note("conflict", "Several rights claim this case equally.", rights=keys)
                return self._fallback("conflict")
            right = found[0]
            answer = self._try(right)
            if answer is not None:
                return answer
            found = self._above(right)
            if found:
                self.note("next_band", "The next band up is asked.")
        return self._last_resort(None)

    def note(self, code: str, text: str, **data: object) -> None:
        """One more step of the trace."""
        self.trace.append(TraceStep(code, text, data))

    # --- the number ---

    def _find_number(self) -> str | None:
        """Sets the number that chooses the band; returns why there is none."""
        name, amount = self.kind.name, self.case.amount
        if self.kind.unit == "none":
            self.note("question", f"{name}: no amount is involved.")
            self.number = Decimal(0)
            return None
        if amount is None:
            text = f"{name}: the amount is not known, so no band can be chosen."
            self.note("no_amount", text)
            return "no_amount"
        self.note("question", f"{name}: {self._said(amount)}.", amount=format(amount, "f"))
        try:
            number = self._converted(amount)
            self.number = self._with_split(number)
        except NoRate as error:
            text = f"{error} Without a rate no band is chosen."
            self.note("no_rate", text, source=error.source, target=error.target, day=error.day)
            return "no_rate"
        return None

    def _said(self, amount: Decimal) -> str:
        if self.kind.unit == "amount":
            return f"{self.case.currency or self.kind.currency} {amount:,f}".strip()
        return f"{amount:,f} {self.kind.measure}".strip()

    def _converted(self, amount: Decimal) -> Decimal:
        source, target = self.case.currency, self.kind.currency
        if self.kind.unit != "amount" or not target or source in ("", target):
            return amount
        rate = rate_for(self.case.asked, source, target, self.inputs.rates)
        number = times(amount, rate.rate)
        self.note(
            "converted",
            f"At {rate.rate:f} {target} for 1 {source} ({rate.day.isoformat()})"
            f" that is {target} {number:,f}.",
            source=source,
            rate=format(rate.rate, "f"),
            day=rate.day.isoformat(),
            amount=format(number, "f"),
        )
        return number

    def _with_split(self, number: Decimal) -> Decimal:
        days = self.kind.split_days
        target = self.kind.currency if self.kind.unit == "amount" else ""
        other = total(
            worth(one.amount, one.currency, target, one.at, self.inputs.rates)
            for one in split_off(self.inputs)
        )
        if not other:
            return number
        together = total((number, other))
        self.note(
            "split",
            f"The same person asked for {other:,f} more within {days} days;"
            f" together {together:,f} decide the band.",
            other=format(other, "f"),
            days=days,
        )
        return together

    # --- rights ---

    def _in_scope(self, right: Right) -> bool:
        if not narrowed(right.narrows, self.case.scope):
            return False
        return holds(right.when, self.case.values)

    def _above(self, right: Right) -> list[Right]:
        """The next band up: what starts lowest at or above the end of this one.

        What is allowed beforehand is nobody to go up to.
        """
        if right.high is None:
            return []
        end = right.high
        higher = [
            (other.low, other)
            for other in self.deciding
            if other.low is not None and other.low >= end and not other.pre_authorised
        ]
        lowest = min((low for low, _ in higher), default=None)
        return _most_specific([other for low, other in higher if low == lowest])

    def _try(self, right: Right) -> Resolution | None:
        words = band_words(right.band, self.kind.measure)
        data: dict[str, object] = {
            "right": right.key,
            "min": None if right.low is None else format(right.low, "f"),
            "max": None if right.high is None else format(right.high, "f"),
        }
        if right.pre_authorised:
            text = f"Band {words}: allowed beforehand by the right {right.key}; nobody is asked."
            self.note("pre_authorised", text, **data)
            return self._done((), right.role, right, None, pre_authorised=True)
        data |= {"role": right.role} if right.role else {"body": right.body}
        self.note("band", f"Band {words}: {self.rules.name_of(right)} decides.", **data)
        body = self.rules.bodies[right.body] if right.body is not None else None
        rule = right.rule or (body.rule if body else "single")
        if rule != "single":
            return self._several(right, body, rule)
        for role in _roles(right, body):
            acting = self._choose(role, right)
            if acting is not None:
                return self._done((acting,), role, right, None)
        return None

    def _several(self, right: Right, body: Body | None, rule: str) -> Resolution | None:
        roles = _roles(right, body)
        voters = self.actors.all_acting(roles, right, "decide")
        quorum = right.quorum or (body.quorum if body else None)
        if quorum is None:
            quorum = self.actors.seats(roles) // 2 + 1
        if len(voters) < quorum:
            text = f"{len(voters)} can take part, {quorum} are needed."
            self.note("too_few", text, present=len(voters), quorum=quorum, roles=list(roles))
            return None
        needed = {"majority": len(voters) // 2 + 1, "unanimity": len(voters)}.get(rule, quorum)
        names = ", ".join(one.name for one in voters)
        words = {
            "majority": f"more than half of them, {needed}, say yes",
            "unanimity": "all of them say yes",
            "consent": "none of them objects",
        }[rule]
        text = f"{names} decide together: at least {quorum} take part and {words}."
        people = [one.ref for one in voters]
        self.note("deciders", text, people=people, rule=rule, quorum=quorum, roles=list(roles))
        return self._done(
            tuple(voters), right.role, right, None, rule=rule, quorum=quorum, needed=needed
        )

    # --- people ---

    def _choose(self, role: str, right: Right | None) -> Acting | None:
        acting = self.actors.acting(role, right)
        if acting is None:
            return None
        name = self.actors.role_name(role)
        behalf = f" for {acting.for_name}" if acting.for_ref else ""
        text = f"{acting.name} decides as {name}{behalf}."
        self.note("decider", text, person=acting.ref, role=role)
        return acting

    # --- ends ---

    def _fallback(self, why: str) -> Resolution:
        role = self.kind.fallback_role
        if role is not None:
            name = self.actors.role_name(role)
            self.note("fallback", f"The fallback is the role {name}.", role=role)
            acting = self._choose(role, None)
            if acting is not None:
                return self._done((acting,), role, None, why)
        return self._last_resort(why)

    def _last_resort(self, why: str | None) -> Resolution:
        role = self.rules.last_resort
        name = self.actors.role_name(role)
        self.note("last_resort", f"The last resort is the role {name}.", role=role)
        acting = self._choose(role, None)
        if acting is None:
            self.note("no_holder", "Nobody is left who may decide.")
            return self._done((), role, None, why or "no_holder")
        return self._done((acting,), role, None, why)

    def _done(
        self,
        deciders: tuple[Acting, ...],
        role: str | None,
        right: Right | None,
        unresolved: str | None,
        *,
        pre_authorised: bool = False,
        rule: str = "single",
        quorum: int = 1,
        needed: int = 1,
    ) -> Resolution:
        due_s = right.latency_s if right is not None else None
        return Resolution(
            deciders=deciders,
            role=role,
            body=right.body if right is not None else None,
            right_key=right.key if right is not None else None,
            band=right.band if right is not None else (None, None),
            number=self.number,
            parts=self._parts(),
            due_s=self.kind.latency_s if due_s is None else due_s,
            trace=tuple(self.trace),
            unresolved=unresolved,
            pre_authorised=pre_authorised,
            rule=rule,
            quorum=quorum,
            needed=needed,
        )

    def _parts(self) -> tuple[PartPlayed, ...]:
        quiet = self.actors.quietly()
        found = []
        for right in sorted(self.rights, key=lambda r: (PARTS.index(r.part), r.order, r.key)):
            if right.part == "decide" or not (self.number is None or right.holds(self.number)):
                continue
            body = self.rules.bodies[right.body] if right.body is not None else None
            people = quiet.all_acting(_roles(right, body), right, right.part)
            due_s = self.kind.latency_s if right.latency_s is None else right.latency_s
            found.append(
                PartPlayed(right.part, right.key, right.role, right.body, tuple(people), due_s)
            )
        return tuple(found)


def _roles(right: Right, body: Body | None) -> tuple[str, ...]:
    """Whose holders act: the role, or the members of the body with the chair first."""
    if body is None:
        return (right.role,) if right.role else ()
    first = (body.chair,) if body.chair else ()
    return tuple(dict.fromkeys((*first, *body.members)))


def _most_specific(found: list[Right]) -> list[Right]:
    best = max((right.specificity for right in found), default=0)
    return [right for right in found if right.specificity == best]
