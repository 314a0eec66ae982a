"""The catalog's entries of the rail."""

from django.utils.translation import gettext_lazy as _

from esm.common import nav


def register() -> None:
    """Called once at start; the groups are those of the apps above."""
    nav.register(
        nav.NavEntry(
            key="services",
            group="agree",
            label=_("Services"),
            url="/services/",
            icon="apps",
            order=40,
            match=("/drafts/", "/templates/"),
        )
    )
    nav.register(
        nav.NavEntry(
            key="knowledge",
            group="work",
            label=_("Knowledge"),
            url="/knowledge/",
            icon="school",
            order=50,
        )
    )
