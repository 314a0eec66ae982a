"""``{% load ui %}``: every component, tag and filter of the interface."""

from django import template

from esm.common.ui.tags import chips, figures, form, page, words, work

register = template.Library()
for part in (chips, figures, form, page, words, work):
    register.tags.update(part.register.tags)
    register.filters.update(part.register.filters)
