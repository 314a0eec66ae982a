"""Who may still vote, who has, and what the votes of the round come to."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from esm.common import clock
from governance.blueprint.rights import Tally, tally
from governance.models import AskedOpinion, Decision, Opinion, Seat, Vote
from governance.selectors.resolving import Answer


@dataclass(frozen=True, slots=True)
class VoterRow:
    """Somebody who decides with others, and their vote of this round, if any."""

    seat: Seat
    vote: Vote | None


@dataclass(frozen=True)
class Round:
    """How votes of an open decision of several stand; ``mine`` is the viewer's seat and vote."""

    number: int
    rule: str
    quorum: int
    needed: int
    voters: tuple[VoterRow, ...]
    mine: VoterRow | None = None

    @property
    def yes(self) -> int:
        """How many said yes."""
        return sum(row.vote is not None and row.vote.choice == "approve" for row in self.voters)

    @property
    def cast(self) -> int:
        """How many have voted."""
        return sum(row.vote is not None for row in self.voters)

    @property
    def quorum_left(self) -> int:
        """How many more have to take part."""
        return max(0, self.quorum - self.cast)


def may_answer(person_id: int) -> Q:
    """Of decisions: those open ones a person decides alone, or has not voted on yet."""
    alone = Decision.objects.filter(decider_id=person_id, state=Decision.State.OPEN)
    seats = Seat.objects.filter(person_id=person_id, voted_at=None)
    return Q(pk__in=any_of(alone.values("pk"), seats.values("decision_id")))


def waits_for(person_id: int) -> Q:
    """Of decisions: those a person may answer, but for what was put off to a later day."""
    return may_answer(person_id) & (Q(deferred_until=None) | Q(deferred_until__lte=clock.now()))


def takes_part(person_id: int) -> Q:
    """Of decisions: those a person decides or decided, alone or with others, or acts for."""
    return Q(pk__in=any_of(*parts_of(person_id)))


def parts_of(person_id: int) -> list[QuerySet[Any, Any]]:
    """Ids of the decisions a person has a part in or acts for, by what makes it so.

    Apart, because each has an index of its own, which one condition of all of them would not use.
    """
    return [
        Decision.objects.filter(decider_id=person_id).values("pk"),
        Decision.objects.filter(stands_in_for_id=person_id).values("pk"),
        Seat.objects.filter(person_id=person_id).values("decision_id"),
        Seat.objects.filter(stands_in_for_id=person_id).values("decision_id"),
        Vote.objects.filter(person_id=person_id).values("decision_id"),
        Vote.objects.filter(stands_in_for_id=person_id).values("decision_id"),
        AskedOpinion.objects.filter(person_id=person_id).values("decision_id"),
        Opinion.objects.filter(person_id=person_id).values("decision_id"),
    ]


def any_of(*ids: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """The ids of any of these queries."""
    return ids[0].order_by().union(*(rows.order_by() for rows in ids[1:]))


def took_part(person_id: int) -> Q:
    """Of decided decisions: those whose outcome was made of a person's vote."""
    votes = Vote.objects.filter(person_id=person_id, counted=True)
    return Q(pk__in=votes.values("decision_id"))


def live_votes(decision: Decision) -> QuerySet[Vote]:
    """Votes of the round of now that were not taken back, in the order they were cast."""
    rows = Vote.objects.filter(decision=decision, round=decision.round, withdrawn_at=None)
    return rows.order_by("cast_at", "pk")


def tally_of(decision: Decision, answer: Answer) -> Tally:
    """What the votes come to among those who may vote at this moment; one query."""
    found = answer.resolution
    due = decision.due_at
    return tally(
        found.rule,
        quorum=found.quorum,
        needed=found.needed,
        deciders=[one.person.ref for one in answer.seats],
        ballots=[
            (vote.person.ref, vote.choice) for vote in live_votes(decision).select_related("person")
        ],
        late=due is not None and due <= clock.now(),
    )


def round_of(decision: Decision, person_id: int | None) -> Round | None:
    """The voters of an open decision of several with their votes; two queries."""
    if not decision.together or decision.state != Decision.State.OPEN:
        return None
    votes = {vote.person_id: vote for vote in live_votes(decision)}
    seats = Seat.objects.filter(decision=decision).select_related("person", "stands_in_for")
    rows = tuple(VoterRow(seat, votes.get(seat.person_id)) for seat in seats.order_by("pk"))
    mine = next((row for row in rows if row.seat.person_id == person_id), None)
    return Round(decision.round, decision.rule, decision.quorum, decision.needed, rows, mine)


def votes_of(decision: Decision) -> list[Vote]:
    """Every vote that was ever cast on a decision, by round."""
    rows = Vote.objects.filter(decision=decision).select_related("person", "stands_in_for")
    return list(rows.order_by("round", "cast_at", "pk"))


def persons_on(subject_kind: str, subject_id: int) -> set[int]:
    """Ids of those with a part in what is decided on a subject, and for whom; five queries."""
    on = {"subject_kind": subject_kind, "subject_id": subject_id}
    of = {f"decision__{name}": value for name, value in on.items()}
    rows: list[tuple[int | None, int | None]] = [
        *Decision.objects.filter(**on).values_list("decider_id", "stands_in_for_id"),
        *Seat.objects.filter(**of).values_list("person_id", "stands_in_for_id"),
        *Vote.objects.filter(**of).values_list("person_id", "stands_in_for_id"),
        *AskedOpinion.objects.filter(**of).values_list("person_id", "person_id"),
        *Opinion.objects.filter(**of).values_list("person_id", "person_id"),
    ]
    return {pk for row in rows for pk in row if pk is not None}


def waited_on(decisions: QuerySet[Decision]) -> set[int]:
    """Ids of those whose answer open decisions wait for; two queries."""
    alone = decisions.filter(decider__isnull=False).values_list("decider_id", flat=True)
    seats = Seat.objects.filter(decision__in=decisions, voted_at=None)
    return {pk for pk in alone if pk is not None} | set(seats.values_list("person_id", flat=True))


def deciders_of(decision: Decision) -> list[int]:
    """Ids of those who decide an open decision, and for whom they do; a query where several do."""
    pairs = [(decision.decider_id, decision.stands_in_for_id)]
    if decision.together:
        seats = Seat.objects.filter(decision=decision).order_by("pk")
        pairs = list(seats.values_list("person_id", "stands_in_for_id"))
    return [pk for pair in pairs for pk in pair if pk is not None]


def has_said(decision: Decision, person_id: int | None) -> bool:
    """Whether a person decided a decision, alone or with others."""
    if person_id is None:
        return False
    rows = Decision.objects.filter(took_part(person_id), pk=decision.pk)
    return rows.exists()


def asked_on(decision: Decision) -> list[int]:
    """Ids of those whose opinion is asked on an open decision; one query."""
    rows = AskedOpinion.objects.filter(decision=decision).order_by("pk")
    return list(dict.fromkeys(rows.values_list("person_id", flat=True)))
