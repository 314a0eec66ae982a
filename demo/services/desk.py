"""What people of the demo keep for daily use: written by the same services as by themselves."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from catalog.models import Offering
from catalog.services import articles
from catalog.services.templates import save_template
from esm.accounts.models import User
from esm.events.actors import Actor
from governance.blueprint.serialise import read_yaml
from governance.models import Team
from governance.selectors import people
from workflows.services import off_model
from workflows.services.replies import save_reply
from workflows.services.saved_views import save_view

FILE = "desk.yaml"


def fill(directory: Path) -> None:
    """Write what the file holds; nothing for an organisation without one."""
    path = directory / FILE
    if not path.exists():
        return
    content: Any = read_yaml(path.read_bytes())[0]
    for row in content.get("replies", ()):
        actor = _actor(row.pop("by"))
        save_reply(**row, actor=actor)
    for row in content.get("articles", ()):
        _article(row)
    for row in content.get("views", ()):
        actor, queue = _actor(row.pop("by")), Team.objects.get(key=row.pop("queue"))
        save_view(**row, queue=queue, actor=actor)

    for row in content.get("templates", ()):
        user = User.objects.get(username=row.pop("by"))
        offering = Offering.objects.get(key=row.pop("offering"))
        save_template(offering, **row, user=user, actor=people.actor_for(user))
    for row in content.get("off_model", ()):
        actor, team = _actor(row.pop("by")), Team.objects.get(key=row.pop("team"))
        day = off_model.today_of(team) - timedelta(days=row.pop("days_ago"))
        off_model.log_work(team, entry=off_model.Entry(day=day, **row), actor=actor)


def _article(row: dict[str, Any]) -> None:
    """An article of the team it names; published unless it says otherwise."""
    actor, team = _actor(row.pop("by")), Team.objects.get(key=row.pop("team"))
    publish = row.pop("publish", True)
    made = articles.start_article(articles.Written(**row), team=team, actor=actor)
    if publish:
        articles.publish_article(made.pk, actor=actor)


def _actor(username: str) -> Actor:
    return people.actor_for(User.objects.get(username=username))
