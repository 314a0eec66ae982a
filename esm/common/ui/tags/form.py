"""Forms: fields, error summary, steps, check answers."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms, template
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esm.common.ui.fields import plain

register = template.Library()


@register.inclusion_tag("components/field.html")
def field(source: Any, **changes: Any) -> dict[str, Any]:
    """Label, help, error, control in this order. ``source`` is a bound Django field or a mapping
    with the names of ``fields.Field``; further arguments replace single values.
    """
    drawn = plain(source)
    if changes:
        drawn = plain({**drawn.__dict__, **changes})
    return {"field": drawn}


@register.inclusion_tag("components/error_summary.html")
def error_summary(errors: Any, title: str = "") -> dict[str, Any]:
    """List of what to fix, each a link to its field; nothing without errors.

    ``errors`` is a Django form, {field name or id: sentences} or [(id, sentence)].
    """
    found = _listed(errors)
    words = ngettext(
        "%(n)d thing to fix before you go on", "%(n)d things to fix before you go on", len(found)
    ) % {"n": len(found)}
    return {"errors": found, "title": title or words}


def _listed(errors: Any) -> list[tuple[str, str]]:
    if isinstance(errors, forms.BaseForm):
        found = []
        for name, sentences in errors.errors.items():
            target = "" if name == NON_FIELD_ERRORS else errors[name].id_for_label
            found += [(target, str(sentence)) for sentence in sentences]
        return found
    if isinstance(errors, Mapping):
        pairs = [(str(name), s) for name, given in errors.items() for s in _sentences(given)]
        return [(n if not n or n.startswith("f-") else f"f-{n}", s) for n, s in pairs]
    return [(str(target), str(sentence)) for target, sentence in errors or ()]


def _sentences(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else [str(sentence) for sentence in given]


@register.inclusion_tag("components/steps.html")
def steps(items: Iterable[Any], label: str = "") -> dict[str, Any]:
    """Parts of a form: each with ``label``, ``state`` (done, now, next) and perhaps ``url``."""
    return {"steps": list(items), "label": label or _("Parts of this form")}


@register.inclusion_tag("components/answers.html")
def answers(items: Iterable[Any]) -> dict[str, Any]:
    """Check answers: each with ``label``, ``value`` or ``lines``, ``url`` to change it."""
    return {"answers": list(items)}
