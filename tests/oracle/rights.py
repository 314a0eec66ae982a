"""A second opinion on who decides: every claim is listed and ranked; none of our code.

Written from the rules alone: a plain document (the format of `docs/rights.md`) and one of its cases
in, the answer out. Money is counted in fractions. Where the resolver climbs, this builds the whole
ladder first; where it searches, this lists everybody who could act and takes the best rank.
"""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import count
from typing import Any

Doc = dict[str, Any]
DIMENSIONS = ("department", "service", "category", "site", "risk")
DOER = {
    "decide": "decider",
    "recommend": "recommender",
    "agree": "agreer",
    "input": "adviser",
    "perform": "performer",
}
# Conditions as they are written, and what they mean.
CONDITIONS = {
    "": lambda values: True,
    "urgent == 'yes'": lambda values: values.get("urgent") == "yes",
    "size > 3": lambda values: values.get("size") is not None and int(values["size"]) > 3,
}


def moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def covers(line: Doc, at: datetime) -> bool:
    starts = "from" not in line or moment(line["from"]) <= at
    return starts and ("until" not in line or at < moment(line["until"]))


class NoRate(Exception):
    pass


def exchange(doc: Doc, amount: str, source: str, target: str, at: datetime) -> Fraction:
    if not source or not target or source == target:
        return Fraction(amount)
    day = at.astimezone(UTC).date()
    for back in range(8):
        wanted = (day - timedelta(days=back)).isoformat()
        for rate in doc.get("rates", []):
            if (rate["from"], rate["to"], rate["day"]) == (source, target, wanted):
                return Fraction(amount) * Fraction(rate["rate"])
    raise NoRate


def party(text: str) -> str:
    return " ".join(text.split()).lower()


class Opinion:
    """One case of a document."""

    def __init__(self, doc: Doc, case: Doc) -> None:
        self.doc, self.case = doc, case
        self.kind = doc["types"][case["type"]]
        self.at = moment(case["at"])
        self.asked = moment(case.get("asked_at", case["at"]))
        self.number: Fraction | None = None
        self.rights = {
            key: right
            for key, right in doc["rights"].items()
            if right["decision_type"] == case["type"]
            and all(right[d] == case.get(d) for d in DIMENSIONS if d in right)
            and CONDITIONS[right.get("when", "")](case.get("values", {}))
        }

    def answer(self) -> Doc:
        why = self.count()
        if why is None:
            why, rungs = self.ladder()
            for key in rungs:
                found = self.rung(key)
                if found is not None:
                    return self.told(None, key, **found)
            if not why:
                return self.by_role([self.doc["last_resort"]], None)
        return self.by_role([self.kind.get("fallback_role"), self.doc["last_resort"]], why)

    def by_role(self, roles: list[str | None], why: str | None) -> Doc:
        for role in roles:
            claims = self.claims([role], None, "decide") if role else []
            if claims:
                return self.told(why, None, deciders=[min(claims)[3]])
        return self.told(why or "no_holder", None, deciders=[])

    def told(
        self,
        why: str | None,
        right: str | None,
        *,
        deciders: list[Any],
        free: bool = False,
        rule: str = "single",
        quorum: int = 1,
        needed: int = 1,
    ) -> Doc:
        return {
            "unresolved": why,
            "right": right,
            "pre_authorised": free,
            "deciders": deciders,
            "rule": rule,
            "quorum": quorum,
            "needed": needed,
            "number": self.number,
            "parts": self.parts(),
        }

    # --- the number ---

    def count(self) -> str | None:
        unit = self.kind["unit"]
        if unit == "none":
            self.number = Fraction(0)
            return None
        if "amount" not in self.case:
            return "no_amount"
        own = self.kind.get("currency", "") if unit == "amount" else ""
        days = self.kind.get("split_days", 30 if unit == "amount" else 0)
        mine = {self.case.get("requester"), self.case.get("beneficiary")} - {None}
        try:
            total = exchange(
                self.doc, self.case["amount"], self.case.get("currency", ""), own, self.asked
            )
            for one in self.doc.get("earlier", []):
                age = self.asked - moment(one["at"])
                theirs = {one["requester"], one.get("beneficiary")}
                names = {
                    party(self.case.get("counterparty", "")),
                    party(one.get("counterparty", "")),
                }
                if (
                    days
                    and one["type"] == self.case["type"]
                    and timedelta(0) <= age < timedelta(days=days)
                    and mine & theirs
                    and len(names - {""}) < 2
                    and Fraction(one["amount"]) > 0
                ):
                    currency = one.get("currency", "")
                    total += exchange(self.doc, one["amount"], currency, own, moment(one["at"]))
        except NoRate:
            return "no_rate"
        self.number = total
        return None

    # --- bands ---

    def bounds(self, right: Doc) -> tuple[float | Fraction, float | Fraction]:
        low = Fraction(right["min"]) if "min" in right else float("-inf")
        high = Fraction(right["max"]) if "max" in right else float("inf")
        return low, high

    def weight(self, right: Doc) -> int:
        return sum(d in right for d in DIMENSIONS) + ("when" in right)

    def ladder(self) -> tuple[str, list[str]]:
        """Why it ends early ("" for the top), and the rights to try from the bottom."""
        assert self.number is not None
        bands = {
            key: self.bounds(right)
            for key, right in self.rights.items()
            if right["part"] == "decide" and self.bounds(right)[0] < self.bounds(right)[1]
        }
        at_first = [k for k, (low, high) in bands.items() if low <= self.number < high]
        if not at_first:
            return "no_right", []
        rungs: list[str] = []
        here = at_first
        while here:
            heaviest = max(self.weight(self.rights[k]) for k in here)
            here = [k for k in here if self.weight(self.rights[k]) == heaviest]
            if len(here) > 1:
                return "conflict", rungs
            rungs += here
            end = bands[here[0]][1]
            above = {
                k: low
                for k, (low, _) in bands.items()
                if low >= end and not self.rights[k].get("pre_authorised")
            }
            here = [k for k in above if above[k] == min(above.values())]
        return "", rungs

    # --- people ---

    def rung(self, key: str) -> Doc | None:
        right = self.rights[key]
        if right.get("pre_authorised"):
            return {"deciders": [], "free": True}
        body = self.doc["bodies"][right["body"]] if "body" in right else None
        roles = self.roles(right)
        rule = right.get("rule") or (body.get("rule", "majority") if body else "single")
        if rule == "single":
            for role in roles:
                claims = self.claims([role], key, "decide")
                if claims:
                    return {"deciders": [min(claims)[3]]}
            return None
        voters = self.together(roles, key, "decide")
        seats = {p for role in roles for p in self.holders(role)}
        quorum = right.get("quorum") or (body or {}).get("quorum") or len(seats) // 2 + 1
        if len(voters) < quorum:
            return None
        needed = {"majority": len(voters) // 2 + 1, "unanimity": len(voters), "consent": quorum}
        return {"deciders": voters, "rule": rule, "quorum": quorum, "needed": needed[rule]}

    def roles(self, right: Doc) -> list[str]:
        if "body" not in right:
            return [right["role"]] if "role" in right else []
        body = self.doc["bodies"][right["body"]]
        chair = body.get("chair")
        rest = [m for n, m in enumerate(body["members"]) if m not in body["members"][:n]]
        return [chair, *(m for m in rest if m != chair)] if chair else rest

    def holders(self, role: str) -> list[str]:
        """Holders in their order: with a focus first, then since when, then as written."""
        focus = self.doc["roles"][role].get("focus", "none")
        ranked = []
        for index, held in enumerate(self.doc["holdings"]):
            own = next((held[f] for f in ("department", "team", "stream") if f in held), None)
            here = own is None or own == self.case.get(focus)
            person = held["person"]
            lives = self.doc["people"][person].get("active", True)
            if held["role"] == role and covers(held, self.at) and here and lives:
                since = moment(held["from"]) if "from" in held else datetime.min.replace(tzinfo=UTC)
                ranked.append((own is None, since, index, person))
        best: dict[str, Any] = {}
        for rank in sorted(ranked):
            best.setdefault(rank[3], rank)
        return sorted(best, key=lambda person: best[person])

    def away(self, person: str) -> bool:
        return any(a["person"] == person and covers(a, self.at) for a in self.doc["absences"])

    def allowed(self, person: str, role: str, part: str) -> bool:
        mine = {
            name
            for name, field in (("requester", "requester"), ("beneficiary", "beneficiary"))
            if self.case.get(field) == person
        }
        excluded = self.kind.get("requester_excluded", True)
        if part == "decide" and excluded and mine:
            return False
        held = {
            h["role"] for h in self.doc["holdings"] if h["person"] == person and covers(h, self.at)
        }
        new = {DOER[part], role, self.case["type"]}
        for rule in self.doc["separations"].values():
            types = rule.get("decision_types", [])
            if rule.get("severity") == "warning" or (types and self.case["type"] not in types):
                continue
            sides = (rule["a"], rule["b"])
            if rule["kind"] == "static":
                if any(role == x and y in held for x, y in (sides, sides[::-1])):
                    return False
                continue
            acts = [{name} for name in mine]
            acts += [
                {DOER[act["part"]], act.get("role", ""), act.get("type", "")}
                for act in self.case.get("acted", [])
                if act["person"] == person
            ]
            if any(x in new and y in old for old in acts for x, y in (sides, sides[::-1])):
                return False
        return True

    def substitutes(self, giver: str, role: str, right: str | None, part: str) -> list[Any]:
        """Who may act for somebody who is away, ranked: delegates in their order, the stand-in."""
        found = []
        for index, given in enumerate(self.doc["delegations"]):
            to = given["delegate"]
            if (
                given["giver"] == giver
                and to != giver
                and self.gives(given, role, right)
                and self.doc["people"][to].get("active", True)
                and not self.away(to)
                and self.allowed(to, role, part)
            ):
                key = given.get("key", str(index + 1))
                found.append((0, index, (to, "delegation", giver, key)))
        last = self.stand_in(giver, role, part)
        if last is not None:
            found.append((1, 0, (last, "stand_in", giver, None)))
        return found

    def gives(self, given: Doc, role: str, right: str | None) -> bool:
        accepted = given.get("accepted", True)
        if accepted is False or (accepted is not True and self.at < moment(accepted)):
            return False
        if "revoked" in given and moment(given["revoked"]) <= self.at:
            return False
        if not covers(given, self.at):
            return False
        if given.get("role") != role and right not in given.get("rights", []):
            return False
        if any(given[d] != self.case.get(d) for d in DIMENSIONS if d in given):
            return False
        if "max_amount" not in given or self.kind["unit"] == "none":
            return True
        own = self.kind.get("currency", "") if self.kind["unit"] == "amount" else ""
        try:
            limit = exchange(
                self.doc, given["max_amount"], given.get("currency", ""), own, self.asked
            )
        except NoRate:
            return False
        return self.number is not None and self.number <= limit

    def stand_in(self, giver: str, role: str, part: str) -> str | None:
        path = [giver]
        while True:
            named = [
                a["stand_in"]
                for a in self.doc["absences"]
                if a["person"] == path[-1] and covers(a, self.at) and "stand_in" in a
            ]
            if not named or named[0] in path:
                return None
            path.append(named[0])
            active = self.doc["people"][named[0]].get("active", True)
            if not active or not self.allowed(named[0], role, part):
                return None
            if not self.away(named[0]):
                return named[0]

    def claims(self, roles: list[str], right: str | None, part: str) -> list[Any]:
        """Everybody who could act in the roles: (present first, place of the holder, way, who)."""
        found = []
        places = count()
        for role in roles:
            for holder in self.holders(role):
                place = next(places)
                if not self.allowed(holder, role, part):
                    continue
                if not self.away(holder):
                    found.append((0, place, (0, 0), (holder, "holder", None, None)))
                    continue
                for way, index, who in self.substitutes(holder, role, right, part):
                    found.append((1, place, (way, index), who))
        return found

    def together(self, roles: list[str], right: str, part: str) -> list[Any]:
        """Everybody in a body once: who is here, then for each who is away the first substitute."""
        claims = sorted(self.claims(roles, right, part), key=lambda c: c[:3])
        voters: list[Any] = []
        served: set[str] = set()
        places: set[int] = set()
        for present, place, _, who in claims:
            if present == 1 and (place in places or who[2] in served):
                continue
            places.add(place)
            if who[0] not in [voter[0] for voter in voters]:
                voters.append(who)
                if present == 1:
                    served.add(who[2])
        return voters

    def parts(self) -> list[Any]:
        order = list(DOER)
        found = []
        for key, right in self.rights.items():
            low, high = self.bounds(right)
            inside = self.number is None or low <= self.number < high
            if right["part"] != "decide" and inside:
                people = [w[0] for w in self.together(self.roles(right), key, right["part"])]
                rank = (order.index(right["part"]), right.get("order", 0), key)
                found.append((*rank, people))
        return [(key, people) for _, _, key, people in sorted(found, key=lambda f: f[:3])]
