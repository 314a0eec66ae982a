"""Drawings of workflows: what is drawn, and where it stands. Nothing here knows of a page."""

from governance.blueprint.drawing.layout import Box, Lane, Picture, Way, layout
from governance.blueprint.drawing.shape import (
    OUTSIDE,
    STEERING,
    Drawn,
    Link,
    Mark,
    Shape,
    compared,
    with_changes,
)

__all__ = [
    "OUTSIDE",
    "STEERING",
    "Box",
    "Drawn",
    "Lane",
    "Link",
    "Mark",
    "Picture",
    "Shape",
    "Way",
    "compared",
    "layout",
    "with_changes",
]
