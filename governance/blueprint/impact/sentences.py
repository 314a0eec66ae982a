"""What an effect is in one plain sentence: «You no longer …», «You newly …», «… instead of …».

``{what}``, ``{value}`` are those of the side that has it; a change names both values. What is said
to a team begins with «In your team».
"""

from typing import NamedTuple

from governance.blueprint.impact.effects import Effect, Said

NOBODY_ASKED = "nobody has to be asked"


class Pattern(NamedTuple):
    """The verb of a topic: for you, for your team, and the whole sentence where it changes.

    ``does`` is what somebody else does instead; "" where nobody is named.
    """

    verb: str
    does: str = ""
    changed: str = ""


def _attribute(words: str) -> Pattern:
    return Pattern("", "", words)


_NOW = "{now} instead of {was}"
PATTERNS: dict[str, Pattern] = {
    "role": Pattern("hold a role “{what}”"),
    "role.name": _attribute("Your role is now called “{now}” instead of “{was}”."),
    "role.purpose": _attribute("Your role “{what}” is now there for: {now}. Before: {was}."),
    "role.focus": _attribute(f"Your role “{{what}}” is now held for {_NOW}."),
    "role.department": _attribute(f"Your role “{{what}}” now belongs to {_NOW}."),
    "accountability": Pattern("answer for: {what}", "answers"),
    "domain": Pattern("alone may change: {what}", "may"),
    "skill": Pattern(
        "need “{what}” at {value}", "", f"You need “{{what}}” now at {_NOW}."
    ),
    "accountable": Pattern("answer for the step “{what}”", "does"),
    "responsible": Pattern("work on the step “{what}”", "does"),
    "consulted": Pattern("are asked for your view at the step “{what}”", "is"),
    "informed": Pattern("are told when the step “{what}” is done", "is"),
    "works": Pattern("do the step “{what}”", "does"),
    "step.name": _attribute("The step “{was}” is now called “{now}”."),
    "step.when": _attribute("“{what}” is now needed for: {now}. Before: {was}."),
    "step.complete": _attribute(f"“{{what}}” is now to be finished within: {_NOW}."),
    "step.whole": _attribute(f"“{{what}}” may now take from its beginning to its end: {_NOW}."),
    "step.days": _attribute(f"“{{what}}” is now done on: {_NOW}."),
    "step.how": _attribute("How “{what}” is done is described anew: {now}. Before: {was}."),
    "step.output": _attribute("What comes out of “{what}” is now: {now}. Before: {was}."),
    "step.decision": _attribute(f"What is decided at “{{what}}” is now: {_NOW}."),
    "step.team": _attribute(f"“{{what}}” is now done by {_NOW}."),
    "step.waits": _attribute(f"“{{what}}” now waits for: {_NOW}."),
    "step.check": Pattern(
        "tick off “{what}”", "", "What you tick off is now “{now}” instead of “{was}”."
    ),
    "system": Pattern(
        "work with {what} at: {value}", "", f"You work with {{what}} now at: {_NOW}."
    ),
    "gives": Pattern(
        "hand over to {what} by an agreement", "", f"You hand over by this agreement to {_NOW}."
    ),
    "receives": Pattern(
        "take over from {what} by an agreement", "", f"You take over by this agreement from {_NOW}."
    ),
    "gives.respond": _attribute(f"{{what}} accepts what you hand over within {_NOW}."),
    "gives.complete": _attribute(f"{{what}} finishes what you hand over within {_NOW}."),
    "gives.clarify": _attribute(f"You answer questions of {{what}} within {_NOW}."),
    "gives.accepted": _attribute(f"{{what}} accepts what you hand over {_NOW}."),
    "gives.override": _attribute(f"You may hand over to {{what}} incomplete: {_NOW}."),
    "gives.criterion": Pattern(
        "have to see to it before you hand over to {what}: {value}", "",
        "Before you hand over to {what} this has to hold: {now}. Before: {was}.",
    ),
    "gives.reason": Pattern(
        "may get work back because: {what}", "", "You may get work back because: {now}; was: {was}."
    ),
    "receives.respond": _attribute(f"You accept what comes from {{what}} within {_NOW}."),
    "receives.complete": _attribute(f"You finish what comes from {{what}} within {_NOW}."),
    "receives.clarify": _attribute(f"{{what}} answers your questions within {_NOW}."),
    "receives.accepted": _attribute(f"What comes from {{what}} is accepted {_NOW}."),
    "receives.override": _attribute(f"{{what}} may hand over incomplete: {_NOW}."),
    "receives.criterion": Pattern(
        "can count on it when work comes from {what}: {value}", "",
        "When work comes from {what} this has to hold: {now}. Before: {was}.",
    ),
    "receives.reason": Pattern(
        "may give work back because: {what}", "",
        "You may give work back because: {now}; was: {was}.",
    ),
    "agreement.escalation": Pattern("hear when a handoff stands still: {what}", "does"),
    "agreement.consulted": Pattern("are asked before a handoff changes: {what}", "is"),
    "agreement.informed": Pattern("are told of handoffs: {what}", "is"),
    "agreement.signs": Pattern("sign the agreement {what}", "does"),
    "late": Pattern("hear when {what} runs late", "does"),
    "heads": Pattern("head the department {what}", "does"),
    "department.name": _attribute("Your department is now called {now} instead of {was}."),
    "department.head": _attribute(f"Your department {{what}} is now headed by {_NOW}."),
    "department.parent": _attribute(f"Your department {{what}} is now part of {_NOW}."),
    "team": Pattern("are there as the team {what}"),
    "leads": Pattern("lead the team {what}", "does"),
    "team.name": _attribute("Your team is now called {now} instead of {was}."),
    "team.department": _attribute(f"Your team {{what}} now belongs to {_NOW}."),
    "team.lead": _attribute(f"Your team {{what}} is now led by {_NOW}."),
    "team.site": _attribute(f"Your team {{what}} now sits at {_NOW}."),
    "team.hours": _attribute(f"Your team {{what}} now works {_NOW}."),
    "team.limit": _attribute("Your team {what} now has {now} pieces of work at once instead of "
                             "{was}."),
    "team.sessions": _attribute(f"Working time in your team {{what}} is now {_NOW}."),
    "seat": Pattern("sit in {what}", "does"),
    "chairs": Pattern("chair {what}", "does"),
    "seat.rule": _attribute(f"{{what}} now decides by: {_NOW}."),
    "seat.quorum": _attribute(f"In {{what}} have to take part at least: {_NOW}."),
    "seat.rhythm": _attribute(f"{{what}} now meets: {_NOW}."),
    "decide": Pattern("decide {what}", "does"),
    "recommend": Pattern("recommend on {what}", "does"),
    "agree": Pattern("have to agree to {what}", "has to"),
    "input": Pattern("give advice on {what}", "does"),
    "perform": Pattern("carry out {what}", "does"),
    "decide.when": _attribute(f"You decide {{what}} now: {_NOW}."),
    "recommend.when": _attribute(f"You recommend on {{what}} now: {_NOW}."),
    "agree.when": _attribute(f"You have to agree to {{what}} now: {_NOW}."),
    "input.when": _attribute(f"You give advice on {{what}} now: {_NOW}."),
    "perform.when": _attribute(f"You carry out {{what}} now: {_NOW}."),
    "decide.with": _attribute("Beside you at {what}: now {now}. Before: {was}."),
    "decide.within": _attribute(f"You decide {{what}} now within {_NOW}."),
    "decide.how": _attribute(f"You decide {{what}} now {_NOW}."),
    "fallback": Pattern("decide {what} when nobody else can", "does"),
    "last_resort": Pattern("decide for the {what} what nobody else can", "does"),
    "owns": Pattern("own the {what}", "does"),
    "sponsors": Pattern("sponsor the {what}", "does"),
    "asked": Pattern("are asked for your view on the {what}", "is"),
    "told": Pattern("are told when the {what} is done", "is"),
    "realises": Pattern("see to it that the {what} comes true", "does"),
    "held.promise": _attribute(f"The promise of your {{what}} is now {_NOW}."),
    "held.baseline": _attribute(f"Your {{what}} is now counted from {_NOW}."),
    "held.target": _attribute(f"The target of your {{what}} is now {_NOW}."),
    "held.due": _attribute(f"Your {{what}} is now due {_NOW}."),
    "apart": Pattern("may not {what}", "", "What you may not do is now: {now}. Before: {was}."),
    "control": Pattern(
        "are held to: {what} ({value})", "", "You are held to “{what}”: now {now}. Before: {was}."
    ),
}  # fmt: skip
_PAST = {
    "does": "did", "is": "was", "has to": "had to", "may": "might", "answers": "did",
}  # fmt: skip
_MANY = {"does": "do", "is": "are", "has to": "have to", "may": "may", "answers": "do"}
_MANY_PAST = {"did": "did", "was": "were", "had to": "had to", "might": "might"}


def sentence(effect: Effect) -> str:
    """The effect as its receiver reads it."""
    pattern = PATTERNS[effect.topic]
    if effect.sort == "changed":
        return _changed(effect, pattern)
    lost = effect.sort == "lost"
    side, other = (effect.before, effect.after) if lost else (effect.after, effect.before)
    if not pattern.verb:
        return _one_sided(effect, pattern)
    subject = "In your team you" if effect.receiver.kind == "team" else "You"
    verb = pattern.verb.format(what=side.what, value=side.value)
    said = f"{subject} {'no longer' if lost else 'newly'} {verb}"
    return f"{said}{_instead(effect.topic, other, pattern, lost)}."


def _instead(topic: str, other: Said, pattern: Pattern, lost: bool) -> str:
    when = "from then on" if lost else "until now"
    if not other.who and topic == "decide":
        return f"; {when} nobody {'does' if lost else 'did'}"
    if not other.who or not pattern.does:
        return ""
    if other.who == NOBODY_ASKED:
        return f"; {when} {NOBODY_ASKED if lost else 'nobody had to be asked'}"
    many = " and " in other.who
    does = _MANY[pattern.does] if many else pattern.does
    if not lost:
        past = _PAST[pattern.does]
        does = _MANY_PAST[past] if many else past
    return f"; {when} {other.who} {does}"


def _changed(effect: Effect, pattern: Pattern) -> str:
    what = effect.after.what
    found = (pattern.changed or "{what} is now {now} instead of {was}.").format(
        what=what, now=effect.after.value or what, was=effect.before.value or effect.before.what
    )
    if effect.receiver.kind == "team" and found.startswith("You "):
        return f"In your team you{found[3:]}"
    return f"{found[:1].upper()}{found[1:]}"


def _one_sided(effect: Effect, pattern: Pattern) -> str:
    """Something that holds of a thing in one of the models only."""
    side = effect.after if effect.sort == "gained" else effect.before
    now, was = effect.after.value or "nothing", effect.before.value or "nothing"
    return pattern.changed.format(what=side.what, now=now, was=was)


def title(effect: Effect) -> str:
    """What it is about in a few words, as a heading."""
    side = effect.before if effect.sort == "lost" else effect.after
    return side.what
