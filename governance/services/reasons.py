"""Why something was changed: an optional sentence, kept in the private part of the event."""

from esm.common.errors import Invalid

MAX_REASON = 500


def with_reason(reason: str, **values: str) -> dict[str, str]:
    """The private part of an event: ``values`` that say something, and the reason if there is one.

    Raises Invalid for a reason of more than 500 characters.
    """
    reason = reason.replace("\x00", "").strip()
    if len(reason) > MAX_REASON:
        sentence = f"Say it in at most {MAX_REASON} characters."
        raise Invalid(sentence, {"reason": [sentence]})
    if reason:
        values["reason"] = reason
    return {name: value for name, value in values.items() if value}
