"""Who can act in a role at the moment: holders, and for those away delegates and stand-ins."""

from collections import defaultdict
from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime
from decimal import Decimal

from governance.blueprint.rights.answer import Acting, How
from governance.blueprint.rights.facts import (
    DOERS,
    Absence,
    Acted,
    Delegation,
    Holding,
    Inputs,
    Right,
    Separation,
    narrowed,
    within,
)
from governance.blueprint.rights.money import NoRate, worth

Note = Callable[..., None]
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def silent(code: str, text: str, **data: object) -> None:
    """A note that nobody reads."""


class Actors:
    """The people of one case; limits are held against `number`, `note` hears the reasons."""

    def __init__(self, inputs: Inputs, note: Note) -> None:
        self.inputs = inputs
        self.number: Decimal | None = None
        self.rules, self.case = inputs.rules, inputs.case
        self.note = note
        at = self.case.at
        self.away: dict[str, list[Absence]] = defaultdict(list)
        for absence in inputs.absences:
            if within(at, absence.start, absence.end):
                self.away[absence.person].append(absence)
        self.held: dict[str, set[str]] = defaultdict(set)
        self.by_role: dict[str, list[Holding]] = defaultdict(list)
        for holding in inputs.holdings:
            if within(at, holding.start, holding.end):
                self.held[holding.person].add(holding.role)
                self.by_role[holding.role].append(holding)
        self.done = list(self.case.acted)
        for ref, part in ((self.case.requester, "request"), (self.case.beneficiary, "benefit")):
            if ref:
                self.done.append(Acted(ref, part))

    def quietly(self) -> "Actors":
        """The same people; nobody hears the reasons."""
        other = copy(self)
        other.note = silent
        return other

    # --- who there is ---

    def holders(self, role_key: str) -> list[str]:
        """Active people who hold a role here: with a fitting focus first, then the longest."""
        scope = self.case.scope
        role = self.rules.roles.get(role_key)
        asked = scope.get(role.focus) if role is not None else None
        fitting = [
            (holding.focus_kind == "", holding.start or _LONG_AGO, holding.person)
            for holding in self.by_role[role_key]
            if self.active(holding.person)
            and (
                not holding.focus_kind
                or (
                    role is not None
                    and holding.focus_kind == role.focus
                    and holding.focus_key == asked
                )
            )
        ]
        fitting.sort(key=lambda item: item[:2])
        return list(dict.fromkeys(ref for _, _, ref in fitting))

    def active(self, ref: str) -> bool:
        """Whether somebody still belongs to the organisation; who is not listed does."""
        person = self.inputs.people.get(ref)
        return person is None or person.active

    def name(self, ref: str) -> str:
        """What a person is called."""
        person = self.inputs.people.get(ref)
        return person.name if person is not None else ref

    def role_name(self, key: str) -> str:
        """What a role is called; anything else by its key."""
        role = self.rules.roles.get(key)
        return role.name if role is not None else key

    # --- who may ---

    def may(self, ref: str, role: str, part: str) -> bool:
        """Whether somebody may play a part in a role, with the reason noted where not."""
        if part == "decide" and not self._not_their_own(ref):
            return False
        return all(self._apart(rule, ref, role, part) for rule in self.rules.separations)

    def _not_their_own(self, ref: str) -> bool:
        if not self.rules.kind.requester_excluded:
            return True
        name = self.name(ref)
        if ref == self.case.requester:
            self.note("requester", f"{name} asked for it and may not decide it.", person=ref)
            return False
        if ref == self.case.beneficiary:
            text = f"It was asked for {name}, who may not decide it."
            self.note("beneficiary", text, person=ref)
            return False
        return True

    def _apart(self, rule: Separation, ref: str, role: str, part: str) -> bool:
        broken = (
            self._static(rule, ref, role) if rule.static else self._dynamic(rule, ref, role, part)
        )
        if not broken:
            return True
        step = "separated" if rule.bars else "warned"
        end = "and may not act here" if rule.bars else "which a rule warns of"
        self.note(step, f"{self.name(ref)} {broken}, {end}.", person=ref, rule=rule.key)
        return not rule.bars

    def _static(self, rule: Separation, ref: str, role: str) -> str:
        for mine, other in ((rule.a, rule.b), (rule.b, rule.a)):
            if role == mine and other in self.held.get(ref, ()):
                return (
                    f"would act as {self.role_name(mine)} and holds {self.role_name(other)} as well"
                )
        return ""

    def _dynamic(self, rule: Separation, ref: str, role: str, part: str) -> str:
        new = {DOERS[part], role, self.rules.kind.key}
        for act in self.done:
            if act.person != ref:
                continue
            old = {DOERS[act.part], act.role, act.kind}
            for mine, other in ((rule.a, rule.b), (rule.b, rule.a)):
                if mine in new and other in old:
                    was, would = self.role_name(other), self.role_name(mine)
                    return f"was {was} in this case and would be {would}"
        return ""

    # --- who acts ---

    def acting(self, role: str, right: Right | None, part: str = "decide") -> Acting | None:
        """The one who acts: a holder who is here, else for the first holder away their delegate or
        stand-in; None where nobody can."""
        people = self.holders(role)
        if not people:
            text = f"Nobody holds the role {self.role_name(role)} here."
            self.note("vacant", text, role=role)
        free = [ref for ref in people if self.may(ref, role, part)]
        for n, ref in enumerate(free):
            if ref not in self.away:
                for passed in free[:n]:
                    self.note("away", f"{self.name(passed)} is away.", person=passed)
                return Acting(ref, self.name(ref), role)
        for ref in free:
            found = self.instead(ref, role, right, part)
            if found is not None:
                return found
        return None

    def all_acting(self, roles: tuple[str, ...], right: Right, part: str) -> list[Acting]:
        """Everybody who acts in a body, once each: who is here first, then who acts for others."""
        seats = [(ref, role) for role in roles for ref in self.holders(role)]
        free = [(ref, role) for ref, role in seats if self.may(ref, role, part)]
        found: dict[str, Acting] = {}
        for ref, role in free:
            if ref not in self.away:
                found.setdefault(ref, Acting(ref, self.name(ref), role))
        for ref, role in free:
            if ref in self.away and not any(one.for_ref == ref for one in found.values()):
                instead = self.instead(ref, role, right, part)
                if instead is not None:
                    found.setdefault(instead.ref, instead)
        return list(found.values())

    def seats(self, roles: tuple[str, ...]) -> int:
        """How many people hold a seat, here or away, barred or not."""
        return len({ref for role in roles for ref in self.holders(role)})

    def instead(self, giver: str, role: str, right: Right | None, part: str) -> Acting | None:
        """Who acts for somebody who is away: an active delegate, else their stand-in."""
        for delegation in self.inputs.delegations:
            if delegation.giver == giver and self._covers(delegation, role, right):
                delegate = delegation.delegate
                if self._can(delegate, giver) and self.may(delegate, role, part):
                    return self._for(delegate, giver, role, "delegation", delegation.key)
        return self._stand_in(giver, role, part)

    def _can(self, ref: str, giver: str) -> bool:
        if not self.active(ref):
            return False
        if ref in self.away:
            text = f"{self.name(ref)}, to whom {self.name(giver)} gave it, is away as well."
            self.note("delegate_away", text, person=ref)
            return False
        return ref != giver

    def _covers(self, delegation: Delegation, role: str, right: Right | None) -> bool:
        at = self.case.at
        accepted, revoked = delegation.accepted_at, delegation.revoked_at
        if accepted is None or at < accepted or (revoked is not None and revoked <= at):
            return False
        if not within(at, delegation.start, delegation.end):
            return False
        named = right is not None and right.key in delegation.rights
        if delegation.role != role and not named:
            return False
        return narrowed(delegation.narrows, self.case.scope) and self._not_above(delegation)

    def _not_above(self, delegation: Delegation) -> bool:
        if delegation.max_amount is None or self.rules.kind.unit == "none":
            return True
        limit = delegation.max_amount
        try:
            # The limit is an amount like any other: worth what it is worth on the day of the case.
            limit = worth(
                limit,
                delegation.currency,
                self.rules.kind.currency,
                self.case.asked,
                self.inputs.rates,
            )
        except NoRate as error:
            self.note("no_rate", f"{error} The limit of a delegation cannot be read.")
            return False
        if self.number is not None and self.number <= limit:
            return True
        giver, delegate = self.name(delegation.giver), self.name(delegation.delegate)
        text = f"What {giver} gave to {delegate} ends at {limit:,f}."
        self.note("delegation_limit", text, delegation=delegation.key)
        return False

    def _stand_in(self, giver: str, role: str, part: str) -> Acting | None:
        seen = {giver}
        current = giver
        while True:
            named = (a.stand_in for a in self.away[current] if a.stand_in is not None)
            found = next(named, None)
            if found is None:
                text = f"{self.name(current)} is away and named no stand-in."
                self.note("absent", text, person=current)
                return None
            if found in seen or not self.active(found):
                text = f"{self.name(current)} is away, and the stand-in cannot act."
                self.note("absent", text, person=current)
                return None
            seen.add(found)
            text = f"{self.name(current)} is away; {self.name(found)} stands in."
            self.note("stand_in", text, person=current, stand_in=found)
            if not self.may(found, role, part):
                return None
            if found not in self.away:
                return self._for(found, giver, role, "stand_in", None)
            current = found

    def _for(self, ref: str, giver: str, role: str, how: How, delegation: str | None) -> Acting:
        if delegation is not None:
            text = f"{self.name(giver)} is away and gave it to {self.name(ref)}."
            self.note("delegation", text, person=giver, delegate=ref, delegation=delegation)
        return Acting(ref, self.name(ref), role, how, giver, self.name(giver), delegation)
