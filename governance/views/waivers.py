"""Waivers: what is waived and until when, asking for one, one with its decision, taking it back."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from esm.common import clock
from esm.common.errors import NotAllowed, NotFound
from governance.models import Person, Waiver
from governance.selectors import administration, controls_page, delegable
from governance.selectors import waivers as known
from governance.selectors.people import actor_for, person_for
from governance.selectors.waivers import WaiverRow
from governance.services import waivers
from governance.services.waivers import Wish
from governance.views.asking import Field, Form, Typed, answer, kept, last_moment
from governance.views.people import ASKS

SHOWN = 200
FILTERS = (
    ("open", gettext_lazy("Asked for and active")),
    ("requested", gettext_lazy("Asked for")),
    ("active", gettext_lazy("Active")),
    ("over", gettext_lazy("Over")),
)


def crumbs(last: str) -> list[tuple[str, str]]:
    """Waivers › what is done."""
    return [(_("Waivers"), reverse("waivers")), (last, "")]


@kept
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Those one may see, that end soonest first; how many are active, everybody may know."""
    state = request.GET.get("state", "open")
    state = state if state in dict(FILTERS) else "open"
    rows = known.standing_is(known.visible_to(request.user), state, clock.now())
    page: dict[str, Any] = {
        "rows": known.rows_of(list(rows[:SHOWN])),
        "state": state,
        "active": known.active_count(),
        "everything": known.sees_all(request.user),
        "may_ask": person_for(request.user) is not None,
        "tabs": [
            {"label": label, "url": f"?{urlencode({'state': key})}", "current": key == state}
            for key, label in FILTERS
        ],
    }
    return render(request, "governance/waivers/list.html", page)


def _fields(asked: Typed) -> list[Field]:
    bp = delegable.in_force()
    things = [one for one in known.waivable_controls(bp) if one.days] if bp else []
    options = [(one.value, one.name) for one in things]
    what = asked.get("what", "").replace("\x00", "")
    if bp and what.startswith("finding:") and what not in dict(options):
        found = known.waivable(bp, "finding", what.partition(":")[2])
        options += [(found.value, found.name)] if found and found.days else []
    scopes = [one for one in delegable.scopes(bp) if not str(one[0]).startswith("site")]
    return [
        {"name": "what", "label": _("What is not to be kept"), "type": "select", "required": True,
         "value": what, "options": options, "help": _("A control, or a policy with all of its.")},
        {"name": "scope", "label": _("Only for"), "type": "select", "value": "",
         "options": scopes, "help": _("Empty is everywhere. The narrower, the easier to grant.")},
        {"name": "reason", "label": _("Why"), "type": "textarea", "required": True,
         "max_length": waivers.MAX_TEXT, "help": _("Why it cannot be kept for now.")},
        {"name": "risk", "label": _("Risk"), "type": "textarea", "required": True,
         "max_length": waivers.MAX_TEXT, "help": _("What may go wrong meanwhile.")},
        {"name": "compensation", "label": _("Compensation"), "type": "textarea", "required": True,
         "max_length": waivers.MAX_TEXT, "help": _("What stands in for the rule meanwhile.")},
        {"name": "until", "label": _("Last day"), "type": "date", "required": True, "width": "s",
         "value": "", "help": _("At most 180 days, less where the control says so.")},
    ]  # fmt: skip


def _wish(typed: Typed) -> Wish:
    of, _colon, key = typed.get("what", "").replace("\x00", "").partition(":")
    kind, _colon, scope = typed.get("scope", "").replace("\x00", "").partition(":")
    return Wish(
        of=of,
        key=key,
        scope_kind=kind,
        scope_key=scope,
        reason=typed.get("reason", ""),
        risk=typed.get("risk", ""),
        compensation=typed.get("compensation", ""),
        until=last_moment(typed, "until"),
    )


@kept
@ASKS
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a waiver."""
    person = person_for(request.user)
    if person is None:
        raise NotAllowed(_("This account belongs to no person."))
    asker: Person = person
    form = Form(
        title=_("Ask for a waiver"),
        submit=_("Ask for it"),
        back=reverse("waivers"),
        crumbs=crumbs(_("New")),
        lede=_("A rule cannot be kept for a time: say why, what may go wrong, and what stands in."),
        fields=_fields(request.GET),
        with_reason=False,
        affects_title=_("What happens then"),
        affects=[
            _("Somebody else decides it, by the rules of the model; you are told what they say."),
            _("Once granted it counts until its last day. Whatever passes under it names it."),
            _("You, whoever granted it and administrators can take it back at any time."),
        ],
    )

    def ask(typed: Typed) -> str:
        row = waivers.ask_waiver(asker, _wish(typed), actor=actor_for(request.user))
        decision = row.decision
        whose = decision.decider.name if decision and decision.decider else ""
        if whose:
            return _("Asked for as %(ref)s. %(name)s decides.") % {"ref": row.ref, "name": whose}
        return _("Asked for as %(ref)s.") % {"ref": row.ref}

    return answer(request, form, ask)


def _find(request: HttpRequest, pk: int) -> WaiverRow:
    row = known.visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such waiver.")
    return known.rows_of([row])[0]


def _may_end(request: HttpRequest, row: Waiver) -> bool:
    person = person_for(request.user)
    granted = row.decision.decided_by_id if row.decision else None
    party = person is not None and person.pk in (row.requested_by_id, granted)
    return party or administration.verdict(request.user, "waiver.revoke").ok


@kept
@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One waiver: why, what stands in, its decision, what passed under it."""
    found = _find(request, number)
    uses = controls_page.visible_results(request.user).filter(waiver=found.row)
    page = {
        "one": found,
        "crumbs": crumbs(found.row.ref),
        "may_end": not found.over and _may_end(request, found.row),
        "uses": list(uses.select_related("person")[:SHOWN]),
        "used": found.row.uses.count(),
    }
    return render(request, "governance/waivers/one.html", page)


@kept
@ASKS
def end(request: HttpRequest, number: int) -> HttpResponse:
    """Take a waiver back, or ask for it no longer."""
    found = _find(request, number)
    if not _may_end(request, found.row):
        administration.check(request.user, "waiver.revoke")
    form = Form(
        title=_("Take %(ref)s back") % {"ref": found.row.ref},
        submit=_("Take it back"),
        back=reverse("waivers"),
        crumbs=crumbs(found.row.ref),
        lede=found.row.name,
        affects=[
            _("From this moment on the rule holds again; what breaks it is refused."),
            _("What passed under it stays. A new one can be asked for."),
        ],
        danger=True,
    )

    def revoke(typed: Typed) -> str:
        why, actor = typed.get("reason", ""), actor_for(request.user)
        waivers.revoke_waiver(found.row, reason=why, actor=actor)
        return _("Taken back.")

    return answer(request, form, revoke)


@kept
@require_safe
def controls(request: HttpRequest) -> HttpResponse:
    """The controls in force, what they refused or let pass, and what was found at night."""
    page = controls_page.page(request.user)
    may_ask = person_for(request.user) is not None
    return render(request, "governance/controls.html", {"page": page, "may_ask": may_ask})
