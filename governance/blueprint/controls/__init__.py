"""Controls: what must hold at decisions, steps, roles and publishing so that policies are kept.

``bound(bp, place)`` gives the controls of a place, ``judge(controls, place, values, waivers)``
what each of them says. No database: values and waivers in force are handed in.
"""

from governance.blueprint.controls.verdicts import (
    SCOPES,
    Bound,
    InForce,
    Place,
    Verdict,
    about_waivers,
    bound,
    clause_of,
    guards_waivers,
    judge,
)
from governance.blueprint.variables import OF_PLACE, control_variables

__all__ = [
    "OF_PLACE",
    "SCOPES",
    "Bound",
    "InForce",
    "Place",
    "Verdict",
    "about_waivers",
    "bound",
    "clause_of",
    "control_variables",
    "guards_waivers",
    "judge",
]
