"""Conditions: one small expression language for flows, form fields, criteria, routing, controls.

A condition is written by somebody who designs an operating model and evaluated while work runs,
so the language is *small* (no calls, no attributes, no loops), *total* (evaluating never raises)
and *bounded* (500 characters, nesting 30, numbers of 40 digits)::

    amount >= 100000 and paper != 'ours'
    region in ['eu', 'uk'] or deviations is present
    'health' in data_kinds and not processor-agreed
    start < '2026-01-31' + 5d
    (end - start) * 2 > 4h 30m

* ``parse(text, schema)`` checks syntax, names and types and raises ``ExpressionError`` with the
  position and a sentence; ``Expression.evaluate(values)`` gives the value.
* ``holds(text, values)`` is the short form for a condition: parsed once, cached, true or false.
  An empty text is *no condition* and holds.

Meaning of what is missing: a variable without value is *null*. Every comparison in which one side
is null, or in which the two sides are of unlike kinds, is false, also ``!=`` and ``not in``.
Arithmetic with null is null. ``and``, ``or`` and ``not`` take anything but *true* for false.
``is present`` is true for everything but null, empty text and an empty list.

Names are letters, digits, ``_`` and inner hyphens (``data-class``), so a minus needs spaces.
Numbers are exact decimals. ``d`` in a duration is 24 hours of the calendar, not a business day.
"""

from esm.common.expressions.expression import Expression, holds, parse
from esm.common.expressions.language import (
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_LENGTH,
    ExpressionError,
    VarType,
)

__all__ = [
    "MAX_DEPTH",
    "MAX_DIGITS",
    "MAX_LENGTH",
    "Expression",
    "ExpressionError",
    "VarType",
    "holds",
    "parse",
]
