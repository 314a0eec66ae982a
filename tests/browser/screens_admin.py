"""Pages of administration, as ``screens.py`` takes pictures of them."""

from typing import Any

from tests.browser.screens_adoption import adoption_shots
from tests.browser.screens_blueprint import blueprint_shots
from tests.browser.screens_change import change_shots
from tests.browser.screens_delegations import delegation_shots
from tests.browser.screens_editing import editing_shots
from tests.browser.screens_findings import finding_shots
from tests.browser.screens_improving import improving_shots
from tests.browser.screens_moving import moving_shots
from tests.browser.screens_outcomes import outcome_shots
from tests.browser.screens_programs import program_shots
from tests.browser.screens_skills import skill_shots


def admin_shots(find: Any) -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address) of every page on which people and days are kept."""
    admin, person = "viktor", "/admin/people/yusra-belkadi/"
    account = find.link(admin, person, r"/accounts/\d+/$")
    team = find.link(admin, person, r"/admin/teams/[^/]+/$")
    member = find.link(admin, person, r"/admin/memberships/\d+/$")
    role = find.link(admin, person, r"/admin/roles/[^/]+/$")
    held = find.link(admin, person, r"/admin/holdings/\d+/$")
    calendar = find.link(admin, "/admin/calendars/", r"/admin/calendars/[^/]+/$")
    day = find.link(admin, calendar, r"/admin/calendars/[^/]+/[0-9-]+/$")
    away = find.record_absence("yusra")
    return [
        ("profile", "profile", "yusra", "/profile/"),
        ("absences", "absences", "yusra", "/absences/"),
        ("absence", "absence", "yusra", away),
        *program_shots(find, admin),
        *delegation_shots(find, admin),
        *editing_shots(find),
        *skill_shots(find),
        *finding_shots(find),
        *improving_shots(find),
        *change_shots(),
        *moving_shots(find),
        *outcome_shots(find),
        *blueprint_shots(),
        *adoption_shots(find),
        ("admin", "admin", admin, "/admin/"),
        ("admin-people", "admin-people", admin, "/admin/people/"),
        ("admin-people-import", "admin-people-import", admin, "/admin/people-file/"),
        ("admin-import", "admin-import", admin, find.upload_people(admin)),
        ("admin-person-new", "admin-person-new", admin, "/admin/new-person/"),
        ("admin-person", "admin-person", admin, person),
        ("admin-person-edit", "admin-person-edit", admin, f"{person}edit/"),
        ("admin-person-leave", "admin-person-leave", admin, f"{person}leave/"),
        ("admin-person-back", "admin-person-back", admin, f"{person}come-back/"),
        ("admin-account-new", "admin-account-new", admin, f"{person}accounts/"),
        ("admin-account", "admin-account", admin, account),
        ("admin-password", "admin-password", admin, f"{account}password/"),
        ("admin-unlink", "admin-unlink", admin, f"{account}unlink/"),
        ("admin-teams", "admin-teams", admin, "/admin/teams/"),
        ("admin-team", "admin-team", admin, team),
        ("admin-membership", "admin-membership", admin, member),
        ("admin-roles", "admin-roles", admin, "/admin/roles/"),
        ("admin-role", "admin-role", admin, role),
        ("admin-holding", "admin-holding", admin, held),
        ("admin-absences", "admin-absences", admin, "/admin/absences/"),
        ("admin-health", "admin-health", admin, "/admin/health/"),
        ("admin-rates", "admin-rates", admin, "/admin/rates/"),
        ("admin-rates-file", "admin-rates-file", admin, "/admin/rates/file/"),
        ("admin-calendars", "admin-calendars", admin, "/admin/calendars/"),
        ("admin-calendar", "admin-calendar", admin, calendar),
        ("admin-holidays", "admin-holidays", admin, f"{calendar}holidays/?country=DE"),
        ("admin-days-file", "admin-days-file", admin, f"{calendar}file/"),
        ("admin-days", "admin-days", admin, find.upload_days(admin, calendar)),
        ("admin-calendar-day", "admin-calendar-day", admin, day),
    ]
