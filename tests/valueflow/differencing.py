"""What can be made of answers by adding and subtracting them, over plain sets of records."""

from collections import defaultdict
from fractions import Fraction
from itertools import combinations

FEW = 5


def reduced(rows):
    """Rows in echelon form with their leading places, exact."""
    basis = []
    for row in rows:
        row = _less(basis, row)
        lead = next((at for at, value in enumerate(row) if value), None)
        if lead is not None:
            basis.append((lead, row))
    return basis


def follows(basis, row):
    """Whether a row is a sum of multiples of the basis."""
    return not any(_less(basis, row))


def _less(basis, row):
    row = list(row)
    for lead, known in basis:
        if row[lead]:
            by = row[lead] / known[lead]
            row = [a - by * b for a, b in zip(row, known, strict=True)]
    return row


def alike(records, shown):
    """Records that no answer tells apart."""
    classes = defaultdict(set)
    for record in records:
        classes[tuple(record in one for one in shown)].add(record)
    return list(classes.values())


def follow_from_all(records, shown, held):
    """Those of ``held`` that follow from all of ``shown`` together, by linear algebra.

    Records that no answer tells apart are one column; what cuts such a column cannot follow.
    """
    columns = alike(records, [*shown, *held])
    basis = reduced([Fraction(column <= one) for column in columns] for one in shown)
    return [one for one in held if follows(basis, [Fraction(c <= one) for c in columns])]


def told_by_two(shown, case_of, held=()):
    """Groups of fewer than five cases, and hidden ones, that two answers give."""
    found = []
    distinct = list(set(shown))
    secret = set(held) - set(shown)
    for one, other in combinations(distinct, 2):
        made = [more - less for more, less in ((one, other), (other, one)) if less < more]
        made += [one | other] if not one & other else []
        found += [few for few in made if 0 < len({case_of[r] for r in few}) < FEW or few in secret]
    return found
