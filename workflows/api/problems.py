"""Problem codes that running work adds."""

from esm.common.api.explained import Explained

PROBLEMS = (
    Explained(
        "not-safe",
        400,
        "This request cannot follow the version in force as it is.",
        "`reasons` says why, each in a sentence. Send `mapping` with the step at which work goes on"
        " where its step is gone; what cannot be mapped ends under the version it began under.",
    ),
    Explained(
        "source-keep",
        403,
        "Only administrators say whose messages become requests.",
        "Ask an administrator.",
    ),
    Explained(
        "comment-change",
        403,
        "The message is somebody else's.",
        "Only who wrote a message changes it or takes it back.",
    ),
    Explained(
        "criteria-missing",
        400,
        "The next team cannot start yet: criteria that both teams agreed on do not hold.",
        "`missing` lists them by key. Bring what is missing, or give `override` where the"
        " agreement allows it.",
    ),
    Explained(
        "checklist-open",
        400,
        "The step cannot be finished yet: items of its checklist that must be done are open.",
        "`missing` lists them by key. Tick them when they are done.",
    ),
    Explained(
        "wip-limit",
        400,
        "The team has as much in hand as it agreed on.",
        "`limit` and `in_hand` are told. Finish or put back something first, or say in `over_limit`"
        " why this cannot wait; the reason is recorded.",
    ),
    Explained(
        "file-kept",
        403,
        "The file stays: the request ended, a decision rests on it, or it answers a question of"
        " the form.",
        "Replace it by another one, or add one while the request is open.",
    ),
    Explained(
        "file-blocked",
        403,
        "The scanner found something harmful in this file, so nobody gets it.",
        "Add a clean one.",
    ),
    Explained(
        "file-held",
        409,
        "The file waits for the scanner, and nobody gets it before.",
        "Ask again in a minute.",
    ),
    Explained(
        "file-quota",
        413,
        "The request holds as many or as large files as it may.",
        "Take one out, or replace one.",
    ),
    Explained(
        "no-room",
        400,
        "There is no room to keep the file at this moment.",
        "Try again later; an administrator sees it too.",
    ),
)
