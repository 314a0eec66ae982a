"""The form of an offering as JSON Schema 2020-12: the shape of ``data`` when a request is sent.

Conditions have no place in it: a field that is only asked sometimes is never required here, and
the form itself says when it is. Files come beside ``data``.
"""

from typing import Any

from governance.blueprint.kinds.services import FormField, Offering

DIALECT = "https://json-schema.org/draft/2020-12/schema"
AMOUNT = {"type": ["string", "number"], "description": "A decimal; text keeps every digit."}
TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "textarea": {"type": "string"},
    "money": AMOUNT,
    "number": AMOUNT,
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
}


def field_schema(field: FormField) -> dict[str, Any]:
    """The shape of one answer."""
    keys = [option.key for option in field.options]
    if field.type == "choice":
        found: dict[str, Any] = {"type": "string", "enum": keys}
    elif field.type == "choices":
        found = {"type": "array", "items": {"type": "string", "enum": keys}, "uniqueItems": True}
    else:
        found = dict(TYPES[field.type])
    if field.max_length and found["type"] == "string":
        found["maxLength"] = field.max_length
    return {"title": field.label, **found}


def form_schema(offering: Offering) -> dict[str, Any]:
    """The shape of all answers but files."""
    fields = [item for item in offering.form.all_fields() if item.type != "file"]
    return {
        "$schema": DIALECT,
        "title": offering.name,
        "type": "object",
        "properties": {item.key: field_schema(item) for item in fields},
        "required": [item.key for item in fields if item.required and not item.when],
        "additionalProperties": False,
    }
