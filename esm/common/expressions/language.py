"""What every part of the language shares: limits, types of variables, the error."""

from enum import StrEnum

from esm.common.errors import Invalid

MAX_LENGTH = 500  # characters of one expression
MAX_DEPTH = 30  # nested parentheses, ``not`` and signs
MAX_DIGITS = 40  # digits of any number, written or computed

KEYWORDS = frozenset(("and", "or", "not", "in", "is", "present", "absent", "true", "false", "null"))


class VarType(StrEnum):
    """The type of a variable, or of what an expression yields.

    ``TEXTS`` is a list of texts (several choices); ``FILE`` is opaque and knows only presence;
    ``ANY`` is checked when it is evaluated, not where it is written.
    """

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DURATION = "duration"
    TEXTS = "texts"
    FILE = "file"
    ANY = "any"


class ExpressionError(Invalid):
    """The text is no expression. ``position`` counts characters from 0; ``sentence`` is for people.

    ``str(error)`` holds both.
    """

    code = "expression"

    def __init__(self, position: int, sentence: str) -> None:
        super().__init__(sentence)
        self.position = position

    def __str__(self) -> str:
        return f"At character {self.position + 1}: {self.sentence}"
