"""``manage.py who_decides FILE [--json]``: who decides the cases of a rights file, and why."""

import json
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.blueprint.durations import format_duration
from governance.blueprint.rights import Inputs, Resolution, band_words, resolve
from governance.blueprint.rights.findings import file_findings
from governance.blueprint.rights.reading import RightsFileError, read_rights


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")


def as_json(number: int, inputs: Inputs, found: Resolution) -> dict[str, Any]:
    """An answer as plain data; numbers as text, times in business seconds."""
    low, high = found.band
    return {
        "case": number,
        "type": inputs.rules.kind.key,
        "question": inputs.rules.kind.name,
        "unresolved": found.unresolved,
        "pre_authorised": found.pre_authorised,
        "deciders": [
            {
                "person": one.ref,
                "name": one.name,
                "role": one.role,
                "how": one.how,
                "for": one.for_ref,
                "delegation": one.delegation,
            }
            for one in found.deciders
        ],
        "rule": found.rule,
        "quorum": found.quorum,
        "needed": found.needed,
        "role": found.role,
        "body": found.body,
        "right": found.right_key,
        "band": {"min": _text(low), "max": _text(high)},
        "number": _text(found.number),
        "due_s": found.due_s,
        "parts": [
            {
                "part": part.part,
                "right": part.right,
                "role": part.role,
                "body": part.body,
                "people": [one.ref for one in part.people],
                "due_s": part.due_s,
            }
            for part in found.parts
        ],
        "trace": [{"code": s.code, "text": s.text, "data": s.data} for s in found.trace],
    }


def sentence(inputs: Inputs, found: Resolution) -> str:
    """The answer in one line."""
    rules = inputs.rules
    within = f"within {format_duration(found.due_s)} of working time"
    if found.pre_authorised:
        return f"Allowed beforehand by the right `{found.right_key}`: nobody is asked."
    if found.rule != "single":
        names = ", ".join(one.name for one in found.deciders)
        return f"{names} decide together, {found.needed} of them say yes, {within}."
    acting = found.decider
    if acting is None:
        return "Nobody is left who may decide."
    role = rules.roles.get(acting.role)
    name = role.name if role else acting.role
    behalf = f" for {acting.for_name}" if acting.for_ref else ""
    band = ""
    if found.right_key is not None:
        band = f" (right `{found.right_key}`: {band_words(found.band, rules.kind.measure)})"
    return f"{acting.name} decides as {name}{behalf}{band}, {within}."


class Command(BaseCommand):
    help = "Say who decides the cases of a rights file, and why. See docs/rights.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a rights file, YAML or JSON")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            read = read_rights(options["file"])
        except RightsFileError as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            count = len(error.problems)
            things = "one thing is" if count == 1 else f"{count} things are"
            raise CommandError(f"No case was answered: {things} wrong.") from error
        answers = [(inputs, resolve(inputs)) for inputs in read.inputs]
        findings = file_findings(read)
        if options["json"]:
            shown = {
                "file": str(options["file"]),
                "answers": [as_json(n, *one) for n, one in enumerate(answers, start=1)],
                "findings": [{"rule": f.rule, "text": f.sentence} for f in findings],
            }
            self.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False))
            return
        for number, (inputs, found) in enumerate(answers, start=1):
            self.stdout.write(f"{number}. {sentence(inputs, found)}")
            for step in found.trace:
                self.stdout.write(f"   - {step.text}")
        for finding in findings:
            self.stdout.write(f"{finding.rule}: {finding.sentence}")
