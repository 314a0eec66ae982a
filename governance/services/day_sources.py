"""Public holidays of a country or region, as entries that may become exceptions of a calendar."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import holidays
from django.utils.translation import gettext as _
from holidays.registry import COUNTRIES

from esm.common.errors import Invalid

MAX_YEARS = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """A day on which a source wants a calendar closed: all of it, or ``cuts`` of the local day.

    ``cuts`` are seconds, from and to; ``doubt`` says why it may be no holiday.
    """

    day: date
    name: str
    cuts: tuple[tuple[int, int], ...] = ()
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry of a source that cannot be taken: what it is called and why."""

    name: str
    when: str
    why: str


@dataclass
class Found:
    """What a source holds."""

    entries: list[Entry] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


@lru_cache(maxsize=1)
def countries() -> tuple[tuple[str, str], ...]:
    """(code of two letters, name) of every country whose holidays are known, by name."""
    found = {names[1]: _titled(module) for module, names in COUNTRIES.items()}
    return tuple(sorted(found.items(), key=lambda one: one[1]))


def _titled(module: str) -> str:
    """«Isle of Man» for ``isle_of_man``."""
    small = ("and", "of", "the")
    return " ".join(word if word in small else word.capitalize() for word in module.split("_"))


@lru_cache(maxsize=64)
def regions(country: str) -> tuple[tuple[str, str], ...]:
    """(code, name) of the regions of a country with holidays of their own, by name."""
    if country not in dict(countries()):
        return ()
    aliases = holidays.country_holidays(country).get_subdivision_aliases()
    named = [(code, names[0] if names else code) for code, names in aliases.items()]
    return tuple(sorted(named, key=lambda one: one[1]))


def of_country(country: str, region: str, years: list[int]) -> Found:
    """Public holidays of these years; a region has those of its country too. Raises Invalid."""
    if country not in dict(countries()):
        said = _("No holidays are known of “%(code)s”: give the two letters of a country.")
        raise _invalid("country", said % {"code": country[:20]})
    known = dict(regions(country))
    if region and region not in known:
        said = _("“%(code)s” is no region of it. Its regions: %(known)s.")
        listed = ", ".join(list(known)[:40]) or _("none")
        raise _invalid("region", said % {"code": region[:20], "known": listed})
    if not years or len(years) > MAX_YEARS:
        raise _invalid("years", _("Choose one to %(n)s years.") % {"n": MAX_YEARS})
    calendar = holidays.country_holidays(
        country, subdiv=region or None, years=sorted(set(years)), language="en_US"
    )
    rows = sorted(calendar.items())
    entries = [Entry(day, str(name)[:120]) for day, name in rows if day.year in years]
    missing = sorted(set(years) - {entry.day.year for entry in entries})
    refused = [
        Refused(str(year), str(year), _("No holidays are known of this year.")) for year in missing
    ]
    return Found(entries, refused)


def label_of(country: str, region: str) -> str:
    """«Germany, Bayern»."""
    name = dict(countries()).get(country, country)
    return f"{name}, {dict(regions(country)).get(region, region)}" if region else name


def _invalid(field_name: str, said: str) -> Invalid:
    return Invalid(said, {field_name: [said]})
