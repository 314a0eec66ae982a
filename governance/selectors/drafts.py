"""Drafts as those who edit them see them: read again and again, changed one element at a time.

A process keeps the last few drafts it was asked for and reads what changed since. What is kept is
compared with the hashes in the database each time, so it is never older than they are.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import ElementId
from governance.blueprint.lint import NOTHING, RULES, Facts, Finding, lint, ordered, relint
from governance.blueprint.remedies import Edits, after
from governance.models import ModelElement, ModelVersion
from governance.registries import lint_rules
from governance.selectors.lint_facts import facts_now
from governance.selectors.versions import load_blueprint

KEPT = 3
# More changes than these are read at once.
FEW = 200


@dataclass
class _Draft:
    """A draft as it was last read, and as it was last checked, with what was found then."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    bp: Blueprint | None = None
    checked: Blueprint | None = None
    findings: list[Finding] = field(default_factory=list)


_drafts: OrderedDict[int, _Draft] = OrderedDict()
_lock = threading.Lock()


def forget_drafts() -> None:
    """Have every draft read anew (tests)."""
    with _lock:
        _drafts.clear()


def draft_blueprint(version: ModelVersion | int) -> Blueprint:
    """The elements of a draft now; two queries, the second for what changed since it was read."""
    pk = _pk(version)
    draft = _kept(pk)
    with draft.lock:
        return _read(pk, draft)


def draft_findings(version: ModelVersion | int, facts: Facts | None = None) -> tuple[Finding, ...]:
    """What is found in a draft: of definitions only what an edit can have changed is looked for.

    What needs to know who there is or what happened is looked for each time.
    """
    return draft_checked(version, facts)[1]


def draft_checked(
    version: ModelVersion | int, facts: Facts | None = None
) -> tuple[Blueprint, tuple[Finding, ...]]:
    """The elements of a draft and what is found in it, read at one moment."""
    pk = _pk(version)
    draft = _kept(pk)
    with draft.lock:
        bp = _check(_read(pk, draft), draft)
        found = draft.findings
    return bp, _all_of(bp, found, facts_now(bp) if facts is None else facts)


def _all_of(bp: Blueprint, found: list[Finding], facts: Facts) -> tuple[Finding, ...]:
    """What was found in definitions, and what is found beside them where they are whole."""
    if any(one.rule == "MOD01" for one in found):
        return tuple(found)
    return tuple(ordered([*found, *beside(bp, facts)]))


@dataclass(frozen=True, slots=True)
class Changed:
    """A draft as it is and as it would be, with what is found in both."""

    before: Blueprint
    after: Blueprint
    found_before: tuple[Finding, ...]
    found_after: tuple[Finding, ...]


def draft_if(version: ModelVersion | int, edits: Edits, facts: Facts) -> Changed:
    """What a draft would be with some edits; nothing is kept of it. Raises ValueError."""
    pk = _pk(version)
    draft = _kept(pk)
    with draft.lock:
        bp = _check(_read(pk, draft), draft)
        found = draft.findings
    then = after(bp, edits)
    changed = {(one.kind, one.key) for one in edits}
    later = relint(then, NOTHING, found, changed, lint_rules())
    return Changed(bp, then, _all_of(bp, found, facts), _all_of(then, later, facts))


def beside(bp: Blueprint, facts: Facts) -> list[Finding]:
    """What only those rules find that need to know more than the definitions."""
    rules = [rule for rule in (*RULES, *lint_rules()) if rule.beside]
    return [one for rule in rules for one in rule.findings(bp, facts)]


def _pk(version: ModelVersion | int) -> int:
    return version if isinstance(version, int) else version.pk


def _kept(pk: int) -> _Draft:
    """What is kept of a draft. Whoever reads or checks it holds its own lock, not that of all."""
    with _lock:
        draft = _drafts.setdefault(pk, _Draft())
        _drafts.move_to_end(pk)
        while len(_drafts) > KEPT:
            _drafts.popitem(last=False)
        return draft


def _check(bp: Blueprint, draft: _Draft) -> Blueprint:
    """Look for what changed since it was last checked, however often it was read meanwhile."""
    if draft.checked is None:
        draft.findings = lint(bp, NOTHING, lint_rules())
    elif draft.checked is not bp:
        known, now = draft.checked.hashes(), bp.hashes()
        changed = {item for item in known.keys() | now.keys() if known.get(item) != now.get(item)}
        # What a change can have broken shows from what its elements were when all was checked.
        bp = draft.checked.followed_by(bp)
        draft.findings = relint(bp, NOTHING, draft.findings, changed, lint_rules())
    draft.bp = draft.checked = bp
    return bp


def _read(pk: int, draft: _Draft) -> Blueprint:
    if draft.bp is None:
        draft.bp = load_blueprint(pk).kept()
        return draft.bp
    rows = ModelElement.objects.filter(version_id=pk)
    now = {
        (kind, key): bytes(stored)
        for kind, key, stored in rows.values_list("kind", "key", "content_hash")
    }
    known = draft.bp.hashes()
    changed = {i for i in known.keys() | now.keys() if known.get(i) != now.get(i)}
    if len(changed) > FEW:
        draft.bp, draft.checked = load_blueprint(pk).kept(), None
    elif changed:
        texts = _texts(pk, changed & now.keys())
        given = {item: (texts[item], now[item]) if item in texts else None for item in changed}
        draft.bp = draft.bp.changed(given)
    return draft.bp


def _texts(pk: int, items: set[ElementId]) -> dict[ElementId, str]:
    if not items:
        return {}
    named = Q()
    for kind, key in items:
        named |= Q(kind=kind, key=key)
    rows = ModelElement.objects.filter(named, version_id=pk)
    found = rows.annotate(text=Cast("content", TextField()))
    return {(kind, key): text for kind, key, text in found.values_list("kind", "key", "text")}
