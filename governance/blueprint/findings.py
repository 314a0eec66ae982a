"""What a rule finds wrong with a model."""

import hashlib
from dataclasses import dataclass
from typing import Literal

Severity = Literal["blocker", "error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("blocker", "error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule found; `part` names a part of the element (a stage, a criterion)."""

    rule: str
    severity: Severity
    kind: str
    key: str
    sentence: str
    part: str = ""

    @property
    def fingerprint(self) -> str:
        """Stable while rule and subject stay the same, whatever the sentence says."""
        subject = "\n".join((self.rule, self.kind, self.key, self.part))
        return hashlib.sha256(subject.encode()).hexdigest()[:32]
