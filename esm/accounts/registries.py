"""How accounts are described to visitors: known by the app above, registered in its ``apps.py``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from esm.common.errors import NotAllowed, Retired, ServiceError


@dataclass(frozen=True, slots=True)
class Persona:
    """An account as the demo's sign-in page offers it; ``slot`` is the colour of the avatar."""

    key: str
    name: str
    role: str = ""
    slot: str = "n"
    does: str = ""
    order: int = 0


Describe = Callable[[Sequence[int]], Mapping[int, Persona]]


@dataclass(frozen=True, slots=True)
class Leave:
    """What a program may do now: ``idle`` says why nothing, with a stable code.

    ``scopes`` are those its tokens are narrowed to; None where nobody said. ``retired``: the model
    ended the role it acts in; ``version`` is the one in force.
    """

    idle: str = ""
    code: str = ""
    scopes: frozenset[str] | None = None
    retired: bool = False
    version: str = ""

    def refusal(self) -> ServiceError:
        """What an idle program is answered."""
        if self.retired:
            in_force = {"version": self.version or None}
            return Retired(self.idle, code=self.code, in_force=in_force)
        return NotAllowed(self.idle, code=self.code)


# What the program behind an account (by its id) may do now.
LeaveOf = Callable[[int], Leave]

_describe: list[Describe] = []
_leave_of: list[LeaveOf] = []


def register_personas(describe: Describe) -> None:
    """``describe`` gives a Persona per id of an account; a later registration replaces this one."""
    _describe[:] = [describe]


def register_programs(leave_of: LeaveOf) -> None:
    """Who knows what programs may do; a later registration replaces this one."""
    _leave_of[:] = [leave_of]


def leave_of(user_id: int) -> Leave:
    """What the program behind an account may do at this moment."""
    return _leave_of[0](user_id) if _leave_of else Leave()


def describe(user_ids: Sequence[int]) -> Mapping[int, Persona]:
    """Descriptions of the accounts that are known, by account id."""
    return _describe[0](user_ids) if _describe else {}
