"""What to do next: Q25."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esm.accounts.models import User
from esm.common.ui.amounts import number
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.selectors import improvements
from valueflow.selectors.improvements import Opportunity, score, weight_of
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.stream_problems import in_force

HIDDEN = Cell(None, hidden=True)
Ranked = tuple[float | None, Opportunity, int]


def what_next(scope: FlowScope, user: User) -> Answer:
    """Q25: open opportunities by business days saved × volume × weight ÷ effort; four queries."""
    found = improvements.standing_is(improvements.visible_to(user), "open", user)
    if scope.stream:
        found = found.filter(stream_key=scope.stream)
    bp = in_force()
    ranked: list[Ranked] = []
    for one in improvements.shown(user, list(found)):
        weight = weight_of(bp, one.row.stream_key)
        ranked.append((None if one.secret else score(one.row, weight), one, weight))
    ranked.sort(key=lambda row: (row[0] is None, -(row[0] or 0), row[1].row.pk))
    return Answer(
        sentence=_says(ranked),
        n=len(ranked),
        unit=_("opportunities"),
        population=_("Opportunities that are open now, whatever the period."),
        calendar=_("Business days."),
        tables=(
            Table(
                _("Opportunities by what they bring for the effort"),
                _columns(),
                tuple(_row(*one) for one in ranked),
                Chart("bars", value="score"),
            ),
        ),
        notes=(
            _("Days, volume and effort are what the owner of the stream expects; a critical stream "
              "weighs twice."),
        ),
    )  # fmt: skip


def _columns() -> tuple[Column, ...]:
    return (
        Column("score", _("Score"), "number", _("Days × volume × weight ÷ effort.")),
        Column("days", _("Days a request"), "days", _("Business days it saves a request.")),
        Column("volume", _("Volume"), "number", _("Requests a quarter that it concerns.")),
        Column("weight", _("Weight"), "number", _("Two for a critical stream, one for others.")),
        Column("effort", _("Effort"), "number", _("From 1, days, to 5, a large project.")),
        Column("stream", _("Stream"), "text"),
        Column("state", _("State"), "text"),
        Column("blocks", _("What it waits for"), "text", _("Why nobody can go on with it.")),
    )


def _row(points: float | None, one: Opportunity, weight: int) -> Row:
    row, url = one.row, f"/improvements/{one.row.pk}/"
    cells = {
        "score": Cell(None if points is None else round(points, 1), url=url),
        "days": Cell(None if row.days is None else float(row.days)),
        "volume": Cell(row.volume),
        "weight": Cell(weight),
        "effort": Cell(row.effort),
        "stream": Cell(one.stream, url=f"/streams/{row.stream_key}/"),
        "state": Cell(str(row.get_state_display()), url=url),
        "blocks": Cell(_blocks(one)),
    }
    if one.secret:
        cells |= {"score": HIDDEN, "days": HIDDEN, "volume": HIDDEN}
    return Row(row.ref, f"{row.ref} {row.title}", cells)


def _blocks(one: Opportunity) -> str:
    """What stands in the way; nothing where somebody is at it."""
    row = one.row
    if one.secret:
        return _("the owner of the stream, who answers first")
    if row.state == row.State.PROPOSED:
        return _("the owner of the stream, who looks at it")
    if row.state == row.State.TRIAGED:
        return _("the owner of the stream, who accepts it")
    if row.owner is not None and not row.owner.active:
        return _("somebody else who does it: %(name)s has left") % {"name": row.owner.name}
    if row.state == row.State.IMPLEMENTED:
        return _("enough finished requests to compare")
    return ""


def _says(ranked: list[Ranked]) -> str:
    if not ranked:
        return _("No opportunity is open: make one of a problem.")
    points, first, _weight = ranked[0]
    values = {"n": number(len(ranked)), "title": first.row.title, "ref": first.row.ref}
    if points is None or first.row.days is None:
        return _("%(n)s opportunities are open; of none it was said what it brings.") % values
    values["days"] = number(round(float(first.row.days) * (first.row.volume or 0), 1))
    said = _("Do %(ref)s next, “%(title)s”: it saves %(days)s business days a quarter.")
    return said % values


QUESTIONS: tuple[Question, ...] = (
    Question(
        code="Q25",
        slug="next",
        title=gettext_lazy("What should we do next?"),
        short=gettext_lazy("What to do next"),
        group="improving",
        answer=what_next,
        first_for=("owner", "steward"),
    ),
)
