"""``manage.py check_model [--keep] [--json] [--strict]``: all findings of the version in force.

Definitions, who there is, and what happened as far as it is counted. With ``--keep`` they are kept
as the nightly run keeps them, with ``--strict`` it ends with 1 where a blocker is found.
"""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.blueprint.lint import SEVERITIES, blockers, ordered
from governance.blueprint.lint.owner import owner_of
from governance.blueprint.lint.stake import stake_of
from governance.selectors.happened import found_in_what_happened
from governance.selectors.lint_facts import facts_with_flow
from governance.selectors.plans import findings_of
from governance.selectors.versions import blueprint, published
from governance.services import findings


class Command(BaseCommand):
    help = "Look for all findings of the model in force; --keep writes them down."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--keep", action="store_true", help="Keep them, as every night.")
        parser.add_argument("--json", action="store_true", help="As JSON.")
        parser.add_argument("--strict", action="store_true", help="End with 1 on a blocker.")

    def handle(self, *args: Any, **options: Any) -> None:
        version = published()
        if version is None:
            raise CommandError("No version of the model is in force; publish one first.")
        done = findings.keep_findings() if options["keep"] else None
        bp = blueprint(version)
        facts = facts_with_flow(bp)
        found = ordered([*findings_of(bp, facts), *found_in_what_happened(bp)])
        rows = [
            {
                "rule": one.rule,
                "severity": one.severity,
                "kind": one.kind,
                "key": one.key,
                "part": one.part,
                "owner": owner_of(bp, one),
                "days": str(stake) if (stake := stake_of(one, facts.flow)) is not None else None,
                "sentence": one.sentence,
                "mark": one.fingerprint,
            }
            for one in found
        ]
        if options["json"]:
            self.stdout.write(json.dumps({"version": version.code, "findings": rows}, indent=2))
        else:
            for row in rows:
                self.stdout.write(
                    f"{row['severity']:8} {row['rule']} {row['owner']}: {row['sentence']}"
                )
            counts = [sum(one.severity == s for one in found) for s in SEVERITIES]
            said = ", ".join(f"{n} {s}" for s, n in zip(SEVERITIES, counts, strict=True))
            self.stdout.write(f"{version.code}: {said}.")
        if done is not None:
            self.stderr.write(
                f"Kept: {len(done.opened)} new, {len(done.returned)} back,"
                f" {len(done.fixed)} mended."
            )
        if options["strict"] and blockers(found):
            sys.exit(1)
