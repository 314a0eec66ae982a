"""What somebody chose of the catalogue of notices, as the matrix shows it."""

from dataclasses import dataclass, field
from typing import Any

from esm.accounts.models import User
from esm.notices import registries
from esm.notices.choices import Group, Mail, Preset
from esm.notices.models import NoticePreference, NoticeTimes
from esm.notices.registries import Kind


@dataclass(frozen=True, slots=True)
class Cell:
    """One row of the matrix: a kind, for all teams or one, and what is chosen.

    ``own`` is false for a team that has no choice of its own.
    """

    kind: Kind
    team: str
    team_name: str
    inbox: bool
    mail: Mail
    own: bool = True
    teams: list["Cell"] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What its controls are called."""
        return f"{self.kind.key}@{self.team}" if self.team else self.kind.key


@dataclass(frozen=True, slots=True)
class Section:
    """The kinds of one group."""

    group: Group
    cells: list[Cell]

    @property
    def every(self) -> list[Cell]:
        """The kinds, each followed by its teams."""
        return [one for cell in self.cells for one in (cell, *cell.teams)]

    @property
    def label(self) -> Any:
        """The group in words."""
        return self.group.label


def sections(user: User) -> list[Section]:
    """All kinds by group with the account's choices; the teams of a kind follow it."""
    person_id = registries.person_of(user) or 0
    rows = {(r.kind, r.team): r for r in NoticePreference.objects.filter(person_id=person_id)}
    teams = registries.teams_of(person_id) if person_id else ()
    found: dict[Group, list[Cell]] = {}
    for kind in registries.kinds():
        cells = found.setdefault(kind.group, [])
        row = rows.get((kind.key, "")) or rows.get(("", ""))
        cell = _cell(kind, "", "", row, True)
        cells.append(cell)
        # With one team a choice per team says nothing more.
        if kind.per_team and len(teams) > 1:
            for key, name in teams:
                own = rows.get((kind.key, key))
                cell.teams.append(_cell(kind, key, name, own or row, own is not None))
    return [Section(group, cells) for group, cells in found.items()]


def _cell(kind: Kind, team: str, team_name: str, row: NoticePreference | None, own: bool) -> Cell:
    inbox = row is None or row.inbox or not kind.mutable
    return Cell(kind, team, team_name, inbox, row.how if row else kind.mail, own)


def times(user: User) -> NoticeTimes:
    """When the account's person is mailed; what holds before they choose."""
    person_id = registries.person_of(user) or 0
    row = NoticeTimes.objects.filter(person_id=person_id).first()
    return row or NoticeTimes(person_id=person_id)


def zone(user: User) -> str:
    """The zone their times are read in."""
    person_id = registries.person_of(user) or 0
    found = registries.recipients([person_id]).get(person_id) if person_id else None
    return found.zone if found else "UTC"


def preset_words() -> list[tuple[str, Any]]:
    """(key, words) of the presets."""
    return [(preset.value, preset.label) for preset in Preset]
