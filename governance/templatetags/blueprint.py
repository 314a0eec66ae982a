"""Addresses of pages of the model that keep the version they are read in."""

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

register = template.Library()

MODE_WORDS = {
    "automates": _("automates"),
    "supports": _("supports"),
    "records": _("records"),
    "informs": _("informs"),
    "uses": _("is used"),
}
STANCE_WORDS = {"enables": _("enables it"), "required_by": _("is required by it")}


@register.simple_tag
def at(reading: Any, name: str, *args: str, **query: object) -> str:
    """``{% at reading "blueprint-stream" key part="people" %}``."""
    return str(reading.address(name, *args, **query))


@register.filter
def heat(score: Any) -> int:
    """How warm a cell is: 1 where nothing is missing, 4 from half on."""
    if not score.total or not score.missing:
        return 1
    lacking = score.missing * 100 // score.total
    return 2 if lacking < 20 else 3 if lacking < 50 else 4


@register.simple_tag
def technology_url(reading: Any, key: str) -> str:
    """The page of a technology: the one that shows its promises, where it is there and what is in
    force is read; else the element itself."""
    if not reading.kept:
        try:
            return reverse("technology", args=[key])
        except NoReverseMatch:
            pass
    return reverse("model-element", args=[reading.version.code, "technology", key])


@register.filter
def mode_words(mode: str) -> str:
    """What a system does at a stage, as people say it."""
    return str(MODE_WORDS.get(mode, mode))


@register.filter
def stance_words(stance: str) -> str:
    """What a technology has to do with an objective."""
    return str(STANCE_WORDS.get(stance, stance))
