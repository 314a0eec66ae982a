"""Saved figures: who may open which, their address, who is sent them."""

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from esm.common.errors import NotFound
from governance.selectors import sharing
from governance.selectors.people import Account, person_for
from valueflow.models import FlowSubscription, FlowView


def visible_to(user: Account) -> QuerySet[FlowView]:
    """One's own and those for everyone, by name."""
    return sharing.shared_with(user, FlowView.objects.all()).order_by("name", "pk")


def by_id(user: Account, pk: int) -> FlowView:
    """One of them. Raises NotFound, for hidden, removed and missing alike."""
    found = visible_to(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("This view does not exist."))
    return found


def address(view: FlowView) -> str:
    """Where its figures stand."""
    place = f"/flow/questions/{view.question}/" if view.question else "/flow/"
    return place + (f"?{urlencode(view.params)}" if view.params else "")


def rhythms_of(user: Account) -> dict[int, str]:
    """How often somebody is sent which view."""
    person = person_for(user)
    if person is None:
        return {}
    rows = FlowSubscription.objects.filter(person=person)
    return dict(rows.values_list("view_id", "rhythm"))


def audiences(user: Account) -> list[tuple[str, str]]:
    """For whom somebody may keep figures: for themselves and, where they may, for everyone."""
    found = sharing.audiences(user)
    return [(key, words) for key, words in found if not key.startswith(sharing.TEAM)]
