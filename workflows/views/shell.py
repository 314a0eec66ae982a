"""What the shell shows about work: entries of the rail, who is looking, which version runs."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from esm.common import nav
from governance.models import Person
from governance.selectors import people, versions
from workflows.selectors import queue


def _person(request: HttpRequest) -> Person | None:
    return people.person_for(request.user) if request.user.is_authenticated else None


def _queue_url(request: HttpRequest) -> str:
    teams = queue.my_teams(request.user) if request.user.is_authenticated else []
    return f"/queue/{teams[0].key}/" if teams else ""


def _team_url(request: HttpRequest) -> str:
    return "/teams/" if _queue_url(request) else ""


def _brand(request: HttpRequest) -> str:
    version = versions.current()
    if version is None:
        return ""
    return str(versions.blueprint(version).organisation().name)


def _viewer(request: HttpRequest) -> nav.Viewer | None:
    if not request.user.is_authenticated:
        return None
    actor = people.actor_for(request.user)
    person = _person(request)
    teams = people.teams_for(request.user)
    slot = teams[0].department.slot if teams else 0
    name = person.name if person else request.user.get_username()
    role = actor.role_name or (teams[0].name if teams else "")
    return nav.Viewer(name, role, str(slot) if slot else "n", "/profile/")


def _running(request: HttpRequest) -> nav.Running | None:
    version = versions.current()
    if version is None or version.published_at is None:
        return None
    since = version.published_at.strftime("%-d %b")
    return nav.Running(_("Work runs on"), f"{version.code} · {since}", "/model/")


def register() -> None:
    """Called once at start."""
    nav.register_group("work", _("Work"), order=10)
    nav.register_group("see", _("See"), order=20)
    nav.register_group("agree", _("Agree"), order=30)
    nav.register(
        nav.NavEntry(
            key="home", group="work", label=_("Home"), url="/", icon="home", order=10,
            keys="g h", phone=_("Home"),
        )
    )  # fmt: skip
    nav.register(
        nav.NavEntry(
            key="requests", group="work", label=_("My requests"), url="/requests/",
            icon="file-text", order=20, phone=_("Requests"), match=("/requests/",),
        )
    )  # fmt: skip
    nav.register(
        nav.NavEntry(
            key="queue", group="work", label=_("Queue"), url=_queue_url, icon="stack-2", order=30,
            keys="g q", phone=_("Queue"), match=("/queue/",),
            count=lambda request: queue.waiting(request.user), count_label=_("waiting"),
        )
    )  # fmt: skip
    nav.register(
        nav.NavEntry(
            key="team", group="work", label=_("Team"), url=_team_url, icon="users", order=35,
            match=("/teams/", "/replies/", "/off-model/"),
        )
    )  # fmt: skip
    nav.register_primary(nav.PrimaryAction(_("New request"), "/services/", keys="n"))
    nav.register_brand(_brand)
    nav.register_viewer(_viewer)
    nav.register_running(_running)
