"""Who decides: type of decision × scope × half-open band [min, max) → role → holder.

Rules come from the blueprint given (the version pinned to the case); holders are asked for at
the moment of the call. Each fallback moves strictly up the bands, so it always ends: above the
top band stands the organisation's last resort.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from esm.common.expressions import holds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import DecisionRight, DecisionType, Role
from governance.blueprint.kinds.decisions import PARTS

Band = tuple[Decimal | None, Decimal | None]


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds a role at the moment of asking; `ref` identifies the person."""

    ref: str
    name: str
    absent: bool = False
    stand_in: str | None = None
    stand_in_name: str = ""


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step of finding the decider; `data` is JSON-able, money as text."""

    code: str
    text: str
    data: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who decides and why.

    `unresolved` is None when the rules name a decider (the last resort above the top band
    counts); otherwise `no_right`, `conflict` or `no_amount` (a decider, if any, is then the
    fallback) or `no_holder` (nobody is left). `band` and `right_key` are those of the decider.
    """

    decider: Holder | None
    role: str | None
    right_key: str | None
    band: Band
    parts: dict[str, list[str]]
    due_s: int
    trace: list[TraceStep]
    unresolved: str | None = None
    on_behalf_of: Holder | None = None


Holders = Callable[[str, dict[str, str]], Sequence[Holder]]


def resolve(
    bp: Blueprint,
    decision_type: str,
    amount: Decimal | None,
    scope: Mapping[str, object],
    requester_ref: str | None,
    barred: frozenset[str],
    holders: Holders,
    *,
    beneficiary_ref: str | None = None,
) -> Resolution:
    """Find who decides. Raises UnknownElement when there is no such type.

    `amount` is in the type's currency. `scope` holds keys: `department`, `service`, optionally
    `team` and `stream` (for roles with that focus) and `values` (a mapping for `when`).
    `holders(role, focus)` gives the holders at this moment, best first.
    """
    search = _Search(bp, decision_type, amount, scope, requester_ref, barred, holders)
    search.beneficiary = beneficiary_ref
    return search.run()


def band_words(band: Band, currency: str | None) -> str:
    """A band in words: "from 25,000 to below 100,000 EUR"."""
    low, high = band
    unit = f" {currency}" if currency else ""
    if low is None and high is None:
        return "any amount"
    if high is None:
        return f"{low:,f}{unit} and above"
    if low is None or low == 0:
        return f"below {high:,f}{unit}"
    return f"from {low:,f} to below {high:,f}{unit}"


def _contains(right: DecisionRight, amount: Decimal) -> bool:
    return (right.min is None or right.min <= amount) and (right.max is None or amount < right.max)


def _specificity(right: DecisionRight) -> int:
    return (right.department is not None) + (right.service is not None) + bool(right.when)


class _Search:
    """One search; holds what its steps share."""

    def __init__(
        self,
        bp: Blueprint,
        decision_type: str,
        amount: Decimal | None,
        scope: Mapping[str, object],
        requester_ref: str | None,
        barred: frozenset[str],
        holders: Holders,
    ) -> None:
        self.bp = bp
        self.type = bp.get(DecisionType, decision_type)
        self.amount = amount
        self.scope = scope
        self.requester = requester_ref
        self.beneficiary: str | None = None
        self.barred = barred
        self.holders = holders
        self.trace: list[TraceStep] = []
        self.rights = [
            (key, right)
            for key, right in bp.find(DecisionRight).items()
            if right.decision_type == decision_type and self._in_scope(right)
        ]

    def run(self) -> Resolution:
        """Climb the bands from the one that holds the amount."""
        amount = self._amount()
        if amount is None:
            return self._fallback("no_amount")
        found = self._at(amount)
        if not found:
            self._note("no_right", "No right to decide covers this case.")
            return self._fallback("no_right")
        while found:
            if len(found) > 1:
                keys = sorted(key for key, _ in found)
                self._note("conflict", "Several rights claim this case equally.", rights=list(keys))
                return self._fallback("conflict")
            key, right = found[0]
            chosen = self._try_right(key, right)
            if chosen is not None:
                return self._done(chosen, right.role, key, (right.min, right.max), None)
            found = self._above(right)
            if found:
                self._note("next_band", "The next band up is asked.")
        return self._last_resort(None)

    def _amount(self) -> Decimal | None:
        code, question = self.type.code, self.type.question
        name = f"{code} {question}".strip()
        if self.type.unit == "none":
            self._note("question", f"{name}: no amount is involved.")
            return Decimal(0)
        if self.amount is None:
            self._note("no_amount", f"{name}: the amount is not known, so no band can be chosen.")
            return None
        amount = f"{self.amount:,f}"
        if self.type.currency:
            amount = f"{self.type.currency} {amount}"
        self._note("question", f"{name}: {amount}.", amount=format(self.amount, "f"))
        return self.amount

    # --- rights ---

    def _in_scope(self, right: DecisionRight) -> bool:
        if right.department is not None and right.department != self.scope.get("department"):
            return False
        if right.service is not None and right.service != self.scope.get("service"):
            return False
        if not right.when:
            return True
        values = self.scope.get("values")
        return holds(right.when, values if isinstance(values, Mapping) else {})

    def _deciding(self) -> list[tuple[str, DecisionRight]]:
        # An empty band decides nothing; following one upward could lead back to itself.
        return [
            (key, right)
            for key, right in self.rights
            if right.part == "decide"
            and (right.min is None or right.max is None or right.min < right.max)
        ]

    def _at(self, amount: Decimal) -> list[tuple[str, DecisionRight]]:
        return _most_specific([item for item in self._deciding() if _contains(item[1], amount)])

    def _above(self, right: DecisionRight) -> list[tuple[str, DecisionRight]]:
        if right.max is None:
            return []
        higher = [
            (key, other)
            for key, other in self._deciding()
            if other.min is not None and other.min >= right.max
        ]
        lowest = min((other.min for _, other in higher if other.min is not None), default=None)
        return _most_specific([item for item in higher if item[1].min == lowest])

    # --- people ---

    def _try_right(self, key: str, right: DecisionRight) -> "_Chosen | None":
        words = band_words((right.min, right.max), self.type.currency)
        role = self._role_name(right.role)
        self._note(
            "band",
            f"Band {words}: {role} decides.",
            right=key,
            role=right.role,
            min=None if right.min is None else format(right.min, "f"),
            max=None if right.max is None else format(right.max, "f"),
        )
        return self._choose(right.role)

    def _choose(self, role_key: str) -> "_Chosen | None":
        role = self._role_name(role_key)
        people = list(self.holders(role_key, self._focus(role_key)))
        if not people:
            self._note("vacant", f"Nobody holds the role {role} here.", role=role_key)
            return None
        free = [holder for holder in people if self._may(holder)]
        for holder in free:
            if not holder.absent:
                self._note(
                    "decider", f"{holder.name} decides as {role}.", person=holder.ref, role=role_key
                )
                return _Chosen(holder, None)
        for holder in free:
            chosen = self._stand_in(holder, role_key)
            if chosen is not None:
                return chosen
        return None

    def _may(self, holder: Holder) -> bool:
        if holder.ref == self.requester and self.type.requester_excluded:
            self._note(
                "requester",
                f"{holder.name} asked for it and may not decide it.",
                person=holder.ref,
            )
            return False
        if holder.ref == self.beneficiary and self.type.requester_excluded:
            self._note(
                "beneficiary",
                f"It was asked for {holder.name}, who may not decide it.",
                person=holder.ref,
            )
            return False
        if holder.ref in self.barred:
            self._note(
                "barred",
                f"{holder.name} took part in it and may not decide it.",
                person=holder.ref,
            )
            return False
        return True

    def _stand_in(self, holder: Holder, role_key: str) -> "_Chosen | None":
        if holder.stand_in is None:
            self._note("absent", f"{holder.name} is away and named no stand-in.", person=holder.ref)
            return None
        name = holder.stand_in_name or holder.stand_in
        self._note(
            "stand_in",
            f"{holder.name} is away; {name} stands in.",
            person=holder.ref,
            stand_in=holder.stand_in,
        )
        stand_in = Holder(holder.stand_in, name)
        if not self._may(stand_in):
            return None
        role = self._role_name(role_key)
        self._note(
            "decider",
            f"{name} decides as {role} for {holder.name}.",
            person=stand_in.ref,
            role=role_key,
        )
        return _Chosen(stand_in, holder)

    def _focus(self, role_key: str) -> dict[str, str]:
        role = self.bp.peek(Role, role_key)
        if role is None or role.focus == "none":
            return {}
        value = self.scope.get(role.focus)
        return {role.focus: str(value)} if value is not None else {role.focus: ""}

    # --- ends ---

    def _fallback(self, why: str) -> Resolution:
        role = self.type.fallback_role
        if role is not None:
            self._note("fallback", f"The fallback is the role {self._role_name(role)}.", role=role)
            chosen = self._choose(role)
            if chosen is not None:
                return self._done(chosen, role, None, (None, None), why)
        return self._last_resort(why)

    def _last_resort(self, why: str | None) -> Resolution:
        role = self.bp.organisation().last_resort
        self._note(
            "last_resort", f"The last resort is the role {self._role_name(role)}.", role=role
        )
        chosen = self._choose(role)
        if chosen is None:
            self._note("no_holder", "Nobody is left who may decide.")
            return self._done(None, role, None, (None, None), why or "no_holder")
        return self._done(chosen, role, None, (None, None), why)

    def _done(
        self,
        chosen: "_Chosen | None",
        role: str,
        right_key: str | None,
        band: Band,
        unresolved: str | None,
    ) -> Resolution:
        return Resolution(
            decider=chosen.holder if chosen else None,
            role=role,
            right_key=right_key,
            band=band,
            parts=self._parts(role),
            due_s=self.type.latency_s,
            trace=self.trace,
            unresolved=unresolved,
            on_behalf_of=chosen.on_behalf_of if chosen else None,
        )

    def _parts(self, decider_role: str) -> dict[str, list[str]]:
        parts: dict[str, list[str]] = {part: [] for part in PARTS}
        parts["decide"] = [decider_role]
        for _, right in sorted(self.rights, key=lambda item: (item[1].order, item[0])):
            inside = self.amount is None or _contains(right, self.amount)
            if right.part != "decide" and inside and right.role not in parts[right.part]:
                parts[right.part].append(right.role)
        return parts

    def _role_name(self, key: str) -> str:
        role = self.bp.peek(Role, key)
        return key if role is None else role.name

    def _note(self, code: str, text: str, **data: object) -> None:
        self.trace.append(TraceStep(code, text, data))


@dataclass(frozen=True, slots=True)
class _Chosen:
    holder: Holder
    on_behalf_of: Holder | None


def _most_specific(
    found: list[tuple[str, DecisionRight]],
) -> list[tuple[str, DecisionRight]]:
    best = max((_specificity(right) for _, right in found), default=0)
    return [item for item in found if _specificity(item[1]) == best]
