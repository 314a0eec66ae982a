"""A first model from nothing: few answers become elements, and elements the answers again.

Each part asks little, writes elements that the ordinary editor goes on with, and reads them back so
that its form can be gone back to. What has grown beyond its few questions is left to the editor:
then ``grown`` says so and nothing is written.
"""

from governance.blueprint.starting.answers import Answers, Wrong
from governance.blueprint.starting.handing import HANDING
from governance.blueprint.starting.house import DECIDING, HOUSE, TEAMS
from governance.blueprint.starting.likes import LIKES, Like
from governance.blueprint.starting.part import Part
from governance.blueprint.starting.service import SERVICE

# In the order in which they are asked; each needs those before it.
PARTS: dict[str, Part] = {
    "organisation": HOUSE,
    "teams": TEAMS,
    "deciding": DECIDING,
    "service": SERVICE,
    "agreement": HANDING,
}

__all__ = ["LIKES", "PARTS", "Answers", "Like", "Part", "Wrong"]
