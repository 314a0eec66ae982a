"""What a check is: its codes, the kinds it reads, what it has to know beside the model."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import ElementSpec
from governance.blueprint.lint.codes import CODES
from governance.blueprint.lint.facts import Facts

Check = Callable[[Blueprint, Facts], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One pure check. It reads no kind but ``reads``, so that an edit of another leaves it alone.

    With ``people``, ``flow`` or ``today`` it is silent where these are not known; one without looks
    at none of them.
    """

    codes: tuple[str, ...]
    reads: frozenset[str]
    check: Check
    people: bool = False
    flow: bool = False
    today: bool = False

    @property
    def beside(self) -> bool:
        """Whether it needs to know more than the definitions."""
        return self.people or self.flow or self.today

    def findings(self, bp: Blueprint, facts: Facts) -> list[Finding]:
        """What it finds; nothing where it lacks what it has to know."""
        if (
            (self.today and facts.today is None)
            or (self.people and facts.people is None)
            or (self.flow and facts.flow is None)
        ):
            return []
        return list(self.check(bp, facts))


def rule(
    codes: str,
    *reads: type[ElementSpec],
    people: bool = False,
    flow: bool = False,
    today: bool = False,
) -> Callable[[Check], Rule]:
    """Makes a check a rule: ``codes`` are parted by blanks."""
    names = frozenset(kind.__name__ for kind in reads)

    def made(check: Check) -> Rule:
        return Rule(tuple(codes.split()), names, check, people, flow, today)

    return made


def plain(
    codes: str, check: Callable[[Blueprint], Iterator[Finding]], *reads: type[ElementSpec]
) -> Rule:
    """A rule of a check on the model alone."""
    names = frozenset(kind.__name__ for kind in reads)
    return Rule(tuple(codes.split()), names, lambda bp, _: check(bp))


def found(
    code: str, kind: type[ElementSpec] | str, key: str, sentence: str, part: str = ""
) -> Finding:
    """A finding, as grave as its code."""
    name = kind if isinstance(kind, str) else kind.__name__
    return Finding(code, CODES[code].severity, name, key, sentence, part)
