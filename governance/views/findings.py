"""Findings of the model in force: by owner, in time, as a table; one of them; taking note of it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from esm.common.errors import NotFound
from esm.common.tables import write_table
from governance.blueprint.lint import SEVERITIES
from governance.models import KeptFinding
from governance.selectors import administration, versions
from governance.selectors import findings as known
from governance.selectors.findings import AREAS, MINE, SPANS, STATES, FindingsPage, Wanted
from governance.selectors.people import actor_for
from governance.selectors.wording import noun
from governance.services import findings
from governance.views.asking import Form, Typed, answer, kept
from governance.views.people import ASKS

SEVERITY_WORDS = {
    "blocker": gettext_lazy("Blocker"),
    "error": gettext_lazy("Error"),
    "warning": gettext_lazy("Warning"),
    "info": gettext_lazy("Note"),
}
AREA_WORDS = {
    "people": gettext_lazy("People"),
    "process": gettext_lazy("Process"),
    "technology": gettext_lazy("Technology"),
    "governance": gettext_lazy("Governance"),
    "value": gettext_lazy("Value"),
}
STATE_WORDS = {
    "counted": gettext_lazy("Open and noted"),
    "open": gettext_lazy("Open"),
    "acknowledged": gettext_lazy("Noted"),
    "waived": gettext_lazy("Waived"),
    "closed": gettext_lazy("Closed"),
    "fixed": gettext_lazy("Mended"),
    "all": gettext_lazy("All"),
}
HEADER = (
    "finding", "code", "severity", "state", "owner", "kind", "key", "part", "days at stake",
    "since", "first seen", "last seen", "closed how", "by whom or which", "until", "sentence",
)  # fmt: skip


def asked(request: HttpRequest) -> Wanted:
    """The filters in the address; what does not exist is left out."""
    given = request.GET
    span = given.get("days", "")
    return Wanted(
        severity=_one_of(given.get("severity"), SEVERITIES),
        area=_one_of(given.get("area"), AREAS),
        owner=(given.get("owner") or "").replace("\x00", "")[:100],
        stream=(given.get("stream") or "").replace("\x00", "")[:100],
        state=_one_of(given.get("state"), STATES) or "counted",
        on=_day(given.get("on")),
        span=int(span) if span in [str(n) for n in SPANS] else known.DEFAULT_SPAN,
    )


def _one_of(text: str | None, choices: Any) -> str:
    return text if text and text in choices else ""


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 1970 <= found.year <= 9000 else None


@kept
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """What is open, the five with most at stake first, then by owner; how it went day by day."""
    wanted = asked(request)
    found = known.page(request.user, wanted)
    page = {
        "page": found,
        "answer": _answer(found),
        "filters": _filters(found),
        "clear_url": reverse("findings") if wanted.query() != "?" else "",
        "trend": _trend(found),
        "csv_url": reverse("findings-export") + wanted.query(),
        "json_url": f"/api/v1/findings{_api_query(wanted)}",
        "severities": [SEVERITY_WORDS[s] for s in SEVERITIES],
    }
    return render(request, "governance/findings/list.html", page)


def _api_query(wanted: Wanted) -> str:
    return wanted.query(days="")


def _answer(found: FindingsPage) -> str:
    """The sentence above: how many, how grave, and how many there were at the start of the span."""
    if not found.total:
        return ""
    parts = [_counted(severity, n) for severity, n in found.counts]
    said = ngettext("%(n)s finding: %(parts)s.", "%(n)s findings: %(parts)s.", found.total) % {
        "n": found.total, "parts": ", ".join(parts),
    }  # fmt: skip
    if found.wanted.on is not None or found.wanted.state != "counted":
        return said
    first = next((day for day in found.trend if day.total), None)
    if first is None or first is found.trend[-1]:
        return said
    when = dateformat.format(first.day, "j M")
    return said + " " + _("On %(day)s there were %(n)s.") % {"day": when, "n": first.total}


def _counted(severity: str, n: int) -> str:
    words = {
        "blocker": ngettext("%(n)s blocker", "%(n)s blockers", n),
        "error": ngettext("%(n)s error", "%(n)s errors", n),
        "warning": ngettext("%(n)s warning", "%(n)s warnings", n),
        "info": ngettext("%(n)s note", "%(n)s notes", n),
    }
    return words[severity] % {"n": n}


def _filters(found: FindingsPage) -> list[dict[str, Any]]:
    wanted = found.wanted
    spans = [(str(n), _("%(n)s days") % {"n": n}) for n in SPANS]
    mine = [(MINE, _("My roles"))]
    picks = [
        _pick(wanted, "severity", _("Severity"), _("Any"), SEVERITY_WORDS.items()),
        _pick(wanted, "area", _("Part"), _("All"), AREA_WORDS.items()),
        _pick(wanted, "owner", _("Owner"), _("Anybody"), [*mine, *found.owners]),
        _pick(wanted, "stream", _("Stream"), _("All"), found.streams),
        _pick(wanted, "state", _("State"), "", STATE_WORDS.items()),
        _pick(wanted, "days", _("Trend"), "", spans, chosen=str(wanted.span)),
    ]
    return [pick for pick in picks if len(pick["options"]) > 1]


def _pick(
    wanted: Wanted, name: str, label: str, everything: str, choices: Any, chosen: str | None = None
) -> dict[str, Any]:
    chosen = getattr(wanted, name) if chosen is None else chosen
    options = [(str(key), str(text)) for key, text in choices]
    if everything:
        options.insert(0, ("", everything))
    return {
        "name": label,
        "value": dict(options).get(chosen, chosen),
        "options": [
            {
                "label": text,
                "url": wanted.query(**{name: _usual(name, key), "on": ""}),
                "current": key == chosen,
            }
            for key, text in options
        ],
    }


def _usual(name: str, key: str) -> str:
    """What stands in the address: nothing for what is usual."""
    usual = {"state": "counted", "days": str(known.DEFAULT_SPAN)}
    return "" if usual.get(name) == key else key


def _trend(found: FindingsPage) -> dict[str, Any]:
    """The chart's table: one row a day, the latest first where it is read as a table."""
    rows = [
        {
            "day": dateformat.format(one.day, "j M"),
            "iso": one.day.isoformat(),
            "counts": one.counts,
            "total": one.total,
            "url": found.wanted.query(on=one.day.isoformat(), state="", days=""),
        }
        for one in found.trend
    ]
    marks = [
        {"at": dateformat.format(day, "j M"), "text": code, "short": code, "kind": "v"}
        for day, code in found.marks
    ]
    most = max(found.trend, key=lambda one: (one.total, one.day), default=None)
    says = ""
    if most is not None:
        when = dateformat.format(most.day, "j M")
        told = _("%(now)s are open now; the most were %(most)s, last on %(day)s.")
        says = told % {"now": found.trend[-1].total, "most": most.total, "day": when}
    whole = any(row["total"] for row in rows)
    return {"rows": rows, "marks": marks, "any": whole, "says": says}


@kept
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The findings of the page as CSV, all of them."""
    wanted = asked(request)
    version = versions.published()
    bp = versions.blueprint(version) if version is not None else None
    rows = list(known.listed(request.user, wanted, known.zone_of(bp)))
    ordered = known.shown(request.user, rows, bp, version)
    answered = HttpResponse(
        write_table(HEADER, _cells(ordered)), content_type="text/csv; charset=utf-8"
    )
    answered.headers["Content-Disposition"] = 'attachment; filename="findings.csv"'
    return answered


def _cells(rows: list[known.FindingRow]) -> Iterator[list[str]]:
    for one in rows:
        row = one.row
        yield [
            row.ref, row.rule, row.severity, row.state, row.owner_role, row.kind, row.key,
            row.part, "" if row.stake is None else str(row.stake), row.opened_at.isoformat(),
            row.first_seen.isoformat(), row.last_seen.isoformat(), *_closing_cells(one),
            row.sentence,
        ]  # fmt: skip


def _closing_cells(one: known.FindingRow) -> tuple[str, str, str]:
    """How it is closed, who sees to it or which proposal does, and until when."""
    closing = one.closing
    if closing is None or closing.ended_at is not None:
        return "", "", ""
    by = closing.who.name if closing.who is not None else ""
    by = closing.proposal.ref if closing.proposal is not None else by
    return closing.how, by, closing.due.isoformat() if closing.due is not None else ""


def find(request: HttpRequest, pk: int) -> KeptFinding:
    """One that the viewer may know. Raises NotFound."""
    rows = known.visible_to(request.user).select_related(
        "acknowledged_by", "waiver", "version", "first_version"
    )
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such finding.")
    return row


def crumbs(last: str) -> list[tuple[str, str]]:
    """Operating model › findings › one."""
    return [
        (_("Operating model"), reverse("model")),
        (_("Findings"), reverse("findings")),
        (last, ""),
    ]


@kept
@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One finding: what follows, the figures it was made of, when it was open, who said what."""
    row = find(request, number)
    version = versions.published()
    bp = versions.blueprint(version) if version is not None else None
    (shown,) = known.shown(request.user, [row], bp, version)
    page = {
        "one": shown,
        "crumbs": crumbs(row.ref),
        "kind": noun(row.kind),
        "evidence": [(name.replace("_", " "), value) for name, value in row.evidence.items()],
        "spells": list(row.spells.order_by("-began_at")),
        "there": bp is not None and (row.kind, row.key) in bp,
        "code": version.code if version is not None else "",
    }
    return render(request, "governance/findings/one.html", page)


@kept
@ASKS
def note(request: HttpRequest, number: int) -> HttpResponse:
    """Take note of a finding: it stays open, and whoever answers for it says what becomes of it."""
    row = find(request, number)
    if row.owner_role not in known.own_roles(request.user):
        administration.check(request.user, "finding.acknowledge")
    form = Form(
        title=_("Take note of %(ref)s") % {"ref": row.ref},
        submit=_("Take note"),
        back=reverse("finding", args=[row.pk]),
        crumbs=crumbs(row.ref),
        lede=row.sentence,
        fields=[
            {"name": "note", "label": _("What becomes of it"), "type": "textarea",
             "required": True, "max_length": findings.MAX_NOTE, "value": row.note,
             "help": _("Who looks at it, until when, or why it stays for now.")},
        ],
        with_reason=False,
        affects_title=_("What happens then"),
        affects=[
            _("It stays open and counts as before; everybody who sees it reads the note."),
            _("When it is mended and comes back, the note is gone."),
        ],
    )  # fmt: skip

    def take(typed: Typed) -> str:
        actor = actor_for(request.user)
        findings.acknowledge_finding(row.pk, note=typed.get("note", ""), actor=actor)
        return _("Noted.")

    return answer(request, form, take)
