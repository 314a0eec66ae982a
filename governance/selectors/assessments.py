"""Assessments as people see them: whose turn it is, figures of at least five, facts beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower

from esm.common import clock
from esm.common.errors import NotFound
from governance.blueprint.adoption import maturity
from governance.blueprint.adoption.maturity import Computed, Practice
from governance.blueprint.adoption.questions import QUESTIONS, Question, of_part
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.completeness import Check, checks
from governance.blueprint.coverage import coverage
from governance.blueprint.expectations import PARTS
from governance.models import Assessment, AssessmentAnswer, Person
from governance.registries import practice_of
from governance.selectors.coverage import levels_now
from governance.selectors.lint_facts import today_of
from governance.selectors.people import Account, facts_for, person_for
from governance.selectors.roles import Wanted, holders_of
from governance.selectors.versions import blueprint, published
from governance.selectors.wording import element_name

State, Of = Assessment.State, Assessment.Of
KINDS = {Of.DEPARTMENT: "Department", Of.STREAM: "ValueStream"}


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question with what facts say and what people answered; ``n`` of them."""

    question: Question
    computed: Computed | None
    answered: float | None
    n: int

    @property
    def difference(self) -> float | None:
        """How much higher people see it than facts do."""
        if self.answered is None or self.computed is None or self.computed.level is None:
            return None
        return self.answered - self.computed.level


@dataclass(frozen=True, slots=True)
class PartRow:
    """One of the four parts: its median by facts and by answers, and its questions."""

    part: str
    computed: float | None
    answered: float | None
    questions: tuple[QuestionRow, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What an assessment says; ``overall`` and ``felt`` are the lowest of the four parts."""

    parts: tuple[PartRow, ...]
    overall: float | None
    felt: float | None
    enough: bool

    @property
    def weakest(self) -> PartRow | None:
        """The part that holds the whole down, by facts."""
        known = [one for one in self.parts if one.computed is not None]
        return min(known, key=lambda one: one.computed or 0, default=None)


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """An assessment with its scope in words and how far it is.

    ``mine`` is what the viewer is asked, None for who is not; ``result`` stands once it is closed,
    for who may read it.
    """

    row: Assessment
    scope: str
    asked: int
    answered: int
    mine: AssessmentAnswer | None
    result: Result | None

    @property
    def waits_for_me(self) -> bool:
        """The viewer may answer, and has not."""
        open_now = self.row.state == State.OPEN
        return open_now and self.mine is not None and self.mine.answered_at is None


def people_named(names: Sequence[str]) -> dict[str, Person]:
    """Who is here under each of these keys, mail addresses or full names, where it is one person;
    one query."""
    wanted = {name.casefold() for name in names}
    rows = Person.objects.filter(active=True).annotate(
        low_key=Lower("key"), low_mail=Lower("email"), low_name=Lower("name")
    )
    rows = rows.filter(Q(low_key__in=wanted) | Q(low_mail__in=wanted) | Q(low_name__in=wanted))
    by_mark: dict[str, list[Person]] = {}
    by_name: dict[str, list[Person]] = {}
    for row in rows.order_by("pk"):
        for mark in {row.key.casefold(), row.email.casefold()}:
            by_mark.setdefault(mark, []).append(row)
        by_name.setdefault(row.name.casefold(), []).append(row)
    found = {}
    for name in names:
        here = by_mark.get(name.casefold()) or by_name.get(name.casefold()) or []
        if len(here) == 1:
            found[name] = here[0]
    return found


def today() -> date:
    """The day it is in the organisation's zone."""
    version = published()
    return today_of(blueprint(version)) if version is not None else clock.now().date()


def runs(user: Account) -> bool:
    """Those who read assessments that are not published: stewards and auditors."""
    facts = facts_for(user)
    return facts.steward or facts.auditor


def visible_to(user: Account) -> QuerySet[Assessment]:
    """Published ones everybody; others who is asked once they are open, stewards and auditors."""
    rows = Assessment.objects.select_related("planned_by")
    if runs(user):
        return rows
    person = person_for(user)
    asked = Q(pk__in=AssessmentAnswer.objects.filter(person=person).values("assessment_id"))
    asked &= ~Q(state=State.PLANNED)
    return rows.filter(Q(state=State.PUBLISHED) | asked if person else Q(state=State.PUBLISHED))


def rows_of(user: Account, found: list[Assessment]) -> list[AssessmentRow]:
    """With how far they are; two queries, and one more for answers of those that are closed."""
    ids = [row.pk for row in found]
    answers = AssessmentAnswer.objects.filter(assessment__in=ids)
    counted = answers.order_by().values_list("assessment_id")
    counts = {
        pk: (asked, done)
        for pk, asked, done in counted.annotate(
            asked=Count("pk"), done=Count("pk", filter=Q(answered_at__isnull=False))
        )
    }
    person = person_for(user)
    mine = {row.assessment_id: row for row in answers.filter(person=person)} if person else {}
    shown = [row for row in found if row.state == State.PUBLISHED or _early(user, row)]
    results = _results(shown)
    version = published()
    bp = blueprint(version) if version is not None else None
    return [
        AssessmentRow(
            row=row,
            scope=_scope(bp, row),
            asked=counts.get(row.pk, (0, 0))[0],
            answered=counts.get(row.pk, (0, 0))[1],
            mine=mine.get(row.pk),
            result=results.get(row.pk),
        )
        for row in found
    ]


def _early(user: Account, row: Assessment) -> bool:
    """Closed ones are read by who runs assessments, before everybody does."""
    return row.state == State.CLOSED and runs(user)


def one(user: Account, number: int) -> AssessmentRow:
    """One assessment. Raises NotFound, for hidden and missing alike."""
    row = visible_to(user).filter(pk=number).first()
    if row is None:
        raise NotFound("There is no such assessment.")
    return rows_of(user, [row])[0]


def _scope(bp: Blueprint | None, row: Assessment) -> str:
    if row.of == Of.ORGANISATION:
        return bp.organisation().name if bp is not None else ""
    kind = KINDS[Of(row.of)]
    return element_name(bp, kind, row.key) if bp and (kind, row.key) in bp else row.key


def _results(rows: list[Assessment]) -> dict[int, Result]:
    if not rows:
        return {}
    given: dict[int, list[dict[str, int]]] = {row.pk: [] for row in rows}
    answers = AssessmentAnswer.objects.filter(assessment__in=rows, answered_at__isnull=False)
    for pk, levels in answers.values_list("assessment_id", "levels"):
        given[pk].append(levels)
    return {row.pk: _result(row.computed, given[row.pk]) for row in rows}


def _result(stored: Mapping[str, dict[str, object]], answers: list[dict[str, int]]) -> Result:
    facts = {code: Computed(**values) for code, values in stored.items()}  # type: ignore[arg-type]
    questions: dict[str, QuestionRow] = {}
    for asked in QUESTIONS:
        levels = [each[asked.code] for each in answers if asked.code in each]
        felt = maturity.answered(levels)
        n = len(levels) if felt is not None else 0
        questions[asked.code] = QuestionRow(asked, facts.get(asked.code), felt, n)
    computed = maturity.part_levels(
        {code: row.computed.level if row.computed else None for code, row in questions.items()}
    )
    felt_parts = maturity.part_levels({code: row.answered for code, row in questions.items()})
    parts = tuple(
        PartRow(
            part,
            computed[part],
            felt_parts[part],
            tuple(questions[asked.code] for asked in of_part(part)),
        )
        for part in PARTS
    )
    return Result(
        parts,
        maturity.overall(computed),
        maturity.overall(felt_parts),
        len(answers) >= maturity.FEW,
    )


def computed_now(bp: Blueprint, of: str, key: str) -> dict[str, Computed]:
    """What facts say of each question at this moment; about ten queries."""
    here = [one for one in checks(bp) if _holds(one, of, key)]
    practice = practice_of(of, key)
    shares = {**_of_people(bp, here), "reviews": _reviews(bp, here), **practice.shares}
    seen = Practice(shares, practice.work, practice.improved)
    measured = maturity.measured_in(here)
    return {asked.code: maturity.computed(asked, here, seen, measured) for asked in QUESTIONS}


def _holds(check: Check, of: str, key: str) -> bool:
    if of == Of.DEPARTMENT:
        return check.department == key
    return key in check.streams if of == Of.STREAM else True


def _of_people(bp: Blueprint, here: list[Check]) -> dict[str, float | None]:
    """Roles that answer for something here and are held; needs of skills here that are covered."""
    roles = sorted({check.owner for check in here if check.owner})
    held = holders_of([Wanted(role) for role in roles])
    places = {(check.kind, check.key) for check in here}
    needs = [row for row in coverage(bp, levels_now(bp)) if (row.need.kind, row.need.key) in places]
    return {
        "held": _share(sum(bool(people) for people in held.values()), len(roles)),
        "skills": _share(sum(not row.gap for row in needs), len(needs)),
    }


def _reviews(bp: Blueprint, here: list[Check]) -> float | None:
    """What is to be looked at again on a day, and that day is not over."""
    day = today_of(bp)
    items = {(check.kind, check.key) for check in here}
    due = [getattr(bp.get(*item), "review_due", None) for item in sorted(items)]
    known = [one for one in due if one is not None]
    return _share(sum(one >= day for one in known), len(known))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
