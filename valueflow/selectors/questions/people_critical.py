"""Which streams matter most, and whether their sponsors act: Q20."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esm.accounts.models import User
from esm.common.ui.amounts import number
from governance.models import Commitment
from governance.selectors import commitments
from governance.selectors.commitments import Ledger, Pledge, StreamRow
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.selectors import critical, flow
from valueflow.selectors.critical import Candidate, Choice
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import percent

State = Commitment.State
LEVELS = {
    "unaware": gettext_lazy("unaware"),
    "aware": gettext_lazy("aware"),
    "bought_in": gettext_lazy("bought in"),
    "committed": gettext_lazy("committed"),
    "sustaining": gettext_lazy("sustaining"),
}


def few(scope: FlowScope, user: User) -> Answer:
    """Q20: every stream with its three figures, and what its sponsors did. Twelve queries."""
    found = critical.choice(scope)
    ledger = commitments.ledger(user)
    tables: tuple[Table, ...] = (Table(_("Streams"), (), ()),)
    sentence = _("No model is in force, so that nothing can be said about it.")
    if found is not None:
        chosen = [one for one in found.candidates if scope.stream in ("", one.key)]
        told = [row for row in ledger.streams if scope.stream in ("", row.key)]
        acting = _sponsors_table(told, ledger)
        tables = (_streams_table(chosen), acting)
        sentence = _sentence(found, acting, told)
    return Answer(
        sentence=sentence,
        n=sum(one.finished for one in found.candidates) if found else 0,
        unit="requests",
        population=_("Requests fulfilled in the period, by stream; commitments of all time"),
        calendar=_("Days of the organisation for what is due."),
        tables=tables,
        marks=flow.marks(scope),
        notes=_notes(found, ledger),
    )


def _streams_table(candidates: Sequence[Candidate]) -> Table:
    return Table(
        title=_("Streams by priority"),
        columns=(
            Column("critical", _("Critical"), "text", _("Marked so in the model in force.")),
            Column("importance", _("Importance"), "number", _("1 to 5, of weighed objectives.")),
            Column("dysfunction", _("Dysfunction"), "number", _dysfunction()),
            Column("feasibility", _("Feasibility"), "number", _("1 to 5, as its owner said last.")),
            Column("priority", _("Priority"), "number", _("Weighed sum of the three.")),
            Column("requests", _("Requests"), "count", _("Finished in the period.")),
            Column("crossing", _("Across departments"), "count", _("Of two departments and more.")),
        ),
        rows=tuple(_stream_row(one) for one in candidates),
        chart=Chart("scatter", value="importance", against="dysfunction", size="requests"),
    )


def _dysfunction() -> str:
    return _(
        "1 to 5, of promises broken, time not worked, handoffs sent back and departments; from "
        "five finished requests on."
    )


def _stream_row(one: Candidate) -> Row:
    stream = {"stream": one.key}
    cells = {
        "critical": Cell(_("yes") if one.critical else _("no")),
        "importance": Cell(one.importance),
        "dysfunction": Cell(one.dysfunction),
        "feasibility": Cell(one.feasibility),
        "priority": Cell(one.priority),
        "requests": Cell(one.finished, "finished", stream),
        "crossing": Cell(one.crossing, "crossing", stream),
    }
    return Row(one.key, one.name, cells, "warn" if one.critical and one.priority is None else "")


def _pledges(row: StreamRow) -> list[Pledge]:
    """What the viewer reads of it."""
    return [pledge for one in row.sponsors for pledge in one.pledges]


def _sponsors_table(rows: Sequence[StreamRow], ledger: Ledger) -> Table:
    names = _("What was committed to, as far as you may read it.")
    return Table(
        title=_("What sponsors committed to"),
        columns=(
            Column("sponsors", _("Sponsors"), "text", _("How far each of today's went.")),
            Column("pledged", _("Committed"), "count", names),
            Column("open", _("Open"), "count", _("Its day has not come.")),
            Column("done", _("Done in time"), "count", _("By its day, with what shows it.")),
            Column("missed", _("Missed"), "count", _("Its day passed.")),
            Column("rate", _("In time"), "share", _("Done ÷ (done + missed).")),
        ),
        rows=tuple(_sponsor_row(row, ledger) for row in rows),
    )


def _sponsor_row(row: StreamRow, ledger: Ledger) -> Row:
    """Withdrawn ones are in none of the counts; without a right to read there are none."""
    today = [one for one in row.sponsors if not one.former]
    reads = ledger.everything or row.key in ledger.mine
    kept = [one for one in _pledges(row) if one.standing != State.WITHDRAWN]
    done = [one for one in kept if one.standing == State.DONE]
    missed = [one for one in kept if one.standing == State.MISSED]
    url = reverse("commitments")
    counts = {
        "pledged": len(kept),
        "open": sum(one.standing == State.PLEDGED for one in kept),
        "done": len(done),
        "missed": len(missed),
    }
    ended = len(done) + len(missed)
    cells = {key: Cell(n, url=url) if reads else Cell(None) for key, n in counts.items()}
    cells["rate"] = Cell(len(done) / ended if reads and ended else None)
    cells["sponsors"] = Cell(_levels(today))
    return Row(row.key, row.name, cells, "risk" if missed or not today else "")


def _levels(today: Sequence[commitments.SponsorRow]) -> str:
    if not today:
        return _("vacant")
    return ", ".join(str(LEVELS[one.standing.level]) for one in today)


def _sentence(found: Choice, acting: Table, told: Sequence[StreamRow]) -> str:
    chosen = found.critical
    if not chosen:
        return _("No stream is critical, so that nobody knows what comes first.")
    names = ", ".join(f"“{one.name}”" for one in chosen)
    said = _("Critical: %(names)s; they are %(share)s of what crosses departments.") % {
        "names": names,
        "share": percent(found.share or 0),
    }
    critical_keys = {one.key for one in chosen}
    watched = [row for row in told if row.key in critical_keys]
    acts = sum(any(one.standing.rank >= 3 and not one.former for one in row.sponsors)
               for row in watched)  # fmt: skip
    said += " " + _("Sponsors of %(n)s of %(of)s act.") % {
        "n": number(acts),
        "of": number(len(watched)),
    }
    counted = [row for row in acting.rows if row.cells["pledged"].value is not None]
    ended = sum(_n(row, "done") + _n(row, "missed") for row in counted)
    if ended:
        said += " " + _("Of %(of)s commitments that fell due %(n)s were done in time.") % {
            "of": number(ended),
            "n": number(sum(_n(row, "done") for row in counted)),
        }
    return said


def _n(row: Row, key: str) -> int:
    return int(str(row.cells[key].value or 0))


def _notes(found: Choice | None, ledger: Ledger) -> tuple[str, ...]:
    notes = []
    if found is not None:
        weights = found.weights
        notes.append(
            _(
                "Priority = %(importance)s %% importance + %(dysfunction)s %% dysfunction + "
                "%(feasibility)s %% feasibility; the weights stand in the model."
            )
            % {
                "importance": number(weights.importance),
                "dysfunction": number(weights.dysfunction),
                "feasibility": number(weights.feasibility),
            }
        )
    if not ledger.everything:
        notes.append(_("Stewards, auditors, executives and sponsors read what was committed to."))
    return tuple(notes)
