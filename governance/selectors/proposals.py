"""Proposals of changes as people see them, and what a proposal still lacks."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.consent import Asked, unanswered
from governance.models import ChangeProposal
from governance.selectors.people import Account, facts_for, person_for

State = ChangeProposal.State
STANDINGS = ("open", "mine", "over", "all")


def visible_to(user: Account) -> QuerySet[ChangeProposal]:
    """What is open for remarks or further everybody sees; what is being written, its author and
    stewards."""
    rows = ChangeProposal.objects.select_related("author", "sponsor", "version")
    if facts_for(user).steward:
        return rows
    person = person_for(user)
    unseen = Q(state=State.DRAFT) | Q(state=State.WITHDRAWN, version=None)
    return rows.filter(~unseen | Q(author=person)) if person is not None else rows.exclude(unseen)


def standing_is(
    rows: QuerySet[ChangeProposal], standing: str, user: Account
) -> QuerySet[ChangeProposal]:
    """Those of one of STANDINGS; the newest first."""
    person = person_for(user)
    over = (*ChangeProposal.ENDED, State.ADOPTED)
    wanted = {
        "open": ~Q(state__in=over),
        "mine": Q(author=person),
        "over": Q(state__in=over),
        "all": Q(),
    }
    return rows.filter(wanted[standing]).order_by("-number")


def with_baseline(bp: Blueprint) -> list[str]:
    """Measures that say where it began."""
    found = bp.find(kinds.Measure).items()
    return [key for key, spec in found if spec.baseline is not None]


def unanswered_of(proposal: ChangeProposal, bp: Blueprint) -> list[Asked]:
    """What a proposal lacks before it is put to others."""
    named = {"rights": proposal.rights, "handoffs": proposal.handoffs, "skills": proposal.skills}
    return unanswered(proposal.kind, proposal.texts, named, proposal.measures, with_baseline(bp))


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the four answers: what it is about, what it asks, what somebody wrote."""

    key: str
    name: str
    question: str
    text: str


def tabs_of(proposal: ChangeProposal, questions: Sequence[tuple[str, str, str]]) -> list[Tab]:
    """The four answers in their order."""
    texts = proposal.texts
    asked = {key: question.partition(": ")[2] for key, _name, question in questions}
    return [
        Tab(key, name, asked[key][:1].upper() + asked[key][1:], texts[key])
        for key, name, _question in questions
    ]
