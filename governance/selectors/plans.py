"""What applying a directory would do: differences in words, findings, what would retire."""

from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.diff import Change, diff
from governance.blueprint.files import ModelFiles
from governance.blueprint.lint import NOTHING, Facts, Finding, lint, relint
from governance.models import ModelVersion
from governance.registries import lint_rules, projectors
from governance.selectors.lint_facts import facts_now
from governance.selectors.versions import blueprint, published


@dataclass(frozen=True)
class Plan:
    """``base`` is the version compared with: the one in force, None before the first."""

    files: ModelFiles
    base: ModelVersion | None
    known: ModelVersion | None
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    retired: tuple[Change, ...]

    @property
    def allowed(self) -> bool:
        """False when the number belongs to a version that can no longer change."""
        return self.known is None or self.known.state == ModelVersion.State.DRAFT


def findings_of(bp: Blueprint, facts: Facts | None = None) -> tuple[Finding, ...]:
    """All findings of a model with the people there are now, or with other facts."""
    return tuple(lint(bp, facts_now(bp) if facts is None else facts, lint_rules()))


def findings_of_both(before: Blueprint, after: Blueprint) -> tuple[list[Finding], list[Finding]]:
    """What is found in the definitions of two models that have most of their elements in common."""
    old, new = before.hashes(), after.hashes()
    changed = {item for item in old.keys() | new.keys() if old.get(item) != new.get(item)}
    found = lint(before, NOTHING, lint_rules())
    return found, relint(after, NOTHING, found, changed, lint_rules())


def changes_between(before: Blueprint, after: Blueprint) -> tuple[Change, ...]:
    """Every difference between two models in words."""
    return tuple(diff(before, after))


def plan(files: ModelFiles) -> Plan:
    """Compare a directory with the version in force. Changes nothing."""
    base = published()
    after = files.blueprint
    before = blueprint(base) if base else Blueprint.from_raw({})
    changes = changes_between(before, after)
    projected = {kind for kind, _ in projectors()}
    return Plan(
        files=files,
        base=base,
        known=ModelVersion.objects.filter(number=files.meta.number).first(),
        changes=changes,
        findings=findings_of(after),
        retired=tuple(c for c in changes if c.op == "removed" and c.kind in projected),
    )
