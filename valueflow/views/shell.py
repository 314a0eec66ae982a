"""Entries of the rail that lead to the pages of this app."""

from django.utils.translation import gettext_lazy as _

from esm.common import nav

ENTRIES = (
    nav.NavEntry(
        key="flow",
        group="see",
        label=_("Value flow"),
        url="/flow/",
        icon="chart-sankey",
        order=10,
        keys="g f",
    ),
    nav.NavEntry(
        key="questions",
        group="see",
        label=_("Questions"),
        url="/flow/questions/",
        icon="zoom-question",
        order=12,
    ),
    nav.NavEntry(
        key="problems",
        group="see",
        label=_("Problems"),
        url="/flow/problems/",
        icon="alert-octagon",
        order=14,
        match=("/improvements/",),
    ),
    nav.NavEntry(
        key="streams", group="see", label=_("Streams"), url="/streams/", icon="route", order=20
    ),
    nav.NavEntry(
        key="objectives",
        group="see",
        label=_("Objectives"),
        url="/objectives/",
        icon="target-arrow",
        order=22,
        match=("/measures/", "/observations/"),
    ),
    nav.NavEntry(
        key="technology",
        group="see",
        label=_("Technology"),
        url="/technology/",
        icon="cpu",
        order=24,
        match=("/benefits/",),
    ),
    nav.NavEntry(
        key="adoption", group="see", label=_("Adopting"), url="/adoption/", icon="checks", order=26
    ),
    nav.NavEntry(
        key="logs",
        group="see",
        label=_("Explore a log"),
        url="/logs/",
        icon="zoom-question",
        order=30,
    ),
)


def register() -> None:
    """Value flow, questions, streams, objectives and the rest of what one sees."""
    nav.register_group("see", _("See"), order=20)
    for entry in ENTRIES:
        nav.register(entry)
