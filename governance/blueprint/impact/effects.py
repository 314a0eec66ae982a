"""What a change of the model does to a role or a team: one effect per thing that is different.

**Aspects.** Of the ten aspects of a change eight are computed. *Mindset* and *compensation* never
are: the model says nothing of what people think or earn.

* processes: steps and what holds for them, agreements with other teams;
* systems (applications, platforms, integrations) and tools (devices, automations, models that act)
  at the steps of the receiver;
* job roles: the role itself, what it answers for, decides, owns and needs to be able to do;
* critical behaviours: what is kept apart, what is controlled, what must be ticked off;
* reporting structure: department, head, lead, bodies;
* performance reviews: promises, measures, outcomes and benefits that somebody answers for;
* location: site and hours.

**Degree**, from 0 to 5, is the same for a change and its inverse:

* 5: a role or team begins or ends; 4: deciding, answering for a step, leading, where one belongs;
* 3: working on a step, agreeing, owning, a skill, a site; 2: a system at a step, a seat, a further
  part in a decision, what must hold at a handoff; 1: being asked or told, how something is done;
* 0: nothing but a name;
* a time that changes: 3 where one is at least twice the other, 2 from a quarter on, else 1.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, NamedTuple

from governance.blueprint.elements import ElementId

Aspect = Literal[
    "processes",
    "systems",
    "tools",
    "job_roles",
    "critical_behaviours",
    "mindset",
    "reporting_structure",
    "performance_reviews",
    "compensation",
    "location",
]
ASPECTS: tuple[Aspect, ...] = (
    "processes",
    "systems",
    "tools",
    "job_roles",
    "critical_behaviours",
    "mindset",
    "reporting_structure",
    "performance_reviews",
    "compensation",
    "location",
)
NEVER: tuple[Aspect, ...] = ("mindset", "compensation")
ASPECT_NAMES: dict[Aspect, str] = {
    aspect: aspect.replace("_", " ").capitalize() for aspect in ASPECTS
}
Sort = Literal["gained", "lost", "changed"]
_INVERSE: dict[Sort, Sort] = {"gained": "lost", "lost": "gained", "changed": "changed"}


class Receiver(NamedTuple):
    """Whom an effect reaches: a role or a team, by key."""

    kind: Literal["role", "team"]
    key: str


class Said(NamedTuple):
    """One side of an effect in words: what it is about, what holds of it, who has it there."""

    what: str = ""
    value: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that is different for a receiver.

    ``topic`` says what sort of thing it is (see ``sentences``), ``kind``, ``key`` and ``part``
    where it stands in the model. Of something lost ``after.who`` says who has it from then on, of
    something gained ``before.who`` who had it until then. ``places`` are (kind, key) of streams,
    departments and teams it is about, for holders with a focus; ``touches`` are the elements it
    comes from. ``needs`` is (skill, level) where somebody has to be able to do something.
    """

    receiver: Receiver
    aspect: Aspect
    topic: str
    kind: str
    key: str
    part: str
    sort: Sort
    before: Said
    after: Said
    degree: int
    places: tuple[tuple[str, str], ...] = ()
    touches: tuple[ElementId, ...] = ()
    needs: tuple[str, int, int] | None = None

    @property
    def thing(self) -> tuple[str, str, str, str]:
        """What it is about, whoever it reaches."""
        return (self.topic, self.kind, self.key, self.part)

    @property
    def order(self) -> tuple[object, ...]:
        """Effects stand by receiver, aspect, weight and place in the model."""
        at = ASPECTS.index(self.aspect)
        return (self.receiver, at, -self.degree, self.topic, self.kind, self.key, self.part)


def mirror(effect: Effect) -> Effect:
    """The effect of the inverse change."""
    needs = effect.needs
    return replace(
        effect,
        sort=_INVERSE[effect.sort],
        before=effect.after,
        after=effect.before,
        needs=None if needs is None else (needs[0], needs[2], needs[1]),
    )


def in_order(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """Effects in their order, which is the same for every run."""
    return tuple(sorted(effects, key=lambda one: one.order))


def degree_of_times(one: int | None, other: int | None) -> int:
    """How much a time changes; from a time to none it is a lot."""
    if one is None or other is None or min(one, other) == 0:
        return 3
    ratio = Fraction(max(one, other), min(one, other))
    return 3 if ratio >= 2 else 2 if ratio >= Fraction(5, 4) else 1
