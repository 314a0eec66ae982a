"""What a table of people says they are able to do: names of skills, each with its level."""

import re
from dataclasses import dataclass, field

from django.db.models import Q

from esm.common import clock
from esm.events.actors import Actor
from esm.events.types import DomainEvent
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Skill
from governance.event_types.skills import SkillConfirmed
from governance.models import Person, SkillHolding
from governance.selectors.versions import blueprint, published

CELL = re.compile(r"(.+?)[\s:=]+([1-5])")


@dataclass(frozen=True, slots=True)
class KnownSkills:
    """Keys and names of the skills in force by any word for them, and who has which level now."""

    by_word: dict[str, str]
    names: dict[str, str]
    held: dict[tuple[int, str], SkillHolding]

    @classmethod
    def read(cls, bp: Blueprint | None) -> "KnownSkills":
        """Of a model; one query."""
        specs = bp.find(Skill) if bp is not None else {}
        names = {key: spec.name for key, spec in specs.items()}
        words = {name.casefold(): key for key, name in names.items()} | {key: key for key in names}
        rows = SkillHolding.objects.filter(ended_at=None)
        return cls(words, names, {(row.person_id, row.skill_key): row for row in rows})

    def read_cell(self, words: list[str]) -> tuple[dict[str, int], list[str]]:
        """Levels by skill of the parts of a cell, and what is wrong with them."""
        found: dict[str, int] = {}
        wrong: list[str] = []
        for word in words:
            match = CELL.fullmatch(word)
            if match is None:
                said = f"Write a skill with its level from 1 to 5, like “{word[:60]}”."
                wrong.append(said if word[-1:].isdigit() else said.replace("”.", " 3”."))
                continue
            key = self.by_word.get(match[1].casefold())
            if key is None:
                wrong.append(f"There is no skill {match[1][:60]}.")
                continue
            found[key] = int(match[2])
        return found, wrong

    def new(self, person_id: int | None, wanted: dict[str, int]) -> dict[str, int]:
        """Those that somebody does not have at this level."""
        return {
            key: level
            for key, level in wanted.items()
            if (row := self.held.get((person_id or 0, key))) is None or row.level != level
        }


@dataclass
class Confirmed:
    """What is confirmed of many people, written by a statement or two."""

    ended: list[tuple[int, str]] = field(default_factory=list)
    new: list[SkillHolding] = field(default_factory=list)

    def confirm(self, person: Person, levels: dict[str, int], actor: Actor) -> list[DomainEvent]:
        """One person's levels by skill; the events that say so."""
        for key, level in levels.items():
            self.ended.append((person.pk, key))
            self.new.append(
                SkillHolding(
                    person=person, skill_key=key, level=level, confirmed_by_id=actor.person_id
                )
            )
        return [
            SkillConfirmed(person=person.ref, skill=key, level=level, valid_to=None)
            for key, level in levels.items()
        ]

    def write(self) -> None:
        """End what was said before and write what is said now."""
        if not self.new:
            return
        before = Q()
        for person_id, key in self.ended:
            before |= Q(person_id=person_id, skill_key=key)
        SkillHolding.objects.filter(before, ended_at=None).update(ended_at=clock.now())
        SkillHolding.objects.bulk_create(self.new)


def skills_by_person() -> dict[int, list[tuple[str, int]]]:
    """Name and level of every skill somebody has now; one query."""
    version = published()
    names = {k: s.name for k, s in blueprint(version).find(Skill).items()} if version else {}
    found: dict[int, list[tuple[str, int]]] = {}
    for row in SkillHolding.objects.filter(ended_at=None, skill_key__in=names):
        found.setdefault(row.person_id, []).append((names[row.skill_key], row.level))
    return found


def cell_of(held: list[tuple[str, int]]) -> str:
    """Names with levels, as ``read_cell`` takes them."""
    return "; ".join(f"{name} {level}" for name, level in sorted(held))
