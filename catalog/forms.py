"""The pages of a draft as plain values: one section at a time, then all answers.

The questions come from the offering in the version in force; what was typed stays as it was typed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from catalog.models import Article, Draft, DraftFile
from catalog.registries import Outlook, Similar, outlook, similar
from catalog.selectors import articles
from catalog.selectors.drafts import DraftForm, open_drafts
from catalog.selectors.services import OfferingFacts, WayStep, chips, offering_facts
from catalog.services.forms import Checked, amount_of, check, display, title_of
from esm.common import clock
from esm.common.expressions import holds
from governance.blueprint import kinds
from governance.blueprint.kinds.services import FormField
from governance.models import ModelVersion, Person, Team
from governance.selectors.decisions import who_decides
from governance.selectors.people import Account, teams_of
from governance.selectors.versions import blueprint, published

ACCEPT = ".pdf,.docx,.xlsx,.pptx,.odt,.ods,.txt,.csv,.png,.jpg,.jpeg,.zip"


@dataclass(frozen=True)
class SectionPage:
    """One section: its number from 1, fields as components draw them, and the way through."""

    number: int
    title: str
    fields: tuple[dict[str, Any], ...]
    steps: tuple[dict[str, Any], ...]
    files: tuple[tuple[DraftFile, str], ...]
    errors: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Ahead:
    """What will happen with the answers so far: the way, who decides, and the promise."""

    facts: OfferingFacts
    steps: tuple[WayStep, ...]
    decider: str
    band: tuple[Any, Any, str] | None
    version: ModelVersion
    outlook: Outlook | None

    @property
    def first(self) -> WayStep | None:
        """Where it goes first."""
        return self.steps[0] if self.steps else None

    @property
    def strip(self) -> list[dict[str, str]]:
        """The way as the strip component draws it."""
        return [
            {
                "name": step.name,
                "code": step.department.code if step.department else "",
                "dept": step.department.name if step.department else "",
                "slot": step.department.slot if step.department else "n",
                "state": "next",
            }
            for step in self.steps
        ]


def held_files(form: DraftForm) -> set[str]:
    """Keys of the fields that hold a file."""
    return set(form.files)


def checked(form: DraftForm, *, required: bool = True) -> Checked:
    """Everything typed so far against the whole form."""
    return check(form.offering, form.draft.data, held_files(form), required=required)


def asked_in(form: DraftForm, section: int, found: Checked) -> list[FormField]:
    """Fields of a section that are asked with these answers."""
    return [f for f in form.offering.form.sections[section].fields if f.key in found.asked]


def posted(form: DraftForm, section: int, data: MultiValueDict[str, Any]) -> dict[str, Any]:
    """What came in for a section, as it was typed; boxes that were asked and stay empty are none.

    A field that is not asked keeps what it held, so that changing one's mind twice loses nothing.
    """
    fields = form.offering.form.sections[section].fields
    typed: dict[str, Any] = {}
    for item in fields:
        if item.type == "file":
            continue
        if item.key in data:
            values = data.getlist(item.key)
            typed[item.key] = values if item.type == "choices" else values[-1]
    seen = check(form.offering, {**form.draft.data, **typed}, held_files(form), required=False)
    for item in fields:
        if item.type == "choices" and item.key not in data and item.key in seen.asked:
            typed[item.key] = []
    return typed


def uploads(files: MultiValueDict[str, Any]) -> list[tuple[str, str, Any]]:
    """(field key, name, content) of what was uploaded."""
    return [(key, file.name or "file", file) for key in files for file in files.getlist(key)]


def sections_asked(form: DraftForm, found: Checked) -> list[int]:
    """Numbers from 0 of the sections in which anything is asked."""
    return [n for n in range(len(form.offering.form.sections)) if asked_in(form, n, found)]


def following(form: DraftForm, section: int, found: Checked) -> int | None:
    """The next section that asks something; None when check answers comes next."""
    return next((n for n in sections_asked(form, found) if n > section), None)


def section_of(form: DraftForm, key: str) -> int:
    """Number from 0 of the section a field stands in."""
    for n, section in enumerate(form.offering.form.sections):
        if any(item.key == key for item in section.fields):
            return n
    return 0


def address(draft_id: UUID, section: int | None) -> str:
    """Where a section or, for None, check answers is."""
    return f"/drafts/{draft_id}/check/" if section is None else f"/drafts/{draft_id}/{section + 1}/"


def steps(form: DraftForm, current: int | None, found: Checked) -> list[dict[str, Any]]:
    """The parts of the form; a part is done when nothing in it is wrong and it lies behind."""
    result: list[dict[str, Any]] = []
    for n in sections_asked(form, found):
        wrong = any(item.key in found.errors for item in asked_in(form, n, found))
        behind = current is None or n < current
        state = "now" if n == current else ("done" if behind and not wrong else "next")
        url = address(form.draft.pk, n) if behind else ""
        title = form.offering.form.sections[n].title
        result.append({"label": title, "state": state, "url": url})
    last = "now" if current is None else "next"
    return [*result, {"label": _("Check and send"), "state": last, "url": ""}]


def _who_reads(form: DraftForm, item: FormField) -> str:
    """Who reads the answer beside whoever asks, where that is not everybody on the request."""
    if item.visible_at:
        bp, workflow = blueprint(form.version), form.offering.workflow
        steps = ", ".join(f"“{bp.stage(workflow, key).name}”" for key in item.visible_at)
        if item.sight == "sensitive":
            return _("Read only by who takes the step %(steps)s.") % {"steps": steps}
        return _("Read only by the team at %(steps)s.") % {"steps": steps}
    if item.sight == "sensitive":
        return _("Read only by who takes a step of it or decides on it.")
    if item.sight == "personal":
        return _("Read only by the teams it comes to.")
    return ""


def _field(form: DraftForm, item: FormField, errors: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    money = item.type == "money"
    drawn: dict[str, Any] = {
        "key": item.key,
        "label": item.label,
        "type": "choice" if item.type == "boolean" else item.type,
        "value": form.draft.data.get(item.key, ""),
        "help": " ".join(filter(None, (item.help, _who_reads(form, item)))),
        "errors": list(errors.get(item.key, ())),
        "required": item.required,
        "options": [{"key": o.key, "label": o.label, "note": o.help} for o in item.options],
        "placeholder": item.placeholder,
        "prefix": (form.offering.currency or "") if money else "",
        "width": {"money": "m", "number": "s", "date": "s"}.get(item.type, ""),
        "max_length": item.max_length,
    }
    if item.type == "boolean":
        drawn["options"] = [
            {"key": "true", "label": _("Yes")},
            {"key": "false", "label": _("No")},
        ]
        drawn["value"] = str(drawn["value"]).lower()
    if item.type == "file":
        drawn["accept"] = ACCEPT
        drawn["files"] = [(file.name, "") for file in form.files.get(item.key, [])]
        # The choice of a file survives the exchange of the fields around it.
        drawn["attrs"] = {"hx-preserve": "true"}
    return drawn


def section_page(
    form: DraftForm, section: int, errors: Mapping[str, Sequence[str]] | None = None
) -> SectionPage:
    """A section with what was typed; without ``errors`` nothing is marked as wrong yet."""
    found = checked(form)
    shown = errors or {}
    asked = asked_in(form, section, found)
    return SectionPage(
        number=section + 1,
        title=form.offering.form.sections[section].title,
        fields=tuple(_field(form, item, shown) for item in asked),
        steps=tuple(steps(form, section, found)),
        files=tuple((file, item.label) for item in asked for file in form.files.get(item.key, [])),
        errors=shown,
    )


def answers(form: DraftForm, found: Checked) -> list[dict[str, Any]]:
    """Every answer as people read it, with the address at which it is changed."""
    rows: list[dict[str, Any]] = []
    for item in form.offering.form.all_fields():
        if item.key not in found.asked:
            continue
        url = f"{address(form.draft.pk, section_of(form, item.key))}#f-{item.key}"
        rows.append({"label": item.label, "lines": _lines(form, item, found), "url": url})
    return rows


def _lines(form: DraftForm, item: FormField, found: Checked) -> list[str]:
    if item.type == "file":
        return [file.name for file in form.files.get(item.key, [])]
    if item.key in found.errors:
        raw = form.draft.data.get(item.key)
        return [str(raw)] if raw else []
    return display(item, found.values, form.offering.currency or "").splitlines()


def ahead(form: DraftForm, version: ModelVersion, person: Person) -> Ahead:
    """What will happen with the answers so far; at most six queries."""
    bp = blueprint(version)
    facts = offering_facts(bp, form.draft.offering, chips())
    values = checked(form, required=False).values
    way = tuple(step for step in facts.steps if not step.when or holds(step.when, values))
    teams = teams_of(person.pk)
    decider, band = _decider(form, version, person, teams, values)
    department = next((team.department.key for team in teams), "")
    seen = outlook(bp, form.offering, values, department, clock.now())
    return Ahead(facts, way, decider, band, version, seen)


def alike(form: DraftForm, user: Account) -> list[Similar]:
    """Open requests that may be the same as this draft."""
    values = checked(form, required=False).values
    title = title_of(form.offering, values)
    return similar(user, form.draft.offering_id, title, values)


def may_answer(form: DraftForm, user: Account) -> list[Article]:
    """Articles that may answer it, so that nothing needs to be asked."""
    typed = [value for value in form.draft.data.values() if isinstance(value, str)]
    return articles.for_form(user, form.draft.offering.service.key, typed)


@dataclass(frozen=True)
class Kept:
    """A draft in the list of one's drafts; ``missing`` are questions without a usable answer."""

    draft: Draft
    missing: tuple[str, ...]
    offered: bool


def kept(user: Account, limit: int) -> list[Kept]:
    """One's open drafts, last changed first; two queries."""
    version = published()
    bp = blueprint(version) if version else None
    found = []
    for draft in open_drafts(user).prefetch_related("files")[:limit]:
        spec = bp.peek(kinds.Offering, draft.offering.key) if bp else None
        missing: list[str] = []
        if spec is not None:
            held = {file.field_key for file in draft.files.all()}
            wrong = check(spec, draft.data, held).errors
            missing = [item.label for item in spec.form.all_fields() if item.key in wrong]
        found.append(Kept(draft, tuple(missing), spec is not None))
    return found


def _decider(
    form: DraftForm,
    version: ModelVersion,
    person: Person,
    own: list[Team],
    values: Mapping[str, Any],
) -> tuple[str, tuple[Any, Any, str] | None]:
    bp = blueprint(version)
    workflow = bp.get(kinds.Workflow, form.offering.workflow)
    decision_type = next((s.decision_type for s in workflow.stages if s.decision_type), None)
    if decision_type is None:
        return "", None
    amount = amount_of(form.offering, values)
    unit = bp.get(kinds.DecisionType, decision_type).unit
    if amount is None and unit != "none":
        return "", None
    # Whose department decides is that of the person it is for.
    named = form.draft.beneficiary_id
    teams = (teams_of(named) if named else []) or own
    found = who_decides(
        version,
        decision_type,
        amount=amount,
        department=teams[0].department.key if teams else "",
        service=form.offering.service,
        requester=person,
        beneficiary=form.draft.beneficiary,
        values=values,
    )
    if found is None or found.decider is None:
        return "", None
    low, high = found.resolution.band
    return found.role_name, (low, high, form.offering.currency or "")
