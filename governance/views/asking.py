"""Forms of administration: one page that asks, one service that is called, one answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState
from governance.selectors.people import person_for

Typed = Mapping[str, str]
Field = dict[str, Any]


@dataclass
class Form:
    """A page that asks for something.

    ``fields`` are as ``{% field %}`` takes them; ``affects`` says who notices the change; ``facts``
    are (label, sentence) pairs to know before; ``crumbs`` are (label, address) pairs.
    """

    title: str
    submit: str
    back: str
    crumbs: Sequence[tuple[str, str]]
    fields: Sequence[Field] = ()
    lede: str = ""
    affects: Sequence[str] = ()
    affects_title: str = ""
    facts: Sequence[Any] = ()
    facts_title: str = ""
    danger: bool = False
    with_reason: bool = True
    needs_reason: bool = False
    template: str = "governance/admin/form.html"
    extra: dict[str, Any] = field(default_factory=dict)

    def asked(self) -> list[Field]:
        """All fields, the reason last."""
        why = {"name": "reason", "label": _("Reason"), "max_length": 500,
               "required": self.needs_reason,
               "help": _("Kept with the change; auditors read it.")}  # fmt: skip
        return [*self.fields, *([why] if self.with_reason else [])]


def answer(
    request: HttpRequest, form: Form, do: Callable[[Typed], str | HttpResponse]
) -> HttpResponse:
    """Show the form; on POST do what it is for.

    ``do`` returns the sentence that confirms it, then the page goes back, or a page of its own. A
    refusal shows the form again with what was typed.
    """
    errors: dict[str, list[str]] = {}
    status = 200
    if request.method == "POST":
        try:
            done = do(request.POST)
        except Invalid as refused:
            errors, status = refused.errors or {"": [refused.sentence]}, 400
        except (Conflict, InvalidState) as refused:
            errors, status = {"": [refused.sentence]}, refused.status
        else:
            if isinstance(done, HttpResponse):
                return done
            messages.success(request, done)
            return redirect(form.back)
    fields = [_filled(f, request, errors) for f in form.asked()]
    known = {f["name"] for f in fields}
    errors = {name if name in known else "": said for name, said in errors.items()}
    page = {"form": form, "fields": fields, "errors": errors, **form.extra}
    return render(request, form.template, page, status=status)


def _filled(given: Field, request: HttpRequest, errors: Mapping[str, list[str]]) -> Field:
    """A field with what was typed and what is wrong with it."""
    name, typed = given["name"], request.POST
    value = given.get("value", "")
    if request.method == "POST":
        value = typed.getlist(name) if given.get("type") == "choices" else typed.get(name, "")
    return {**given, "value": value, "errors": errors.get(name, [])}


def _local(at: datetime) -> datetime:
    return at.astimezone(timezone.get_current_timezone())


def first_moment(typed: Typed, name: str) -> datetime | None:
    """The beginning of the day that was typed; this moment for today. Raises Invalid."""
    at = _midnight(typed, name)
    now = clock.now()
    return now if at is not None and at.date() == _local(now).date() else at


def last_moment(typed: Typed, name: str) -> datetime | None:
    """The end of the last day that was typed. Raises Invalid."""
    at = _midnight(typed, name)
    return at + timedelta(days=1) if at else None


def _midnight(typed: Typed, name: str) -> datetime | None:
    text = typed.get(name, "").strip()
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not 1970 <= day.year <= 9000:
        said = _("Write a day such as 2026-03-31.")
        raise Invalid(said, {name: [said]})
    return datetime.combine(day, time(), timezone.get_current_timezone())


def day_text(at: datetime | None, last: bool = False) -> str:
    """A moment as a field of days holds it; ``last`` names the last day before the moment."""
    if at is None:
        return ""
    local = _local(at)
    if last and local.time() == time():
        local -= timedelta(days=1)
    return local.date().isoformat()


def dates(since: str = "", until: str = "", *, begin: str = "", end: str = "") -> list[Field]:
    """First and last day."""
    return [
        {"name": "since", "label": begin or _("First day"), "type": "date", "value": since,
         "width": "s", "help": _("Empty is from now on.")},
        {"name": "until", "label": end or _("Last day"), "type": "date", "value": until,
         "width": "s", "help": _("Empty is without an end.")},
    ]  # fmt: skip


def kept(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for who is signed in, with days and times in their own zone."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        person = person_for(request.user)
        with timezone.override(person.zone if person else None):
            return view(request, *args, **named)

    return login_required(shown)
