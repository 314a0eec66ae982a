"""Sending saved figures to those who asked for them, each as they may see them at that moment."""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import ServiceError
from esm.notices.choices import Group, Why
from esm.notices.registries import Kind
from esm.notices.services import notify
from governance.selectors.recipients import recipients
from valueflow import locks
from valueflow.models import FlowSubscription, FlowView
from valueflow.selectors import flow_views
from valueflow.selectors.questions import asking
from valueflow.selectors.questions.told import told
from valueflow.services.flow_views import next_moment, scope_of

log = logging.getLogger(__name__)

FIGURES = "flow_view.sent"
KINDS = (Kind(FIGURES, gettext_lazy("Figures of value flow you asked for"), Group.FOLLOWS),)
# What could not be sent is tried again after this.
AGAIN = timedelta(hours=1)
AT_ONCE = 200


def send_due() -> int:
    """Tell what is due, each in a transaction of its own; returns how many were dealt with."""
    done = 0
    while done < AT_ONCE and _send_next():
        done += 1
    return done


def _send_next() -> bool:
    now = clock.now()
    with transaction.atomic():
        due = locks.lock_due_subscription(now)
        if due is None:
            return False
        try:
            with transaction.atomic():
                _tell(due)
        except Exception:
            # One view that fails must not keep the others from their mails.
            log.exception("Figures of view %s were not sent", due.view_id)
            due.next_at = now + AGAIN
        else:
            due.next_at = next_moment(due.rhythm, now, scope_of(FlowView()).zone)
        due.save(update_fields=["next_at"])
    return True


def _tell(due: FlowSubscription) -> None:
    """The notice of one subscription, with the account of whoever gets it; nothing without one."""
    found = recipients([due.person_id]).get(due.person_id)
    account = User.objects.filter(pk=found.user_id).first() if found and found.user_id else None
    if account is None:
        return
    notify.notify(
        due.person_id,
        kind=FIGURES,
        title=due.view.name,
        body=_body(due.view, account),
        url=flow_views.address(due.view),
        dedupe_key=f"flow-subscription/{due.pk}:{due.next_at.isoformat()}",
        why=Why.FOLLOWER,
    )


def _body(view: FlowView, account: User) -> str:
    try:
        question = asking.by_slug(view.question) if view.question else None
        return told(question, scope_of(view), account)
    except ServiceError as refused:
        return _("These figures cannot be told any more: %(why)s") % {"why": refused.sentence}
