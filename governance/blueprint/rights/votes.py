"""What the votes of a round come to, by the rule under which several decide.

Only votes of those who may decide at this moment count, one for each natural person. Pure.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

APPROVE, DECLINE, REFER_BACK = "approve", "decline", "refer_back"


@dataclass(frozen=True, slots=True)
class Tally:
    """``outcome`` is None while it is open; ``missing`` have not voted, in the order of seats."""

    outcome: str | None
    counted: tuple[str, ...]
    yes: int
    no: int
    missing: tuple[str, ...]


def tally(
    rule: str,
    *,
    quorum: int,
    needed: int,
    deciders: Collection[str],
    ballots: Iterable[tuple[str, str]],
    late: bool = False,
) -> Tally:
    """Count ``ballots``, pairs of (person, choice) in the order they were cast.

    - ``single``: the first that counts is the outcome.
    - ``majority``: ``needed`` yes among at least ``quorum`` votes approve; it fails once so many
      say no that ``needed`` cannot be reached any more.
    - ``unanimity``: everybody says yes; the first no ends it.
    - ``consent``: the first no ends it; it is approved once everybody had their say, or after its
      moment (``late``) once ``quorum`` had.

    What failed is declined or sent back, whichever more of the no votes said; as many of both send
    it back, which is milder. Raises ValueError for another rule.
    """
    seated = frozenset(deciders)
    cast: dict[str, str] = {}
    for person, choice in ballots:
        if person in seated:
            cast.setdefault(person, choice)
    yes = sum(choice == APPROVE for choice in cast.values())
    no = len(cast) - yes
    missing = tuple(person for person in dict.fromkeys(deciders) if person not in cast)
    outcome: str | None = None
    if rule == "single":
        outcome = next(iter(cast.values()), None)
    elif rule == "majority":
        if yes >= needed and len(cast) >= quorum:
            outcome = APPROVE
        elif len(seated) - no < needed:
            outcome = _refused(cast)
    elif rule == "unanimity":
        outcome = _refused(cast) if no else _if(bool(cast) and not missing and yes >= quorum)
    elif rule == "consent":
        done = bool(cast) and len(cast) >= quorum and (late or not missing)
        outcome = _refused(cast) if no else _if(done)
    else:
        raise ValueError(rule)
    return Tally(outcome, tuple(cast), yes, no, missing)


def _if(done: bool) -> str | None:
    return APPROVE if done else None


def _refused(cast: Mapping[str, str]) -> str | None:
    said = list(cast.values())
    if not any(choice != APPROVE for choice in said):
        return None
    return DECLINE if said.count(DECLINE) > said.count(REFER_BACK) else REFER_BACK
