"""Whether an objection holds: computed from the answers to five questions, never chosen."""

from dataclasses import dataclass

# Each answer that is no, and why the objection does not hold then.
MISSING = (
    ("harm", "adopting it would cause no concrete harm and no step back"),
    ("caused", "what it names is so already and not caused by this change"),
    ("known_now", "it rests on a guess, so it is safe to try and to look again"),
    ("own_role", "it touches no role of whoever objects"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Answers to the five questions, in the order they are asked."""

    harm: bool
    caused: bool
    known_now: bool
    own_role: bool
    breaks_rule: bool


def judged(tested: Answered) -> tuple[bool, str]:
    """Whether it is valid, and the sentence that says why."""
    if tested.breaks_rule:
        return True, "Valid: the version would break a rule."
    missing = [why for name, why in MISSING if not getattr(tested, name)]
    if missing:
        return False, f"Not valid: {'; '.join(missing)}; and no rule is broken."
    return True, "Valid: it would do harm that this change causes, known now, to a role they hold."
