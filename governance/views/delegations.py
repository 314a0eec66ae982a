"""Delegations: what one gave, decides for others, is asked to take on; all of them for some."""

from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from esm.common import clock
from esm.common.errors import Invalid, NotAllowed, NotFound
from governance.models import Delegation, Person
from governance.selectors import administration, delegable
from governance.selectors import delegations as known
from governance.selectors.administration import require_everything
from governance.selectors.delegations import DelegationRow
from governance.selectors.people import actor_for, person_for
from governance.services import delegations
from governance.services.delegations import Wish
from governance.views.asking import (
    Field,
    Form,
    Typed,
    answer,
    dates,
    first_moment,
    kept,
    last_moment,
)
from governance.views.people import ASKS
from governance.views.teams import person_field, typed_person

SHOWN, PAST = 200, 20
# Of everybody only those that one tab names: over and open never stand in one list.
FILTERS = (
    ("open", gettext_lazy("Offered, ahead and active")),
    ("active", gettext_lazy("Active")),
    ("proposed", gettext_lazy("Not answered")),
    ("over", gettext_lazy("Over")),
)


def crumbs(last: str) -> list[tuple[str, str]]:
    """Delegations › what is done."""
    return [(_("Delegations"), reverse("delegations")), (last, "")]


@kept
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """What waits for one's answer, what one decides for others, what one gave, what is over."""
    person, now = person_for(request.user), clock.now()
    rows = known.rows_of(list(known.of_person(person)[:SHOWN])) if person else []
    live = [row for row in rows if not row.over]
    mine = person.pk if person else 0
    page = {
        "person": person,
        "offered": [r for r in live if r.standing == "proposed" and r.row.delegate_id == mine],
        "received": [r for r in live if r.standing != "proposed" and r.row.delegate_id == mine],
        "given": [row for row in live if row.row.giver_id == mine],
        "past": [row for row in rows if row.over][:PAST],
        "may_give": bool(person and delegable.things_of(person, now)),
        "everybody": known.sees_all(request.user),
    }
    return render(request, "governance/delegations/list.html", page)


def _fields(person: Person, asked: Typed) -> list[Field]:
    things = delegable.things_of(person, clock.now())
    since, until = dates(asked.get("since", ""), asked.get("until", ""))
    scopes = delegable.scopes(delegable.in_force())
    return [
        {"name": "what", "label": _("What you give"), "type": "select", "required": True,
         "value": asked.get("what", ""), "options": [(one.value, one.name) for one in things],
         "help": _("A role with all it decides, or one type of decision.")},
        person_field(_("To whom"), "delegate", value=asked.get("delegate", "")),
        since,
        {**until, "required": True, "help": _("At most 180 days, and no longer than you hold it.")},
        {"name": "max_amount", "label": _("Up to which amount"), "type": "number",
         "width": "s", "help": _("Empty is as far as you decide yourself.")},
        {"name": "scope", "label": _("Only for"), "type": "select", "value": "",
         "options": scopes, "help": _("Empty is all you decide of it.")},
    ]  # fmt: skip


def _amount(text: str) -> Decimal | None:
    plain = text.strip().replace(",", "").replace(" ", "")
    if not plain:
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        said = _("Write an amount such as 2500 or 2,500.00.")
        raise Invalid(said, {"max_amount": [said]}) from None


def _wish(typed: Typed) -> Wish:
    of, _colon, key = typed.get("what", "").replace("\x00", "").partition(":")
    kind, _colon, scope = typed.get("scope", "").replace("\x00", "").partition(":")
    return Wish(
        of=of,
        key=key,
        scope_kind=kind,
        scope_key=scope,
        max_amount=_amount(typed.get("max_amount", "")),
        since=first_moment(typed, "since"),
        until=last_moment(typed, "until"),
    )


@kept
@ASKS
def new(request: HttpRequest) -> HttpResponse:
    """Offer somebody to decide while one is away."""
    person = person_for(request.user)
    if person is None:
        raise NotAllowed(_("This account belongs to no person."))
    form = Form(
        title=_("New delegation"),
        submit=_("Offer it"),
        back=reverse("delegations"),
        crumbs=crumbs(_("New")),
        lede=_("Say who decides for you while you are away. It counts once they accept."),
        fields=_fields(person, request.GET),
        affects=[
            _("They are asked at once; you are told what they answer."),
            _("They decide only while you are recorded as away, never what they asked for"
              " themselves, and never more than you hold at that moment."),
            _("Both of you and administrators can take it back at any time, at once."),
        ],
    )  # fmt: skip

    def offer(typed: Typed) -> str:
        to = typed_person(typed, "delegate")
        assert to is not None
        delegations.propose_delegation(
            person, to, _wish(typed), reason=typed.get("reason", ""), actor=actor_for(request.user)
        )
        return _("Offered. It counts once %(name)s accepts.") % {"name": to.name}

    return answer(request, form, offer)


def _find(request: HttpRequest, pk: int) -> DelegationRow:
    row = known.visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such delegation.")
    return known.rows_of([row])[0]


def _may_end(request: HttpRequest, row: DelegationRow) -> bool:
    found = administration.verdict(request.user, "delegation.revoke", holder_id=row.row.giver_id)
    return found.ok


@kept
@ASKS
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One delegation; the delegate accepts or declines it here."""
    row = _find(request, pk)
    person = person_for(request.user)
    mine = person is not None and person.pk == row.row.delegate_id
    form = Form(
        title=_("%(name)s decides for %(giver)s")
        % {"name": row.row.delegate.name, "giver": row.row.giver.name},
        submit=_("Accept"),
        back=reverse("delegations"),
        crumbs=crumbs(row.what),
        template="governance/delegations/one.html",
        extra={
            "one": row,
            "mine": mine,
            "may_answer": mine and row.standing == "proposed",
            "may_revoke": not row.over and (mine or _may_end(request, row)),
            "used": row.row.decisions.count(),
        },
    )

    def said(typed: Typed) -> str:
        actor, why = actor_for(request.user), typed.get("reason", "")
        if typed.get("answer") == "decline":
            delegations.decline_delegation(row.row, reason=why, actor=actor)
            return _("Declined. %(name)s is told.") % {"name": row.row.giver.name}
        delegations.accept_delegation(row.row, actor=actor)
        return _("Accepted. You decide while %(name)s is away.") % {"name": row.row.giver.name}

    return answer(request, form, said)


@kept
@ASKS
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a delegation back, or give it back, at once."""
    row = _find(request, pk)
    person = person_for(request.user)
    party = person is not None and person.pk in (row.row.giver_id, row.row.delegate_id)
    if not party:
        administration.check(request.user, "delegation.revoke")
    form = Form(
        title=_("End this delegation"),
        submit=_("End delegation"),
        back=reverse("delegations") if party else reverse("admin-delegations"),
        crumbs=crumbs(_("End")),
        lede=_("%(name)s decides %(what)s for %(giver)s. It cannot be taken up again; a new one"
               " can be offered.")
        % {"name": row.row.delegate.name, "what": row.what, "giver": row.row.giver.name},
        affects=[
            _("From this moment on no decision can be taken under it."),
            _("What waits goes to whoever decides then. What was decided stays."),
            _("Both are told."),
        ],
        danger=True,
    )  # fmt: skip

    def end(typed: Typed) -> str:
        why, actor = typed.get("reason", ""), actor_for(request.user)
        delegations.revoke_delegation(row.row, reason=why, actor=actor)
        return _("Ended.")

    return answer(request, form, end)


@kept
@require_safe
def everybody(request: HttpRequest) -> HttpResponse:
    """What everybody gave, for administrators, stewards and auditors."""
    require_everything(request.user)
    state, text = request.GET.get("state", "open"), request.GET.get("q", "")
    state = state if state in dict(FILTERS) else "open"
    rows = Delegation.objects.select_related("giver", "delegate")
    rows = known.of_text(known.standing_is(rows, state, clock.now()), text)
    listed = list(rows.order_by("-valid", "-pk")[:SHOWN])
    page: dict[str, Any] = {
        "rows": known.rows_of(listed),
        "state": state,
        "q": administration.words(text),
        "tabs": [
            {"label": label, "url": f"?{urlencode({'state': key, 'q': text})}",
             "current": key == state}
            for key, label in FILTERS
        ],
        "may": state != "over" and administration.verdict(request.user, "delegation.revoke").ok,
        "shown": SHOWN if len(listed) == SHOWN else 0,
        "crumbs": [(_("Administration"), reverse("admin")), (_("Delegations"), "")],
    }  # fmt: skip
    return render(request, "governance/delegations/everybody.html", page)
