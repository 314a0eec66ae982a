"""Figures that are computed for a measure from how work went, each registered here once.

What computes them lives where flow is known; whoever names one that is not here is told which are.
"""

from dataclasses import dataclass
from typing import Literal, get_args

FigureKey = Literal[
    "lead-p50", "lead-p85", "lead-mean", "stay-mean", "wait-p50", "within-promise", "first-pass",
    "returned", "efficiency", "finished",
]  # fmt: skip
Unit = Literal["days", "hours", "percent", "number"]


@dataclass(frozen=True, slots=True)
class Figure:
    """What is computed, over the finished of a stream in a period.

    ``adds_up`` says that the figures of two periods make that of both, weighed by their n; medians
    and percentiles do not. ``of_stage`` is asked of one stage of the stream.
    """

    key: str
    says: str
    unit: Unit
    adds_up: bool = False
    of_stage: bool = False


_ALL = (
    Figure("lead-p50", "Median lead time, business days", "days"),
    Figure("lead-p85", "85 % of requests took at most so many business days", "days"),
    Figure("lead-mean", "Mean lead time, business days", "days", adds_up=True),
    Figure("stay-mean", "Mean stay at a stage, business days", "days", adds_up=True, of_stage=True),
    Figure("wait-p50", "Median wait until a stage accepts, business hours", "hours", of_stage=True),
    Figure("within-promise", "Share that kept the promise", "percent", adds_up=True),
    Figure("first-pass", "Share that went through without a return", "percent", adds_up=True),
    Figure("returned", "Share of first offers that came back", "percent", adds_up=True),
    Figure("efficiency", "Touch time as a share of lead time", "percent"),
    Figure("finished", "Requests finished", "number"),
)
FIGURES: dict[str, Figure] = {figure.key: figure for figure in _ALL}


def figure_key(value: object) -> object:
    """A key as a file gives it, nothing where it is empty. Raises ValueError for an unknown one."""
    if value in ("", None):
        return None
    if value not in get_args(FigureKey):
        known = ", ".join(FIGURES)
        raise ValueError(f"there is no figure “{value}”; choose one of {known}")
    return value
