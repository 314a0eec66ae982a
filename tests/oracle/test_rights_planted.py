"""Errors planted in the resolver are found by the oracle: each by some of 3,000 rights files."""

import inspect
import textwrap

import pytest

from governance.blueprint.rights import facts, money, people, resolver
from tests.oracle.rights import Opinion
from tests.oracle.rights_cases import document
from tests.oracle.test_rights import ours

FILES = 3_000
PLANTED = {
    "the upper end of a band belongs to it": (
        facts,
        "Right.holds",
        "number < self.high",
        "number <= self.high",
    ),
    "the wider scope counts as much": (resolver, "_most_specific", "== best", ">= 0"),
    "a band that begins where this one ends is left out": (
        resolver,
        "_Search._above",
        "other.low >= end",
        "other.low > end",
    ),
    "climbing ends at what is allowed beforehand": (
        resolver,
        "_Search._above",
        " and not other.pre_authorised",
        "",
    ),
    "an empty quorum is enough": (
        resolver,
        "_Search._several",
        "len(voters) < quorum",
        "not voters",
    ),
    "half is a majority": (
        resolver,
        "_Search._several",
        "len(voters) // 2 + 1",
        "len(voters) // 2",
    ),
    "the fallback is skipped": (resolver, "_Search._fallback", "role is not None", "role is None"),
    "who left still holds": (people, "Actors.holders", "if self.active(holding.person)", "if True"),
    "a focus elsewhere counts": (
        people,
        "Actors.holders",
        "holding.focus_key == asked",
        "holding.focus_key",
    ),
    "the focus comes last": (
        people,
        "Actors.holders",
        'holding.focus_kind == ""',
        'holding.focus_kind != ""',
    ),
    "a delegate who is away acts": (people, "Actors._can", "if ref in self.away", "if False"),
    "a delegation holds in the second of its revocation": (
        people,
        "Actors._covers",
        "revoked <= at",
        "revoked < at",
    ),
    "a delegation holds unaccepted": (
        people,
        "Actors._covers",
        "accepted is None or at < accepted or",
        "",
    ),
    "a delegation ends below its limit": (
        people,
        "Actors._not_above",
        "self.number <= limit",
        "self.number < limit",
    ),
    "a delegation holds in every scope": (
        people,
        "Actors._covers",
        "narrowed(delegation.narrows, self.case.scope)",
        "True",
    ),
    "a chain of stand-ins may lead through anybody": (
        people,
        "Actors._stand_in",
        "if not self.may(found, role, part)",
        "if False",
    ),
    "whom it is for may decide": (
        people,
        "Actors._not_their_own",
        "ref == self.case.beneficiary",
        "False",
    ),
    "static rules bar in one direction": (
        people,
        "Actors._static",
        "((rule.a, rule.b), (rule.b, rule.a))",
        "((rule.a, rule.b),)",
    ),
    "rules of the case bar nobody": (people, "Actors._dynamic", "act.person != ref", "True"),
    "the thirtieth day counts": (money, "split_off", "since < one.at", "since <= one.at"),
    "the counter-party does not matter": (
        money,
        "_same_party",
        "not first or not second or first == second",
        "True",
    ),
    "a rate holds eight days more": (money, "rate_for", "days=RATE_DAYS", "days=RATE_DAYS + 1"),
    "the oldest rate counts": (money, "rate_for", "return max(", "return min("),
}


def plant(monkeypatch, module, name, old, new):
    """The function with the error in it, wherever its name is used."""
    owner_name, _, member = name.rpartition(".")
    owner = getattr(module, owner_name) if owner_name else module
    source = textwrap.dedent(inspect.getsource(getattr(owner, member)))
    assert source.count(old) >= 1
    made = dict(vars(module))
    exec(source.replace(old, new), made)
    monkeypatch.setattr(owner, member, made[member])
    if owner is module and hasattr(resolver, member):
        monkeypatch.setattr(resolver, member, made[member])


@pytest.mark.slow
@pytest.mark.parametrize("what", PLANTED)
def test_the_oracle_finds_it(what, monkeypatch):
    plant(monkeypatch, *PLANTED[what])
    for seed in range(FILES):
        doc = document(seed)
        if ours(doc) != Opinion(doc, doc["cases"][0]).answer():
            return
    pytest.fail(f"{FILES} rights files and nobody noticed that {what}.")
