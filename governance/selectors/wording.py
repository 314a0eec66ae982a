"""Names of the model's fields as people say them; no field name is shown on a page."""

import re

WORDS: dict[str, str] = {
    "accept_mode": "accepted",
    "accountable_role": "accountable",
    "allow_override": "may be handed over incomplete",
    "amount_field": "amount is asked as",
    "annual_cost": "cost a year",
    "audience": "offered to",
    "clarify_s": "answers questions within",
    "complete_s": "completed within",
    "day_s": "length of a day",
    "decision_type": "decision",
    "default_calendar": "usual calendar",
    "escalate_to": "told when late",
    "escalation_role": "told when it stands still",
    "est_touch_s": "estimated work",
    "fallback_role": "else decides",
    "flows": "ways",
    "giver_team": "hands over",
    "head_role": "headed by",
    "latency_s": "decided within",
    "lead_role": "led by",
    "max": "below",
    "min": "from",
    "min_holders": "held by at least",
    "owner_role": "owner",
    "promise_s": "promise",
    "receiver_team": "receives",
    "requester_excluded": "whoever asks never decides",
    "respond_s": "accepted within",
    "responsible_roles": "does the work",
    "signed_by": "signed by",
    "split_days": "days that are added up",
    "title_field": "title is asked as",
    "we_need": "what we need",
    "when": "needed when",
    "wip_limit": "limit of work",
    "you_get": "what you get",
}
_STEP = re.compile(r"([A-Za-z_]+)|\[([^\]]*)\]|( order)$")


def label(name: str) -> str:
    """A field's name as people say it."""
    if name in WORDS:
        return WORDS[name]
    plain = name.removesuffix("_s") if name.endswith("_s") else name
    return plain.removesuffix("_role").replace("_", " ")


def path_words(path: str) -> str:
    """``stages[bake].complete_s`` becomes «stages · bake · completed within»."""
    words: list[str] = []
    for name, key, order in _STEP.findall(path):
        if order or name == "order":
            words.append("order")
        elif key:
            words.append(key)
        elif name:
            words.append(label(name))
    return " · ".join(words)


def first_upper(text: str) -> str:
    """«Completed within»."""
    return f"{text[:1].upper()}{text[1:]}"
