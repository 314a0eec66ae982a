"""Identity rows of services, offerings, technologies, objectives, outcomes and measures."""

from datetime import UTC, date, datetime
from typing import Any

from catalog.models import Measure, Objective, Offering, Outcome, Service, Technology
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.models import Department, ModelVersion
from governance.registries import Projection
from governance.services.projecting import moment_of, upsert_rows

LIVE = {"live", "retiring"}
MAX_NAME = 200
MAX_SUMMARY = 300
MAX_SYNONYM = 80


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _departments() -> dict[str, int]:
    return dict(Department.objects.values_list("key", "pk"))


def services(version: ModelVersion, bp: Blueprint) -> Projection:
    """Services; those that are live or retiring can be asked for."""
    departments = _departments()
    rows: dict[str, dict[str, Any]] = {
        key: {
            "name": spec.name,
            "department_id": departments[spec.department],
            "summary": _short(spec.summary or spec.purpose, MAX_SUMMARY),
            "synonyms": [synonym[:MAX_SYNONYM] for synonym in spec.synonyms],
            "live": spec.lifecycle in LIVE,
        }
        for key, spec in bp.find(kinds.Service).items()
    }
    return upsert_rows(Service, rows, moment_of(version))


def _teams_at(bp: Blueprint, sites: tuple[str, ...]) -> list[str] | None:
    """Keys of the teams at some sites; None where no site is named."""
    if not sites:
        return None
    return sorted(key for key, team in bp.find(kinds.Team).items() if team.site in sites)


def offerings(version: ModelVersion, bp: Blueprint) -> Projection:
    """Offerings with the departments they are for; none means everyone."""
    service_ids = dict(Service.objects.values_list("key", "pk"))
    specs = bp.find(kinds.Offering)
    rows = {
        key: {
            "name": spec.name,
            "service_id": service_ids[spec.service],
            "synonyms": [synonym[:MAX_SYNONYM] for synonym in spec.synonyms],
            "audience_roles": sorted(spec.audience_roles) or None,
            "audience_teams": _teams_at(bp, spec.audience_sites),
        }
        for key, spec in specs.items()
    }
    done = upsert_rows(Offering, rows, moment_of(version))
    departments = _departments()
    for offering in Offering.objects.filter(key__in=specs).prefetch_related("audience"):
        wanted = {departments[key] for key in specs[offering.key].audience}
        if wanted != {department.pk for department in offering.audience.all()}:
            offering.audience.set(wanted)
    return done


def objectives(version: ModelVersion, bp: Blueprint) -> Projection:
    """Objectives by code and title."""
    rows = {
        key: {"name": spec.title, "code": spec.code[:20]}
        for key, spec in bp.find(kinds.Objective).items()
    }
    return upsert_rows(Objective, rows, moment_of(version))


def outcomes(version: ModelVersion, bp: Blueprint) -> Projection:
    """Outcomes with the objectives they serve."""
    specs = bp.find(kinds.Outcome)
    rows = {key: {"name": _short(spec.statement, MAX_NAME)} for key, spec in specs.items()}
    done = upsert_rows(Outcome, rows, moment_of(version))
    ids = dict(Objective.objects.values_list("key", "pk"))
    for outcome in Outcome.objects.filter(key__in=specs).prefetch_related("objectives"):
        wanted = {ids[key] for key in specs[outcome.key].objectives}
        if wanted != {objective.pk for objective in outcome.objectives.all()}:
            outcome.objectives.set(wanted)
    return done


def measures(version: ModelVersion, bp: Blueprint) -> Projection:
    """Measures of outcomes."""
    ids = dict(Outcome.objects.values_list("key", "pk"))
    rows = {
        key: {"name": spec.name, "outcome_id": ids[spec.outcome]}
        for key, spec in bp.find(kinds.Measure).items()
    }
    return upsert_rows(Measure, rows, moment_of(version))


def technologies(version: ModelVersion, bp: Blueprint) -> Projection:
    """Technologies; ``since`` only where the model names a day and not a week of a story."""
    rows = {
        key: {"name": spec.name, "since": _midnight(spec.since)}
        for key, spec in bp.find(kinds.Technology).items()
    }
    return upsert_rows(Technology, rows, moment_of(version))


def _midnight(day: object) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if isinstance(day, date) else None
