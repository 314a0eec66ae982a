"""Deciding by the link of a mail: one person, one decision, one round, once.

The link is made when the mail is sent. Following it changes nothing; only its form acts, and only
through the service that decides, as the person it was mailed to.
"""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from esm.accounts.services import guesses
from esm.common import clock
from esm.common.errors import Conflict, NotAllowed, NotFound
from esm.events.services import ledger
from esm.events.types import moment_text
from governance.event_types.links import DecisionLinkUsed
from governance.locks import lock_links
from governance.models import Decision, DecisionLink, Person
from governance.selectors import decision_links
from governance.selectors.decision_links import Mailed
from governance.selectors.people import Account, actor_for
from governance.selectors.voting import waits_for
from governance.services import deciding
from governance.services.controls import on_record
from governance.services.subject_content import subject_of

LIFE = timedelta(hours=48)
KEPT = timedelta(days=30)
GUESSING = "decision-link"
# The same for a link that was never made, was used, has ended or belongs to somebody else.
DEAD = "This link no longer works; sign in to see what waits for you."


def button(person_id: int, about: str) -> tuple[str, str] | None:
    """(words, path) for the mail that a decision on ``request/17`` waits; None where none does.

    The path acts without a sign-in only where that is allowed for this decision.
    """
    kind, _slash, pk = about.partition("/")
    rows = Decision.objects.filter(
        waits_for(person_id), subject_kind=kind, subject_id=int(pk), state=Decision.State.OPEN
    )
    waiting = list(rows.order_by("pk")[:2])
    if not waiting:
        return None
    if len(waiting) > 1:
        return _("Open your decisions"), "/decisions/"
    person = Person.objects.get(pk=person_id)
    if decision_links.account_of(person) is None or not decision_links.may_be_mailed(waiting[0]):
        return _("Open it in the portal"), f"/decisions/?open={waiting[0].pk}"
    return _("Decide it now"), f"/decisions/by-mail/{make_link(waiting[0], person)}/"


def make_link(decision: Decision, person: Person) -> str:
    """A new secret for one person, one decision, the round of now; only its hash is kept."""
    token, now = secrets.token_urlsafe(32), clock.now()
    DecisionLink.objects.filter(expires_at__lt=now - KEPT).delete()
    DecisionLink.objects.create(
        decision=decision,
        person=person,
        round=decision.round,
        token_hash=decision_links.hash_of_token(token),
        made_at=now,
        expires_at=now + LIFE,
    )
    return token


def look_up(token: str, *, viewer: Account, address: str) -> Mailed:
    """The link behind a secret. Raises NotFound, always with the same sentence.

    Secrets that were never made are counted by network address, as wrong passwords are.
    """
    if guesses.too_many(GUESSING, address):
        raise NotFound(DEAD)
    found = decision_links.alive(token, viewer)
    if found is None:
        if not decision_links.was_made(token):
            guesses.count(GUESSING, address)
        raise NotFound(DEAD)
    return found


@on_record
def decide_by_link(
    token: str, *, outcome: str, rationale: str, viewer: Account, address: str
) -> Decision:
    """Decide, or vote, as the person of the link; on record is that it was by mail.

    Raises NotFound for a link that does not work, also where it just ceased to; otherwise what
    deciding raises.
    """
    link = look_up(token, viewer=viewer, address=address).link
    subject, subject_id = subject_of(link.decision_id)
    try:
        with transaction.atomic():
            parent = subject.lock(subject_id)
            lock_links(link.decision_id, link.person_id)
            found = decision_links.alive(token, viewer)
            if found is None:
                raise NotFound(DEAD)
            actor = actor_for(found.account)
            event = DecisionLinkUsed(
                decision=found.link.decision.seq,
                round=link.round,
                person=actor.ref,
                made_at=moment_text(link.made_at),
            )
            ledger.record(parent, [event], actor=actor)
            _use_up(link)
            return deciding.decide(
                link.decision_id,
                outcome=outcome,
                rationale=rationale,
                seen_round=link.round,
                actor=actor,
            )
    except Conflict:
        raise NotFound(DEAD) from None
    except NotAllowed as refused:
        if refused.code != "decision-decide":
            raise
        raise NotFound(DEAD) from None


def _use_up(link: DecisionLink) -> None:
    """A mail may have been sent twice; with one link every other for the same is used, too."""
    same = DecisionLink.objects.filter(decision=link.decision_id, person=link.person_id)
    same.filter(used_at=None).update(used_at=clock.now())
