"""Random rights files, small enough that everything in them collides."""

import random
from typing import Any

from tests.oracle.rights import CONDITIONS

Doc = dict[str, Any]
SEED = 57
ROLES = ("clerk", "boss", "chief", "top")
PEOPLE = ("ann", "bo", "cy", "di", "ed")
PARTS = ("recommend", "agree", "input", "perform")
DAYS = ("2026-02-20", "2026-02-22", "2026-02-23", "2026-03-01", "2026-03-02", "2026-03-03")
AT = "2026-03-02T09:00+00:00"


def moments(rng: random.Random) -> Doc:
    """A period around the moment of asking, often open, sometimes ending exactly at it."""
    found: Doc = {}
    if rng.random() < 0.4:
        found["from"] = rng.choice(["2026-02-01", "2026-02-27", AT, "2026-03-05"])
    if rng.random() < 0.4:
        found["until"] = rng.choice([AT, "2026-03-02T09:00:01+00:00", "2026-03-09"])
        if found.get("from", "") >= found["until"]:
            del found["from"]
    return found


def scope(rng: random.Random, share: float) -> Doc:
    """Some dimensions with one of two words."""
    words = {
        "department": ("d", "e"),
        "service": ("s", "t"),
        "category": ("c", "k"),
        "site": ("here", "there"),
        "risk": ("low", "high"),
    }
    return {name: rng.choice(two) for name, two in words.items() if rng.random() < share}


def band(rng: random.Random) -> Doc:
    """Bounds that meet, overlap, leave gaps, are open or empty."""
    low, high = rng.choice((None, 0, 5, 10, 20, 30)), rng.choice((None, 5, 10, 20, 30))
    if low is not None and high is not None and low >= high:
        high = None
    return {k: str(v) for k, v in (("min", low), ("max", high)) if v is not None}


def ladder(rng: random.Random) -> list[Doc]:
    """Bands that meet from 0 upward, so that climbing has somewhere to go."""
    cuts = sorted(rng.sample((5, 10, 20, 30), rng.randint(0, 3)))
    edges = [0, *cuts]
    return [
        {"min": str(low)} | ({"max": str(cuts[n])} if n < len(cuts) else {})
        for n, low in enumerate(edges)
    ]


def whose(rng: random.Random, bodies: Doc) -> Doc:
    """A role or a body, sometimes with a rule of its own."""
    found: Doc = {"role": rng.choice(ROLES)}
    if bodies and rng.random() < 0.25:
        found = {"body": rng.choice(sorted(bodies))}
    if rng.random() < 0.15:
        found["rule"] = rng.choice(("single", "majority", "unanimity", "consent"))
    if rng.random() < 0.15:
        found["quorum"] = rng.randint(1, 4)
    return found


def rights(rng: random.Random, bodies: Doc) -> Doc:
    """A ladder or loose bands to decide, and other parts."""
    bands = ladder(rng) if rng.random() < 0.75 else [band(rng) for _ in range(rng.randint(0, 4))]
    bands += [band(rng) for _ in range(rng.choice((0, 0, 0, 1, 2)))]
    found: Doc = {}
    for number, limits in enumerate(bands):
        right = {"decision_type": "buy", "part": "decide", **limits, **whose(rng, bodies)}
        right |= scope(rng, 0.04)
        if rng.random() < 0.06:
            right["when"] = rng.choice([c for c in CONDITIONS if c])
        if rng.random() < 0.08:
            right = {k: v for k, v in right.items() if k not in ("body", "rule", "quorum")}
            right["pre_authorised"] = True
        found[f"r{number}"] = right
    for number in range(rng.choice((0, 1, 2))):
        right = {"decision_type": "buy", "part": rng.choice(PARTS), **band(rng)}
        right |= whose(rng, bodies) | scope(rng, 0.04) | {"order": rng.randint(0, 2)}
        found[f"p{number}"] = right
    if rng.random() < 0.2:
        found["other"] = {"decision_type": "check", "part": "decide", "role": "top"}
    return found


def separations(rng: random.Random) -> Doc:
    found: Doc = {}
    for number in range(rng.choice((0, 0, 1, 2))):
        if rng.random() < 0.4:
            a, b = rng.sample(ROLES, 2)
            rule = {"kind": "static", "a": a, "b": b}
        else:
            sides = ("requester", "beneficiary", "recommender", "decider", "performer", "agreer")
            a, b = rng.sample((*sides, "buy", "check", "clerk", "boss"), 2)
            rule = {"kind": "dynamic", "a": a, "b": b}
        if rng.random() < 0.2:
            rule["severity"] = "warning"
        if rng.random() < 0.3:
            rule["decision_types"] = [rng.choice(("buy", "check"))]  # type: ignore[assignment]
        found[f"s{number}"] = rule
    return found


def delegations(rng: random.Random, holdings: list[Doc]) -> list[Doc]:
    """Mostly of what somebody holds, to anybody, also round in circles."""
    found = []
    for _ in range(rng.choice((0, 1, 2, 3, 4))):
        held = rng.choice(holdings)
        giver, delegate = held["person"], rng.choice(PEOPLE)
        one: Doc = {"giver": giver, "delegate": delegate}
        one |= {"from": "2026-02-01", "until": "2026-04-01"} | moments(rng)
        if rng.random() < 0.75:
            one["role"] = held["role"] if rng.random() < 0.85 else rng.choice(ROLES)
        else:
            one["rights"] = [rng.choice(("r0", "r1"))]
        if rng.random() < 0.3:
            one["max_amount"] = str(rng.choice((5, 10, 12)))
        if rng.random() < 0.15:
            one["currency"] = rng.choice(("EUR", "USD"))
        if rng.random() < 0.15:
            one["accepted"] = rng.choice((False, AT, "2026-03-03"))
        if rng.random() < 0.15:
            one["revoked"] = rng.choice((AT, "2026-03-02T09:00:01+00:00"))
        found.append(one | scope(rng, 0.04))
    return found


def some_bodies(rng: random.Random) -> Doc:
    """One body, or none."""
    bodies: Doc = {}
    if rng.random() < 0.5:
        body: Doc = {"name": "Round", "members": rng.sample(ROLES, rng.randint(1, 3))}
        body["rule"] = rng.choice(("single", "majority", "unanimity", "consent"))
        if rng.random() < 0.5:
            body["quorum"] = rng.randint(1, 3)
        if rng.random() < 0.5:
            body["chair"] = rng.choice(ROLES)
        bodies["round"] = body
    return bodies


def some_kind(rng: random.Random) -> Doc:
    """The type that is asked about."""
    unit = rng.choice(("amount", "amount", "amount", "count", "percentage", "none"))
    kind: Doc = {"question": "Buy it", "unit": unit, "latency_s": 3600}
    if unit == "amount" and rng.random() < 0.9:
        kind["currency"] = "EUR"
    if rng.random() < 0.5:
        kind["split_days"] = rng.choice((0, 30))
    if rng.random() < 0.3:
        kind["requester_excluded"] = False
    if rng.random() < 0.5:
        kind["fallback_role"] = rng.choice(ROLES)
    return kind


def facts(rng: random.Random, found: Doc) -> None:
    """Who holds what, who is away, what was given, what money is worth."""
    for _ in range(rng.randint(3, 9)):
        role = rng.choice(ROLES)
        held = {"role": role, "person": rng.choice(PEOPLE)} | moments(rng)
        if found["roles"][role]["focus"] == "department" and rng.random() < 0.6:
            held["department"] = rng.choice("de")
        found["holdings"].append(held)
    for person in rng.sample(PEOPLE, rng.choice((0, 1, 2, 3, 4))):
        absence = {"person": person} | moments(rng)
        if rng.random() < 0.7:
            absence["stand_in"] = rng.choice(PEOPLE)
        found["absences"].append(absence)
    found["delegations"] = [
        one
        for one in delegations(rng, found["holdings"])
        if set(one.get("rights", [])) <= set(found["rights"])
    ]
    # Who gave something is often away: only then it matters.
    for one in found["delegations"]:
        if rng.random() < 0.6:
            found["absences"].append({"person": one["giver"]})
    for day in sorted(rng.sample(DAYS, rng.choice((0, 1, 2)))):
        rate = rng.choice(("0.5", "0.9", "1.25"))
        found["rates"].append({"from": "USD", "to": "EUR", "day": day, "rate": rate})


def document(seed: int) -> Doc:
    """One rights file with one case."""
    rng = random.Random(f"{SEED}-{seed}")
    bodies, kind = some_bodies(rng), some_kind(rng)
    found: Doc = {
        "last_resort": "top",
        "roles": {r: {"focus": rng.choice(("none", "none", "department"))} for r in ROLES},
        "bodies": bodies,
        "types": {"buy": kind, "check": {"question": "Check", "unit": "none", "latency_s": 60}},
        "rights": rights(rng, bodies),
        "separations": separations(rng),
        "people": {p: {"active": False} if rng.random() < 0.08 else {} for p in PEOPLE},
        "holdings": [],
        "absences": [],
        "delegations": [],
        "rates": [],
        "earlier": [],
    }
    facts(rng, found)
    found["cases"] = [case(rng)]
    found["earlier"] = [earlier(rng, found["cases"][0]) for _ in range(rng.choice((0, 0, 1, 2)))]
    return found


def case(rng: random.Random) -> Doc:
    asked: Doc = {"type": "buy", "at": AT, **scope(rng, 0.5)}
    if rng.random() < 0.95:
        asked["amount"] = rng.choice(("-1", "0", "4.99", "5", "9.5", "10", "19.99", "20", "45"))
    if rng.random() < 0.25:
        asked["currency"] = rng.choice(("EUR", "USD"))
    if rng.random() < 0.1:
        asked["asked_at"] = "2026-02-24T00:00+00:00"
    for name in ("requester", "beneficiary"):
        if rng.random() < 0.4:
            asked[name] = rng.choice(PEOPLE)
    if rng.random() < 0.4:
        asked["counterparty"] = rng.choice(("Mill", " mill", "Dairy"))
    values = {}
    if rng.random() < 0.5:
        values["urgent"] = rng.choice(("yes", "no"))
    if rng.random() < 0.5:
        values["size"] = rng.choice(("2", "4"))  # type: ignore[assignment]
    asked["values"] = {k: int(v) if k == "size" else v for k, v in values.items()}
    asked["acted"] = [
        {"person": rng.choice(PEOPLE), "part": rng.choice(("decide", *PARTS))}
        | ({"type": "check"} if rng.random() < 0.3 else {})
        | ({"role": rng.choice(("clerk", "boss"))} if rng.random() < 0.3 else {})
        for _ in range(rng.choice((0, 0, 1, 2)))
    ]
    return asked


def earlier(rng: random.Random, asked: Doc) -> Doc:
    when = ("2026-01-31T09:00", "2026-01-31T09:00:01", "2026-02-20", "2026-03-01", AT, "2026-03-04")
    one: Doc = {
        "type": "buy" if rng.random() < 0.85 else "check",
        "requester": asked.get("requester") if rng.random() < 0.6 else None,
        "amount": rng.choice(("1", "5", "10", "-3", "0.01")),
        "at": rng.choice(when),
    }
    one["requester"] = one["requester"] or rng.choice(PEOPLE)
    if rng.random() < 0.3:
        one["beneficiary"] = rng.choice(PEOPLE)
    if rng.random() < 0.4:
        one["counterparty"] = rng.choice(("MILL", "Dairy"))
    if rng.random() < 0.25:
        one["currency"] = rng.choice(("EUR", "USD"))
    return one
