"""An answer in plain words, as a mail tells it: the sentence, then the first table line by line."""

from django.utils.translation import gettext as _

from esm.accounts.models import User
from valueflow.engine.answers import Answer, Table
from valueflow.selectors import flow, naming, sentences
from valueflow.selectors.cells import cell_text
from valueflow.selectors.questions import asking
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.scope import FlowScope

ROWS, COLUMNS = 12, 5


def told(question: Question | None, scope: FlowScope, user: User) -> str:
    """What a question (without one: the dashboard) says to this viewer now."""
    if question is None:
        summary = flow.summary(scope, user)
        return sentences.answer(summary, naming.names(scope.model_id), scope.basis)
    found = asking.answer(question, scope, user)
    lines = [str(found.sentence), ""]
    if found.tables:
        lines += _lines(found.tables[0], scope, found)
    lines += ["", f"{found.population} {found.calendar}".strip()]
    return "\n".join(lines).strip()


def _lines(table: Table, scope: FlowScope, found: Answer) -> list[str]:
    lines = []
    for row in table.rows[:ROWS]:
        figures = []
        for column in table.columns[:COLUMNS]:
            text = cell_text(row.cells.get(column.key), column, scope.basis, found.day_s)
            figures.append(f"{column.name}: {text}")
        lines.append(f"{row.name} – {', '.join(figures)}")
    if len(table.rows) > ROWS:
        lines.append(_("… and %(n)d more rows on the page.") % {"n": len(table.rows) - ROWS})
    return lines
