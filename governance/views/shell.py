"""What the shell of every page shows of governance: entries of the rail, open decisions."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from esm.common import nav
from esm.events.selectors import stuck
from governance.models import Decision
from governance.selectors.administration import may_look
from governance.selectors.decisions import waiting
from governance.selectors.people import facts_for, person_for
from governance.services.evidence import verdict


def _waiting(request: HttpRequest) -> QuerySet[Decision]:
    return waiting(person_for(request.user))


def _keeps(request: HttpRequest) -> bool:
    """Asked on every page: from the facts at hand, without a query."""
    return bool(request.user.is_authenticated) and may_look(request.user)


def _administers(request: HttpRequest) -> bool:
    return bool(request.user.is_authenticated) and facts_for(request.user).admin


def _audits(request: HttpRequest) -> bool:
    return bool(request.user.is_authenticated) and verdict(request.user).ok


def _stuck(request: HttpRequest) -> QuerySet[Any, Any]:
    return stuck.waiting()


def register() -> None:
    """Called once at start; the groups are those of the apps above."""
    nav.register(
        nav.NavEntry(
            key="decisions",
            group="work",
            label=_("Decisions"),
            url="/decisions/",
            icon="gavel",
            order=40,
            count=_waiting,
            count_label=_("waiting"),
            urgent=True,
            keys="g d",
            phone=_("Decisions"),
            top=True,
        )
    )
    nav.register(
        nav.NavEntry(
            key="model",
            group="agree",
            label=_("Operating model"),
            url="/model/",
            icon="sitemap",
            order=10,
            keys="g m",
            match=("/blueprint/",),
        )
    )
    nav.register(
        nav.NavEntry(
            key="who-decides",
            group="agree",
            label=_("Who decides"),
            url="/who-decides/",
            icon="scale",
            order=20,
        )
    )
    nav.register(
        nav.NavEntry(
            key="changes",
            group="agree",
            label=_("What changes for me"),
            url="/changes/",
            icon="git-pull-request",
            order=21,
        )
    )
    _register_agreed()
    _register_administration()


def _register_agreed() -> None:
    """What was agreed about rules and skills, and what is to be talked about."""
    nav.register(
        nav.NavEntry(
            key="agenda",
            group="agree",
            label=_("Agenda"),
            url="/agenda/",
            icon="list-check",
            order=27,
        )
    )
    nav.register(
        nav.NavEntry(
            key="controls",
            group="agree",
            label=_("Controls and waivers"),
            url="/controls/",
            icon="shield-lock",
            order=25,
        )
    )
    nav.register(
        nav.NavEntry(
            key="commitments",
            group="agree",
            label=_("Commitments"),
            url="/commitments/",
            icon="writing-sign",
            order=28,
        )
    )
    nav.register(
        nav.NavEntry(
            key="assessments",
            group="see",
            label=_("Assessments"),
            url="/assessments/",
            icon="list-check",
            order=27,
        )
    )
    nav.register(
        nav.NavEntry(
            key="skills",
            group="agree",
            label=_("Skills"),
            url="/skills/",
            icon="school",
            order=22,
        )
    )


def _register_administration() -> None:
    """What administrators, stewards, auditors and leads have beside it."""
    nav.register(
        nav.NavEntry(
            key="admin",
            group="agree",
            label=_("Administration"),
            url="/admin/",
            icon="settings",
            order=90,
            visible=_keeps,
        )
    )
    nav.register(
        nav.NavEntry(
            key="audit",
            group="agree",
            label=_("Audit"),
            url="/audit/",
            icon="shield-lock",
            order=85,
            visible=_audits,
        )
    )
    nav.register(
        nav.NavEntry(
            key="webhooks",
            group="agree",
            label=_("Webhooks"),
            url="/webhooks/",
            icon="link",
            order=95,
        )
    )
    nav.register(
        nav.NavEntry(
            key="health",
            group="agree",
            label=_("Late and given up"),
            url="/admin/health/",
            icon="alert-octagon",
            order=96,
            visible=_administers,
            count=_stuck,
            count_label=_("late or given up"),
            urgent=True,
        )
    )
