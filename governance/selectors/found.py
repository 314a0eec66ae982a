"""What the checks find in a version, whatever its state."""

from dataclasses import dataclass

from governance.blueprint.findings import Severity
from governance.blueprint.lint import CODES
from governance.models import ModelVersion
from governance.selectors.drafts import draft_findings
from governance.selectors.plans import findings_of
from governance.selectors.versions import blueprint


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with what to do about it."""

    rule: str
    severity: Severity
    kind: str
    key: str
    part: str
    sentence: str
    remedy: str
    fingerprint: str

    @property
    def place(self) -> tuple[str, ...]:
        """Where it stands in a list: by what it is about."""
        return (self.kind, self.key, self.rule, self.part, self.sentence)


def found_in(version: ModelVersion) -> list[Found]:
    """Every finding of a version with the people there are now, by kind and key."""
    draft = version.state == ModelVersion.State.DRAFT
    findings = draft_findings(version) if draft else findings_of(blueprint(version))
    rows = [
        Found(
            one.rule,
            one.severity,
            one.kind,
            one.key,
            one.part,
            one.sentence,
            CODES[one.rule].remedy if one.rule in CODES else "",
            one.fingerprint,
        )
        for one in findings
    ]
    return sorted(rows, key=lambda row: row.place)
