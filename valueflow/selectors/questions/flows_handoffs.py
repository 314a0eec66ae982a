"""Where handoffs are bad (Q4): pairs of departments, and what each gives and receives."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from esm.accounts.models import User
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.statistics import ratio
from valueflow.engine.summary import Handoffs, Pair
from valueflow.selectors import flow, sentences
from valueflow.selectors.naming import Names
from valueflow.selectors.questions.flows_pool import HIDDEN, Pool
from valueflow.selectors.scope import FlowScope

BAD = 0.2


def handoffs(scope: FlowScope, user: User) -> Answer:
    """Q4: handoffs between departments, the costliest first."""
    pool = Pool(scope, user)
    found = flow.handoffs(scope, user, pool.source)
    rows = [_pair_row(pair, pool.names) for pair in found.pairs]
    rows += [_hidden_row(giver, receiver, pool.names) for giver, receiver in found.hidden]
    return Answer(
        sentence=_says(found.pairs, pool.names, scope.basis),
        n=found.n,
        unit="handoffs",
        population=_("First offers between departments, of requests fulfilled in the period"),
        calendar=_("Working days of each receiver's own calendar"),
        tables=(
            Table(
                _("Handoffs by pair of departments"),
                _pair_columns(),
                tuple(rows),
                Chart("matrix", value="rate"),
            ),
            Table(
                _("What each department gives and receives"),
                side_columns(),
                tuple(side_rows(found.pairs, found.hidden, pool)),
                Chart("bars", value="received"),
            ),
        ),
        marks=pool.marks,
        notes=tuple(handoff_notes(found)),
        day_s=pool.day_s,
    )


def handoff_notes(found: Handoffs) -> list[str]:
    """Of what stretch they are, and what is left out."""
    notes = [found.note] if found.note else []
    if found.hidden:
        notes.append(_("Pairs of fewer than five handoffs are hidden and in no sum."))
    if found.within:
        said = _("%(n)s handoffs stayed between teams of one department.")
        notes.append(said % {"n": found.within})
    return notes


def _pair_columns() -> tuple[Column, ...]:
    return (
        Column("n", _("Handed over"), "count", _("First offers from the one to the other.")),
        Column("back", _("Sent back"), "count", _("First offers returned or asked about.")),
        Column("rate", _("Return rate"), "share", _("Sent back ÷ handed over.")),
        Column(
            "wait",
            _("Wait to accept"),
            "duration",
            _("Median from offered to accepted, of all accepted offers; receiver's calendar."),
        ),
        Column(
            "kept",
            _("Agreement kept"),
            "share",
            _("First offers answered within the agreed time ÷ those answered that had one."),
        ),
        Column(
            "lost",
            _("Time lost"),
            "duration",
            _("Sum over first offers: every wait for an answer, and from returns to new offers."),
        ),
    )


def _pair_row(pair: Pair, names: Names) -> Row:
    sides = {"giver": pair.giver, "receiver": pair.receiver}
    cells = {
        "n": Cell(pair.n, "handoffs", sides),
        "back": HIDDEN
        if pair.sent_back is None
        else Cell(pair.sent_back, "handoffs", sides | {"back": "1"}),
        "rate": HIDDEN if pair.sent_back is None else Cell(pair.rate),
        "wait": Cell(pair.wait),
        "kept": Cell(pair.kept),
        "lost": Cell(pair.lost),
    }
    tone = "risk" if (pair.rate or 0) >= BAD else ""
    return Row(f"{pair.giver}>{pair.receiver}", _way(pair.giver, pair.receiver, names), cells, tone)


def _hidden_row(giver: str, receiver: str, names: Names) -> Row:
    cells = dict.fromkeys(("n", "back", "rate", "wait", "kept", "lost"), HIDDEN)
    return Row(f"{giver}>{receiver}", _way(giver, receiver, names), cells)


def _way(giver: str, receiver: str, names: Names) -> str:
    return f"{names.side(giver).name} → {names.side(receiver).name}"


def side_columns() -> tuple[Column, ...]:
    """What a department gives and receives."""
    given = _("First offers to other departments.")
    received = _("First offers from other departments.")
    return (
        Column("given", _("Given"), "count", given),
        Column("given_back", _("Given, came back"), "count", given),
        Column("given_rate", _("Return rate of given"), "share", _("Came back ÷ given.")),
        Column("received", _("Received"), "count", received),
        Column("received_back", _("Received, sent back"), "count", received),
        Column("received_rate", _("Return rate of received"), "share", _("Sent back ÷ received.")),
        Column("page", _("Its page"), "text"),
    )


def side_rows(pairs: Sequence[Pair], hidden: Sequence[tuple[str, str]], pool: Pool) -> list[Row]:
    """What each department gives and receives over the pairs that are shown."""
    keys = {key for pair in pairs for key in (pair.giver, pair.receiver)}
    order = {key: place for place, key in enumerate(pool.names.sides)}
    rows = []
    for key in sorted(keys, key=lambda key: (order.get(key, len(order)), key)):
        cells: dict[str, Cell] = {}
        for side, word in (("giver", "given"), ("receiver", "received")):
            # A sum over all would give away the one pair that is hidden.
            if any(pair[side == "receiver"] == key for pair in hidden):
                cells |= dict.fromkeys((word, f"{word}_back", f"{word}_rate"), HIDDEN)
                continue
            own = [pair for pair in pairs if getattr(pair, side) == key]
            n = sum(pair.n for pair in own)
            cells[word] = Cell(n, "crossings", {side: key})
            known = [pair.sent_back for pair in own if pair.sent_back is not None]
            if len(known) < len(own):
                cells |= dict.fromkeys((f"{word}_back", f"{word}_rate"), HIDDEN)
                continue
            back = sum(known)
            cells[f"{word}_back"] = Cell(back, "crossings", {side: key, "back": "1"})
            cells[f"{word}_rate"] = Cell(ratio(back, n))
        rows.append(Row(key, pool.names.side(key).name, cells | {"page": pool.page(key)}))
    return rows


def _says(pairs: Sequence[Pair], names: Names, basis: str) -> str:
    if not pairs:
        return _("No handoff between departments happened often enough to be shown.")
    return f"{sentences.worst(pairs, names, basis)} {sentences.returns(pairs, names)}"
