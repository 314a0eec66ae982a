"""Rows of the matrix: the same of people, teams, roles, absences and calendars over REST."""

from esm.common import clock
from esm.events.models import Delivery
from tests.permissions.asking import Row
from tests.permissions.matrix_admin import A_PERSON, A_RATE
from tests.permissions.world import Stage

FAR, LATER = "2031-01-06T00:00:00Z", "2031-01-10T00:00:00Z"


def somebody(stage: Stage) -> dict[str, str]:
    """Somebody who is put in a team or given a role, far ahead."""
    return {"person": stage.world.person(stage.world.journey["persona"]).key, "since": FAR}


def a_part(stage: Stage) -> dict[str, str]:
    """What only the decider holds, for when they are away far ahead."""
    row = stage.delegation
    return {
        "of": row.of,
        "key": row.key,
        "delegate": row.delegate.key,
        "since": FAR,
        "until": LATER,
    }


def a_stuck_one(stage: Stage) -> dict[str, list[str]]:
    """An effect that was given up."""
    row = Delivery.objects.create(
        consumer="workflows.tell",
        queue="outbox",
        state="dead",
        due_at=clock.now(),
        error="A: trial",
    )
    return {"effects": [f"d{row.pk}"]}


# fmt: off
ADMIN_API = [
    Row("api-people", send=A_PERSON,
        get="un  no  no  ok  ok  ok  ok  ok  no",
        post="un  no  no  no  no  ok  no  ok  no"),
    Row("api-people-file", send={"content": "name,mail\nAda,ada@x.example\n"},
        post="un  no  no  no  no  ok  no  ok  no"),
    Row("api-person", "colleague", {"zone": "Asia/Tokyo"},
        get="un  --  --  ok  --  ok  ok  ok  no",
        patch="un  --  --  ok  --  ok  no  ok  no"),
    Row("api-person-in-hand", "colleague",
        get="un  --  --  ok  --  ok  ok  ok  no"),
    Row("api-person-leave", "colleague",
        post="un  --  --  no  --  ok  no  ok  no"),
    Row("api-person-back", "gone",
        post="un  --  --  --  --  ok  no  ok  no"),
    Row("api-accounts", "colleague", {"username": "ada"},
        post="un  --  --  no  --  no  no  ok  no"),
    Row("api-account", "account-number", {"active": False},
        patch="un  --  --  no  --  no  no  ok  no",
        delete="un  --  --  no  --  no  no  ok  no"),
    Row("api-password", "account-number",
        post="un  --  --  no  --  no  no  ok  no"),
    Row("api-teams",
        get="un  no  no  ok  ok  ok  ok  ok  no"),
    Row("api-members", "their-team", somebody,
        get="un  --  --  ok  --  ok  ok  ok  no",
        post="un  --  --  ok  --  ok  no  ok  no"),
    Row("api-membership", "member-number", {"until": LATER},
        get="un  --  --  ok  --  ok  ok  ok  no",
        patch="un  --  --  no  --  ok  no  ok  no",
        delete="un  --  --  ok  --  ok  no  ok  no"),
    Row("api-roles",
        get="un  no  no  no  no  ok  ok  ok  no"),
    Row("api-holders", "role", somebody,
        get="un  no  no  no  no  ok  ok  ok  no",
        post="un  no  no  no  no  ok  no  ok  no"),
    Row("api-holding", "held-number",
        get="un  no  no  no  no  ok  ok  ok  no",
        patch="un  no  no  no  no  ok  no  ok  no"),
    Row("api-delegations", send=a_part,
        get="un  ok  ok  ok  ok  ok  ok  ok  ok",
        post="un  bad bad bad ok  bad bad bad no"),
    Row("api-delegation", "delegation-number",
        get="un  ok  --  --  ok  ok  ok  ok  --"),
    Row("api-delegation-accept", "delegation-number",
        post="un  ok  --  --  no  no  no  no  no"),
    Row("api-delegation-decline", "delegation-number",
        post="un  ok  --  --  no  no  no  no  no"),
    Row("api-delegation-end", "delegation-number",
        post="un  ok  --  --  ok  no  no  ok  no"),
    Row("api-absences", send={"since": FAR, "until": LATER},
        get="un  ok  ok  ok  ok  ok  ok  ok  ok",
        post="un  ok  ok  ok  ok  ok  ok  ok  no"),
    Row("api-absence", "absence-number",
        get="un  --  --  ok  --  ok  ok  ok  --",
        patch="un  --  --  ok  --  ok  no  ok  --"),
    Row("api-rates", send=A_RATE,
        get="un  no  no  no  no  ok  ok  ok  no",
        post="un  no  no  no  no  no  no  ok  no"),
    Row("api-calendars",
        get="un  no  no  no  no  ok  ok  ok  no"),
    Row("api-days", "calendar",
        get="un  no  no  no  no  ok  ok  ok  no"),
    Row("api-effects",
        get="un  no  no  no  no  no  no  ok  no"),
    Row("api-effects-retry", send=a_stuck_one,
        post="un  no  no  no  no  no  no  ok  no"),
    Row("api-effects-discard", send=lambda stage: {**a_stuck_one(stage), "reason": "A trial."},
        post="un  no  no  no  no  no  no  ok  no"),
    Row("api-day", "day-off", {"name": "Works outing"},
        put="un  no  no  no  no  ok  no  ok  no",
        delete="un  no  no  no  no  ok  no  ok  no"),
    Row("api-calendar-imports", "calendar", {"country": "IE", "years": [2031]},
        get="un  no  no  no  no  ok  ok  ok  no",
        post="un  no  no  no  no  ok  no  ok  no"),
    Row("api-calendar-import", "days-taken-number",
        delete="un  no  no  no  no  ok  no  ok  no"),
]
# fmt: on
