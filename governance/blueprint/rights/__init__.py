"""Decision rights that execute: who decides a case, found from plain facts and nothing else.

`resolve(Inputs) -> Resolution` reads no clock, no database and no framework. What it knows of a
model comes from `rules_of(blueprint, type)`; a rights file (`docs/rights.md`) gives all of it.
"""

from governance.blueprint.rights.answer import Acting, PartPlayed, Resolution, TraceStep, band_words
from governance.blueprint.rights.compiled import rules_of
from governance.blueprint.rights.facts import (
    Absence,
    Acted,
    Body,
    Case,
    Delegation,
    Earlier,
    Holding,
    Inputs,
    Kind,
    Person,
    Rate,
    Right,
    Role,
    Rules,
    Separation,
    narrowed,
)
from governance.blueprint.rights.resolver import resolve
from governance.blueprint.rights.votes import Tally, tally

__all__ = [
    "Absence",
    "Acted",
    "Acting",
    "Body",
    "Case",
    "Delegation",
    "Earlier",
    "Holding",
    "Inputs",
    "Kind",
    "PartPlayed",
    "Person",
    "Rate",
    "Resolution",
    "Right",
    "Role",
    "Rules",
    "Separation",
    "Tally",
    "TraceStep",
    "band_words",
    "narrowed",
    "resolve",
    "rules_of",
    "tally",
]
