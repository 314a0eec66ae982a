"""Problem codes in words; each app writes down those it adds in its ``api/problems.py``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Explained:
    """One stable code: its status, what happened, and what to do about it."""

    code: str
    status: int
    what: str
    mend: str


COMMON = (
    Explained(
        "malformed",
        400,
        "The body is not JSON that can be read one way only: cut off, nested too deep, a name"
        " written twice, NaN, or a character that cannot be stored.",
        "Send UTF-8 JSON; the sentence says what could not be read.",
    ),
    Explained(
        "invalid",
        400,
        "Some fields or parameters cannot be used, or nobody knows them.",
        "`errors` names each by JSON Pointer into the body, or by the parameter's name.",
    ),
    Explained(
        "refused",
        400,
        "What was asked for cannot be done.",
        "The sentence says why.",
    ),
    Explained(
        "not-signed-in",
        401,
        "Nobody is signed in.",
        "Send a token as `Authorization: Bearer …`, or sign in and use the session.",
    ),
    Explained(
        "token-refused",
        401,
        "The token is unknown, has ended, was revoked, or its account is closed.",
        "Make a new token.",
    ),
    Explained(
        "not-allowed",
        403,
        "You can see it, but you may not do this; or the token was not made for it.",
        "The sentence names the missing right or scope.",
    ),
    Explained(
        "not-found",
        404,
        "There is nothing here that you can see. What is hidden and what does not exist answer"
        " alike, so that nothing is given away.",
        "Check the key or number, and whether you should see it.",
    ),
    Explained(
        "method-not-allowed",
        405,
        "This address does not take this method.",
        "`Allow` in the answer lists those it takes.",
    ),
    Explained(
        "wrong-state",
        409,
        "It is in a state in which this is not possible.",
        "`allowed` lists the commands that are possible now.",
    ),
    Explained(
        "conflict",
        409,
        "Somebody else changed it meanwhile.",
        "Read it again, then decide whether you still want this.",
    ),
    Explained(
        "retired",
        409,
        "What is asked for was ended by the model: it is no definition in force.",
        "`in_force` names the version in force and, where there are some, the offerings of the same"
        " service that you may ask for now.",
    ),
    Explained(
        "stale",
        412,
        "It changed since you read it: `If-Match` names another ETag than it has now.",
        "Read it again, then send what you still want with the ETag of now, which is in `current`.",
    ),
    Explained(
        "if-match-required",
        428,
        "This change would overwrite whatever somebody else did meanwhile.",
        "Send the ETag with which you read it as `If-Match`; `*` overwrites on purpose.",
    ),
    Explained(
        "too-large",
        413,
        "The body, a file or a form is larger than what is taken.",
        "JSON takes 2 MB, a file 20 MB.",
    ),
    Explained(
        "unsupported-media-type",
        415,
        "The body has a type that this address does not read.",
        "Send application/json, or multipart/form-data where files are taken.",
    ),
    Explained(
        "in-flight",
        409,
        "The same call with the same `Idempotency-Key` is in work at this moment.",
        "Wait for the seconds in `Retry-After`, then send the same again with the same key.",
    ),
    Explained(
        "answer-not-kept",
        409,
        "What was sent with this `Idempotency-Key` was done; its answer held a secret, which is"
        " shown once and kept nowhere.",
        "If the answer was lost, end what was made and make a new one with a new key.",
    ),
    Explained(
        "answer-erased",
        409,
        "What was sent with this `Idempotency-Key` was done; private text of what it is about was"
        " erased since, and the kept answer with it.",
        "Read the thing itself; `location` is its address where the call made one.",
    ),
    Explained(
        "key-reused",
        422,
        "This `Idempotency-Key` was used for another address or body in the last seven days.",
        "Use a new key for each thing you want done, the same one only to send the same again.",
    ),
    Explained(
        "throttled",
        429,
        "Too many calls in a short time.",
        "Wait for the seconds in `Retry-After`.",
    ),
    Explained(
        "unavailable",
        503,
        "The portal cannot reach its data at this moment.",
        "Wait for the seconds in `Retry-After`. A call that changes something was done whole or"
        " not at all: look which, or send it again with the same idempotency key.",
    ),
    Explained(
        "busy",
        503,
        "Somebody else is changing the same thing at this moment; nothing of the call was done.",
        "Wait for the seconds in `Retry-After`, then send the same again, with the same idempotency"
        " key if it had one.",
    ),
    Explained(
        "took-too-long",
        503,
        "Finding or writing this took longer than a call may take, so it was stopped; nothing of"
        " it was done.",
        "Ask for less at once (`limit`, filters, a shorter time). Or wait for the seconds in"
        " `Retry-After` and send the same again, with the same idempotency key if it had one.",
    ),
)
