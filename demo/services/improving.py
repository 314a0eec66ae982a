"""What owners of streams were shown of problems, and what people of the demo make of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from esm.accounts.models import User
from governance.blueprint.serialise import read_yaml
from governance.models import Person
from governance.selectors import people
from valueflow.selectors import problems
from valueflow.selectors.scope import parse
from valueflow.services import improvements
from valueflow.services.attribute import attribute_waits
from valueflow.services.stream_problems import keep_problems

FILE = "improving.yaml"
# Owners were shown the problems so long ago that their time to answer is over.
SHOWN_BEFORE = timedelta(days=12)


def fill(directory: Path, end: datetime, go: Callable[[datetime], None]) -> None:
    """Tell why all waited, show the owners what was found, and raise what the file names.

    ``go`` sets the clock; at the end it stands where it stood.
    """
    attribute_waits(weeks=None)
    go(end - SHOWN_BEFORE)
    keep_problems()
    go(end)
    path = directory / FILE
    if path.exists():
        content: Any = read_yaml(path.read_bytes())[0]
        for row in content:
            _raise(row)


def _raise(row: dict[str, Any]) -> None:
    """One opportunity from the first problem of a kind in a stream, as far as it went."""
    scope = parse({"stream": row["stream"]})
    found = next(iter(problems.find(scope).only(kind=row["kind"])), None)
    if found is None:
        return
    user = User.objects.get(username=row["by"])
    person = people.person_for(user)
    assert person is not None
    made = improvements.raise_from_problem(person, found, scope, actor=people.actor_for(user))
    if "judged" not in row:
        return
    said = dict(row["judged"])
    actor = people.actor_for(User.objects.get(username=said.pop("by")))
    owner = Person.objects.get(users__username=said.pop("owner"))
    days = Decimal(str(said.pop("days")))
    made = improvements.judge(
        made, improvements.Judgement(days=days, owner=owner, **said), actor=actor
    )
    if row.get("accepted"):
        improvements.accept(made, actor=actor)
