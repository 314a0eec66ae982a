"""Elements as people edit them: what a form asks, what was typed, and what that makes."""

from governance.blueprint.editing.reading import Built, build
from governance.blueprint.editing.shapes import Slot, slots
from governance.blueprint.editing.typed import Names, Typed, blank, change, from_post, typed

__all__ = [
    "Built",
    "Names",
    "Slot",
    "Typed",
    "blank",
    "build",
    "change",
    "from_post",
    "slots",
    "typed",
]
