"""Which column of a file of people means what: guessed from the names, changed by whoever looks."""

import re
from collections.abc import Mapping, Sequence

# What a column may mean, with the names it is known by.
MEANINGS: dict[str, tuple[str, ...]] = {
    "key": ("key", "person key", "personkey"),
    "email": ("mail", "email", "e mail", "mail address", "email address", "e mail address", "upn"),
    "name": ("name", "full name", "display name", "person", "employee", "employee name"),
    "given": ("first name", "given name", "firstname", "forename"),
    "family": ("last name", "family name", "surname", "lastname"),
    "department": ("department", "dept", "division", "business unit"),
    "team": ("team", "teams", "team name", "group"),
    "lead": ("lead", "team lead", "is lead", "leads", "leader"),
    "role": ("role", "roles", "role name"),
    "skills": ("skills", "skill", "competencies"),
    "zone": ("zone", "time zone", "timezone", "tz"),
    "since": ("from", "since", "start", "start date", "first day", "valid from"),
    "until": ("to", "until", "end", "end date", "last day", "valid until"),
    "active": ("active", "is active", "enabled", "status", "state"),
}

Columns = dict[str, str]


def plain_name(name: str) -> str:
    """A column's name for comparing: lower case, single blanks between words."""
    return re.sub(r"[^a-z0-9]+", " ", name.casefold()).strip()


def guess(columns: Sequence[str]) -> Columns:
    """Meaning → column, as far as a name says it."""
    by_name = {plain_name(column): column for column in reversed(columns)}
    found: Columns = {}
    for meaning, names in MEANINGS.items():
        column = next((by_name[name] for name in names if name in by_name), None)
        if column is not None:
            found[meaning] = column
    return found


def chosen(columns: Sequence[str], wanted: Mapping[str, str]) -> Columns:
    """The columns somebody chose; what is no meaning or no column of the file is left out."""
    return {
        meaning: wanted[meaning]
        for meaning in MEANINGS
        if wanted.get(meaning) and wanted[meaning] in columns
    }


def unused(columns: Sequence[str], found: Columns) -> list[str]:
    """Columns nothing is taken from."""
    taken = set(found.values())
    return [column for column in columns if column not in taken]
