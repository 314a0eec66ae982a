"""How requesters feel: Q21."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F
from django.utils.translation import gettext as _

from esm.accounts.models import User
from esm.common.ui.amounts import number
from governance.blueprint import kinds
from governance.blueprint.lint.flow_value import FELT, KEPT
from governance.selectors import versions
from valueflow.engine import figures
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.figures import monday, whole_weeks
from valueflow.engine.friction import Friction, too_few
from valueflow.engine.summary import FEW, CaseRow
from valueflow.models import FactSpan
from valueflow.selectors import felt, flow, population
from valueflow.selectors.naming import spoken
from valueflow.selectors.questions.flows_pool import week_name
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import percent
from workflows.models import Comment

GOOD = 4


@dataclass(frozen=True, slots=True)
class _Told:
    """Answers of a group: scores and who gave them."""

    scores: tuple[int, ...]
    people: frozenset[int]

    @property
    def mean(self) -> float | None:
        """Of 1 to 5."""
        return sum(self.scores) / len(self.scores) if self.scores else None

    @property
    def top(self) -> float | None:
        """The share of 4 and 5."""
        if not self.scores:
            return None
        return sum(score >= GOOD for score in self.scores) / len(self.scores)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The finished with what they asked of whoever sent them and what these said."""

    cases: list[CaseRow]
    frictions: Mapping[int, Friction]
    answers: Mapping[int, tuple[int, int]]

    def told(self, cases: Iterable[CaseRow]) -> _Told:
        """What was said of some of them."""
        given = [self.answers[case.id] for case in cases if case.id in self.answers]
        return _Told(
            tuple(score for score, _person in given), frozenset(person for _score, person in given)
        )

    def groups(
        self, key: Callable[[CaseRow], str | date]
    ) -> tuple[dict[str | date, list[CaseRow]], frozenset[str | date]]:
        """Cases by something, and the groups whose answers are not told."""
        found: dict[str | date, list[CaseRow]] = defaultdict(list)
        for case in self.cases:
            found[key(case)].append(case)
        return found, too_few({one: self.told(cases).people for one, cases in found.items()})


def feel(scope: FlowScope, user: User) -> Answer:
    """Q21: what they answered week by week; friction, promise and answers by service. Five
    queries."""
    asked = _read(scope)
    weeks, services = _weeks_table(scope, asked), _services_table(scope, asked)
    return Answer(
        sentence=_sentence(weeks, services),
        n=len(asked.cases),
        unit="requests",
        population=_("Requests fulfilled in the period, and what whoever asked said afterwards"),
        calendar=_("Weeks of the organisation, by when it was fulfilled."),
        tables=(weeks, services),
        marks=flow.marks(scope),
        notes=(
            _(
                "Answers of fewer than five people are not told, nor what would give them away. "
                "Friction counts what a request asks of whoever sent it: messages they wrote, "
                "twice the questions between teams, three times what came back to them with a "
                "question, twice what a step asked again."
            ),
        ),
    )


def _read(scope: FlowScope) -> _Asked:
    done = population.finished(scope)
    read = population.case_rows_with(done.order_by("pk"), "clarifications")
    pks = done.order_by().values("pk")
    spans = FactSpan.objects.filter(fact__in=pks, state="requester").order_by()
    came_back = {
        pk: (n, steps)
        for pk, n, steps in spans.values_list("fact_id").annotate(
            n=Count("pk"), steps=Count("stage", distinct=True)
        )
    }
    wrote = Comment.objects.filter(
        request__in=pks, internal=False, removed_at=None, author=F("request__requester")
    ).order_by()
    touches = dict(wrote.values_list("request_id").annotate(n=Count("pk")))
    frictions = {}
    for case, (clarifications,) in read:
        returns, steps = came_back.get(case.id, (0, 0))
        frictions[case.id] = Friction(
            touches.get(case.id, 0), int(str(clarifications)), returns, returns - steps
        )
    return _Asked([case for case, _more in read], frictions, felt.answers_to(pks))


def _told_cells(told: _Told, extra: Mapping[str, str], *, hidden: bool) -> dict[str, Cell]:
    if hidden:
        return dict.fromkeys(("answers", "mean", "top"), Cell(None, hidden=True))
    return {
        "answers": Cell(len(told.scores), "answered", extra),
        "mean": Cell(told.mean),
        "top": Cell(told.top),
    }


def _told_columns() -> tuple[Column, ...]:
    return (
        Column("answers", _("Answers"), "count", _("What they said after it was closed.")),
        Column("mean", _("Mean"), "number", _("Of 1, bad, to 5, good; of five people and more.")),
        Column("top", _("Content"), "share", _("Answers of 4 and 5 ÷ all answers.")),
    )


def _weeks_table(scope: FlowScope, asked: _Asked) -> Table:
    by, hidden = asked.groups(lambda case: monday(case.ended_at or scope.end, scope.zone))
    rows = []
    for week in whole_weeks(scope.start, scope.at, scope.zone):
        key, cases = week.isoformat(), by.get(week, [])
        told = _told_cells(asked.told(cases), {"week": key}, hidden=week in hidden)
        rows.append(
            Row(key, week_name(week), {"n": Cell(len(cases), "finished", {"week": key})} | told)
        )
    return Table(
        title=_("Week by week"),
        columns=(
            Column("n", _("Finished"), "count", _("Requests fulfilled in the week.")),
            *_told_columns(),
        ),
        rows=tuple(rows),
        chart=Chart("line", value="mean"),
    )


def _services_table(scope: FlowScope, asked: _Asked) -> Table:
    by, hidden = asked.groups(lambda case: case.service)
    rows = [
        _service_row(scope, asked, str(key), cases, hidden=key in hidden)
        for key, cases in by.items()
    ]
    rows.sort(key=lambda row: (-float(str(row.cells["friction"].value or 0)), row.key))
    per = _("A request, as a mean.")
    return Table(
        title=_("Service by service"),
        columns=(
            Column("n", _("Finished"), "count", _("Requests fulfilled in the period.")),
            Column(
                "friction",
                _("Friction"),
                "number",
                _("(messages + 2 × clarifications + 3 × returns + 2 × asked again) ÷ requests."),
            ),
            Column("touches", _("Messages"), "number", per),
            Column("clarifications", _("Clarifications"), "number", per),
            Column("returns", _("Came back to them"), "number", per),
            Column("again", _("Asked again"), "number", per),
            Column("kept", _("Promise kept"), "share", _("Kept ÷ (kept + missed).")),
            *_told_columns(),
            Column("mark", _("Mark"), "text", _mark_rule()),
        ),
        rows=tuple(rows),
        chart=Chart("scatter", value="top", against="kept", size="n"),
    )


def _mark_rule() -> str:
    return _("Kept and yet bad: %(kept)s %% of promises and more are kept, and the mean is under "
             "%(felt)s.") % {"kept": KEPT, "felt": FELT}  # fmt: skip


def _service_row(
    scope: FlowScope, asked: _Asked, key: str, cases: Sequence[CaseRow], *, hidden: bool
) -> Row:
    told = asked.told(cases)
    total = sum((asked.frictions[case.id] for case in cases), Friction())
    kept = figures.promise(cases, [], scope.at)
    bad = (
        not hidden
        and told.mean is not None
        and kept.share is not None
        and kept.n >= FEW
        and kept.share * 100 >= KEPT
        and told.mean < FELT
    )
    cells: dict[str, Cell] = {"n": Cell(len(cases), "finished", {"service": key})}
    for name in ("touches", "clarifications", "returns", "again"):
        cells[name] = _mean(getattr(total, name), len(cases))
    cells |= {
        "friction": _mean(total.score, len(cases)),
        "kept": Cell(None, hidden=True) if 0 < kept.n < FEW else Cell(kept.share),
        "mark": Cell(_("kept and yet bad") if bad else ""),
    }
    cells |= _told_cells(told, {"service": key}, hidden=hidden)
    return Row(key, _service(scope, key), cells, "risk" if bad else "")


def _mean(total: int, n: int) -> Cell:
    return Cell(None, hidden=True) if n < FEW else Cell(total / n)


def _service(scope: FlowScope, key: str) -> str:
    if scope.model_id is None:
        return spoken(key)
    spec = versions.blueprint(scope.model_id).peek(kinds.Service, key)
    return spec.name if spec else spoken(key)


def _sentence(weeks: Table, services: Table) -> str:
    """Of the rows that are told."""
    told = [row for row in services.rows if row.cells["answers"].value]
    if not told:
        told = [row for row in weeks.rows if row.cells["answers"].value]
    if not told:
        return _("Fewer than five people answered, so that nothing is told of it.")
    counts = Counter({row.key: int(str(row.cells["answers"].value)) for row in told})
    good = sum(float(str(row.cells["top"].value)) * counts[row.key] for row in told)
    said = _("%(share)s of %(n)s answers are 4 or 5 of 5.") % {
        "share": percent(good / counts.total()),
        "n": number(counts.total()),
    }
    bad = [row.name for row in services.rows if row.tone == "risk"]
    if bad:
        said += " " + _("Promises are kept and yet it does not feel good: %(services)s.") % {
            "services": ", ".join(f"“{name}”" for name in bad)
        }
    worst = next((row for row in services.rows if row.cells["friction"].value), None)
    if worst is not None:
        said += " " + _("“%(service)s” asks most of whoever sends it.") % {"service": worst.name}
    return said
