"""The form of an offering: which fields are asked, and whether the answers can be used.

A field whose condition does not hold is not asked and its value is dropped. Conditions read the
fields asked before them. What was typed is never changed here: a refusal keeps it where it is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from catalog.services.answers import READERS, BadAnswer, is_blank, missing
from esm.common.errors import Invalid
from esm.common.expressions import holds
from esm.common.ui import amounts
from governance.blueprint.kinds.services import FormField, Offering, Section

ATTACHED = "attached"
MAX_TITLE = 200


@dataclass
class Checked:
    """Answers as they can be stored, sentences by field, and the keys of the fields asked."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


def check(
    offering: Offering,
    data: Mapping[str, Any],
    files: Collection[str] = (),
    *,
    required: bool = True,
) -> Checked:
    """Read every field that is asked, in the order of the form. Never raises.

    ``files`` are the keys of fields with a file. Without ``required`` a missing answer is no
    error: for drafts and corrections.
    """
    found = Checked()
    for item in offering.form.all_fields():
        if item.when and not holds(item.when, found.values):
            continue
        found.asked.append(item.key)
        _read(item, data, files, offering.currency or "", required, found)
    return found


def _read(
    item: FormField,
    data: Mapping[str, Any],
    files: Collection[str],
    currency: str,
    required: bool,
    found: Checked,
) -> None:
    if item.type == "file":
        if item.key in files:
            found.values[item.key] = ATTACHED
        elif item.required and required:
            found.errors[item.key] = [missing(item)]
        return
    raw = data.get(item.key)
    if is_blank(raw):
        if item.required and required:
            found.errors[item.key] = [missing(item)]
        return
    try:
        found.values[item.key] = READERS[item.type](raw, item, currency)
    except BadAnswer as problem:
        found.errors[item.key] = [str(problem)]


def validate(
    offering: Offering, data: Mapping[str, Any], files: Collection[str] = ()
) -> dict[str, Any]:
    """The answers as they are stored with the request.

    Raises Invalid with the sentences by field, also for names the form does not know.
    """
    found = check(offering, data, files)
    errors = {**found.errors, **_unknown(offering, data)}
    if errors:
        raise Invalid(_summary(len(errors)), errors)
    return found.values


def _unknown(offering: Offering, data: Mapping[str, Any]) -> dict[str, list[str]]:
    known = {item.key for item in offering.form.all_fields()}
    return {
        name: ["The form does not ask for this."]
        for name, value in data.items()
        if name not in known and not is_blank(value)
    }


def _summary(count: int) -> str:
    return "One thing to fix before you go on." if count == 1 else _many(count)


def _many(count: int) -> str:
    return f"{count} things to fix before you go on."


def amend(
    offering: Offering, known: Mapping[str, Any], changes: Mapping[str, Any]
) -> dict[str, Any]:
    """The answers after adding or correcting some; a blank one takes an answer back.

    What is no longer asked is dropped; what is newly asked may stay open. Raises Invalid for
    answers that cannot be used and for names the form does not know.
    """
    errors = _unknown(offering, changes)
    files = {
        item.key
        for item in offering.form.all_fields()
        if item.type == "file" and known.get(item.key)
    }
    found = check(offering, {**known, **changes}, files, required=False)
    errors |= {name: found.errors[name] for name in changes if name in found.errors}
    for item in offering.form.all_fields():
        taken_back = item.key in changes and is_blank(changes[item.key])
        if item.required and taken_back and item.key in found.asked:
            errors[item.key] = [missing(item)]
    if errors:
        raise Invalid(_summary(len(errors)), errors)
    return found.values


def title_of(offering: Offering, values: Mapping[str, Any]) -> str:
    """What the requester will recognise the request by; "" when the field was not answered."""
    return display(field_of(offering, offering.title_field), values)[:MAX_TITLE]


def amount_of(offering: Offering, values: Mapping[str, Any]) -> Decimal | None:
    """The amount that chooses the band, in the offering's currency."""
    if offering.amount_field is None:
        return None
    raw = values.get(offering.amount_field)
    return None if is_blank(raw) else Decimal(str(raw))


def field_of(offering: Offering, key: str) -> FormField:
    """A field by key. Raises KeyError."""
    return {item.key: item for item in offering.form.all_fields()}[key]


def section_of(offering: Offering, key: str) -> Section | None:
    """The section a field stands in."""
    for section in offering.form.sections:
        if any(item.key == key for item in section.fields):
            return section
    return None


def display(item: FormField, values: Mapping[str, Any], currency: str = "") -> str:
    """An answer as people read it; "" when there is none."""
    value = values.get(item.key)
    if is_blank(value):
        return ""
    labels = {option.key: option.label for option in item.options}
    match item.type:
        case "choice":
            return labels.get(str(value), str(value))
        case "choices":
            return ", ".join(labels.get(str(key), str(key)) for key in list(value or ()))
        case "boolean":
            return "Yes" if value else "No"
        case "money":
            return amounts.money(str(value), currency)
        case "number":
            return f"{Decimal(str(value)):,f}"
        case "date":
            day = date.fromisoformat(str(value))
            return f"{day:%a} {day.day} {day:%b} {day.year}"
    return str(value)
