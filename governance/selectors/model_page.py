"""The operating model as people look at it: versions, what is in them, what is wrong with them."""

from collections.abc import Sequence
from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.diff import NOTHING, Change, FieldChange
from governance.blueprint.kinds import KINDS, ElementSpec, folder_of
from governance.blueprint.lint import SEVERITIES, Facts, Finding
from governance.models import ModelVersion
from governance.selectors.drafts import draft_checked
from governance.selectors.plans import changes_between, findings_of
from governance.selectors.versions import blueprint
from governance.selectors.wording import (
    element_name,
    noun,
    path_words,
    plural,
    value_words,
    way_words,
)

# People, process, technology, governance: which kinds each part holds.
PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "people",
        ("Organisation", "Department", "Team", "TeamInteraction", "Role", "Skill", "Site"),
    ),
    (
        "process",
        (
            "ValueStream",
            "Service",
            "Offering",
            "Workflow",
            "HandoffAgreement",
            "ClockPolicy",
            "Calendar",
            "ExternalParty",
            "Capability",
        ),
    ),
    ("technology", ("Technology", "Benefit")),
    (
        "governance",
        (
            "DecisionType",
            "DecisionRight",
            "GovernanceBody",
            "SodRule",
            "Policy",
            "Control",
            "Objective",
            "Outcome",
            "Measure",
        ),
    ),
)
SHOWN = 60


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many elements of a kind a version holds; ``noun`` in the right number."""

    kind: str
    folder: str
    noun: str
    count: int


@dataclass(frozen=True, slots=True)
class Part:
    """One of the four parts with its kinds and findings."""

    key: str
    kinds: tuple[KindCount, ...]
    findings: tuple[Finding, ...]

    @property
    def total(self) -> int:
        """Elements in this part."""
        return sum(kind.count for kind in self.kinds)


@dataclass(frozen=True, slots=True)
class ElementLink:
    """An element as a list shows it."""

    kind: str
    folder: str
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class WordedField:
    """One changed field in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class WordedChange:
    """One changed element in words; removed ones have no page in the newer version."""

    op: str
    noun: str
    folder: str
    key: str
    name: str
    sentence: str
    fields: tuple[WordedField, ...]


@dataclass(frozen=True, slots=True)
class VersionPage:
    """A version with its parts, all findings, and what it changes against another."""

    bp: Blueprint
    before: Blueprint
    version: ModelVersion
    against: ModelVersion | None
    parts: tuple[Part, ...]
    findings: tuple[Finding, ...]
    changes: tuple[WordedChange, ...]

    def count(self, severity: str) -> int:
        """Findings of one severity."""
        return sum(finding.severity == severity for finding in self.findings)

    @property
    def severities(self) -> list[tuple[str, int]]:
        """Severities that occur, with counts, gravest first."""
        return [(s, n) for s in SEVERITIES if (n := self.count(s))]


def kind_count(bp: Blueprint, kind: str) -> KindCount:
    """How many of a kind; parses nothing."""
    count = len(bp.keys(kind))
    word = noun(kind) if count == 1 else plural(kind)
    return KindCount(kind, folder_of(kind), word, count)


def parts_of(bp: Blueprint, findings: Sequence[Finding]) -> tuple[Part, ...]:
    """The four parts of a model."""
    return tuple(
        Part(
            key,
            tuple(count for kind in kinds if (count := kind_count(bp, kind)).count),
            tuple(finding for finding in findings if finding.kind in kinds),
        )
        for key, kinds in PARTS
    )


def version_page(
    version: ModelVersion, against: ModelVersion | None, facts: Facts | None = None
) -> VersionPage:
    """Everything the page of a version shows; two blueprints at most are read."""
    if version.state == ModelVersion.State.DRAFT:
        bp, findings = draft_checked(version, facts)
    else:
        bp = blueprint(version)
        findings = findings_of(bp, facts)
    before = blueprint(against) if against is not None else bp
    changes = changes_between(before, bp)
    return VersionPage(
        bp=bp,
        before=before,
        version=version,
        against=against,
        parts=parts_of(bp, findings),
        findings=findings,
        changes=tuple(worded(change, before, bp) for change in changes),
    )


def worded(change: Change, before: Blueprint, after: Blueprint) -> WordedChange:
    """A change without a field name or a key in it."""
    kind, key = change.kind, change.key
    was, now = before.peek(KINDS[kind], key), after.peek(KINDS[kind], key)
    name = element_name(after if now is not None else before, kind, key)
    fields = tuple(_field(before, after, f, now, was) for f in change.fields)
    sentence = change.sentence.replace(f"“{change.name}”", f"“{name}”")
    return WordedChange(change.op, noun(kind), folder_of(kind), key, name, sentence, fields)


def _field(
    before: Blueprint,
    after: Blueprint,
    change: FieldChange,
    now: ElementSpec | None,
    was: ElementSpec | None,
) -> WordedField:
    path = change.path
    way = path.removeprefix("flows[").removesuffix("]") if path.startswith("flows[") else ""
    if way and path.endswith("]"):
        # A whole way that is new or gone is said by its ends.
        name = way_words(way, now, was)
        ends = [text if text == NOTHING else name for text in (change.before, change.after)]
        return WordedField("way", *ends)
    return WordedField(
        path_words(path, now, was),
        value_words(before, path, change.before),
        value_words(after, path, change.after),
    )


def elements_of(version: ModelVersion, kind: str) -> list[ElementLink]:
    """All elements of a kind by name. Raises KeyError for a kind nobody knows."""
    bp = blueprint(version)
    folder = folder_of(kind)
    if kind not in KINDS:
        raise KeyError(kind)
    found = [ElementLink(kind, folder, key, element_name(bp, kind, key)) for key in bp.keys(kind)]
    return sorted(found, key=lambda link: link.name.lower())
