"""What every part of a first model can do."""

from collections.abc import Callable
from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.remedies.base import Edits
from governance.blueprint.starting.answers import Answers

Values = dict[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Part:
    """One form: what it holds now, what answers make of it, and what is still missing.

    ``values`` takes a model and which template to begin like; ``missing`` gives sentences, none
    when the part is done; ``grown`` says that it is kept in the editor from now on, "" if not.
    """

    values: Callable[[Blueprint, str], Values]
    edits: Callable[[Blueprint, Answers], Edits]
    missing: Callable[[Blueprint], list[str]]
    grown: Callable[[Blueprint], str] = lambda bp: ""
