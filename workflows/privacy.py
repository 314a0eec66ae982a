"""Which answers somebody reads: from the field, and what they have to do with the request."""

from dataclasses import dataclass

from governance.blueprint.kinds.services import FormField


@dataclass(frozen=True, slots=True)
class Reader:
    """What somebody who sees a request has to do with it.

    ``asks``: asked for it, or it is for them. ``works``: in a team it has come to, or named on it.
    ``takes_part``: took one of its steps, or decides on it. ``stages``: the steps that came to
    their team, that they took, or at which they decide.
    """

    asks: bool = False
    works: bool = False
    takes_part: bool = False
    stages: frozenset[str] = frozenset()


def reads(field: FormField, reader: Reader) -> bool:
    """Whether the reader of a request reads the answer to this field."""
    if reader.asks:
        return True
    if field.visible_at and reader.stages.isdisjoint(field.visible_at):
        return False
    if field.sight == "personal":
        return reader.works or reader.takes_part
    return field.sight != "sensitive" or reader.takes_part
