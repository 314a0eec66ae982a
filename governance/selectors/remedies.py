"""What to do about findings: a remedy that is looked at and applied, or a page about people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import DecisionRight, ValueStream
from governance.blueprint.lint import Facts
from governance.blueprint.remedies import Edits, Remedy, offer
from governance.models import ModelVersion, Person, Program, Role, Team
from governance.selectors.drafts import Changed, draft_if
from governance.selectors.lint_facts import today_of
from governance.selectors.model_page import WordedChange, worded
from governance.selectors.people import Account, facts_for
from governance.selectors.plans import changes_between
from governance.selectors.versions import blueprint, published

ROLE_RULES = frozenset({"PEO01", "PEO02", "PEO03"})
PERSON_RULES = frozenset({"PEO04", "GOV12"})
SKILL_RULES = frozenset({"PEO05", "PEO06", "PEO07"})
DELEGATION_RULES = frozenset({"GOV08", "GOV09", "GOV10"})


@dataclass(frozen=True, slots=True)
class Place:
    """A page of administration where people are assigned: its URL name, and the key of whom."""

    page: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a remedy would change, in words; findings that go and that come; what it rests on."""

    changes: tuple[WordedChange, ...]
    goes: tuple[Finding, ...]
    comes: tuple[Finding, ...]
    edits: Edits
    marks: str


def preview(version: ModelVersion, edits: Edits, facts: Facts) -> Preview:
    """Look ahead: the draft as it is, and as it would be."""
    both: Changed = draft_if(version, edits, facts)
    known = {one.fingerprint for one in both.found_before}
    then = {one.fingerprint for one in both.found_after}
    changes = changes_between(both.before, both.after)
    return Preview(
        changes=tuple(worded(change, both.before, both.after) for change in changes),
        goes=tuple(one for one in both.found_before if one.fingerprint not in then),
        comes=tuple(one for one in both.found_after if one.fingerprint not in known),
        edits=edits,
        marks=marks_of(both.before, edits),
    )


def marks_of(bp: Blueprint, edits: Edits) -> str:
    """The hashes of what edits would overwrite, as a form carries them."""
    hashes = bp.hashes()
    return ",".join(hashes.get((one.kind, one.key), b"").hex() for one in edits)


def remedy_of(bp: Blueprint, finding: Finding) -> Remedy | None:
    """What would mend a finding of a draft; None where nothing can be proposed."""
    return offer(bp, finding, today_of(bp))


def with_remedy(bp: Blueprint, findings: Sequence[Finding]) -> dict[str, str]:
    """Fingerprints of the findings that have a remedy, with what its button says."""
    today = today_of(bp) if findings else None
    found = ((one.fingerprint, offer(bp, one, today)) for one in findings)
    return {mark: remedy.verb for mark, remedy in found if remedy is not None}


def places(user: Account, bp: Blueprint, findings: Iterable[Finding]) -> dict[str, Place]:
    """Where somebody may assign people to settle a finding, by fingerprint; at most four queries.

    Only for who keeps people, and only for who there is: a role of a draft has nobody yet.
    """
    facts = facts_for(user)
    if not (facts.admin or facts.steward):
        return {}
    wanted = {one.fingerprint: place for one in findings if (place := _place(bp, one))}
    there: dict[str, dict[str, str]] = {}
    for page in {place.page for place in wanted.values()} - {"admin-delegations"}:
        there[page] = _keys(page, {p.key for p in wanted.values() if p.page == page})
    found = {}
    for mark, place in wanted.items():
        key = there.get(place.page, {}).get(place.key, "")
        if key or not place.key:
            found[mark] = Place(place.page, key)
    return found


def _place(bp: Blueprint, one: Finding) -> Place | None:
    if one.rule in ROLE_RULES:
        return Place("admin-role", one.key)
    if one.rule == "PEO09":
        return Place("admin-team", one.key)
    if one.rule in DELEGATION_RULES:
        return Place("admin-delegations")
    if one.rule in PERSON_RULES and one.part.startswith("P-"):
        return Place("admin-person", one.part)
    if one.rule in SKILL_RULES:
        # A skill itself, or the part of a role or stage that needs it.
        return Place("skill", one.key if one.kind == "Skill" else one.part.rpartition("/")[2])
    if one.rule == "TEC09":
        return Place("admin-program", one.part)
    if one.rule == "GOV05":
        right = bp.peek(DecisionRight, one.part)
        return Place("admin-role", right.role) if right is not None and right.role else None
    if one.rule == "ADO01":
        stream = bp.peek(ValueStream, one.key)
        sponsor = stream.sponsor_role if stream is not None else None
        return Place("admin-role", sponsor) if sponsor else None
    return None


def _keys(page: str, wanted: set[str]) -> dict[str, str]:
    """Which of those there are, by what a finding calls them, with what their address says."""
    if page == "admin-role":
        return {
            key: key for key in Role.objects.filter(key__in=wanted).values_list("key", flat=True)
        }
    if page == "admin-team":
        return {
            key: key for key in Team.objects.filter(key__in=wanted).values_list("key", flat=True)
        }
    if page == "skill":
        version = published()
        there = blueprint(version).keys("Skill") if version is not None else []
        return {key: key for key in there if key in wanted}
    numbers = {text.rpartition("-")[2] for text in wanted}
    pks = [int(text) for text in numbers if text.isdecimal()]
    if page == "admin-program":
        rows = Program.objects.filter(pk__in=pks).values_list("pk", "account__key")
        return {str(pk): str(key) for pk, key in rows}
    people = Person.objects.filter(pk__in=pks).values_list("pk", "key")
    return {f"P-{pk}": key for pk, key in people}
