"""What applying a directory would do: differences in words, findings, what would retire."""

from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.diff import Change, diff
from governance.blueprint.files import ModelFiles
from governance.blueprint.lint import Finding, lint
from governance.models import ModelVersion
from governance.registries import lint_rules, projectors
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


def findings_of(bp: Blueprint) -> tuple[Finding, ...]:
    """All findings of a model: the rules on the model alone and those that apps registered."""
    found = list(lint(bp))
    for rule in lint_rules():
        found.extend(rule(bp))
    return tuple(found)


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
