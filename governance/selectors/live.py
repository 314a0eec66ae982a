"""How far the page of decisions has come for who asks: one query."""

from typing import Any

from django.db.models import Count, Max, Q

from esm.common.live import Pulse, highest
from governance.models import Decision
from governance.selectors.people import person_for
from governance.selectors.voting import waits_for


def decisions_pulse(user: Any, name: str, seen: str) -> Pulse:
    """Decisions that wait for the viewer; what is new came since."""
    person = person_for(user)
    rows = Decision.objects.filter(waits_for(person.pk if person else 0), state="open")
    found: dict[str, Any] = rows.aggregate(
        n=Count("pk"), top=Max("pk"), fresh=Count("pk", filter=Q(pk__gt=highest(seen)))
    )
    return Pulse(f"{found['top'] or 0}.{found['n']}", found["fresh"] if seen else 0)
