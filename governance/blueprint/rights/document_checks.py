"""What is wrong with a rights file beyond its shape: names that do not exist, wrong periods."""

from collections.abc import Iterator

from esm.common.expressions import ExpressionError, VarType, parse
from governance.blueprint.elements import Path
from governance.blueprint.kinds import noun_of
from governance.blueprint.references import references
from governance.blueprint.rights.document import FOCUSES, RightsFile
from governance.blueprint.rights.facts import doers

Found = tuple[Path, str]
# Kinds that a rights file knows; departments, services and sites are mere words in it.
_SECTIONS = {
    "Role": "roles",
    "GovernanceBody": "bodies",
    "DecisionType": "types",
    "DecisionRight": "rights",
}
_INLINE = ("last_resort", "roles", "bodies", "types", "rights", "separations")


def file_problems(file: RightsFile, known: dict[str, frozenset[str]]) -> Iterator[Found]:
    """Every problem; `known` are keys by section, those of the model where the file names one."""
    yield from _where_rules_stand(file)
    yield from _rules(file, known)
    yield from _separations(file, known)
    for path, section, key in _named(file):
        if key is not None and key not in known[section]:
            yield path, f"names {_noun(section)} `{key}`, which does not exist"
    yield from _periods(file)
    yield from _focuses(file)
    yield from _rates(file)


def _noun(section: str) -> str:
    return {
        "people": "person",
        "bodies": "body",
        "types": "type of decision",
        "roles": "role",
        "rights": "right",
    }[section]


def _where_rules_stand(file: RightsFile) -> Iterator[Found]:
    if file.model is None:
        if file.last_resort is None:
            yield (), "`last_resort` is missing: name the role that decides when nobody else can"
        if not file.types:
            yield (), "`types` is missing: say what is decided, or name a `model`"
        return
    for name in _INLINE:
        if getattr(file, name):
            yield (
                (name,),
                f"`{name}` stands in the model already; leave it out or leave out `model`",
            )


def _rules(file: RightsFile, known: dict[str, frozenset[str]]) -> Iterator[Found]:
    for section in ("bodies", "types", "rights", "separations"):
        for key, spec in getattr(file, section).items():
            for reference in references(spec):
                into = _SECTIONS.get(reference.kind)
                if into is not None and reference.key not in known[into]:
                    noun = noun_of(reference.kind)
                    path: Path = (section, key, *reference.path)
                    yield path, f"names {noun} `{reference.key}`, which does not exist"
    for key, right in file.rights.items():
        if right.min is not None and right.max is not None and right.min >= right.max:
            yield ("rights", key, "max"), "its band is empty: `max` is not above `min`"
        if right.when.strip():
            try:
                parse(right.when, None, expect=VarType.BOOLEAN)
            except ExpressionError as error:
                yield ("rights", key, "when"), f"has a condition that cannot be used: {error}"


def _separations(file: RightsFile, known: dict[str, frozenset[str]]) -> Iterator[Found]:
    for key, rule in file.separations.items():
        for side in ("a", "b"):
            value = getattr(rule, side)
            if value in known["roles"]:
                continue
            if rule.kind == "static":
                yield ("separations", key, side), f"names role `{value}`, which does not exist"
            elif value not in known["types"] | doers():
                words = ", ".join(sorted(doers()))
                yield (
                    ("separations", key, side),
                    f"`{value}` is no role, no type of decision and none of {words}",
                )


def _named(file: RightsFile) -> Iterator[tuple[Path, str, str | None]]:
    """Every name in the facts: where it stands, the section it points into, the key."""
    if file.model is None:
        yield ("last_resort",), "roles", file.last_resort
    for index, held in enumerate(file.holdings):
        yield ("holdings", index, "role"), "roles", held.role
        yield ("holdings", index, "person"), "people", held.person
    for index, absence in enumerate(file.absences):
        yield ("absences", index, "person"), "people", absence.person
        yield ("absences", index, "stand_in"), "people", absence.stand_in
    for index, given in enumerate(file.delegations):
        yield ("delegations", index, "giver"), "people", given.giver
        yield ("delegations", index, "delegate"), "people", given.delegate
        yield ("delegations", index, "role"), "roles", given.role
        for at, right in enumerate(given.rights):
            yield ("delegations", index, "rights", at), "rights", right
    for index, one in enumerate(file.earlier):
        yield ("earlier", index, "type"), "types", one.type
        yield ("earlier", index, "requester"), "people", one.requester
        yield ("earlier", index, "beneficiary"), "people", one.beneficiary
    for index, case in enumerate(file.cases):
        yield ("cases", index, "type"), "types", case.type
        yield ("cases", index, "requester"), "people", case.requester
        yield ("cases", index, "beneficiary"), "people", case.beneficiary
        for at, act in enumerate(case.acted):
            path: Path = ("cases", index, "acted", at)
            yield (*path, "person"), "people", act.person
            yield (*path, "role"), "roles", act.role
            yield (*path, "type"), "types", act.type


def _periods(file: RightsFile) -> Iterator[Found]:
    for section in ("holdings", "absences", "delegations"):
        for index, line in enumerate(getattr(file, section)):
            if line.start is not None and line.until is not None and line.start >= line.until:
                yield (section, index, "until"), "`until` is not after `from`"
    for index, given in enumerate(file.delegations):
        if given.role is None and not given.rights:
            yield ("delegations", index), "it says neither which role nor which rights are given"


def _focuses(file: RightsFile) -> Iterator[Found]:
    for index, held in enumerate(file.holdings):
        named = [name for name in FOCUSES if getattr(held, name) is not None]
        if len(named) > 1:
            yield ("holdings", index), f"a holding has one focus, not {' and '.join(named)}"
        elif named and file.model is None and held.role in file.roles:
            focus = file.roles[held.role].focus
            if focus != named[0]:
                yield (
                    ("holdings", index, named[0]),
                    f"role `{held.role}` has the focus `{focus}`, not `{named[0]}`",
                )


def _rates(file: RightsFile) -> Iterator[Found]:
    seen = set()
    for index, rate in enumerate(file.rates):
        mark = (rate.source, rate.target, rate.day)
        if mark in seen:
            text = f"a rate from {rate.source} to {rate.target} for {rate.day} stands already"
            yield ("rates", index), text
        seen.add(mark)
