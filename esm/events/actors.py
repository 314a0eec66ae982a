"""Who acts: a person in a role, the system itself, or a program with a service account."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Actor:
    """What the ledger keeps about whoever caused an event.

    ``ref`` is stable ("P-17", "system:sweep", "svc:<key>"). ``role``, ``team`` and ``department``
    are keys and say in which capacity; ``role_name`` is what people read.
    """

    kind: Literal["person", "system", "service"]
    ref: str
    person_id: int | None = None
    user_id: int | None = None
    role: str = ""
    role_name: str = ""
    team: str = ""
    department: str = ""
    on_behalf_of: str = ""


SYSTEM = Actor(kind="system", ref="system")
