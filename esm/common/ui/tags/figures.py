"""Tiles, figures with their table twin, bars, matrices, strips of age, charts."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esm.common.ui import drawings
from esm.common.ui.parts import read

register = template.Library()

KIND_LABELS = {
    "working": gettext_lazy("Working"),
    "queued": gettext_lazy("Queued"),
    "handoff": gettext_lazy("Offered, not accepted"),
    "requester": gettext_lazy("Waiting for requester"),
    "third": gettext_lazy("Waiting for third party"),
    "decision": gettext_lazy("Waiting for a decision"),
    "off": gettext_lazy("Outside hours: not counted"),
}


@register.inclusion_tag("components/tile.html")
def tile(
    name: str,
    value: str,
    unit: str = "",
    definition: str = "",
    state: str = "done",
    delta: str = "",
    icon: str = "",
    n: str = "",
    trend: Sequence[float | None] = (),
    line: float | None = None,
    url: str = "",
    id: str = "",
) -> dict[str, Any]:
    """Figure of a dashboard; ``delta`` is the comparison in words with ``state`` and ``icon``."""
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "definition": definition,
        "state": state,
        "delta": delta,
        "icon": icon,
        "n": n,
        "spark": drawings.spark(list(trend), line),
        "url": url,
        "id": id or "tip-" + slugify(name),
    }


@register.simple_block_tag
def figure(content: str, title: str, says: str = "", id: str = "", css: str = "") -> SafeString:
    """Frame of a chart: small title, the sentence it proves, the chart; then ``<footer>``."""
    return format_html(
        '<figure class="figure{}"{}><h2>{}</h2>{}{}</figure>',
        f" {css}" if css else "",
        format_html(' id="{}"', id) if id else "",
        title,
        format_html('<p class="says">{}</p>', says) if says else "",
        content,
    )


@register.simple_block_tag
def twin(content: str, label: str = "", tall: bool = True, open: bool = False) -> SafeString:
    """«Show as table» of a figure: put it into the figure's footer, the table inside."""
    return render_to_string(
        "components/twin.html",
        {"content": content, "label": label or _("Table"), "tall": tall, "open": open},
    )


@register.simple_block_tag
def scroll(content: str, label: str) -> SafeString:
    """Region that scrolls sideways on narrow pages and can be reached by keyboard."""
    return format_html(
        '<div class="scroll-x" tabindex="0" role="group" aria-label="{}">{}</div>', label, content
    )


def _parts(parts: Mapping[str, float] | Iterable[Any]) -> list[dict[str, Any]]:
    """Parts as a list in the fixed order of the kinds; a mapping is kind -> share."""
    if isinstance(parts, Mapping):
        parts = [{"kind": kind, "share": parts.get(kind, 0)} for kind in drawings.TIME_KINDS]
    return [
        {
            "kind": read(part, "kind"),
            "share": read(part, "share", 0),
            "label": read(part, "label") or str(KIND_LABELS[str(read(part, "kind"))]),
        }
        for part in parts
        if read(part, "share", 0)
    ]


@register.simple_tag
def time_bar(parts: Any, label: str) -> SafeString:
    """Stacked bar of the kinds of time: ``parts`` is {kind: share} or [{kind, share, label}]."""
    return drawings.stacked(_parts(parts), label)


@register.inclusion_tag("components/time_bars.html")
def time_bars(rows: Iterable[Any]) -> dict[str, Any]:
    """Bars below each other: rows with ``label``, ``url``, ``note``, ``total``, ``parts``."""
    return {
        "rows": [
            {
                "label": read(row, "label"),
                "url": read(row, "url"),
                "note": read(row, "note"),
                "total": read(row, "total"),
                "bar": drawings.stacked(_parts(read(row, "parts", {})), str(read(row, "label"))),
            }
            for row in rows
        ]
    }


@register.inclusion_tag("components/time_legend.html")
def time_legend(off: bool = True) -> dict[str, Any]:
    """Legend of the kinds of time; ``off=False`` leaves out the hours that do not count."""
    kinds = [kind for kind in drawings.TIME_KINDS if off or kind != "off"]
    return {"keys": [(kind, KIND_LABELS[kind], drawings.legend_key(kind)) for kind in kinds]}


@register.inclusion_tag("components/matrix.html")
def matrix(
    columns: Iterable[Any], rows: Iterable[Any], label: str, corner: str = ""
) -> dict[str, Any]:
    """Heat table. Columns have ``code``, ``name``; rows ``head`` {code, name, slot} and ``cells``.

    A cell is None (nothing), "self" (giver = receiver) or {text, level 1 to 4, url, label}.
    """
    return {"columns": list(columns), "rows": list(rows), "label": label, "corner": corner}


@register.inclusion_tag("components/heat_scale.html")
def heat_scale(labels: Sequence[str]) -> dict[str, Any]:
    """Key of a matrix: four texts from light to dark."""
    return {"levels": list(enumerate(labels, start=1))}


@register.inclusion_tag("components/ages.html")
def age_strips(rows: Iterable[Any]) -> dict[str, Any]:
    """Age of open work: rows with ``label``, ``url``, ``ages`` [..], ``promise``, ``top``,
    ``promise_label``, ``spoken``; one unit throughout, the longest axis by default common to all.
    """
    rows = list(rows)
    longest = max((max([*read(r, "ages", []), read(r, "promise", 0)]) for r in rows), default=1)
    strips = []
    for row in rows:
        values, promise = list(read(row, "ages", [])), float(read(row, "promise", 0))
        top = float(read(row, "top", 0)) or longest * 1.05 or 1
        strips.append(
            {
                "label": read(row, "label"),
                "url": read(row, "url"),
                "open": read(row, "n") or len(values),
                "old": read(row, "old") or sum(value > promise for value in values),
                "strip": drawings.ages(
                    values,
                    promise,
                    top,
                    str(read(row, "spoken") or read(row, "label")),
                    str(read(row, "promise_label")),
                ),
            }
        )
    return {"strips": strips}


@register.inclusion_tag("components/chart.html")
def chart(
    kind: str,
    table: str,
    label: str,
    marks: Sequence[Mapping[str, str]] = (),
    promise: float | None = None,
    promise_label: str = "",
    small: bool = False,
) -> dict[str, Any]:
    """Place of a drawn chart ("sankey" or "run") that reads its figures from the table ``table``.

    ``marks`` are vertical lines: {at, text, short, kind "v" for a version, else "t"}.
    """
    return {
        "kind": kind,
        "table": table,
        "label": label,
        "marks": json.dumps(list(marks), ensure_ascii=False) if marks else "",
        "promise": promise,
        "promise_label": promise_label,
        "small": small,
    }


@register.simple_tag
def spark(values: Sequence[float | None], line: float | None = None) -> SafeString:
    """Spark line."""
    return drawings.spark(list(values), line)


@register.simple_tag
def meter(share: float) -> SafeString:
    """Plain bar of a share."""
    return drawings.meter(share)


@register.inclusion_tag("components/finding.html")
def finding(
    state: str, word: str, text: str, consequence: str = "", url: str = "", action: str = ""
) -> dict[str, Any]:
    """A finding: severity, sentence with numbers, consequence, one remedy."""
    return {
        "state": state,
        "word": word,
        "text": text,
        "consequence": consequence,
        "url": url,
        "action": action,
    }
