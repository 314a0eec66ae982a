"""Exchange rates: the list, one more, and a file that is looked at before it is kept."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esm.common.errors import Invalid
from esm.common.tables import MAX_BYTES
from esm.common.ui import moments
from governance.selectors import rates as known
from governance.selectors.administration import check, require_everything
from governance.selectors.people import actor_for
from governance.services import rates
from governance.views.asking import Field, Form, Typed, answer, kept
from governance.views.people import ASKS

PAGE = 50
# What is typed or looked at stays in the page until it is kept.
MAX_TEXT = 60_000


def crumbs(last: str = "") -> list[tuple[str, str]]:
    """Administration › Exchange rates › what is done."""
    found = [(_("Administration"), reverse("admin")), (_("Exchange rates"), reverse("admin-rates"))]
    return [*found, (last, "")] if last else found


@kept
@ASKS
def listing(request: HttpRequest) -> HttpResponse:
    """The rates, latest day first, and a form for one more."""
    reach = require_everything(request.user)
    if request.method == "POST":
        check(request.user, "rate.keep")
    place = request.GET.get("page", "")
    number = int(place) if place.isascii() and place.isdigit() and len(place) < 6 else 1
    first = (max(number, 1) - 1) * PAGE
    rows = list(known.listed()[first : first + PAGE + 1])
    form = Form(
        title=_("Exchange rates"),
        submit=_("Keep rate"),
        back=reverse("admin-rates"),
        crumbs=crumbs(),
        fields=[
            {"name": "source", "label": _("One unit of"), "width": "s", "required": True,
             "max_length": 3, "placeholder": "GBP"},
            {"name": "target", "label": _("In"), "width": "s", "required": True,
             "max_length": 3, "placeholder": "EUR"},
            {"name": "day", "label": _("On the day"), "type": "date", "width": "s",
             "required": True, "help": _("It holds on this day and, where none follows, the seven"
                                         " days after it.")},
            {"name": "rate", "label": _("Was worth"), "width": "s", "required": True,
             "max_length": 30, "placeholder": "1.1786"},
            {"name": "origin", "label": _("Published by"), "max_length": rates.MAX_ORIGIN},
        ],
        needs_reason=True,
        template="governance/admin/rates.html",
        affects=_affected(),
        extra={
            "rows": rows[:PAGE],
            "may": reach.accounts,
            "next_url": f"?page={max(number, 1) + 1}" if len(rows) > PAGE else "",
            "previous_url": f"?page={number - 1}" if number > 1 else "",
        },
    )  # fmt: skip

    def keep(typed: Typed) -> str:
        names = ("source", "target", "day", "rate", "origin")
        rate = rates.read_rate(*(typed.get(name, "") for name in names))
        done = rates.keep_rates(
            [rate], reason=typed.get("reason", ""), actor=actor_for(request.user)
        )
        if not done:
            return _("It was so already.")
        words = {"source": rate.source, "target": rate.target, "day": moments.day(rate.day)}
        return _("The rate from %(source)s to %(target)s for %(day)s is kept.") % words

    return answer(request, form, keep)


def _affected() -> list[str]:
    return [
        _("Decisions on amounts in another currency: the rate of the day they are asked for says"
          " which band they fall into, and so who decides."),
        _("Limits of delegations that are given in another currency."),
        _("What was asked for before a correction keeps the rate it was decided with."),
    ]  # fmt: skip


@kept
@ASKS
def file(request: HttpRequest) -> HttpResponse:
    """Rates as a table: looked at row by row, then kept all together or not at all."""
    require_everything(request.user)
    check(request.user, "rate.keep")
    page: dict[str, Any] = {"crumbs": crumbs(_("From a file")), "errors": {}}
    page["text"], status = request.POST.get("text", ""), 200
    if request.method == "POST":
        try:
            done = _looked(request, page)
        except Invalid as refused:
            page["errors"], status = refused.errors or {"": [refused.sentence]}, 400
        else:
            if done is not None:
                return done
    page["fields"] = _file_fields(page, request.POST.get("reason", ""))
    return render(request, "governance/admin/rates_file.html", page, status=status)


def _file_fields(page: dict[str, Any], reason: str) -> list[Field]:
    fields: list[Field] = [
        {"name": "file", "label": _("File"), "type": "file", "accept": ".csv,.tsv,.txt",
         "required": False, "help": _("Or write the rows below.")},
        {"name": "text", "label": _("Rows"), "type": "textarea", "required": False, "rows": 8,
         "value": page["text"], "placeholder": ",".join(rates.COLUMNS),
         "help": _("The header is %(names)s.") % {"names": ", ".join(rates.COLUMNS)}},
        {"name": "reason", "label": _("Reason"), "value": reason, "required": False,
         "max_length": 500,
         "help": _("Needed to keep them; auditors read it.")},
    ]  # fmt: skip
    return [{**one, "errors": page["errors"].get(one["name"], [])} for one in fields]


def _looked(request: HttpRequest, page: dict[str, Any]) -> HttpResponse | None:
    """What the file would keep; with ``apply`` it is kept. Raises Invalid."""
    given = request.FILES.get("file")
    content = given.read(MAX_BYTES + 1) if given else request.POST.get("text", "").encode()
    if not content.strip():
        said = _("Choose a file or write the rows here.")
        raise Invalid(said, {"file": [said]})
    if len(content) > MAX_TEXT:
        said = _("At most 60,000 characters at once: cut the file in parts.")
        raise Invalid(said, {"file": [said]})
    page["text"] = content.decode("utf-8-sig", errors="replace")
    actor = actor_for(request.user)
    page["lines"] = lines = rates.look(content, actor=actor)
    page["wrong"] = sum(line.state == "wrong" for line in lines)
    if "apply" in request.POST:
        reason = request.POST.get("reason", "")
        return _told(request, len(rates.apply_content(content, reason=reason, actor=actor)))
    return None


def _told(request: HttpRequest, count: int) -> HttpResponse:
    said = ngettext("%(n)s rate is kept.", "%(n)s rates are kept.", count) % {"n": count}
    messages.success(request, said if count else _("All of it was so already."))
    return redirect("admin-rates")
