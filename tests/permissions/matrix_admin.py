"""Rows of the matrix: people, teams, roles, absences, calendars. Words as in ``matrix.py``."""

from tests.permissions.asking import FILE, Row
from tests.permissions.world import Stage

A_RATE = {"source": "GBP", "target": "EUR", "day": "2026-01-05", "rate": "1.25", "reason": "Daily"}
A_PERSON = {"name": "Ada Newcomer", "email": "ada@example.org", "zone": "Europe/Dublin"}


def somebody(stage: Stage) -> dict[str, str]:
    """Somebody who is put in a team or given a role; a day far ahead, so that nothing overlaps."""
    return {"person": stage.world.person(stage.world.journey["persona"]).key, "since": "2031-01-06"}


def away(stage: Stage) -> dict[str, str]:
    """The absence of somebody."""
    return {
        "person": stage.world.person(stage.world.journey["persona"]).key,
        "since": "2031-01-06",
        "until": "2031-01-10",
    }


def a_part(stage: Stage) -> dict[str, str]:
    """What only the decider holds, for when they are away next year."""
    row = stage.delegation
    return {
        "what": f"{row.of}:{row.key}",
        "delegate": row.delegate.key,
        "since": "2031-01-06",
        "until": "2031-01-10",
    }


# fmt: off
ADMIN = [
    Row("tokens",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("token-new", send={"name": "Ledger", "scopes": ["requests:read"], "days": "30"},
        get="in  ok  ok  ok  ok  ok  ok  ok  in",
        post="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("token-end", "token", {"reason": "Lost."},
        get="in  ok  --  --  --  --  --  --  in",
        post="in  go  --  --  --  --  --  --  in"),
    Row("profile", send={"zone": "Europe/Dublin"},
        get="in  ok  ok  ok  ok  ok  ok  ok  in",
        post="in  go  go  go  go  go  go  go  in"),
    Row("absences", send={"since": "2031-01-06", "until": "2031-01-10"},
        get="in  ok  ok  ok  ok  ok  ok  ok  in",
        post="in  go  go  go  go  go  go  go  in"),
    Row("absence", "absence",
        get="in  --  --  ok  --  ok  no  ok  in",
        post="in  --  --  go  --  go  no  go  in"),
    Row("delegations",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("delegation-new", send=a_part,
        get="in  ok  ok  ok  ok  ok  ok  ok  in",
        post="in  bad bad bad go  bad bad bad in"),
    Row("delegation", "delegation", {"answer": "accept"},
        get="in  ok  --  --  ok  ok  ok  ok  in",
        post="in  go  --  --  no  no  no  no  in"),
    Row("delegation-revoke", "delegation",
        get="in  ok  --  --  ok  no  no  ok  in",
        post="in  go  --  --  go  no  no  go  in"),
    Row("admin-delegations",
        get="in  no  no  no  no  ok  ok  ok  in"),
    Row("admin",
        get="in  no  no  ok  ok  ok  ok  ok  in"),
    Row("admin-people",
        get="in  no  no  ok  ok  ok  ok  ok  in"),
    Row("admin-people-import", send={"file": FILE},
        get="in  no  no  no  no  ok  no  ok  in",
        post="in  no  no  no  no  bad no  bad in"),
    Row("admin-import", "people-file",
        get="in  no  no  no  no  ok  no  --  in",
        post="in  no  no  no  no  ok  no  --  in"),
    Row("admin-export",
        get="in  no  no  no  no  ok  ok  ok  in"),
    Row("admin-person-new", send=A_PERSON,
        get="in  no  no  no  no  ok  no  ok  in",
        post="in  no  no  no  no  go  no  go  in"),
    Row("admin-person", "colleague",
        get="in  no  no  ok  --  ok  ok  ok  in"),
    Row("admin-person-edit", "colleague", A_PERSON,
        get="in  no  no  no  --  ok  no  ok  in",
        post="in  no  no  no  --  go  no  go  in"),
    Row("admin-person-leave", "colleague",
        get="in  no  no  no  --  ok  no  ok  in",
        post="in  no  no  no  --  go  no  go  in"),
    Row("admin-person-back", "gone",
        get="in  no  no  --  --  ok  no  ok  in",
        post="in  no  no  --  --  go  no  go  in"),
    Row("admin-account-new", "colleague", {"how": "open", "username": "ada"},
        get="in  no  no  no  --  no  no  ok  in",
        post="in  no  no  no  --  no  no  ok  in"),
    Row("admin-account", "account",
        get="in  no  no  no  --  no  no  ok  in",
        post="in  no  no  no  --  no  no  go  in"),
    Row("admin-password", "account",
        get="in  no  no  no  --  no  no  ok  in",
        post="in  no  no  no  --  no  no  ok  in"),
    Row("admin-unlink", "account",
        get="in  no  no  no  --  no  no  ok  in",
        post="in  no  no  no  --  no  no  go  in"),
    Row("admin-teams",
        get="in  no  no  ok  ok  ok  ok  ok  in"),
    Row("admin-team", "their-team", somebody,
        get="in  no  no  ok  --  ok  ok  ok  in",
        post="in  no  no  go  --  go  no  go  in"),
    Row("admin-membership", "member", {"now": "true"},
        get="in  no  no  ok  --  ok  no  ok  in",
        post="in  no  no  go  --  go  no  go  in"),
    Row("admin-roles",
        get="in  no  no  no  no  ok  ok  ok  in"),
    Row("admin-role", "role", somebody,
        get="in  no  no  no  no  ok  ok  ok  in",
        post="in  no  no  no  no  go  no  go  in"),
    Row("admin-holding", "held",
        get="in  no  no  no  no  ok  no  ok  in",
        post="in  no  no  no  no  go  no  go  in"),
    Row("admin-absences", send=away,
        get="in  no  no  ok  ok  ok  ok  ok  in",
        post="in  no  no  no  no  go  no  go  in"),
    Row("admin-health",
        get="in  no  no  no  no  no  no  ok  in"),
    Row("admin-health-retry",
        get="in  no  no  no  no  no  no  go  in",
        post="in  no  no  no  no  no  no  go  in"),
    Row("admin-health-discard",
        get="in  no  no  no  no  no  no  go  in",
        post="in  no  no  no  no  no  no  go  in"),
    Row("admin-rates", send=A_RATE,
        get="in  no  no  no  no  ok  ok  ok  in",
        post="in  no  no  no  no  no  no  go  in"),
    Row("admin-rates-file", send={"text": "from,to,day,rate\nGBP,EUR,2026-01-05,1.25\n"},
        get="in  no  no  no  no  no  no  ok  in",
        post="in  no  no  no  no  no  no  ok  in"),
    Row("admin-calendars",
        get="in  no  no  no  no  ok  ok  ok  in"),
    Row("admin-calendar", "calendar", {"day": "2031-01-06", "name": "Works outing"},
        get="in  no  no  no  no  ok  ok  ok  in",
        post="in  no  no  no  no  go  no  go  in"),
    Row("admin-holidays", "calendar", {"country": "IE"},
        get="in  no  no  no  no  ok  no  ok  in",
        post="in  no  no  no  no  go  no  go  in"),
    Row("admin-days-file", "calendar",
        get="in  no  no  no  no  ok  no  ok  in",
        post="in  no  no  no  no  bad  no  bad  in"),
    Row("admin-days", "days-taken", {"undo": "1"},
        get="in  no  no  no  no  ok  no  ok  in",
        post="in  no  no  no  no  go  no  go  in"),
    Row("admin-calendar-day", "day-off",
        get="in  no  no  no  no  ok  no  ok  in",
        post="in  no  no  no  no  go  no  go  in"),
]
# fmt: on
