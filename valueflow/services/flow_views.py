"""Keeping figures under a name, for oneself or for everyone, and being sent them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotFound
from esm.events.actors import Actor
from esm.events.locks import mark_locked
from esm.events.services import ledger
from governance import policies
from governance.selectors import sharing
from governance.services.sharing import audience_columns
from valueflow import locks
from valueflow.engine.figures import midnight, monday
from valueflow.event_types import (
    FlowViewRemoved,
    FlowViewSaved,
    FlowViewSubscribed,
    FlowViewUnsubscribed,
)
from valueflow.models import FlowSubscription, FlowView
from valueflow.selectors.questions import everything
from valueflow.selectors.scope import FlowScope, parse

MAX_NAME, MOST = 80, 40
HOUR = timedelta(hours=7)


def _name(name: str) -> str:
    name = name.replace("\x00", "").strip()
    if not name or len(name) > MAX_NAME:
        said = _("Give it a name of at most %(n)d characters.") % {"n": MAX_NAME}
        raise Invalid(_("These figures cannot be kept yet."), {"name": [said]})
    return name


def _question(slug: str) -> str:
    if slug and everything.question(slug) is None:
        raise NotFound(_("There is no such question."))
    return slug


@transaction.atomic
def save_view(
    *, name: str, audience: str, question: str, params: Mapping[str, str], actor: Actor
) -> FlowView:
    """Keep a question (or the dashboard, without one) with what its address asks for.

    Raises Invalid, InvalidState where there are too many, NotAllowed, NotFound.
    """
    name, question = _name(name), _question(question)
    scope = parse(params)
    kept = scope.params()
    if scope.log_id is not None:
        said = _("Figures of an imported log are not kept; keep those of your own requests.")
        raise Invalid(said, {"source": [said]})
    if audience.startswith(sharing.TEAM):
        said = _("Choose for whom it is.")
        raise Invalid(said, {"audience": [said]})
    columns = audience_columns(audience, actor=actor)
    beside = FlowView.objects.filter(owner_id=columns["owner_id"], team=None, removed_at=None)
    if beside.count() >= MOST:
        said = _("There are %(n)d views already; remove one that nobody needs.") % {"n": MOST}
        raise InvalidState(said, allowed=[])
    view = FlowView.objects.create(
        **columns,
        name=name,
        question=question,
        params=kept,
        author_id=actor.person_id,
        updated_at=clock.now(),
    )
    mark_locked(view)
    event = FlowViewSaved(
        audience=view.audience,
        question=question,
        private={"name": name, "params": "&".join(f"{k}={v}" for k, v in kept.items())},
    )
    ledger.record(view, [event], actor=actor)
    return view


@transaction.atomic
def remove_view(pk: int, *, actor: Actor) -> FlowView:
    """Take it away, and with it its mails. Raises NotAllowed, NotFound."""
    view = locks.flow_view_for_update(pk)
    policies.require(actor, "shared.keep", sharing.scope_of(view))
    view.removed_at = clock.now()
    view.save(update_fields=["removed_at"])
    FlowSubscription.objects.filter(view=view).delete()
    ledger.record(view, [FlowViewRemoved(audience=view.audience)], actor=actor)
    return view


@transaction.atomic
def subscribe(pk: int, *, rhythm: str, actor: Actor) -> FlowView:
    """Be sent a view weekly or monthly; with an empty rhythm no longer.

    Raises Invalid for another rhythm, NotFound for a view that is not one's own or everyone's.
    """
    view = locks.flow_view_for_update(pk)
    if actor.person_id is None or view.owner_id not in (None, actor.person_id):
        raise NotFound(_("This view does not exist."))
    mine = FlowSubscription.objects.filter(view=view, person_id=actor.person_id)
    if not rhythm:
        if mine.delete()[0]:
            ledger.record(view, [FlowViewUnsubscribed()], actor=actor)
        return view
    if rhythm not in FlowSubscription.Rhythm.values:
        said = _("Mails come weekly or monthly.")
        raise Invalid(said, {"rhythm": [said]})
    due = next_moment(rhythm, clock.now(), parse({}).zone)
    FlowSubscription.objects.update_or_create(
        view=view, person_id=actor.person_id, defaults={"rhythm": rhythm, "next_at": due}
    )
    ledger.record(view, [FlowViewSubscribed(rhythm=rhythm)], actor=actor)
    return view


def next_moment(rhythm: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The next Monday, or the next first of a month, at seven in the organisation's zone."""
    if rhythm == FlowSubscription.Rhythm.WEEKLY:
        first = monday(now, zone)
        days = (first, first + timedelta(days=7))
    else:
        first = now.astimezone(zone).date().replace(day=1)
        days = (first, (first + timedelta(days=32)).replace(day=1))
    moments = [midnight(day, zone) + HOUR for day in days]
    return next(moment for moment in moments if moment > now)


def scope_of(view: FlowView) -> FlowScope:
    """What it asks for, as of now."""
    return parse(view.params)
