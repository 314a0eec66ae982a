"""Rounds of consent: the one of now, who has answered, who still has to, who cannot be reached."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from governance.models import Absence, ConsentAnswer, ConsentRound, ModelVersion, Objection

Part, Answer = ConsentAnswer.Part, ConsentAnswer.Answer


def open_round(version: ModelVersion) -> ConsentRound | None:
    """The round that is open, decided on or waited for."""
    rows = ConsentRound.objects.filter(version=version, closed_at=None)
    return rows.select_related("version", "decision", "opened_by").first()


def last_round(version: ModelVersion) -> ConsentRound | None:
    """The newest round, open or not."""
    rows = ConsentRound.objects.filter(version=version).order_by("-number")
    return rows.select_related("version", "decision", "opened_by").first()


def rounds_of(version: ModelVersion) -> list[ConsentRound]:
    """All rounds of a version, the newest first."""
    rows = ConsentRound.objects.filter(version=version).order_by("-number")
    return list(rows.select_related("version", "decision", "opened_by"))


def open_objections(version: ModelVersion) -> list[Objection]:
    """Objections that keep a version from being agreed."""
    rows = Objection.objects.filter(version=version, state__in=Objection.OPEN)
    return list(rows.select_related("person").order_by("number"))


def answers_of(consent: ConsentRound) -> list[ConsentAnswer]:
    """Everybody who is asked, with what they said."""
    rows = ConsentAnswer.objects.filter(round=consent).select_related("person", "answered_by")
    return list(rows.order_by("person__name", "pk"))


def away_throughout(consent: ConsentRound, people: Iterable[int]) -> set[int]:
    """Who of these people is away for all of a round, so that their silence says nothing."""
    whole = (consent.opened_at, consent.deadline)
    rows = Absence.objects.filter(person_id__in=set(people), valid__contains=whole)
    return set(rows.values_list("person_id", flat=True))


@dataclass(frozen=True)
class Standing:
    """Where a round stands: who must answer and did not, and what counts without an answer.

    ``missing`` are answers a round waits for, ``silent`` those whose silence counts as consent,
    ``away`` those who could not be reached and are left out on record.
    """

    asked: int
    answered: int
    over: bool
    missing: tuple[ConsentAnswer, ...]
    silent: tuple[ConsentAnswer, ...]
    away: tuple[ConsentAnswer, ...]
    counts: Counter[str]

    @property
    def waiting(self) -> bool:
        """Somebody may still answer, so that the round goes on until its deadline."""
        return not self.over and self.answered < self.asked


def standing_of(
    consent: ConsentRound, now: datetime, rows: Sequence[ConsentAnswer] | None = None
) -> Standing:
    """Where a round stands at a moment; two queries.

    A role that must agree has answered once one of its holders did; whoever must agree in several
    roles answers for all of them.
    """
    found = answers_of(consent) if rows is None else list(rows)
    over = now >= consent.deadline
    given = {role for row in found if row.answer and row.part == Part.AGREE for role in row.roles}
    open_rows = [
        row
        for row in found
        if row.part == Part.AGREE and not row.answer and not given.issuperset(row.roles)
    ]
    gone = away_throughout(consent, [row.person_id for row in open_rows]) if over else set()
    left = [row for row in open_rows if row.person_id not in gone]
    silent = left if over and consent.silence_consents else []
    return Standing(
        asked=len(found),
        answered=sum(bool(row.answer) for row in found),
        over=over,
        missing=tuple(left if not silent else ()),
        silent=tuple(silent),
        away=tuple(row for row in open_rows if row.person_id in gone),
        counts=Counter(row.answer for row in found),
    )
