"""Parts that make up a page: crumbs, tabs, filters, empty states, paging, toasts."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.inclusion_tag("components/crumbs.html")
def crumbs(items: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Way to this page: (label, address) pairs, the last may have no address."""
    return {"items": list(items)}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[Any], label: str) -> dict[str, Any]:
    """Saved views as links: each with ``label``, ``url``, ``current``, ``count``, ``icon``."""
    return {"items": list(items), "label": label}


@register.inclusion_tag("components/segments.html")
def segments(items: Iterable[Any], label: str) -> dict[str, Any]:
    """Two or three ways to see one thing: each with ``label``, ``url``, ``current``."""
    return {"items": list(items), "label": label}


@register.inclusion_tag("components/filters.html")
def filter_bar(
    filters: Iterable[Any], sort: Any = None, save_url: str = "", clear_url: str = ""
) -> dict[str, Any]:
    """Filters: each with ``name``, ``value`` and ``options`` [{label, url, current}]; ``sort`` is
    one of them at the right. ``save_url`` shows «Save view», ``clear_url`` «Clear».
    """
    return {
        "filters": list(filters),
        "sort": sort,
        "save_url": save_url,
        "clear_url": clear_url,
    }


@register.simple_block_tag
def empty(content: str, title: str, text: str = "", icon: str = "inbox") -> SafeString:
    """Empty state: why it is empty; the block holds what to do next, if anything."""
    return render_to_string(
        "components/empty.html",
        {"content": content if content.strip() else "", "title": title, "text": text, "icon": icon},
    )


@register.simple_block_tag
def panel(content: str, title: str = "", id: str = "", css: str = "") -> SafeString:
    """Panel around an object that is acted on, with a head where it has a title."""
    return render_to_string(
        "components/panel.html",
        {"content": content, "title": title, "id": id, "css": css},
    )


@register.simple_block_tag
def note(content: str, state: str = "", icon: str = "", css: str = "") -> SafeString:
    """Remark with an icon; with ``state`` on its tint."""
    return render_to_string(
        "components/note.html", {"content": content, "state": state, "icon": icon, "css": css}
    )


@register.inclusion_tag("components/pager.html")
def pager(
    next_url: str = "", previous_url: str = "", shown: str = "", target: str = ""
) -> dict[str, Any]:
    """Paging by key: addresses of the neighbours and what is shown in words."""
    return {
        "next_url": next_url,
        "previous_url": previous_url,
        "shown": shown,
        "target": target,
    }


@register.inclusion_tag("components/sort_head.html")
def sort_head(label: str, url: str = "", order: str = "", css: str = "") -> dict[str, Any]:
    """Head of a sortable column: ``order`` is asc, desc or empty."""
    spoken = {"asc": "ascending", "desc": "descending"}.get(order, "")
    return {"label": label, "url": url, "order": order, "spoken": spoken, "css": css}


@register.simple_tag
def select_box(name: str, value: Any, label: str) -> SafeString:
    """Check box of a row that the bulk bar counts; ``label`` names the row."""
    return format_html(
        '<label class="hit"><input class="check" type="checkbox" name="{}" value="{}" data-select>'
        '<span class="sr">{}</span></label>',
        name,
        value,
        label,
    )


@register.filter
def undo_url(tags: str) -> str:
    """Address in ``extra_tags="undo:/…/"`` of a message."""
    return next((t[5:] for t in (tags or "").split() if t.startswith("undo:/")), "")
