"""How far open pages about work have come: one narrow query each."""

import hashlib
from typing import Any

from django.db.models import Count, Subquery, Sum

from esm.common.errors import NotFound
from esm.common.live import Pulse, highest
from governance.selectors import people
from workflows.models import StageVisit
from workflows.selectors import history, queue, requests

# Changes further down a queue do not concern the page that is open.
ROWS = 200


def request_pulse(user: Any, name: str, seen: str) -> Pulse | None:
    """A request has come as far as the history that the viewer hears of."""
    digits = name.removeprefix("R-")
    if not name.startswith("R-") or not (
        digits.isascii() and digits.isdigit() and len(digits) < 10
    ):
        return None
    rows = requests.checked_for(user).select_related("offering")
    found = rows.filter(number=int(digits)).first()
    return None if found is None else Pulse(str(history.last_heard(user, found)))


def mine_pulse(user: Any, name: str, seen: str) -> Pulse | None:
    """One's open requests together."""
    rows = requests.asked_by(user).filter(is_open=True).order_by()
    rows = rows.annotate(heard=Subquery(history.heard_by_askers()))
    found: dict[str, Any] = rows.aggregate(n=Count("pk"), steps=Sum("heard"))
    return Pulse(f"{found['n']}.{found['steps'] or 0}")


def queue_pulse(user: Any, name: str, seen: str) -> Pulse | None:
    """A team's live visits that the viewer sees; what is new are visits that came since."""
    try:
        team = queue.team_for(user, name)
    except NotFound:
        return None
    rows = StageVisit.objects.filter(
        team=team,
        state__in=StageVisit.LIVE,
        request__in=requests.checked_for(user).filter(is_open=True),
    )
    # Who only looks on does not hear of the notes of the team.
    works = team.pk in people.facts_for(user).teams
    came = "request__chain_seq" if works else "queue_due"
    found = list(rows.order_by("-pk").values_list("pk", "state", "holder_id", came)[:ROWS])
    top = found[0][0] if found else 0
    digest = hashlib.sha256(repr(found).encode()).hexdigest()[:16]
    since = highest(seen)
    fresh = sum(row[0] > since for row in found) if seen else 0
    return Pulse(f"{top}.{digest}", fresh)
