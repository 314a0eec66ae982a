"""How I am told, and the way out of a mail."""

from datetime import time
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from esm.accounts.models import User
from esm.common.errors import Invalid
from esm.notices.choices import Mail, Rhythm
from esm.notices.selectors import preferences as wished
from esm.notices.services import preferences, unsubscribing

TIME_FIELDS = ("digest_at", "quiet_from", "quiet_until")
SAME = "same"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def preferences_page(request: HttpRequest) -> HttpResponse:
    """The matrix of kinds and ways, presets, the digest's rhythm and quiet hours."""
    user = request.user
    assert isinstance(user, User)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            messages.success(request, _save(request, user))
        except Invalid as refused:
            errors = refused.errors or {"": [refused.sentence]}
        else:
            return redirect("inbox-preferences")
    context = {
        "sections": wished.sections(user),
        "presets": wished.preset_words(),
        "zone": wished.zone(user),
        "ways": [
            (Mail.NOW.value, _("Mail at once")),
            (Mail.DIGEST.value, _("Mail in the digest")),
            (Mail.NONE.value, _("No mail")),
        ],
        "errors": errors,
        "fields": _time_fields(request, user, errors),
    }
    return render(request, "notices/preferences.html", context, status=422 if errors else 200)


def _save(request: HttpRequest, user: User) -> str:
    """Do what the pressed button says; the sentence to confirm it."""
    sent = request.POST
    if "preset" in sent:
        preferences.apply_preset(user, preset=sent["preset"])
        return _("Chosen for all kinds.")
    if "times" in sent:
        preferences.set_times(
            user,
            rhythm=sent.get("rhythm", ""),
            urgent_passes="urgent_passes" in sent,
            quiet_weekend="quiet_weekend" in sent,
            **_times(sent),
        )
        return _("Your times are kept.")
    preferences.choose(user, _choices(request, user))
    return _("Your choices are kept.")


def _choices(request: HttpRequest, user: User) -> preferences.Choices:
    """What the matrix says; rows that were not sent stay as they are."""
    found: dict[tuple[str, str], tuple[bool, Mail] | None] = {}
    for section in wished.sections(user):
        for cell in section.every:
            how = request.POST.get(f"mail:{cell.name}")
            if how is None:
                continue
            place = (cell.kind.key, cell.team)
            if how == SAME and cell.team:
                found[place] = None
            elif how in Mail.values:
                inbox = f"inbox:{cell.kind.key}" in request.POST or not cell.kind.mutable
                found[place] = (inbox, Mail(how))
            else:
                raise Invalid("Choose at once, in the digest or not by mail.")
    return found


def _times(sent: Any) -> dict[str, Any]:
    """Times of day as they were typed. Raises Invalid with the field."""
    found: dict[str, Any] = {}
    for name in TIME_FIELDS:
        text = sent.get(name, "").strip()
        try:
            found[name] = time.fromisoformat(text).replace(tzinfo=None) if text else None
        except ValueError:
            sentence = _("Write a time of day such as 08:00.")
            raise Invalid(sentence, {name: [sentence]}) from None
    if found["digest_at"] is None:
        sentence = _("Say at what time a daily digest comes.")
        raise Invalid(sentence, {"digest_at": [sentence]})
    return found


def _time_fields(
    request: HttpRequest, user: User, errors: dict[str, list[str]]
) -> list[dict[str, Any]]:
    row = wished.times(user)
    values: dict[str, Any] = {name: _clock(getattr(row, name)) for name in TIME_FIELDS}
    values |= {"rhythm": row.rhythm, "quiet_weekend": row.quiet_weekend}
    values["urgent_passes"] = row.urgent_passes
    if errors and "times" in request.POST:
        values = {name: request.POST.get(name, "") for name in values}
    options = [{"key": rhythm.value, "label": rhythm.label} for rhythm in Rhythm]
    told: list[dict[str, Any]] = [
        {"name": "rhythm", "label": _("A digest comes"), "type": "choice", "options": options},
        {"name": "digest_at", "label": _("Once a day at"), "type": "time"},
        {"name": "quiet_from", "label": _("Quiet from"), "type": "time"},
        {"name": "quiet_until", "label": _("Quiet until"), "type": "time"},
        {"name": "quiet_weekend", "label": _("Quiet on Saturdays and Sundays"), "type": "boolean"},
        {"name": "urgent_passes", "label": _("Urgent things reach me all the same"),
         "type": "boolean"},
    ]  # fmt: skip
    for field in told:
        name = field["name"]
        field |= {"required": not name.startswith("quiet"), "width": "s"}
        field |= {"value": values[name], "errors": errors.get(name, [])}
    return told


def _clock(value: time | None) -> str:
    return f"{value:%H:%M}" if value else ""


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End mails of a kind, for whoever holds the link. A GET asks and never acts.

    Mail programs post here by themselves, without a session, when their reader wants no more
    (RFC 8058); the signed address is all the proof they have.
    """
    if request.method == "POST":
        found, done = unsubscribing.unsubscribe(token), True
    else:
        found, done = unsubscribing.read_token(token), False
    context = {"found": found, "done": done}
    answer = render(request, "notices/unsubscribe.html", context)
    answer["Referrer-Policy"] = "no-referrer"
    answer["Cache-Control"] = "no-store"
    return answer
