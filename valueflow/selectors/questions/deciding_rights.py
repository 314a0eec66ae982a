"""Who holds the rights to decide: Q11."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from esm.accounts.models import User
from esm.common.ui.amounts import band
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.lint.facts import People
from governance.blueprint.rights.shares import Concentration, concentration_of
from governance.selectors import versions
from governance.selectors.lint_facts import people_now
from valueflow.engine.answers import Answer, Cell, Chart, Column, Row, Table
from valueflow.engine.statistics import ratio
from valueflow.engine.summary import FEW
from valueflow.selectors import decided, decided_holders, protected
from valueflow.selectors.decided_holders import Played
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.questions.deciding_cells import cell, count, listed, too_few
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import percent

# From here on decisions lie in few hands, as in checks of the model (GOV13).
CONCENTRATED = 0.18


@dataclass(frozen=True, slots=True)
class _Type:
    """One type with rights: those nobody can use, and how what was decided spread over persons."""

    key: str
    name: str
    rights: Mapping[str, kinds.DecisionRight]
    vacant: tuple[str, ...]
    counts: Mapping[str, int]
    parts: Sequence[Played]
    currency: str

    @property
    def n(self) -> int:
        """How many somebody decided."""
        return self.counts.get("timed", 0)


def holders(scope: FlowScope, user: User) -> Answer:
    """Who decides by right, in how few hands that lies, and what nobody could; twelve queries."""
    bp = versions.blueprint(scope.model_id) if scope.model_id else None
    if bp is None:
        return _nothing()
    rows, wide = decided.decided_rows(scope), protected.sees_small(user)
    people, parts = people_now(bp), decided_holders.played(rows)
    found = _types(bp, people, parts, decided.by_type(rows))
    whole = concentration_of(decided_holders.by_person(parts))
    sides = decided_holders.by_role(rows.filter(decided.FIGURES["timed"][1]))
    return Answer(
        sentence=_who(found, whole if whole and (wide or whole.persons >= FEW) else None),
        n=sum(one.n for one in found),
        unit="decisions",
        population=_(
            "What was decided by somebody in the period, but for what is confidential, of types "
            "with rights to decide. Who holds a role is as of now."
        ),
        calendar="",
        tables=(
            Table(_("Types of decision"), _columns(), tuple(_row(scope, t, wide) for t in found),
                  Chart("bars", value="hhi")),
            Table(_("Roles and bodies that decide"), _role_columns(),
                  tuple(_role_rows(scope, bp, people, found, sides, wide)),
                  Chart("bars", value="share")),
            *_vacant(bp, found),
        ),
    )  # fmt: skip


def _nothing() -> Answer:
    said = _("No model is in force, so that nobody has a right to decide.")
    return Answer(said, 0, "decisions", "", "", (Table("", _columns(), ()),))


def _types(
    bp: Blueprint,
    people: People,
    parts: Sequence[Played],
    counts: Mapping[str, Mapping[str, int]],
) -> list[_Type]:
    found = []
    for key, rights in decided_holders.deciding_rights(bp).items():
        vacant = [
            name
            for name, right in rights.items()
            if not decided_holders.holders_of_right(bp, right, people)
        ]
        found.append(
            _Type(
                key=key,
                name=decided.named(bp, key)[0],
                rights=rights,
                vacant=tuple(vacant),
                counts=counts.get(key, {}),
                parts=[part for part in parts if part.type_key == key],
                currency=str(bp.get(kinds.DecisionType, key).currency or ""),
            )
        )
    return sorted(found, key=lambda one: (-one.n, one.name))


def _columns() -> tuple[Column, ...]:
    return (
        Column("n", _("Decided"), "count", _("Decided by somebody in the period.")),
        Column("hhi", _("Concentration"), "number",
               _("Herfindahl index: sum of squared shares of the persons who decided or voted; "
                 "1 is one person. Hidden under five persons.")),
        Column("top", _("Largest share"), "share",
               _("Share of whoever decided most, by count; who that is is not said.")),
        Column("volume_top", _("Largest share by amount"), "share",
               _("Share of whoever decided most, by amount in the currency of the type.")),
        Column("vacant", _("Vacant rights"), "count",
               _("Rights that nobody can use now: nobody holds the role, or any of the body.")),
    )  # fmt: skip


def _row(scope: FlowScope, one: _Type, wide: bool) -> Row:
    found = concentration_of(decided_holders.by_person(one.parts))
    amounts = decided_holders.amounts_by_person(one.parts, one.currency)
    volume = concentration_of(amounts)
    few = found is not None and not wide and found.persons < FEW
    hidden = too_few(one.counts.get("decided", 0), wide)
    return Row(
        key=one.key,
        name=one.name,
        cells={
            "n": count(one.n, listed(scope, "timed", one.key), hidden=hidden),
            "hhi": cell(float(found.hhi) if found else None, hidden=few),
            "top": cell(float(found.top_share) if found else None, hidden=few),
            "volume_top": cell(float(volume.top_share) if volume else None, hidden=few),
            "vacant": Cell(len(one.vacant), url=_rights_of(one.name)),
        },
        tone="risk" if one.vacant else "",
    )


def _rights_of(question: str) -> str:
    return f"{reverse('rights')}?{urlencode({'q': question})}"


def _role_columns() -> tuple[Column, ...]:
    return (
        Column("n", _("Decided"), "count",
               _("Decided by somebody in the role, or by the body, in the period.")),
        Column("share", _("Share"), "share", _("Of all that somebody decided in the period.")),
        Column("rights", _("Rights"), "count", _("Rights to decide in the model in force.")),
        Column("holders", _("Holders"), "count",
               _("Active people who hold the role now, or a role of the body's members.")),
    )  # fmt: skip


def _role_rows(
    scope: FlowScope,
    bp: Blueprint,
    people: People,
    found: Sequence[_Type],
    sides: Mapping[str, int],
    wide: bool,
) -> Iterator[Row]:
    """Every role and body with a right to decide, and those under which something was decided."""
    rights: dict[str, list[kinds.DecisionRight]] = {}
    for right in (right for one in found for right in one.rights.values()):
        side = f"body:{right.body}" if right.body else f"role:{right.role}"
        rights.setdefault(side, []).append(right)
    whole = sum(sides.values())
    order = {*rights, *sides}
    for side in sorted(order, key=lambda one: (-sides.get(one, 0), one)):
        n, own = sides.get(side, 0), rights.get(side, [])
        hidden = too_few(n, wide)
        kind, _sep, key = side.partition(":")
        held = decided_holders.holders_of_right(bp, own[0], people) if own else set()
        url = reverse("role", args=[key]) if kind == "role" and key else reverse("rights")
        yield Row(
            key=side,
            name=_side_name(bp, kind, key),
            cells={
                "n": count(n, listed(scope, "timed", by=side), hidden=hidden),
                "share": cell(ratio(n, whole), hidden=hidden),
                "rights": Cell(len(own), url=_rights_of(_side_name(bp, kind, key))),
                "holders": Cell(len(held), url=url) if own else Cell(None),
            },
            tone="risk" if own and not held else "",
        )


def _side_name(bp: Blueprint, kind: str, key: str) -> str:
    body = bp.peek(kinds.GovernanceBody, key) if kind == "body" else None
    spec = body or bp.peek(kinds.Role, key)
    return spec.name if spec is not None else key.replace("-", " ").capitalize()


def _vacant_columns() -> tuple[Column, ...]:
    return (
        Column("type", _("Question"), "text", _("The type of decision.")),
        Column("who", _("Role or body"), "text", _("Who would decide.")),
    )


def _vacant(bp: Blueprint, found: Sequence[_Type]) -> Iterator[Table]:
    """The rights that nobody can use, where there are any."""
    rows = tuple(_vacant_rows(bp, found))
    if rows:
        yield Table(_("Rights that nobody can use"), _vacant_columns(), rows)


def _vacant_rows(bp: Blueprint, found: Sequence[_Type]) -> Iterator[Row]:
    for one in found:
        for key in one.vacant:
            right = one.rights[key]
            kind, who = ("body", right.body) if right.body else ("role", right.role)
            url = reverse("role", args=[str(who)]) if kind == "role" else reverse("rights")
            cells = {"type": Cell(one.name), "who": Cell(_side_name(bp, kind, str(who)), url=url)}
            low, high = right.min, right.max
            yield Row(key, band(low, high, one.currency), cells, tone="risk")


def _who(found: Sequence[_Type], whole: Concentration | None) -> str:
    rights = sum(len(one.rights) for one in found)
    vacant = sum(len(one.vacant) for one in found)
    said = ngettext("%(n)d right to decide", "%(n)d rights to decide", rights) % {"n": rights}
    if vacant:
        text = _("%(said)s in the model; %(vacant)d of them nobody can use now.")
        sentence = text % {"said": said, "vacant": vacant}
    else:
        sentence = _("%(said)s in the model, and each of them has somebody.") % {"said": said}
    if whole is None:
        return sentence
    words = {"share": percent(float(whole.top_share)), "n": whole.persons}
    if float(whole.hhi) > CONCENTRATED:
        return (
            f"{sentence} "
            + _(
                "Decisions lie in few hands: whoever decided most took %(share)s; people who "
                "decided: %(n)d."
            )
            % words
        )
    return f"{sentence} " + _("Of %(n)d people who decided nobody did more than %(share)s.") % words


QUESTIONS: tuple[Question, ...] = (
    Question(
        code="Q11",
        slug="holders",
        title=gettext_lazy("Who holds the decision rights; are they concentrated?"),
        short=gettext_lazy("Holders of rights"),
        group="decisions",
        answer=holders,
        first_for=("steward",),
    ),
)
