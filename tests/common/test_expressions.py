"""What conditions mean: each row is an expression, values and the exact result."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from esm.common.expressions import Expression, VarType, holds, parse

VALUES = {
    "amount": "100000.00",
    "count": 3,
    "rate": 0.1,
    "paper": "theirs",
    "urgent": True,
    "agreed": False,
    "kinds": ["health", "pay"],
    "none_chosen": [],
    "start": "2026-01-31",
    "end": date(2026, 2, 5),
    "effort": timedelta(hours=5),
    "empty": "",
    "nothing": None,
    "data-class": "secret",
    "scan": object(),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("amount >= 100000", True),
        ("amount > 100000", False),
        ("amount == 100000", True),
        ("count == 3 and urgent", True),
        ("not urgent or count < 3", False),
        ("not agreed", True),
        ("paper == 'theirs'", True),
        ("paper != 'theirs'", False),
        ("paper in ['ours', 'theirs']", True),
        ("paper not in ['ours', 'theirs']", False),
        ("count in [1, 2, 3]", True),
        ("'pay' in kinds", True),
        ("'tax' in kinds", False),
        ("'tax' not in kinds", True),
        ("data-class == 'secret'", True),
        ("'it''s' == 'it''s'", True),
        ("start < '2026-02-01'", True),
        ("start + 5d == '2026-02-05'", True),
        ("end - start == 5d", True),
        ("end - 5d == start", True),
        ("effort > 4h 59m", True),
        ("effort * 2 == 10h", True),
        ("effort + 1h 30m == 6h 30m", True),
        ("2 * effort - 1h == 9h", True),
        ("1 + 2 * 3 == 7", True),
        ("(1 + 2) * 3 == 9", True),
        ("10 - 3 - 2 == 5", True),
        ("-count == -3", True),
        ("--count == 3", True),
        ("rate * 3 == 0.3", True),
        ("true or false and false", True),
        ("(true or false) and false", False),
        ("urgent == true", True),
        ("amount is present", True),
        ("agreed is present", True),
        ("scan is present", True),
        ("empty is present", False),
        ("none_chosen is absent", True),
        ("nothing is absent", True),
        ("unknown is absent", True),
    ],
)
def test_a_condition_is_true_or_false_as_written(text: str, expected: bool) -> None:
    assert parse(text).evaluate(VALUES) is expected
    assert holds(text, VALUES) is expected


@pytest.mark.parametrize(
    "text",
    [
        "nothing == 1",
        "nothing != 1",
        "nothing < 1",
        "nothing == null",
        "nothing == unknown",
        "nothing in ['a']",
        "nothing not in ['a']",
        "'a' in nothing",
        "'a' not in nothing",
        "nothing + 1 == 1",
        "nothing * 0 == 0",
        "-nothing == 0",
        "paper < paper",
        "paper == 5",
        "paper != 5",
        "urgent == 'true'",
        "urgent < 1",
        "urgent == 1",
        "kinds == 'pay'",
        "scan == 'x'",
        "kinds in ['pay']",
        "paper + 1 > 0",
        "start + 5h == start",
        "effort * rate * rate * rate == 5h",
        "paper",
        "count",
        "nothing",
    ],
)
def test_what_is_missing_or_unlike_never_holds(text: str) -> None:
    assert holds(text, VALUES) is False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("amount * 1.19", Decimal("119000.0000")),
        ("1 + 1", Decimal(2)),
        ("end + 1d", date(2026, 2, 6)),
        ("1d + 1h", timedelta(hours=25)),
        ("'a'", "a"),
        ("null", None),
        ("amount + nothing", None),
    ],
)
def test_an_expression_yields_its_value(text: str, expected: object) -> None:
    assert parse(text).evaluate(VALUES) == expected


def test_decimals_are_exact_and_never_rounded() -> None:
    assert parse("0.1 + 0.2 == 0.3").evaluate({}) is True
    digits = "9" * 38
    assert parse("x + 0.01").evaluate({"x": digits}) == Decimal(digits + ".01")
    assert parse("x + 0.001").evaluate({"x": digits}) is None
    assert parse("x * x").evaluate({"x": digits}) is None


@pytest.mark.parametrize(
    "raw", [float("nan"), float("inf"), 10**41, Decimal("1E+400"), Decimal("NaN"), "1e5", "٣"]
)
def test_what_is_no_number_of_40_digits_is_null(raw: object) -> None:
    assert parse("x + 0").evaluate({"x": raw}) is None
    assert holds("x > 0 or x <= 0", {"x": raw}) is False


def test_a_datetime_counts_as_its_date() -> None:
    assert holds("t == '2026-03-01'", {"t": datetime(2026, 3, 1, 23, 59, tzinfo=UTC)})


def test_the_schema_says_how_a_value_is_read() -> None:
    schema = {
        "code": VarType.TEXT,
        "amount": VarType.NUMBER,
        "due": VarType.DATE,
        "effort": VarType.DURATION,
        "urgent": VarType.BOOLEAN,
        "kinds": VarType.TEXTS,
        "scan": VarType.FILE,
    }
    values = {"code": "007", "amount": "7", "due": "2026-01-31", "effort": 3600, "urgent": 1}
    assert parse("code == '007'", schema).evaluate(values) is True
    assert parse("amount * 2 == 14", schema).evaluate(values) is True
    assert parse("due - 31d", schema).evaluate(values) == date(2025, 12, 31)
    assert parse("effort == 1h", schema).evaluate(values) is True
    assert parse("urgent", schema).evaluate(values) is None
    assert parse("'a' in kinds", schema).evaluate({"kinds": ("a",)}) is True
    assert parse("scan is present", schema).evaluate({"scan": {"name": "x.pdf"}}) is True
    wrong: dict[str, object] = {"code": 5, "amount": "five", "due": "soon", "effort": "long"}
    for name, kind in schema.items():
        if kind is not VarType.FILE:
            assert parse(name, schema).evaluate({name: wrong.get(name, 5)}) is None


def test_variables_and_result_are_known_before_running() -> None:
    expression = parse("(a-b + c) * 2 > 5 and d is present or 'x' in e or f in [g, -h]")
    assert isinstance(expression, Expression)
    assert expression.variables == {"a-b", "c", "d", "e", "f", "g", "h"}
    assert expression.result is VarType.BOOLEAN
    assert parse("a + 1").result is VarType.NUMBER
    assert parse("a").result is VarType.ANY
    assert repr(parse("a")) == "Expression('a')"


def test_no_condition_always_holds() -> None:
    assert holds("", {}) is True
    assert holds("  \n", {}) is True
