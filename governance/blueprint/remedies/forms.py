"""Remedies on forms: ask what is needed, drop what nobody uses, show no answer that is withheld."""

from datetime import date
from typing import Any

from esm.common.expressions.nodes import Comparison, Junction, Literal, Negation, Node, Variable
from esm.common.expressions.parser import parse_tree
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import HandoffAgreement, Offering
from governance.blueprint.kinds.services import FieldType
from governance.blueprint.kinds.workflows import Criterion
from governance.blueprint.lint.forms import unasked, used_answers
from governance.blueprint.remedies.base import (
    Edits,
    Proposed,
    Remedy,
    Way,
    changed,
    content_of,
    pick,
    whole,
)


def ask_for_it(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """PRC12: each form that lacks what a criterion needs asks for it, where somebody chooses."""
    agreement = bp.get(HandoffAgreement, finding.key)
    criterion = next((one for one in agreement.criteria if one.key == finding.part), None)
    missing = [
        (offering, name)
        for one, offering, name in unasked(bp, finding.key)
        if one.key == finding.part
    ]
    if criterion is None or not missing:
        return None
    offerings = list(dict.fromkeys(offering for offering, _name in missing))
    sections = bp.get(Offering, offerings[0]).form.sections
    if any(not bp.get(Offering, one).form.sections for one in offerings):
        return None
    ways = [Way("last", "At the end of the form")]
    if len(offerings) == 1:
        ways = [Way(one.key, f"At the end of “{one.title}”") for one in sections]

    def make(value: str) -> Edits:
        return tuple(
            _asking(bp, one, value, [name for where, name in missing if where == one], criterion)
            for one in offerings
        )

    verb = "Ask for it" if len(missing) > 1 else f"Ask for “{_label(missing[0][1])}”"
    return pick(verb, "Where is it asked?", ways, make, [ways[-1].value])


def _asking(
    bp: Blueprint, key: str, section: str, names: list[str], criterion: Criterion
) -> Proposed:
    content = content_of(bp, Offering.__name__, key)
    sections = content["form"]["sections"]
    there = next((one for one in sections if one["key"] == section), sections[-1])
    for name in names:
        there["fields"].append(
            {
                "key": name,
                "label": _label(name),
                "type": _type(criterion, name),
                "required": criterion.severity == "must",
            }
        )
    return Proposed(Offering.__name__, key, content)


def _label(name: str) -> str:
    plain = name.replace("_", " ")
    return plain[:1].upper() + plain[1:]


def _type(criterion: Criterion, name: str) -> FieldType:
    if criterion.kind == "attachment":
        return "file"
    if criterion.kind == "field":
        return "text"
    return _compared_as(parse_tree(criterion.expression), name) or "text"


def _compared_as(node: Node, name: str) -> FieldType | None:
    """The type of field that fits what a variable is compared with."""
    if isinstance(node, Variable) and node.name == name:
        return "boolean"
    if isinstance(node, Negation):
        return _compared_as(node.operand, name)
    if isinstance(node, Junction):
        found = (_compared_as(part, name) for part in node.parts)
        return next((one for one in found if one is not None), None)
    if isinstance(node, Comparison):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(one, Variable) and one.name == name and isinstance(other, Literal):
                return _fitting(other.value)
    return None


def _fitting(value: Any) -> FieldType:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, date):
        return "date"
    return "text" if isinstance(value, str) else "number"


def drop_it(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """PRC13 and PRC14: a question that nobody uses, or that was asked before, goes."""
    offering = bp.get(Offering, finding.key)
    asked = next((one for one in offering.form.all_fields() if one.key == finding.part), None)
    if asked is None or asked.key in used_answers(bp, finding.key):
        return None
    content = content_of(bp, Offering.__name__, finding.key)
    sections = content["form"]["sections"]
    for section in sections:
        section["fields"] = [one for one in section["fields"] if one["key"] != asked.key]
    content["form"]["sections"] = [one for one in sections if one["fields"]]
    words = f"“{asked.label}” is asked no more."
    return whole(f"Drop “{asked.label}”", words, Proposed(Offering.__name__, finding.key, content))


def another_title(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """PRV01: a title, or an amount, that everybody may read who sees the request."""
    offering = bp.get(Offering, finding.key)
    name = "title_field" if finding.part == offering.title_field else "amount_field"
    fits = ("text", "choice") if name == "title_field" else ("money", "number")
    ways = [
        Way(one.key, f"“{one.label}”")
        for one in offering.form.all_fields()
        if one.type in fits and not one.limited and one.key != finding.part
    ]
    if name == "amount_field":
        ways.append(Way("", "No amount"))

    def make(value: str) -> Edits:
        return (changed(bp, Offering.__name__, finding.key, **{name: value or None}),)

    verb = "Choose another title" if name == "title_field" else "Choose another amount"
    return pick(verb, "Which answer may everybody read?", ways, make)


REMEDIES = {"PRC12": ask_for_it, "PRC13": drop_it, "PRC14": drop_it, "PRV01": another_title}
