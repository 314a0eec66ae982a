"""A rights file as inputs of the resolver: read, checked, asked (`docs/rights.md`)."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from pydantic import ValidationError

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import Element, Lines, Path, Problem
from governance.blueprint.files import ModelFilesError, read_directory
from governance.blueprint.kinds import DecisionRight, DecisionType
from governance.blueprint.kinds import Role as RoleSpec
from governance.blueprint.rights.compiled import (
    body_of,
    kind_of,
    right_of,
    rules_of,
    separations_of,
)
from governance.blueprint.rights.document import (
    FOCUSES,
    CaseLine,
    DelegationLine,
    HoldingLine,
    RightsFile,
)
from governance.blueprint.rights.document_checks import file_problems
from governance.blueprint.rights.facts import (
    Absence,
    Acted,
    Case,
    Delegation,
    Earlier,
    Holding,
    Inputs,
    Person,
    Rate,
    Right,
    Role,
    Rules,
)
from governance.blueprint.serialise import YamlProblem, read_yaml
from governance.blueprint.validation import sentences

_ELEMENTS = {
    "roles": "role",
    "bodies": "body",
    "types": "type of decision",
    "rights": "right",
    "separations": "separation",
    "people": "person",
    "holdings": "holding",
    "absences": "absence",
    "delegations": "delegation",
    "rates": "rate",
    "earlier": "earlier case",
    "cases": "case",
}


class RightsFileError(ValueError):
    """A file holds no usable rights; `problems` name file, line and element."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True, slots=True)
class ReadRights:
    """A checked file: its cases as inputs, and the model its rules make up."""

    file: RightsFile
    blueprint: Blueprint
    rules: Mapping[str, Rules]
    inputs: tuple[Inputs, ...]


def read_rights(path: FilePath | str, raw: bytes | None = None) -> ReadRights:
    """Read and check a file. Raises RightsFileError with all problems at once."""
    where = FilePath(path)
    try:
        data, lines = _load(where, where.read_bytes() if raw is None else raw)
    except OSError as error:
        sentence = f"the file cannot be read: {error.strerror}"
        raise RightsFileError([Problem(sentence, file=str(where))]) from error
    except YamlProblem as problem:
        found = Problem(problem.sentence, file=str(where), line=problem.line)
        raise RightsFileError([found]) from problem
    if not isinstance(data, dict):
        raise RightsFileError([Problem("the file holds no names and values", file=str(where))])
    try:
        file = RightsFile.model_validate(data)
    except ValidationError as error:
        named = [_problem(where, lines, at, text) for at, text in sentences(error, "a rights file")]
        raise RightsFileError(_sorted(named)) from error
    return build(file, where, lines)


def build(file: RightsFile, where: FilePath, lines: Lines) -> ReadRights:
    """A file of the right shape as inputs. Raises RightsFileError."""
    bp = _model(file, where)
    known = _known(file, bp)
    problems = [_problem(where, lines, at, text) for at, text in file_problems(file, known)]
    if problems:
        raise RightsFileError(_sorted(problems))
    if file.model is None:
        rules = _inline(file)
    else:
        rules = {key: rules_of(bp, key) for key in bp.keys("DecisionType")}
    return ReadRights(file, bp, rules, _inputs(file, rules))


def _load(where: FilePath, raw: bytes) -> tuple[object, Lines]:
    if where.suffix != ".json":
        return read_yaml(raw)
    try:
        # What YAML reads otherwise than JSON is refused by JSON's own reader first.
        json.loads(raw)
    except json.JSONDecodeError as error:
        raise YamlProblem(f"this is not JSON: {error.msg}", error.lineno) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise YamlProblem("this is not JSON in UTF-8", 1) from error
    return read_yaml(raw.replace(b"\t", b" ").replace(b"\\/", b"/"))


def _problem(where: FilePath, lines: Lines, at: Path, text: str) -> Problem:
    element = ""
    if at and str(at[0]) in _ELEMENTS and len(at) > 1:
        which = at[1] + 1 if isinstance(at[1], int) else f"`{at[1]}`"
        element = f"{_ELEMENTS[str(at[0])]} {which}"
        # What is wrong with all of it needs no second name.
        text = text.removeprefix(f"`{at[-1]}`: ") if len(at) == 2 else text
    return Problem(text, element, "", at, str(where), lines.of(at))


def _sorted(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: problem.line)


def _model(file: RightsFile, where: FilePath) -> Blueprint:
    if file.model is not None:
        try:
            return read_directory(where.parent / file.model).blueprint
        except ModelFilesError as error:
            raise RightsFileError(error.problems) from error
    types = [Element("DecisionType", key, 1, spec) for key, spec in file.types.items()]
    rights = [Element("DecisionRight", key, 1, spec) for key, spec in file.rights.items()]
    bodies = [Element("GovernanceBody", key, 1, spec) for key, spec in file.bodies.items()]
    rules = [Element("SodRule", key, 1, spec) for key, spec in file.separations.items()]
    return Blueprint.from_elements([*types, *rights, *bodies, *rules])


def _known(file: RightsFile, bp: Blueprint) -> dict[str, frozenset[str]]:
    roles = bp.keys(RoleSpec.__name__) if file.model is not None else file.roles
    return {
        "roles": frozenset(roles),
        "people": frozenset(file.people),
        "types": frozenset(bp.keys(DecisionType.__name__)),
        "rights": frozenset(bp.keys(DecisionRight.__name__)),
        "bodies": frozenset(bp.keys("GovernanceBody")),
    }


def _inline(file: RightsFile) -> dict[str, Rules]:
    roles = {
        key: Role(key, line.name or key, "" if line.focus == "none" else line.focus)
        for key, line in file.roles.items()
    }
    bodies = {key: body_of(key, spec) for key, spec in file.bodies.items()}
    rights: dict[str, list[Right]] = defaultdict(list)
    for name, right in file.rights.items():
        rights[right.decision_type].append(right_of(name, right))
    return {
        key: Rules(
            kind=kind_of(key, spec),
            rights=tuple(rights[key]),
            last_resort=file.last_resort or "",
            roles=roles,
            bodies=bodies,
            separations=separations_of(key, file.separations),
        )
        for key, spec in file.types.items()
    }


def _inputs(file: RightsFile, rules: Mapping[str, Rules]) -> tuple[Inputs, ...]:
    """Every case; they share the facts."""
    people = {key: Person(key, line.name or key, line.active) for key, line in file.people.items()}
    holdings = tuple(_holding(line) for line in file.holdings)
    absences = tuple(
        Absence(line.person, line.start, line.until, line.stand_in) for line in file.absences
    )
    delegations = tuple(_delegation(n, line) for n, line in enumerate(file.delegations))
    rates = tuple(Rate(r.source, r.target, r.day, r.rate) for r in file.rates)
    earlier = tuple(
        Earlier(
            kind=one.type,
            requester=one.requester,
            at=one.at,
            amount=one.amount,
            currency=one.currency or "",
            beneficiary=one.beneficiary,
            counterparty=one.counterparty,
        )
        for one in file.earlier
    )
    return tuple(
        Inputs(
            rules[case.type], _case(case), people, holdings, absences, delegations, rates, earlier
        )
        for case in file.cases
    )


def _holding(line: HoldingLine) -> Holding:
    focus = next((name for name in FOCUSES if getattr(line, name) is not None), "")
    key = str(getattr(line, focus)) if focus else ""
    return Holding(line.role, line.person, focus, key, line.start, line.until)


def _delegation(number: int, line: DelegationLine) -> Delegation:
    accepted = line.accepted
    return Delegation(
        key=line.key or str(number + 1),
        giver=line.giver,
        delegate=line.delegate,
        start=line.start,
        end=line.until,
        role=line.role,
        rights=frozenset(line.rights),
        narrows=line.narrows,
        max_amount=line.max_amount,
        currency=line.currency or "",
        accepted_at=(line.start if accepted else None) if isinstance(accepted, bool) else accepted,
        revoked_at=line.revoked,
    )


def _case(line: CaseLine) -> Case:
    scope = dict(line.narrows)
    scope |= {name: str(getattr(line, name)) for name in ("team", "stream") if getattr(line, name)}
    return Case(
        at=line.at,
        asked_at=line.asked_at,
        amount=line.amount,
        currency=line.currency or "",
        scope=scope,
        values=line.values,
        requester=line.requester,
        beneficiary=line.beneficiary,
        counterparty=line.counterparty,
        acted=tuple(Acted(a.person, a.part, a.role or "", a.type or "") for a in line.acted),
    )
