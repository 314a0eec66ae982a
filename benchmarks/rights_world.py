"""A model of many decision rights and the people who hold them, made of numbers.

Per type of decision ten rights: a ladder of four bands, two bands narrowed to a department (one of
a body), and one right to recommend, agree, advise and perform. Every second type adds up what was
split. It goes on top of ``organisation.py``.
"""

import itertools
import json
import random
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks import organisation
from governance.blueprint.rights import (
    Absence,
    Case,
    Delegation,
    Holding,
    Inputs,
    Person,
    Rules,
)

CUTS = ("1000", "10000", "100000")
PARTS = ("recommend", "agree", "input", "perform")
RIGHTS_OF_TYPE = len(CUTS) + 1 + 2 + len(PARTS)
AWAY_SHARE = 0.03


def role_of(number: int, roles: int) -> str:
    """The key of a role by number."""
    return f"role-{number % roles}"


def elements(types: int, roles: int) -> list[tuple[str, str, dict[str, Any]]]:
    """Roles, bodies, types of decision and their rights as (kind, key, spec)."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    for n in range(roles):
        spec = {"name": f"Role {n}", "purpose": "So that somebody answers.", "category": "line"}
        place = {"department": f"dept-{n % organisation.DEPARTMENTS}", "min_holders": 1}
        found.append(("Role", f"role-{n}", {**spec, **place, "focus": "none"}))
    for n in range(types):
        members = [role_of(n * 7 + seat, roles) for seat in range(3)]
        body = {"name": f"Round {n}", "purpose": "So that they decide together."}
        body |= {"members": members, "chair": members[0], "rule": "majority", "quorum": 2}
        found.append(("GovernanceBody", f"round-{n}", body))
        found += _type(n, roles)
    return found


def _type(n: int, roles: int) -> list[tuple[str, str, dict[str, Any]]]:
    """A type of decision with its ten rights."""
    key = f"type-{n}"
    spec: dict[str, Any] = {"code": f"T{n}", "question": f"May question {n} be done?"}
    spec |= {"unit": "amount", "currency": "EUR", "latency_s": "8 h", "fallback_role": "chair"}
    spec |= {"split_days": 30 if n % 2 else 0}
    rights: list[dict[str, Any]] = []
    edges = ["0", *CUTS, None]
    for step, (low, high) in enumerate(itertools.pairwise(edges)):
        band = {"min": low, "max": high} if high else {"min": low}
        rights.append({"part": "decide", "role": role_of(n * 3 + step, roles), **band})
    here = {"department": f"dept-{n % organisation.DEPARTMENTS}"}
    rights.append({"part": "decide", "body": f"round-{n}", "min": "0", "max": CUTS[1], **here})
    rights.append({"part": "decide", "role": role_of(n * 3 + 5, roles), "min": CUTS[1], **here})
    for order, part in enumerate(PARTS):
        rights.append({"part": part, "role": role_of(n * 3 + 6 + order, roles), "order": order})
    return [
        ("DecisionType", key, spec),
        *(
            ("DecisionRight", f"{key}-{place}", {"decision_type": key, **right})
            for place, right in enumerate(rights)
        ),
    ]


def write(folder: Path, types: int, roles: int) -> None:
    """The organisation with its rights as files that ``manage.py model apply`` reads."""
    organisation.write(folder)
    for kind, key, spec in elements(types, roles):
        place = folder / "model" / organisation.kebab(kind)
        place.mkdir(exist_ok=True)
        whole = {"kind": kind, "key": key, "schema": 1, "spec": spec}
        (place / f"{key}.yaml").write_text(json.dumps(whole))


class World:
    """Who holds what and who is away, by number: half of the roles have one holder, others many."""

    def __init__(self, types: int, roles: int, people: int) -> None:
        self.types, self.roles, self.people = types, roles, people
        rng = random.Random(57)
        self.away = sorted(rng.sample(range(people), int(people * AWAY_SHARE)))

    def role(self, n: int) -> str:
        """The role that person n holds."""
        half = self.roles // 2
        return f"role-{n if n < self.roles else half + n % (self.roles - half)}"

    def instead(self, n: int) -> tuple[str, int]:
        """How somebody who is away is replaced, and by whom: each third by a delegation."""
        return ("delegation" if n % 3 == 0 else "stand_in", (n + 1) % self.people)

    def facts(self, now: datetime) -> dict[str, Any]:
        """All of it as the resolver takes it."""
        start, end = now - timedelta(days=5), now + timedelta(days=5)
        absences, delegations = [], []
        for n in self.away:
            how, other = self.instead(n)
            absences.append(Absence(f"P-{n}", start, end, None if how[0] == "d" else f"P-{other}"))
            if how == "delegation":
                role = self.role(n)
                given = Delegation(str(n), f"P-{n}", f"P-{other}", start, end, role=role)
                delegations.append(_accepted(given, start))
        return {
            "people": {f"P-{n}": Person(f"P-{n}", f"Person {n}") for n in range(self.people)},
            "holdings": tuple(Holding(self.role(n), f"P-{n}") for n in range(self.people)),
            "absences": tuple(absences),
            "delegations": tuple(delegations),
        }

    def cases(self, count: int, now: datetime) -> list[tuple[str, Case]]:
        """Questions as they come: (type, case)."""
        rng, found = random.Random(58), []
        for _ in range(count):
            amount = Decimal(rng.choice((120, 4_500, 25_000, 180_000)) + rng.randrange(99))
            scope = {"department": f"dept-{rng.randrange(organisation.DEPARTMENTS)}"}
            who = f"P-{rng.randrange(self.people)}"
            kind = f"type-{rng.randrange(self.types)}"
            found.append((kind, Case(at=now, amount=amount, scope=scope, requester=who)))
        return found

    def rights_file(self, count: int, now: datetime) -> dict[str, Any]:
        """The same as a rights file (`docs/rights.md`) that asks a number of cases."""
        facts = self.facts(now)
        parts: dict[str, dict[str, Any]] = {"GovernanceBody": {}, "DecisionType": {}}
        parts |= {"DecisionRight": {}, "Role": {}}
        for kind, key, spec in elements(self.types, self.roles):
            parts[kind][key] = spec
        cases = [
            {"type": kind, "at": now.isoformat(), "amount": str(case.amount), **case.scope}
            | {"requester": case.requester}
            for kind, case in self.cases(count, now)
        ]
        return {
            "last_resort": "chair",
            "roles": {
                "chair": {},
                **{key: {"name": r["name"]} for key, r in parts["Role"].items()},
            },
            "bodies": parts["GovernanceBody"],
            "types": parts["DecisionType"],
            "rights": parts["DecisionRight"],
            "people": {ref: {"name": p.name} for ref, p in facts["people"].items()},
            "holdings": [{"role": h.role, "person": h.person} for h in facts["holdings"]],
            "absences": [
                {"person": a.person, **({"stand_in": a.stand_in} if a.stand_in else {})}
                for a in facts["absences"]
            ],
            "delegations": [
                {"giver": d.giver, "delegate": d.delegate, "role": d.role}
                | {"from": d.start.isoformat(), "until": d.end.isoformat()}
                for d in facts["delegations"]
            ],
            "cases": cases,
        }


def _accepted(given: Delegation, at: datetime) -> Delegation:
    """It counts from its beginning."""
    return Delegation(
        given.key, given.giver, given.delegate, given.start, given.end, given.role, accepted_at=at
    )


def narrowed_to(rules: Rules, facts: dict[str, Any]) -> dict[str, Any]:
    """The holdings that a type may ask for, as the selector reads them."""
    keys = rules.role_keys()
    return {**facts, "holdings": tuple(h for h in facts["holdings"] if h.role in keys)}


def inputs(rules: Rules, case: Case, facts: dict[str, Any]) -> Inputs:
    """One question with the facts given."""
    return Inputs(rules=rules, case=case, **facts)
