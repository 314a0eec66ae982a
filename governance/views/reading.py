"""Which version a page of the model is read in: what is in force, a version by its code, or what
was in force on a day. Every link of such a page keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from esm.common import clock
from governance.blueprint.blueprint import Blueprint
from governance.models import ModelVersion
from governance.selectors import people, versions
from governance.selectors.drafts import draft_blueprint
from governance.selectors.people import Account
from governance.selectors.versions import blueprint, in_force_on

PUBLISHED = ModelVersion.State.PUBLISHED


def known_versions(user: Account) -> list[ModelVersion]:
    """Versions somebody may read: all but drafts, which are for stewards while they are written."""
    steward = people.facts_for(user).steward
    return [v for v in versions.versions() if steward or v.state != ModelVersion.State.DRAFT]


def find_version(user: Account, code: str) -> ModelVersion:
    """One of them. Raises Http404."""
    found = next((v for v in known_versions(user) if v.code == code), None)
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True)
class Reading:
    """A version and its blueprint; ``on`` is the day it is read as of, ``kept`` what links carry,
    ``problem`` a sentence about what was asked for and cannot be shown."""

    version: ModelVersion
    bp: Blueprint
    versions: list[ModelVersion]
    kept: Mapping[str, str]
    on: date | None = None
    problem: str = ""

    @property
    def past(self) -> bool:
        """Whether it is another version than the one work runs on."""
        return self.version.state != PUBLISHED

    def address(self, name: str, *args: str, **query: object) -> str:
        """The address of a page in the same reading."""
        wanted = {key: str(value) for key, value in query.items() if value not in ("", None)}
        asked = urlencode({**self.kept, **wanted})
        return f"{reverse(name, args=args)}{f'?{asked}' if asked else ''}"


def reading_of(request: HttpRequest) -> Reading | None:
    """The reading that a page is asked for; None where nothing is in force yet.

    Raises Http404 for a version that is not there or not to be seen.
    """
    known = known_versions(request.user)
    code, day = request.GET.get("version", "").strip(), request.GET.get("on", "").strip()
    if code:
        version = find_version(request.user, code)
        return Reading(version, _bp(version), known, {"version": code})
    now = next((one for one in known if one.state == PUBLISHED), None)
    if now is None:
        return None
    if not day:
        return Reading(now, blueprint(now), known, {})
    bp = blueprint(now)
    on, problem = _day(day, bp.organisation().zone)
    if on is None:
        return Reading(now, bp, known, {}, problem=problem)
    then = in_force_on(known, on, ZoneInfo(bp.organisation().zone))
    if then is None:
        first = min((v.published_at for v in known if v.published_at is not None), default=None)
        problem = _("Nothing was in force on that day; choose %(day)s or later.") % {
            "day": f"{first:%-d %B %Y}" if first else ""
        }
        return Reading(now, bp, known, {}, problem=problem)
    return Reading(then, blueprint(then), known, {"on": on.isoformat()}, on=on)


def must_read(request: HttpRequest) -> Reading:
    """As ``reading_of``. Raises Http404 where nothing is in force."""
    found = reading_of(request)
    if found is None:
        raise Http404
    return found


def _bp(version: ModelVersion) -> Blueprint:
    draft = version.state == ModelVersion.State.DRAFT
    return draft_blueprint(version) if draft else blueprint(version)


def _day(text: str, zone: str) -> tuple[date | None, str]:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None, _("“%(text)s” is no day; write it like 2026-03-31.") % {"text": text[:40]}
    if found > clock.now().astimezone(ZoneInfo(zone)).date():
        return None, _("That day is still to come; what is in force now is shown.")
    return found, ""
