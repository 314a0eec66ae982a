"""Names that columns of event logs go by, role by role, the surest first."""

import re

ROLES = ("case", "activity", "timestamp", "start_timestamp", "group", "resource")

# Written without case and punctuation: «case:concept:name» is "case concept name". The order is a
# ranking: of two columns the one named earlier is taken.
NAMES: dict[str, tuple[str, ...]] = {
    "case": (
        "case id", "caseid", "case concept name", "case", "number", "incident number",
        "incident id", "incident", "ticket number", "ticket id", "ticket", "request number",
        "request id", "task number", "trace id", "trace", "case number", "case key", "issue key",
        "issue id", "order number", "order id", "sr number", "process instance id", "id", "key",
    ),
    "activity": (
        "activity", "concept name", "activity name", "incident state", "state", "event",
        "event name", "activity id", "task name", "step", "stage", "status", "new state",
        "new status", "action", "operation", "task",
    ),
    "timestamp": (
        "sys updated at", "sys updated on", "time timestamp", "complete timestamp",
        "completion timestamp", "end timestamp", "timestamp", "updated", "updated at",
        "updated on", "last updated", "event time", "event timestamp", "end time", "completed at",
        "finish time", "finished at", "changed at", "changed on", "changed", "modified",
        "modified on", "date time", "datetime", "time", "date", "created", "created at",
        "created on",
    ),
    "start_timestamp": (
        "start timestamp", "start time", "started at", "started", "time start", "begin time",
        "start", "actual start", "work start",
    ),
    "group": (
        "assignment group", "org group", "group", "assigned group", "assigned team", "team",
        "department", "support group", "owner group", "organizational unit",
        "organisational unit", "org unit", "queue",
    ),
    "resource": (
        "assigned to", "org resource", "resource", "assignee", "user", "agent", "performer",
        "owner", "sys updated by", "updated by",
    ),
}  # fmt: skip
_RANKS = {
    role: {name: 1 - 0.4 * at / len(names) for at, name in enumerate(names)}
    for role, names in NAMES.items()
}


def plain(name: str) -> str:
    """Lower case, words apart, nothing else: ``sysUpdatedAt``, ``sys_updated_at`` are one."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[^0-9a-zA-Z]+", " ", spaced).lower().split())


def name_score(role: str, name: str) -> float:
    """How surely a column name means a role: 1 to 0.6 for a known name, 0.35 for a known name
    after a prefix, 0 else."""
    words = plain(name)
    ranks = _RANKS[role]
    if words in ranks:
        return ranks[words]
    return max((0.35 for known in ranks if " " in known and words.endswith(" " + known)), default=0)
