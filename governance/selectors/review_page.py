"""A version as it is agreed: round, answers by department, objections, signatures, what is next."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.urls import reverse
from django.utils.translation import gettext as _

from esm.common import clock
from governance.blueprint.blueprint import Blueprint
from governance.models import (
    Acknowledgement,
    ChangeProposal,
    ConsentAnswer,
    ConsentRound,
    Department,
    Membership,
    ModelVersion,
    Objection,
    Person,
)
from governance.selectors import change_record, gate_seen, hindrances, proposals, rounds, signatures
from governance.selectors.change_record import Step as Happened
from governance.selectors.drafts import draft_blueprint
from governance.selectors.hindrances import Hindrance, Known, Step
from governance.selectors.people import Account, facts_for, person_for
from governance.selectors.roles import role_keys, stand_ins
from governance.selectors.signatures import ToSign
from governance.selectors.versions import blueprint, published

State, Answer = ModelVersion.State, ConsentAnswer.Answer
Next = Literal["submit", "end", "decided", "schedule", "publish", "wait", ""]
# Whose taking up is followed.
FOLLOWED = (State.AGREED, State.PUBLISHED, State.RETIRED)
# Fewer people of a department than this are told together with the others.
FEWEST = 5


@dataclass(frozen=True)
class DepartmentAnswers:
    """How a department answered; never who. ``department`` None gathers small ones."""

    department: Department | None
    asked: int
    counts: Counter[str]

    @property
    def consents(self) -> int:
        """Consents, with or without a concern."""
        return self.counts[Answer.NO_OBJECTION] + self.counts[Answer.CONCERN]

    @property
    def concerns(self) -> int:
        """With a concern."""
        return self.counts[Answer.CONCERN]

    @property
    def objects(self) -> int:
        """Object."""
        return self.counts[Answer.OBJECTION]

    @property
    def abstains(self) -> int:
        """Abstain."""
        return self.counts[Answer.ABSTAIN]

    @property
    def silent(self) -> int:
        """Have not answered."""
        return self.counts[Answer.NONE]


@dataclass(frozen=True)
class RoundShown:
    """A round with how it stands and how departments answered."""

    row: ConsentRound
    standing: rounds.Standing
    departments: tuple[DepartmentAnswers, ...]
    total: DepartmentAnswers
    concerns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NextStep:
    """What a button says, and where it leads."""

    label: str
    url: str


def next_step(version: ModelVersion, what: Next) -> NextStep | None:
    """The button of what is next."""
    known: dict[Next, tuple[str, str]] = {
        "submit": (_("Ask for consent"), "model-submit"),
        "end": (_("End the round"), "model-end-round"),
        "schedule": (_("Publish it"), "model-publish"),
        "publish": (_("Publish it"), "model-publish"),
        "wait": (_("Change its day"), "model-publish"),
    }
    if what not in known:
        return None
    label, name = known[what]
    return NextStep(label, reverse(name, args=[version.code]))


@dataclass(frozen=True)
class ReviewPage:
    """All of it; ``next`` is the one thing a steward does next, kept back by ``hindrances``."""

    version: ModelVersion
    former: ModelVersion | None
    steward: bool
    round: RoundShown | None
    answers: tuple[ConsentAnswer, ...]
    past: tuple[ConsentRound, ...]
    objections: tuple[Objection, ...]
    sides: tuple[ToSign, ...]
    hindrances: tuple[Hindrance, ...]
    next: Next
    steps: tuple[Happened, ...]
    proposals: tuple[ChangeProposal, ...] = ()
    follows: bool = False

    @property
    def primary(self) -> NextStep | None:
        """The one thing a steward does next; None for others and where nothing is to be done."""
        return next_step(self.version, self.next) if self.steward else None

    @property
    def open_objections(self) -> int:
        """How many stand in the way."""
        return sum(one.open for one in self.objections)

    @property
    def unsigned(self) -> int:
        """How many signatures are missing."""
        return sum(one.signature is None for one in self.sides)


def objections_of(version: ModelVersion) -> list[Objection]:
    """All objections to a version, the open ones first."""
    rows = Objection.objects.filter(version=version)
    found = rows.select_related("person", "tested_by", "settled_by", "round").order_by("number")
    return sorted(found, key=lambda one: (not one.open, one.number))


def objection_for(user: Account, code: str, number: int) -> Objection | None:
    """An objection that this account's person raised, which they see all the way."""
    person = person_for(user)
    if person is None:
        return None
    rows = Objection.objects.filter(version__code=code, number=number, person=person)
    return rows.select_related("version", "person", "round", "tested_by", "settled_by").first()


def page(user: Account, version: ModelVersion) -> ReviewPage:
    """The page of a version for an account that may read it."""
    former, asked = published(), rounds.rounds_of(version)
    consent = asked[0] if asked else None
    answers = rounds.answers_of(consent) if consent is not None else []
    objections, looked = objections_of(version), gate_seen.look(version, former)
    going_on = version.state in (State.DRAFT, State.IN_REVIEW, State.AGREED)
    sides = signatures.sides(looked.before, looked.bp) if going_on else []
    is_open = consent is not None and consent.closed_at is None
    known = Known(former, looked, consent if is_open else None, answers, objections)
    step = _step(version)
    return ReviewPage(
        version=version,
        former=former,
        steward=facts_for(user).steward,
        round=_round(consent, answers) if consent is not None else None,
        answers=tuple(answers),
        past=tuple(one for one in reversed(asked) if one.closed_at is not None),
        objections=tuple(objections),
        sides=tuple(sides),
        hindrances=tuple(hindrances.of_version(version, step, known)) if step else (),
        next=_next(version, consent),
        steps=tuple(change_record.of_version(version)),
        proposals=tuple(proposals.visible_to(user).filter(version=version)),
        follows=version.state in FOLLOWED and facts_for(user).sees_all_departments,
    )


def _stands_for(person_id: int, answers: Iterable[ConsentAnswer]) -> list[ConsentAnswer]:
    agreeing = [row for row in answers if row.part == ConsentAnswer.Part.AGREE]
    away = stand_ins([row.person_id for row in agreeing], clock.now())
    mine = {pk for pk, who in away.items() if who is not None and who.pk == person_id}
    return [row for row in agreeing if row.person_id in mine]


def _step(version: ModelVersion) -> Step | None:
    """What is kept back by what stands in the way."""
    if version.kind == ModelVersion.Kind.AS_IS:
        return "force" if version.state == State.DRAFT else None
    if version.state == State.DRAFT:
        return "submit"
    if version.state == State.IN_REVIEW:
        return "agree"
    return "publish" if version.state == State.AGREED else None


def _next(version: ModelVersion, consent: ConsentRound | None) -> Next:
    if version.state == State.DRAFT:
        return "publish" if version.kind == ModelVersion.Kind.AS_IS else "submit"
    if version.state == State.IN_REVIEW:
        return "decided" if consent is not None and consent.decision_id else "end"
    if version.state == State.AGREED:
        return "wait" if version.effective_from is not None else "schedule"
    return ""


def round_shown(consent: ConsentRound) -> RoundShown:
    """One round with its answers."""
    return _round(consent, rounds.answers_of(consent))


def _round(consent: ConsentRound, answers: Sequence[ConsentAnswer]) -> RoundShown:
    departments = by_department([(row.person_id, row.answer) for row in answers])
    total = DepartmentAnswers(None, len(answers), Counter(row.answer for row in answers))
    concerns = [row.text for row in answers if row.answer == Answer.CONCERN and row.text]
    standing = rounds.standing_of(consent, clock.now(), answers)
    return RoundShown(consent, standing, tuple(departments), total, tuple(concerns))


def by_department(said: Iterable[tuple[int, str]]) -> list[DepartmentAnswers]:
    """(person, word) counted by department; departments of few are told together; two queries."""
    rows = list(said)
    where = departments_of([person for person, _word in rows])
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for person, word in rows:
        found[where.get(person, 0)][word] += 1
    known = Department.objects.in_bulk([pk for pk in found if pk])
    few = few_of({pk: counts.total() for pk, counts in found.items()})
    shown = [
        DepartmentAnswers(known[pk], counts.total(), counts)
        for pk, counts in found.items()
        if pk not in few
    ]
    shown.sort(key=lambda one: one.department.name if one.department else "")
    rest: Counter[str] = sum((found[pk] for pk in few), Counter())
    if rest:
        shown.append(DepartmentAnswers(None, rest.total(), rest))
    return shown


def few_of(sizes: dict[int, int]) -> set[int]:
    """Departments told together: those of few, and one more where these are few together."""
    few = {pk for pk, size in sizes.items() if pk == 0 or size < FEWEST}
    if few and sum(sizes[pk] for pk in few) < FEWEST:
        others = [pk for pk in sizes if pk not in few]
        few |= set(sorted(others, key=lambda pk: (sizes[pk], pk))[:1])
    return few


def departments_of(people: Iterable[int]) -> dict[int, int]:
    """The department of the team somebody leads, else of their first one; one query."""
    rows = Membership.objects.filter(person_id__in=set(people), valid__contains=clock.now())
    found: dict[int, int] = {}
    for person, department in rows.order_by("-is_lead", "pk").values_list(
        "person_id", "team__department_id"
    ):
        found.setdefault(person, department)
    return found


@dataclass(frozen=True)
class Signing:
    """The sides of all touched agreements; ``mine`` are roles the viewer signs in."""

    sides: tuple[ToSign, ...]
    mine: frozenset[str]
    open: bool

    @property
    def waiting(self) -> int:
        """How many sides wait for the viewer."""
        return sum(one.signature is None and one.touched.role in self.mine for one in self.sides)


def signing(user: Account, version: ModelVersion) -> Signing:
    """What a version has signed, and what an account signs of it."""
    former, person = published(), person_for(user)
    before = blueprint(former) if former is not None else Blueprint.from_raw({})
    going_on = version.state in (State.IN_REVIEW, State.AGREED)
    return Signing(
        tuple(signatures.sides(before, draft_blueprint(version))),
        frozenset(role_keys(person.pk)) if person is not None else frozenset(),
        going_on,
    )


@dataclass(frozen=True)
class AskedOf:
    """The form of an answer: what was given, until when, and for whom somebody stands in.

    ``back`` names the page the answer is given on.
    """

    code: str
    deadline: datetime
    answer: str
    text: str
    given: bool
    carried: bool
    back: str
    stands_for: Person | None = None
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)


def asked_of(
    user: Account, version: ModelVersion, back: str, page: ReviewPage | None = None
) -> AskedOf | None:
    """What an account is asked about a version: their own answer, else for whom they stand in."""
    person = person_for(user)
    if person is None or version.state != State.IN_REVIEW:
        return None
    if page is not None:
        consent, answers = page.round.row if page.round else None, list(page.answers)
    else:
        consent = rounds.open_round(version)
        answers = rounds.answers_of(consent) if consent is not None else []
    if consent is None or consent.decision_id is not None:
        return None
    mine = next((row for row in answers if row.person_id == person.pk), None)
    others = _stands_for(person.pk, answers)
    row = mine if mine is not None and not (mine.answer and others) else None
    row = row or next((one for one in others if not one.answer), None) or mine
    if row is None:
        return None
    return AskedOf(
        code=version.code,
        deadline=consent.deadline,
        answer=row.answer,
        text=row.text,
        given=bool(row.answer),
        carried=row.carried,
        back=back,
        stands_for=row.person if row.person_id != person.pk else None,
    )


def reading_of(user: Account, version: ModelVersion) -> Acknowledgement | None:
    """What an account is asked to read of a version."""
    person = person_for(user)
    if person is None:
        return None
    rows = Acknowledgement.objects.filter(version=version, person=person)
    return rows.select_related("version").first()
