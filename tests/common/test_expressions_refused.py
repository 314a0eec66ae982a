"""What is refused where it is written: the position and the sentence, and hostile input."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esm.common.errors import ServiceError
from esm.common.expressions import ExpressionError, VarType, holds, parse

SCHEMA = {
    "amount": VarType.NUMBER,
    "paper": VarType.TEXT,
    "urgent": VarType.BOOLEAN,
    "due": VarType.DATE,
    "effort": VarType.DURATION,
    "kinds": VarType.TEXTS,
    "scan": VarType.FILE,
    "loose": VarType.ANY,
}


@pytest.mark.parametrize(
    ("text", "position", "part"),
    [
        ("", 0, "empty"),
        ("   ", 0, "empty"),
        ("__class__", 0, "starts with a letter"),
        ("x.__class__", 1, "no parts"),
        ("x.y", 1, "no parts"),
        ("x['y']", 1, "not expected"),
        ("f(x)", 1, "no functions"),
        ("import os", 7, "not expected"),
        ("lambda: 1", 6, "no meaning"),
        ("9**9**9", 2, "missing"),
        ("1e999999", 0, "at most one point"),
        ("1.2.3", 0, "at most one point"),
        ("5dd", 0, "at most one point"),
        ("1" * 41, 0, "40 digits"),
        ("9" * 40 + " * 9", 41, "too many digits"),
        ("9999999d", 0, "6 digits"),
        ("5m 4h", 0, "in this order"),
        ("a = 1", 2, "=="),
        ("a / 2", 2, "no division"),
        ("a & b", 2, "and"),
        ("!a", 0, "not"),
        ('a == "x"', 5, "single quotes"),
        ("a == 'x", 5, "closing quote"),
        ("a == True", 5, "small letters"),
        ("a AND b", 2, "small letters"),
        ("1 < x < 3", 6, "chained"),
        ("a b", 2, "missing"),
        ("a and", 5, "too early"),
        ("(a", 2, "not closed"),
        ("a)", 1, "not expected"),
        ("[1]", 0, "after “in”"),
        ("a in 5", 5, "brackets"),
        ("a in []", 6, "missing"),
        ("a in [1", 7, "closing bracket"),
        ("a is 5", 5, "present"),
        ("a is", 4, "present"),
        ("'x' is present", 4, "Only a variable"),
        ("a not b", 6, "followed by “in”"),
        ("a\x00b", 1, "no meaning"),
        ("ä == 1", 0, "no meaning"),
        ("(" * 31 + "a" + ")" * 31, 30, "30 deep"),
        ("not " * 31 + "a", 120, "30 deep"),
        ("-" * 31 + "a", 30, "30 deep"),
        ("(" * 1000 + ")" * 1000, 500, "500 characters"),
        ("a or " * 99 + "a    x", 500, "500 characters"),
    ],
)
def test_a_refusal_names_the_place_and_the_reason(text: str, position: int, part: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(text)
    assert (refused.value.position, part in refused.value.sentence) == (position, True), str(
        refused.value
    )


@pytest.mark.parametrize(
    ("text", "position", "part"),
    [
        ("amonut > 5", 0, "no variable “amonut”"),
        ("amount-5 > 1", 0, "space on both sides"),
        ("missing is present", 0, "no variable"),
        ("'a' in missing", 7, "no variable"),
        ("amount > 'a'", 7, "A number cannot be compared with text"),
        ("amount == 'a'", 7, "A number cannot be compared with text"),
        ("amount > '2026-01-31'", 7, "with a date"),
        ("due == 'soon'", 4, "A date cannot be compared with text"),
        ("paper < paper", 6, "order; text has none"),
        ("urgent > urgent", 7, "order; true or false has none"),
        ("kinds == 'a'", 0, "cannot be compared"),
        ("scan == 'a'", 0, "A file cannot be compared"),
        ("paper == null", 9, "is absent"),
        ("paper in ['a', 5]", 15, "cannot be compared"),
        ("paper in paper", 9, "needs a list"),
        ("amount in kinds", 0, "holds text"),
        ("not amount", 4, "joins conditions"),
        ("urgent and paper", 11, "joins conditions"),
        ("paper + 1 > 2", 6, "cannot be used"),
        ("due + due == due", 4, "cannot be used"),
        ("due * 2 == due", 4, "cannot be used"),
        ("5h - due == 5h", 3, "cannot be used"),
        ("-paper == 1", 0, "no negative"),
    ],
)
def test_types_are_checked_against_the_schema(text: str, position: int, part: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(text, SCHEMA)
    assert (refused.value.position, part in refused.value.sentence) == (position, True), str(
        refused.value
    )


@pytest.mark.parametrize(
    "text",
    [
        "amount > loose and loose == 'a' and loose in kinds and loose",
        "due + 5d < '2026-01-31' and '2026-01-31' + 1d > due",
        "effort * amount > 5h and 2 * effort < effort + 1h",
        "scan is present and kinds is absent and paper in ['a'] and 'a' not in kinds",
        "due in ['2026-01-31', '2026-02-28']",
    ],
)
def test_what_goes_together_is_accepted(text: str) -> None:
    assert parse(text, SCHEMA, expect=VarType.BOOLEAN).result is VarType.BOOLEAN


def test_a_condition_must_yield_true_or_false() -> None:
    with pytest.raises(ExpressionError, match="This yields a number; true or false is needed"):
        parse("amount + 1", SCHEMA, expect=VarType.BOOLEAN)
    assert parse("loose", SCHEMA, expect=VarType.BOOLEAN).result is VarType.ANY


def test_an_error_is_a_refusal_with_position_in_its_text() -> None:
    with pytest.raises(ServiceError) as refused:
        holds("a = 1", {})
    assert str(refused.value) == "At character 3: Write == for “equals”."
    assert refused.value.code == "expression"


def test_a_long_flat_expression_is_not_deep() -> None:
    assert holds(" or ".join(["a"] * 99), {"a": True})
    assert parse(" + ".join(["1"] * 120)).evaluate({}) == 120
    assert parse("x + " * 120 + "1").evaluate({"x": 1}) == 121


LANGUAGE = """
    a b-c and or not in is present absent true false null == != < <= > >= ( ) [ ] , + - * 1 2.5
    't' '2026-01-31' 5d 4h 30m . _ ' __class__ import ** 1e9
"""
WORDS = st.sampled_from(LANGUAGE.split())
RAW = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(max_size=12),
    st.sampled_from(["5", "-0.50", "2026-01-31", "9" * 40, date(2026, 1, 31), timedelta(days=5)]),
    st.dates(),
    st.timedeltas(),
    st.lists(st.one_of(st.none(), st.text(max_size=3), st.integers()), max_size=3),
    st.builds(object),
)


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parse(text)
    except ExpressionError as refused:
        assert 0 <= refused.position <= len(text)
        assert refused.sentence.endswith((".", "?"))


@given(st.lists(WORDS, max_size=14), RAW, RAW)
def test_evaluation_is_total(words: list[str], a: object, b: object) -> None:
    try:
        expression = parse(" ".join(words))
    except ExpressionError:
        return
    value = expression.evaluate({"a": a, "b-c": b})
    if isinstance(value, Decimal):
        assert value.is_finite()
        assert len(value.as_tuple().digits) <= 40


OPERANDS = st.sampled_from(["a", "b", "1", "-2.5", "'t'", "'2026-01-31'", "5d", "true", "null"])


@given(
    OPERANDS,
    st.sampled_from(["+", "-", "*", "==", "!=", "<", "<=", ">", ">=", "in"]),
    OPERANDS,
    RAW,
    RAW,
)
def test_every_operator_takes_every_pair(
    left: str, operator: str, right: str, a: object, b: object
) -> None:
    right = f"[{right}]" if operator == "in" else right
    try:
        expression = parse(f"{left} {operator} {right}")
    except ExpressionError:
        return
    first = expression.evaluate({"a": a, "b": b})
    assert repr(first) == repr(expression.evaluate({"a": a, "b": b}))
