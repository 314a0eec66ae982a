"""Small drawings made on the server: gauges, spark lines, stacked bars, strips of dots.

Widths are svg attributes, since the pages' policy allows no inline style. Shares are 0 to 1.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

TIME_KINDS = ("working", "queued", "handoff", "requester", "third", "decision", "off")
GAP = 0.3  # percent between two parts of a bar


def clamp(share: float) -> float:
    """The share cut to 0 … 1."""
    return min(max(float(share), 0.0), 1.0)


def pct(share: float) -> str:
    """A share as an svg length, ``18.5%``."""
    return f"{clamp(share) * 100:.4g}%"


def gauge(
    used: float,
    state: str = "ok",
    pauses: Iterable[Sequence[float]] = (),
    band: Sequence[float] | None = None,
    tick: float = 0.75,
) -> SafeString:
    """Bar of a clock: used share, hatched standstills, grey band of the likely end, the tick."""
    parts: list[SafeString] = []
    if clamp(used):
        parts.append(
            format_html('<rect class="used" width="{}" y="3" height="6" rx="3"/>', pct(used))
        )
    for start, end in pauses:
        width = pct(clamp(end) - clamp(start))
        parts.append(
            format_html(
                '<rect class="pause" x="{}" width="{}" y="3" height="6"/>', pct(start), width
            )
        )
    if band:
        parts.append(
            format_html(
                '<rect class="band" x="{}" width="{}" y="1" height="10" rx="2"/>',
                pct(band[0]),
                pct(clamp(band[1]) - clamp(band[0])),
            )
        )
    return format_html(
        '<svg class="gauge" data-state="{}" aria-hidden="true">'
        '<rect class="track" width="100%" y="3" height="6" rx="3"/>{}'
        '<line class="tick" x1="{}" x2="{}" y1="0" y2="12"/></svg>',
        state,
        format_html_join("", "{}", ((part,) for part in parts)),
        pct(tick),
        pct(tick),
    )


def time_line(
    open_hours: Iterable[Sequence[float]],
    parts: Iterable[tuple[str, float, float]],
    marks: Iterable[tuple[str, float]],
) -> SafeString:
    """A stretch of time as a strip: open hours shaded, parts ``run`` or ``still``, moments marked.

    All places are shares of the stretch, 0 to 1. What it shows stands in words beside it.
    """
    rects = [("open", start, end, 0, 36) for start, end in open_hours]
    rects += [(kind, start, end, 12, 12) for kind, start, end in parts]
    drawn = [
        format_html(
            '<rect class="{}" x="{}" width="{}" y="{}" height="{}"/>',
            kind, pct(start), pct(max(clamp(end) - clamp(start), 0.002)), y, height,
        )
        for kind, start, end, y, height in rects
    ]  # fmt: skip
    drawn += [
        format_html('<line class="{}" x1="{}" x2="{}" y1="0" y2="36"/>', kind, pct(at), pct(at))
        for kind, at in marks
    ]
    return format_html(
        '<svg class="spans" aria-hidden="true"><rect class="track" width="100%" y="12"'
        ' height="12"/>{}</svg>',
        format_html_join("", "{}", ((one,) for one in drawn)),
    )


def mini_gauge(used: float) -> SafeString:
    """The 44 px bar of table rows; its colour comes from the ``data-state`` around it."""
    return format_html(
        '<svg aria-hidden="true" class="gauge2"><rect class="gt" width="100%" height="6" rx="3"/>'
        '<rect class="gu" width="{}" height="6" rx="3"/></svg>',
        pct(used),
    )


def meter(share: float) -> SafeString:
    """A plain 6 px bar for a share of checks or steps."""
    return format_html(
        '<svg class="meter" aria-hidden="true"><rect class="track" width="100%" height="6" rx="3"/>'
        '<rect class="f" width="{}" height="6" rx="3"/></svg>',
        pct(share),
    )


def spark(values: Sequence[float | None], line: float | None = None) -> SafeString:
    """Spark line of the values in order, each ``None`` a gap; ``line`` draws a reference."""
    known = [v for v in values if v is not None]
    if len(known) < 2:
        return SafeString("")
    marks = [*known, line] if line is not None else known
    low, high = min(marks), max(marks)
    spread = (high - low) or 1

    def y(value: float) -> str:
        return f"{24 - 22 * (value - low) / spread:.1f}"

    path, pen = [], "M"
    for index, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{100 * index / (len(values) - 1):.1f} {y(value)}")
        pen = "L"
    reference: SafeString | str = ""
    if line is not None:
        reference = format_html('<line x1="0" x2="100" y1="{}" y2="{}"/>', y(line), y(line))
    return format_html(
        '<svg class="spark" viewBox="0 0 100 26" preserveAspectRatio="none" aria-hidden="true">'
        '{}<path d="{}"/></svg>',
        reference,
        " ".join(path),
    )


def stacked(parts: Sequence[Mapping[str, object]], label: str) -> SafeString:
    """Bar of kinds of time; each part has ``kind`` (of TIME_KINDS), ``label`` and ``share``."""
    rects, words, x = [], [], 0.0
    for part in parts:
        share = clamp(float(str(part["share"])))
        if part["kind"] not in TIME_KINDS:
            raise ValueError(f"no kind of time {part['kind']!r}")
        words.append(f"{part['label']} {share * 100:.0f} %")
        width = share * 100 - GAP
        if width > 0:
            rects.append((part["kind"], f"{x + GAP / 2:.2f}%", f"{width:.2f}%"))
        x += share * 100
    return format_html(
        '<svg class="bar" role="img" aria-label="{}">{}</svg>',
        _("%(label)s: %(parts)s") % {"label": label, "parts": ", ".join(words)},
        format_html_join("", '<rect class="k-{}" x="{}" width="{}" height="22"/>', rects),
    )


def ages(
    values: Sequence[float], promise: float, top: float, label: str, promise_label: str
) -> SafeString:
    """Strip of dots, one per open case by its age; the promise is a line, older dots stand out.

    ``values``, ``promise`` and ``top`` (the end of the axis) share one unit.
    """
    dots = []
    for index, value in enumerate(sorted(values)):
        # A fixed scatter, so that the same page is drawn the same way twice.
        lift = 9 + (index * 7 % 5) * 3.4
        dots.append(("old" if value > promise else "dot", pct(value / top), f"{lift:.1f}"))
    at = pct(promise / top)
    late = promise / top > 0.8
    return format_html(
        '<svg class="age strip" role="img" aria-label="{}">'
        '<line class="base" x1="0" x2="100%" y1="30" y2="30"/>'
        '<line class="promise" x1="{}" x2="{}" y1="2" y2="30"/>{}'
        '<text x="{}" dx="{}" y="42" text-anchor="{}">{}</text></svg>',
        label,
        at,
        at,
        format_html_join("", '<circle class="{}" cx="{}" cy="{}" r="3.6"/>', dots),
        at,
        "-4" if late else "4",
        "end" if late else "start",
        promise_label,
    )


def legend_key(kind: str) -> SafeString:
    """The square of a kind of time in a legend."""
    return format_html(
        '<svg aria-hidden="true"><rect class="k-{}" width="14" height="14"/></svg>', kind
    )
