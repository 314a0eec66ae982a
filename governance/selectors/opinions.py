"""Who has a part beside deciding, what they said, and who must still agree."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from governance import registries
from governance.blueprint.rights import PartPlayed
from governance.models import AskedOpinion, Decision, Opinion, Person
from governance.models.opinions import Part
from governance.selectors.resolving import Answer

VOICES = tuple(Part.values)
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Said:
    """An opinion: given on the decision, or by a step somebody did; ``step`` is what it was."""

    part: str
    role: str
    person: Person
    verdict: str
    text: str
    at: datetime
    step: str = ""


def waits_for(person_id: int) -> QuerySet[AskedOpinion]:
    """Open decisions on which a person's opinion is asked and not given, ends soonest first."""
    rows = AskedOpinion.objects.filter(
        person_id=person_id, said_at=None, decision__state=Decision.State.OPEN
    )
    related = rows.select_related("decision__version", "decision__requester")
    return related.order_by("decision__due_at", "pk")


def rows_asked(person: Person) -> list[AskedOpinion]:
    """The first of what a person's opinion is asked on."""
    return list(waits_for(person.pk)[:SHOWN])


def asked_of(decision: Decision, person_id: int | None) -> list[AskedOpinion]:
    """What one person is asked on a decision, said or not."""
    if person_id is None or decision.state != Decision.State.OPEN:
        return []
    return list(AskedOpinion.objects.filter(decision=decision, person_id=person_id).order_by("pk"))


def latest(decision: Decision) -> list[Opinion]:
    """The last opinion of each person and part in the round of now, as they were given."""
    rows = Opinion.objects.filter(decision=decision, round=decision.round).select_related("person")
    found = {(row.person_id, row.part): row for row in rows.order_by("given_at", "pk")}
    return sorted(found.values(), key=lambda row: (row.given_at, row.pk))


def steps_done(decision: Decision) -> list[registries.Done]:
    """Steps that were done on the subject since what is decided on is what it is."""
    tell = registries.subject(decision.subject_kind).done
    if tell is None:
        return []
    since = decision.round_began_at
    done = tell(decision.subject_id)
    return [one for one in done if since is None or one.at >= since]


def said_on(decision: Decision, parts: Sequence[PartPlayed]) -> list[Said]:
    """Every opinion of the round: given on the decision, or by having done a step in that role."""
    return said_in(decision, {(p.part, p.role or "") for p in parts})


def said_in(decision: Decision, parts: Collection[tuple[str, str]]) -> list[Said]:
    """The same for (part, role) alone; two queries, none where nobody has a part."""
    wanted = {(part, role) for part, role in parts if part in VOICES}
    if not wanted:
        return []
    found = [
        Said(row.part, row.role_key, row.person, row.verdict, row.text, row.given_at)
        for row in latest(decision)
    ]
    silent = sorted(wanted - {(one.part, one.role) for one in found})
    for done in steps_done(decision) if any(role for _, role in silent) else ():
        for part, role in silent:
            if role and done.role == role:
                found.append(Said(part, role, done.person, "for", "", done.at, done.step))
    return found


def asked_people(answer: Answer, said: Sequence[Said]) -> list[tuple[str, str, str, Person]]:
    """(part, role, right, person) of whom to ask: of parts that nobody played by a step."""
    played = {(one.part, one.role) for one in said if one.step}
    wanted = [
        (p.part, one.role, p.right, one.ref)
        for p in answer.resolution.parts
        if p.part in VOICES and (p.part, p.role) not in played
        for one in p.people
    ]
    known = Person.objects.in_bulk({int(ref[2:]) for *_, ref in wanted})
    found: dict[tuple[int, str], tuple[str, str, str, Person]] = {}
    for part, role, right, ref in wanted:
        person = known.get(int(ref[2:]))
        if person is not None:
            found.setdefault((person.pk, part), (part, role, right, person))
    return list(found.values())


def missing_agreement(answer: Answer, said: Sequence[Said]) -> str:
    """Why a yes has to wait for somebody who must agree; "" where it has not.

    Whoever was against it and has the part no more is answered by a later yes of who has it now.
    """
    for part in answer.resolution.parts:
        if part.part != Part.AGREE:
            continue
        name = answer.part_name(part)
        mine = [one for one in said if one.part == Part.AGREE and part.role in (None, one.role)]
        now = {one.ref for one in part.people}
        agreed = max((one.at for one in mine if one.verdict == "for"), default=None)
        against = [
            one
            for one in mine
            if one.verdict == "against"
            and (one.person.ref in now or (agreed is not None and agreed < one.at))
        ]
        if against:
            who = against[0].person.name
            return f"{who} does not agree, as {name}; it can be declined or sent back."
        if not any(one.verdict == "for" for one in mine):
            who = " or ".join(one.name for one in part.people)
            if not who:
                return f"{name} must agree first, and nobody can at the moment: name a holder."
            return f"{name} must agree first: {who} has not answered yet."
    return ""
