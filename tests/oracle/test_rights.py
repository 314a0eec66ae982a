"""The resolver against an oracle that shares no code with it, on random rights files."""

import json
from collections import Counter
from fractions import Fraction

import pytest

from governance.blueprint.rights import resolve
from governance.blueprint.rights.reading import read_rights
from tests.oracle.rights import Opinion
from tests.oracle.rights_cases import document

PARTS, SHARE = 10, 2_000


def ours(doc):
    """The resolver's answer in the words of the oracle, through the file format."""
    (inputs,) = read_rights("random.json", json.dumps(doc).encode()).inputs
    found = resolve(inputs)
    return {
        "unresolved": found.unresolved,
        "right": found.right_key,
        "pre_authorised": found.pre_authorised,
        "deciders": [(a.ref, a.how, a.for_ref, a.delegation) for a in found.deciders],
        "rule": found.rule,
        "quorum": found.quorum,
        "needed": found.needed,
        "number": None if found.number is None else Fraction(found.number),
        "parts": [(p.right, [a.ref for a in p.people]) for p in found.parts],
    }


def compare(seeds):
    """Differences, and how often each kind of answer came."""
    different, seen = [], Counter()
    for seed in seeds:
        doc = document(seed)
        found, expected = ours(doc), Opinion(doc, doc["cases"][0]).answer()
        if found != expected:
            different.append((seed, found, expected))
        seen[expected["unresolved"] or "resolved"] += 1
        seen["pre-authorised"] += expected["pre_authorised"]
        seen["several"] += len(expected["deciders"]) > 1
        seen["last resort"] += expected["right"] is None and not expected["unresolved"]
        for _, how, _, _ in expected["deciders"]:
            seen[how] += 1
    return different, seen


def test_the_resolver_agrees_with_the_oracle():
    different, seen = compare(range(1_000))
    assert different == []
    # The cases reach every kind of answer often enough to mean something.
    assert {kind: n for kind, n in seen.items() if n < 8} == {}
    assert len(seen) == 12


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_twenty_thousand_rights_files(part):
    different, _ = compare(range(part * SHARE, (part + 1) * SHARE))
    assert different == []
