"""The operating model as people look at it: versions, what is in them, what is wrong with them."""

from collections.abc import Sequence
from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.diff import Change, name_of
from governance.blueprint.kinds import KINDS, folder_of, noun_of
from governance.blueprint.lint import SEVERITIES, Finding
from governance.models import ModelVersion
from governance.selectors.plans import changes_between, findings_of
from governance.selectors.versions import blueprint
from governance.selectors.wording import path_words

# People, process, technology, governance: which kinds each part holds.
PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("people", ("Organisation", "Department", "Team", "Role", "Site")),
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
        ),
    ),
    ("technology", ("Technology",)),
    (
        "governance",
        ("DecisionType", "DecisionRight", "SodRule", "Policy", "Objective", "Outcome", "Measure"),
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


def plural(noun: str) -> str:
    """«value streams», «policies»."""
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def kind_count(bp: Blueprint, kind: str) -> KindCount:
    """How many of a kind; parses nothing."""
    count = len(bp.keys(kind))
    noun = noun_of(kind)
    return KindCount(kind, folder_of(kind), noun if count == 1 else plural(noun), count)


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


def version_page(version: ModelVersion, against: ModelVersion | None) -> VersionPage:
    """Everything the page of a version shows; two blueprints at most are read."""
    bp = blueprint(version)
    findings = findings_of(bp)
    changes = changes_between(blueprint(against), bp) if against is not None else ()
    return VersionPage(
        version=version,
        against=against,
        parts=parts_of(bp, findings),
        findings=findings,
        changes=tuple(worded(change) for change in changes),
    )


def worded(change: Change) -> WordedChange:
    """A change without a field name in it."""
    return WordedChange(
        op=change.op,
        noun=noun_of(change.kind),
        folder=folder_of(change.kind),
        key=change.key,
        name=change.name,
        sentence=change.sentence,
        fields=tuple(WordedField(path_words(f.path), f.before, f.after) for f in change.fields),
    )


def elements_of(version: ModelVersion, kind: str) -> list[ElementLink]:
    """All elements of a kind by name. Raises KeyError for a kind nobody knows."""
    bp = blueprint(version)
    folder = folder_of(kind)
    found = [
        ElementLink(kind, folder, key, name_of(spec, key))
        for key, spec in bp.find(KINDS[kind]).items()
    ]
    return sorted(found, key=lambda link: link.name.lower())
