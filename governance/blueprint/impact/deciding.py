"""Decision rights: part, band, scope and with whom; compared amount by amount.

The bounds of both models cut the amounts of a scope into pieces. Of every piece each model says who
has which part; neighbours in which the same is different are one effect. So «no longer from €2,500,
from then on somebody else does» is found whatever the bands were before.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise

from governance.blueprint.bands import DIMENSIONS, WHOLE, Scope, scope_of
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import ElementId
from governance.blueprint.impact import words
from governance.blueprint.impact.effects import Effect, Receiver, Said, Sort, degree_of_times
from governance.blueprint.kinds import DecisionRight, DecisionType, GovernanceBody

DEGREES = {"decide": 4, "agree": 3, "recommend": 2, "perform": 2, "input": 1}
_SCOPE_KINDS = {"department": "Department", "service": "Service", "site": "Site"}
Piece = tuple[Decimal, Decimal | None]


@dataclass(slots=True)
class Share:
    """What a role has in one piece: through a body or alone, within which time, beside whom."""

    right: str
    via: str
    rule: str
    within: int
    beside: str
    beside_mark: str

    def value(self, topic: str) -> tuple[str, str]:
        """What is compared and what is read, by topic."""
        match topic:
            case "decide.within":
                return str(self.within), words.duration(self.within)
            case "decide.with":
                return self.beside_mark, self.beside or "nobody"
            case "decide.how":
                return f"{self.via}/{self.rule}", self.rule
        return "", ""


@dataclass(slots=True)
class Side:
    """One type of decision in one model, or nothing where it is not there."""

    bp: Blueprint
    key: str
    kind: DecisionType | None
    rights: dict[Scope, list[tuple[str, DecisionRight]]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, bp: Blueprint, key: str, index: dict[str, list[tuple[str, DecisionRight]]]
    ) -> "Side":
        """Its rights by scope."""
        found: dict[Scope, list[tuple[str, DecisionRight]]] = defaultdict(list)
        for name, right in index.get(key, ()):
            found[scope_of(right)].append((name, right))
        return cls(bp, key, bp.peek(DecisionType, key), dict(found))

    def in_piece(self, scope: Scope, piece: Piece, part: str) -> list[tuple[str, DecisionRight]]:
        """Rights of a part that hold in a piece of a scope."""
        return [
            (key, right)
            for key, right in self.rights.get(scope, ())
            if right.part == part and _holds(right, piece)
        ]

    def shares(self, scope: Scope, piece: Piece, part: str) -> dict[str, Share]:
        """What each role has of a part there."""
        found: dict[str, Share] = {}
        beside = self._beside(scope, piece) if part == "decide" else ""
        mark = repr([self._marks(scope, piece, one) for one in ("recommend", "agree")])
        for key, right in self.in_piece(scope, piece, part):
            body = self.bp.peek(GovernanceBody, right.body)
            named = body.members if body is not None else (right.role,)
            within = right.latency_s or (self.kind.latency_s if self.kind is not None else 0)
            how = self._how(right, body)
            for role in named:
                if role is not None:
                    found[role] = Share(key, right.body or "", how, within, beside, mark)
        return found

    def _marks(self, scope: Scope, piece: Piece, part: str) -> list[str]:
        """Whose the rights of a part there are, by key."""
        rights = self.in_piece(scope, piece, part) or self.in_piece(WHOLE, piece, part)
        return sorted(right.role or right.body or "" for _, right in rights)

    def touches(self, scope: Scope, piece: Piece, part: str) -> set[ElementId]:
        """The type, and rights and bodies that say who has a part anywhere in a piece."""
        parts = (part, "recommend", "agree") if part == "decide" else (part,)
        found: set[ElementId] = {("DecisionType", self.key)}
        for key, right in (*self.rights.get(scope, ()), *self.rights.get(WHOLE, ())):
            if right.part in parts and _meets(right, piece):
                found.add(("DecisionRight", key))
                found |= {("GovernanceBody", right.body)} if right.body is not None else set()
        return found

    def _how(self, right: DecisionRight, body: GovernanceBody | None) -> str:
        if right.pre_authorised:
            return "without asking anybody"
        if body is None:
            return "alone" if (right.quorum or 1) == 1 else f"with {right.quorum} together"
        rule = {
            "single": "one for all", "majority": "more than half", "unanimity": "everybody",
            "consent": "nobody against it",
        }[right.rule or body.rule]  # fmt: skip
        return f"in {body.name}, {rule}"

    def _beside(self, scope: Scope, piece: Piece) -> str:
        told = []
        for part, verb in (("recommend", "recommends"), ("agree", "has to agree")):
            who = self.who(scope, piece, part)
            told += [f"{who} {verb}"] if who else []
        return "; ".join(told)

    def who(self, scope: Scope, piece: Piece, part: str, but: str = "") -> str:
        """Who has a part there, in words: bodies by their own name; "" for nobody."""
        rights = self.in_piece(scope, piece, part)
        if not rights and scope != WHOLE:
            rights = self.in_piece(WHOLE, piece, part)
        return words.together(
            "nobody has to be asked" if right.pre_authorised and right.role is None else
            words.name(self.bp, "GovernanceBody", right.body)
            or words.name(self.bp, "Role", right.role)
            for _, right in rights
            if right.role != but or not but
        )  # fmt: skip

    def phrase(self, scope: Scope, piece: Piece) -> str:
        """«“Grant a remedy” from €2,500, where the risk is low»."""
        if self.kind is None:
            return ""
        said = f"“{self.kind.question}”"
        if self.kind.unit != "none" and (told := words.band(piece[0], piece[1], self.kind)):
            said = f"{said} {told}"
        narrows, when = scope
        for name, value in narrows:
            kind = _SCOPE_KINDS.get(name)
            named = words.name(self.bp, kind, value) if kind else value.replace("-", " ")
            said = f"{said}, {'class of risk' if name == 'risk' else 'for'} {named}"
        return f"{said}{_when(when)}"


def _holds(right: DecisionRight, piece: Piece) -> bool:
    low = right.min or Decimal(0)
    if right.max is not None and right.max <= low:
        return False
    return low <= piece[0] and (right.max is None or piece[0] < right.max)


def _meets(right: DecisionRight, piece: Piece) -> bool:
    low, high = piece
    below = high is None or (right.min or Decimal(0)) < high
    return below and (right.max is None or right.max > low)


def index_of(bp: Blueprint) -> dict[str, list[tuple[str, DecisionRight]]]:
    """Rights by type of decision."""
    found: dict[str, list[tuple[str, DecisionRight]]] = defaultdict(list)
    for key, right in bp.find(DecisionRight).items():
        found[right.decision_type].append((key, right))
    return found


def decisions(before: Blueprint, after: Blueprint, types: Collection[str]) -> Iterator[Effect]:
    """What is different in who has which part in these types of decision."""
    old, new = index_of(before), index_of(after)
    for key in sorted(types):
        yield from _of_type(Side.of(before, key, old), Side.of(after, key, new))


def _of_type(old: Side, new: Side) -> Iterator[Effect]:
    found: dict[tuple[object, ...], list[tuple[str, Effect]]] = defaultdict(list)
    for scope in sorted(old.rights.keys() | new.rights.keys(), key=str):
        rights = [right for _, right in (*old.rights.get(scope, ()), *new.rights.get(scope, ()))]
        # Where a scope is missing in one model its cases are decided by the whole there.
        wide = (*old.rights.get(WHOLE, ()), *new.rights.get(WHOLE, ()))
        pieces = _pieces([*rights, *(right for _, right in wide)])
        for part in DEGREES:
            was = [old.shares(scope, piece, part) for piece in pieces]
            now = [new.shares(scope, piece, part) for piece in pieces]
            for role in sorted({r for shares in (*was, *now) for r in shares}):
                for topic in _topics(part):
                    runs = Runs(old, new, scope, pieces, part, topic, role)
                    for one in runs.effects(was, now):
                        found[(role, topic, scope[0], one.part.rpartition("/")[2])].append(
                            (scope[1], one)
                        )
    for told in found.values():
        yield from _conditioned(told)


def _conditioned(told: list[tuple[str, Effect]]) -> Iterator[Effect]:
    """What is lost under one condition and gained under another keeps on, under the other."""
    lost = [(when, one) for when, one in told if one.sort == "lost"]
    gained = [(when, one) for when, one in told if one.sort == "gained"]
    if len(lost) != 1 or len(gained) != 1:
        yield from (one for _, one in told)
        return
    (was, old), (now, new) = lost[0], gained[0]
    yield from (one for _, one in told if one.sort == "changed")
    piece = old.part.rpartition("/")[2]
    yield replace(
        old, topic=f"{old.topic}.when", sort="changed",
        part="/".join([old.part.partition("/")[0], *sorted((was, now)), piece]),
        before=Said(old.before.what.removesuffix(_when(was)), words.condition(was) or "always"),
        after=Said(new.after.what.removesuffix(_when(now)), words.condition(now) or "always"),
        touches=tuple(sorted({*old.touches, *new.touches})),
    )  # fmt: skip


def _when(text: str) -> str:
    return f", when {words.condition(text)}" if text.strip() else ""


def _topics(part: str) -> tuple[str, ...]:
    more = ("decide.with", "decide.within", "decide.how") if part == "decide" else ()
    return (part, *more)


def _pieces(rights: Iterable[DecisionRight]) -> list[Piece]:
    bounds = {Decimal(0)}
    for right in rights:
        bounds |= {value for value in (right.min, right.max) if value is not None and value > 0}
    ordered = sorted(bounds)
    return [*pairwise(ordered), (ordered[-1], None)]


@dataclass(slots=True)
class Runs:
    """One topic for one role, piece by piece."""

    old: Side
    new: Side
    scope: Scope
    pieces: list[Piece]
    part: str
    topic: str
    role: str

    def effects(self, was: list[dict[str, Share]], now: list[dict[str, Share]]) -> Iterator[Effect]:
        """Neighbouring pieces in which the same is different, as one effect each."""
        run: tuple[object, Piece, Share | None, Share | None] | None = None
        for piece, before, after in zip(self.pieces, was, now, strict=True):
            one, other = before.get(self.role), after.get(self.role)
            mark = self._differs(piece, one, other)
            if run is not None and (mark is None or mark != run[0]):
                yield self._effect(run[1], run[2], run[3])
                run = None
            if mark is not None:
                start = run[1][0] if run is not None else piece[0]
                run = (mark, (start, piece[1]), one, other)
        if run is not None:
            yield self._effect(run[1], run[2], run[3])

    def _differs(self, piece: Piece, one: Share | None, other: Share | None) -> object | None:
        """What is different in a piece, as something to compare; None for nothing."""
        if self.topic != self.part:
            if one is None or other is None:
                return None
            marks = one.value(self.topic)[0], other.value(self.topic)[0]
            return None if marks[0] == marks[1] else (*marks, one.right, other.right)
        if (one is None) == (other is None):
            return None
        return (
            one is None,
            self.old.who(self.scope, piece, self.part, self.role),
            self.new.who(self.scope, piece, self.part, self.role),
        )

    def _effect(self, piece: Piece, one: Share | None, other: Share | None) -> Effect:
        sort: Sort = "changed" if one and other else "lost" if one else "gained"
        low, high = piece
        narrows, when = self.scope
        place = "&".join(f"{name}={value}" for name, value in narrows)
        part = "/".join([place, when.replace("/", "÷"), f"{low}-{high or ''}"])
        degree = DEGREES[self.part] if self.topic == self.part else 2
        if self.topic == "decide.within" and one and other:
            degree = degree_of_times(one.within, other.within)
        receiver = Receiver("role", self.role)
        return Effect(
            receiver, "job_roles", self.topic, "DecisionType", self.old.key, part, sort,
            self._said(self.old, piece, one), self._said(self.new, piece, other), degree,
            places=tuple((n, v) for n, v in narrows if n == DIMENSIONS[0]),
            touches=tuple(
                sorted(
                    self.old.touches(self.scope, piece, self.part)
                    | self.new.touches(self.scope, piece, self.part)
                )
            ),
        )  # fmt: skip

    def _said(self, side: Side, piece: Piece, share: Share | None) -> Said:
        alone = self.topic != self.part
        who = "" if alone else side.who(self.scope, piece, self.part, self.role)
        if share is None:
            return Said(who=who)
        return Said(side.phrase(self.scope, piece), share.value(self.topic)[1], who)
