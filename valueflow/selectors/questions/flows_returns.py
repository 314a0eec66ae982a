"""Why work is sent back (Q5): reasons, the steps that send it back, what was lacking."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.utils.translation import gettext as _

from esm.accounts.models import User
from governance.blueprint.blueprint import Blueprint
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.few import hidden_groups
from valueflow.engine.statistics import ratio
from valueflow.engine.summary import FEW
from valueflow.selectors import population, populations, protected
from valueflow.selectors.protected import Protected
from valueflow.selectors.questions.flows_pool import HIDDEN, Pool
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import percent

Key = TypeVar("Key", bound=Hashable)
Step = tuple[str, str, str]
COLUMNS = ("fact_id", "reason", "agreement", "fact__stream", "to_stage")


@dataclass(frozen=True, slots=True)
class Returned:
    """One offer that was returned."""

    case: int
    reason: str
    agreement: str
    stream: str
    stage: str


def returns(scope: FlowScope, user: User) -> Answer:
    """Q5: returned offers by the reason given."""
    guard = protected.handoffs(scope, user)
    pool = Pool(guard.scope, user)
    offers = populations.returned(guard.scope).order_by("pk")
    offers = offers.none() if guard.refusal else offers
    rows = [Returned(*row) for row in offers.values_list(*COLUMNS)]
    by_reason = _grouped(rows, lambda row: row.reason)
    by_step: dict[Step, list[Returned]] = _grouped(
        rows, lambda row: (row.reason, row.stream, row.stage)
    )
    allowed = population.may_list(user, _few([*by_reason.values(), *by_step.values()]))
    hidden = hidden_groups(_cases(by_reason), allowed)
    if not guard.exact:
        hidden = frozenset(r for r in by_reason if not guard.shows("returned", "reason", r))
    n = sum(len(group) for reason, group in by_reason.items() if reason not in hidden)
    order = sorted(by_reason, key=lambda r: (r in hidden, -len(by_reason[r]), r))
    reasons = [_reason_row(pool, r, by_reason[r], n, r in hidden) for r in order]
    return Answer(
        sentence=guard.refusal or _says(reasons, n),
        n=n,
        unit="handoffs",
        population=_("Offers that were returned, of requests fulfilled in the period"),
        calendar=service_free(),
        tables=(
            Table(_("Returns by reason"), _columns(), tuple(reasons), Chart("pareto", value="n")),
            Table(
                _("Reasons by the step that sent it back"),
                _step_columns(),
                tuple(_step_rows(pool, order, by_step, hidden, allowed, guard)),
                Chart("none"),
            ),
            _lacking(pool, by_reason, hidden),
        ),
        marks=pool.marks,
        notes=tuple(_notes(guard, hidden)),
    )


def _notes(guard: Protected, hidden: frozenset[str]) -> list[str]:
    notes = [guard.note] if guard.note else []
    if hidden:
        notes.append(_("Reasons given for fewer than five requests are hidden and in no sum."))
    return notes


def service_free() -> str:
    """Counts have no calendar."""
    return _("Counted, not timed")


def _grouped(rows: Iterable[Returned], key: Callable[[Returned], Key]) -> dict[Key, list[Returned]]:
    found: dict[Key, list[Returned]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _cases(groups: Mapping[Key, Sequence[Returned]]) -> dict[Key, set[int]]:
    return {key: {row.case for row in rows} for key, rows in groups.items()}


def _few(groups: Iterable[Sequence[Returned]]) -> set[int]:
    """Cases behind groups so small that only those who may list them may see them."""
    cases = [{row.case for row in rows} for rows in groups]
    return {case for group in cases if len(group) < FEW for case in group}


def _columns() -> tuple[Column, ...]:
    return (
        Column("n", _("Sent back"), "count", _("Returned offers with that reason, all attempts.")),
        Column("share", _("Share"), "share", _("Of all returned offers shown.")),
        Column(
            "agreement", _("Most often at"), "text", _("The handoff where it is most frequent.")
        ),
    )


def _reason_row(pool: Pool, reason: str, rows: Sequence[Returned], whole: int, hide: bool) -> Row:
    agreement = _most(row.agreement for row in rows)
    name = pool.names.reason(agreement, reason) if reason else _("No reason given")
    if hide:
        return Row(reason or "none", name, dict.fromkeys(("n", "share", "agreement"), HIDDEN))
    cells = {
        "n": Cell(len(rows), "returned", {"reason": reason}) if reason else Cell(len(rows)),
        "share": Cell(ratio(len(rows), whole)),
        "agreement": Cell(_handoff_name(pool, agreement)),
    }
    return Row(reason or "none", name, cells)


def _most(values: Iterable[str]) -> str:
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], value), default="")


def _handoff_name(pool: Pool, key: str) -> str:
    """Giver and receiver of an agreement, by the names of their teams."""
    if pool.bp is None or ("HandoffAgreement", key) not in pool.bp:
        return key
    spec = pool.bp.get("HandoffAgreement", key)
    teams = [pool.bp.get("Team", str(team)) for team in (spec.giver_team, spec.receiver_team)]
    return f"{teams[0].name} → {teams[1].name}"


def _step_columns() -> tuple[Column, ...]:
    return (
        Column("reason", _("Reason"), "text", _("Why it was sent back.")),
        Column("n", _("Sent back"), "count", _("Returned offers to this step with that reason.")),
        Column("share", _("Share"), "share", _("Of all offers returned with that reason.")),
    )


def _step_rows(
    pool: Pool,
    order: Sequence[str],
    by_step: Mapping[Step, Sequence[Returned]],
    hidden: frozenset[str],
    allowed: frozenset[int],
    guard: Protected,
) -> list[Row]:
    """The steps of each reason; what a reason's sum would give away is hidden, too."""
    rows = []
    for reason in order:
        own = {step: group for step, group in by_step.items() if step[0] == reason}
        hide = own.keys() if reason in hidden else _hidden(own, allowed, guard)
        whole = sum(len(group) for group in own.values())
        for step in sorted(own, key=lambda step: (step in hide, -len(own[step]), step)):
            rows.append(_step_row(pool, step, own[step], whole, step in hide))
    return rows


def _hidden(
    own: Mapping[Step, Sequence[Returned]], allowed: frozenset[int], guard: Protected
) -> frozenset[Step]:
    if guard.exact:
        return hidden_groups(_cases(own), allowed)
    row = ("returned", "reason")
    return frozenset(step for step in own if not guard.shows(*row, step[0], "/".join(step[1:])))


def _step_row(pool: Pool, step: Step, group: Sequence[Returned], whole: int, hide: bool) -> Row:
    reason, stream, stage = step
    key, name = f"{reason or 'none'}>{stream}/{stage}", pool.names.stage(stream, stage)
    words = pool.names.reason(_most(row.agreement for row in group), reason)
    said = Cell(words or _("No reason given"))
    if hide:
        return Row(key, name, {"reason": said, "n": HIDDEN, "share": HIDDEN})
    extra = {"reason": reason, "stream": stream, "stage": stage}
    n = Cell(len(group), "returned", extra) if reason else Cell(len(group))
    return Row(key, name, {"reason": said, "n": n, "share": Cell(ratio(len(group), whole))})


def _lacking(
    pool: Pool, by_reason: Mapping[str, Sequence[Returned]], hidden: frozenset[str]
) -> Table:
    """What the model asks for before work is handed over, by the reasons that say it lacked."""
    rows: dict[str, Row] = {}
    for reason, group in by_reason.items():
        if not reason or reason in hidden or pool.bp is None:
            continue
        for key in sorted({row.agreement for row in group}):
            if ("HandoffAgreement", key) not in pool.bp:
                continue
            spec = pool.bp.get("HandoffAgreement", key)
            for one in spec.criteria:
                if one.return_reason == reason:
                    cells = {
                        "reason": Cell(pool.names.reason(key, reason)),
                        "agreement": Cell(_handoff_name(pool, key)),
                        "field": Cell(_label(pool.bp, one.field)),
                    }
                    rows[f"{key}>{one.key}"] = Row(f"{key}>{one.key}", one.text, cells)
    columns = (
        Column("reason", _("Reason"), "text", _("The reason given where it does not hold.")),
        Column("agreement", _("Handoff"), "text", _("The handoff that asks for it.")),
        Column("field", _("Form field"), "text", _("The answer of the form it looks at.")),
    )
    return Table(_("What was asked for before handing over"), columns, tuple(rows.values()))


def _label(bp: Blueprint, field: str) -> str:
    """The question of a form by its key."""
    asked = (f for offering in bp.find("Offering").values() for f in offering.form.all_fields())
    return next((one.label for one in asked if one.key == field), field)


def _says(reasons: Sequence[Row], n: int) -> str:
    shown = [row for row in reasons if not row.cells["n"].hidden]
    if not reasons:
        return _("Nothing was sent back in this period.")
    if not shown:
        return _("Too few returns share a reason to say why work is sent back.")
    first = shown[0]
    values = {"reason": first.name, "share": percent(_share(first)), "n": n}
    if len(shown) == 1:
        return _("All %(n)s returns shown have one reason: “%(reason)s”.") % values
    return _("The most frequent of %(n)s returns is “%(reason)s”: %(share)s of them.") % values


def _share(row: Row) -> float:
    value = row.cells["share"].value
    return value if isinstance(value, float) else 0.0
