from decimal import Decimal

import pytest

from catalog.services import answers, forms
from catalog.services.answers import BadAnswer
from esm.common.errors import Invalid
from governance.blueprint.kinds.services import FormField, Offering
from governance.blueprint.serialise import build_spec
from tests.governance import small

OFFERING: Offering = build_spec("Offering", small.SPECS["Offering", "feast-order"])
GOOD = {
    "occasion": " Wedding  of two ",
    "guests": "80",
    "day": "1 Jun 2026",
    "price": "1.200,50",
    "grain": "wheat",
}


def field(kind: str, **extra: object) -> FormField:
    return FormField(key="x", label="X", type=kind, **extra)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("200,000.00", "200000.00"),
        ("200000", "200000.00"),
        ("200.000,00", "200000.00"),
        ("200 000", "200000.00"),
        ("200\u202f000,00\u00a0€", "200000.00"),
        ("EUR 200,000", "200000.00"),
        ("€99,999.99", "99999.99"),
        ("200,000 eur", "200000.00"),
        ("1'000'000", "1000000.00"),
        ("200.000", "200000.00"),
        ("1,5", "1.50"),
        ("1234,56", "1234.56"),
        ("200,000,000.5", "200000000.50"),
        ("0", "0.00"),
        (200000, "200000.00"),
    ],
)
def test_money_is_read_in_its_common_spellings(typed, stored):
    assert answers.read_money(typed, field("money"), "EUR") == stored


@pytest.mark.parametrize(
    "typed",
    ["abc", "12,34,567", "1,000,00", "1.5.5", "0.500", ".5", "5.", "1e5", "--1", "12 34", "½", "€"],
)
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(BadAnswer, match="Write an amount in digits"):
        answers.read_money(typed, field("money"), "EUR")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("-3", "zero or more"),
        ("12 USD", "in EUR, not in USD"),
        ("$12", "in EUR"),
        ("9" * 16, "too large"),
    ],
)
def test_an_amount_that_cannot_be_is_refused_with_the_reason(typed, why):
    with pytest.raises(BadAnswer, match=why):
        answers.read_money(typed, field("money"), "EUR")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("1.234", "1.234"),
        ("1,234", "1234"),
        ("1,5", "1.5"),
        ("-2", "-2"),
        ("1.50", "1.5"),
        (7, "7"),
    ],
)
def test_numbers(typed, stored):
    assert answers.read_number(typed, field("number")) == stored


@pytest.mark.parametrize(
    "typed", ["2026-12-04", "4.12.2026", "04/12/2026", "4 Dec 2026", "Fri, 4 Dec 2026"]
)
def test_days(typed):
    assert answers.read_date(typed, field("date")) == "2026-12-04"


@pytest.mark.parametrize("typed", ["2026-02-30", "tomorrow", "1.1.0001", "12/13/2026", "20261204"])
def test_what_is_no_day_is_refused(typed):
    with pytest.raises(BadAnswer, match="Give a day"):
        answers.read_date(typed, field("date"))


def test_texts_are_cleaned_and_bounded():
    assert answers.read_text(" a \x00\n b\t", field("text")) == "a b"
    assert answers.read_long_text("a\r\nb\rc ", field("textarea")) == "a\nb\nc"
    with pytest.raises(BadAnswer, match="At most 3 characters; this has 4"):
        answers.read_text("four", field("text", max_length=3))


def test_choices_are_kept_in_their_order():
    options = [{"key": "a", "label": "A"}, {"key": "b", "label": "B"}]
    assert answers.read_choices(["b", "a", "b"], field("choices", options=options)) == ["a", "b"]
    with pytest.raises(BadAnswer):
        answers.read_choices(["c"], field("choices", options=options))
    with pytest.raises(BadAnswer):
        answers.read_choice("A", field("choice", options=options))


def test_good_answers_are_stored_typed():
    assert forms.validate(OFFERING, GOOD) == {
        "occasion": "Wedding of two",
        "guests": "80",
        "day": "2026-06-01",
        "price": "1200.50",
        "grain": "wheat",
    }


def errors(data: dict, files: tuple[str, ...] = ()) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        forms.validate(OFFERING, data, files)
    return refused.value.errors


def test_every_missing_or_unusable_answer_is_said_at_once():
    assert errors({"guests": "many", "note": "far too long for this field"}) == {
        "occasion": ["“Occasion” needs an answer."],
        "guests": ["Write a number in digits."],
        "day": ["“Day” needs a day."],
        "price": ["“Price” needs an amount."],
        "grain": ["Choose an answer to “Grain”."],
        "note": ["At most 20 characters; this has 27."],
    }
    assert errors({**GOOD, "colour": "red"}) == {"colour": ["The form does not ask for this."]}


def test_a_conditional_field_is_required_only_while_it_is_asked():
    assert errors({**GOOD, "grain": "other"}) == {"which_grain": ["“Which grain” needs an answer."]}
    assert (
        forms.validate(OFFERING, {**GOOD, "grain": "other", "which_grain": "rye"})["which_grain"]
        == "rye"
    )
    assert "which_grain" not in forms.validate(OFFERING, {**GOOD, "which_grain": "rye"})


def test_a_conditional_file_is_required_only_while_it_is_asked():
    assert errors({**GOOD, "guests": "101"}) == {"list": ["Add the file for “Guest list”."]}
    assert forms.validate(OFFERING, {**GOOD, "guests": "101"}, {"list"})["list"] == "attached"
    assert "list" not in forms.validate(OFFERING, GOOD, {"list"})


def test_correcting_answers_keeps_the_others():
    known = forms.validate(OFFERING, {**GOOD, "guests": "150"}, {"list"})
    assert forms.amend(OFFERING, known, {"price": "2,000"})["price"] == "2000.00"
    assert forms.amend(OFFERING, known, {"price": "2,000"})["list"] == "attached"
    fewer = forms.amend(OFFERING, known, {"guests": "10"})
    assert "list" not in fewer
    with pytest.raises(Invalid) as refused:
        forms.amend(OFFERING, known, {"price": "a lot", "occasion": "", "colour": "red"})
    assert sorted(refused.value.errors) == ["colour", "occasion", "price"]
    # What is newly asked may stay open; the next handoff asks for it.
    assert "which_grain" not in forms.amend(OFFERING, known, {"grain": "other"})


def test_title_and_amount():
    values = forms.validate(OFFERING, GOOD)
    assert forms.title_of(OFFERING, values) == "Wedding of two"
    assert forms.amount_of(OFFERING, values) == Decimal("1200.50")
    assert forms.amount_of(OFFERING, {}) is None


def test_answers_as_people_read_them():
    values = forms.validate(OFFERING, {**GOOD, "allergies": ["milk", "nuts"], "delivered": "true"})
    shown = {
        key: forms.display(forms.field_of(OFFERING, key), values, "EUR")
        for key in ("price", "day", "grain", "allergies", "delivered", "guests", "note")
    }
    assert shown == {
        "price": "€1,200.50",
        "day": "Mon 1 Jun 2026",
        "grain": "Wheat",
        "allergies": "Nuts, Milk",
        "delivered": "Yes",
        "guests": "80",
        "note": "",
    }
