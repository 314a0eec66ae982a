"""The questions the dashboards answer, in their order; each stands in a module of its group."""

from collections.abc import Callable
from dataclasses import dataclass

from esm.accounts.models import User
from valueflow.engine.answers import Answer
from valueflow.selectors.scope import FlowScope


@dataclass(frozen=True, slots=True)
class Question:
    """One question; ``code`` as in the list of questions, ``slug`` in addresses.

    ``first_for`` names who sees it first: executive, owner, steward, department, auditor.
    ``sources`` says whether imported logs can answer it, too.
    """

    code: str
    slug: str
    title: object
    short: object
    group: str
    answer: Callable[[FlowScope, User], Answer]
    first_for: tuple[str, ...] = ()
    logs: bool = False
