"""Rows of the matrix: cards of roles, what is kept apart, figures of decisions."""

from tests.permissions.asking import Row
from tests.permissions.making import waiver_of
from tests.permissions.matrix_adoption import ADOPTION
from tests.permissions.matrix_improving import IMPROVING
from tests.permissions.matrix_outcomes import OUTCOMES
from tests.permissions.matrix_questions import QUESTIONS
from tests.permissions.matrix_skills import SKILLS
from tests.permissions.world import Stage


def a_wish(stage: Stage) -> dict[str, str]:
    """A waiver somebody asks for by page."""
    return {
        "what": f"{waiver_of(stage).of}:{waiver_of(stage).key}",
        "scope": "",
        "reason": "New.",
        "risk": "Small.",
        "compensation": "We look.",
        "until": waiver_of(stage).expires_at.date().isoformat(),
    }


def a_wish_told(stage: Stage) -> dict[str, str]:
    """The same by program, of one thing alone."""
    row = waiver_of(stage)
    return {
        "of": row.of,
        "key": row.key,
        "scope_kind": "subject",
        "scope_key": "R-1",
        "reason": "New.",
        "risk": "Small.",
        "compensation": "We look.",
        "until": row.expires_at.isoformat(),
    }


# fmt: off
CARDS = [
    *SKILLS,
    *QUESTIONS,
    *IMPROVING,
    Row("role", "role",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("my-roles",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("separation",
        get="in  no  no  no  ok  ok  ok  ok  in"),
    Row("separation-export",
        get="in  no  no  no  ok  ok  ok  ok  in"),
    Row("flow-decisions",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("flow-decisions-list",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("flow-decisions-export",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("api-flow-decisions",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("controls",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("waivers",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("waiver-new", send=a_wish,
        get="in  ok  ok  ok  ok  ok  ok  ok  in",
        post="in  st  st  st  st  st  st  st  in"),
    Row("waiver", "waiver",
        get="in  ok  --  --  ok  ok  ok  ok  in"),
    Row("waiver-end", "waiver", {"reason": "Done."},
        get="in  ok  --  --  no  no  no  ok  in",
        post="in  go  --  --  no  no  no  go  in"),
    Row("api-waivers", send=a_wish_told,
        get="un  ok  ok  ok  ok  ok  ok  ok  ok",
        post="un  ok  ok  ok  ok  ok  ok  ok  no"),
    Row("api-waiver", "waiver",
        get="un  ok  --  --  ok  ok  ok  ok  --"),
    Row("api-waiver-end", "waiver",
        post="un  ok  --  --  no  no  no  ok  no"),
    Row("api-role-card", "role",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    *OUTCOMES,
    *ADOPTION,
]
# fmt: on
