"""Elements of a draft: changed, added and taken out by people who may edit the model.

What was typed comes back whatever happens: with what is wrong at each field, or, where somebody
else was faster, beside what they made of it.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from esm.common.errors import Conflict
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.editing import Names, Typed, blank, build, change, from_post, typed
from governance.blueprint.editing.reading import check_key, key_of
from governance.blueprint.elements import Path
from governance.blueprint.kinds import FOLDERS, KINDS
from governance.blueprint.serialise import canonical
from governance.models import ModelVersion
from governance.selectors import administration
from governance.selectors.drafts import draft_blueprint
from governance.selectors.drawing import drawing_typed
from governance.selectors.editing import (
    Stored,
    findings_here,
    findings_of_element,
    outline_of,
    part_path,
    stored,
)
from governance.selectors.element_form import form_of
from governance.selectors.element_names import names_for, stage_keys
from governance.selectors.elements import used_by
from governance.selectors.people import actor_for
from governance.selectors.wording import element_name, first_upper, noun, plural
from governance.services import drafting
from governance.services.drafting import Edit
from governance.views import mending, merging
from governance.views.asking import Form, answer, kept
from governance.views.asking import Typed as Sent
from governance.views.model import find_version
from governance.views.people import ASKS
from governance.views.ways_out import ways_out

SAVE, MERGE, DRAW = "save", "merge", "draw"


@dataclass(frozen=True)
class Draft:
    """Where somebody edits: a draft and a kind."""

    version: ModelVersion
    kind: str
    folder: str
    bp: Blueprint

    def names(self, now: Stored | None) -> Names:
        """What elements are called in the form."""
        return names_for(self.bp, self.kind, now.spec if now else None)

    def address(self, key: str) -> str:
        """The page that edits an element."""
        return reverse("model-element-edit", args=[self.version.code, self.folder, key])


@dataclass
class Shown:
    """A form as it is shown: what is typed, on which state it was begun, and what is wrong."""

    given: Typed
    mark: str = ""
    before: str = ""
    key: str = ""
    errors: dict[Path, list[str]] | None = None
    opened: str = ""
    note: str = ""
    status: int = 200


def _draft(request: HttpRequest, code: str, folder: str) -> Draft | HttpResponse:
    """The draft, or the page that says that a version does not change any more."""
    version = find_version(request.user, code)
    kind = FOLDERS.get(folder)
    if kind is None:
        raise Http404
    administration.check(request.user, "model.edit")
    if version.state != ModelVersion.State.DRAFT:
        page = {"version": version, "may_begin": version.state == ModelVersion.State.PUBLISHED}
        return render(request, "governance/editing/frozen.html", page, status=409)
    return Draft(version, kind, folder, draft_blueprint(version))


@kept
@ASKS
def edit(request: HttpRequest, code: str, folder: str, key: str) -> HttpResponse:
    """Change one element of a draft."""
    draft = _draft(request, code, folder)
    if isinstance(draft, HttpResponse):
        return draft
    now = stored(draft.version, draft.kind, key)
    if request.method == "POST":
        return _posted(request, draft, now, key)
    if now is None:
        raise Http404
    given = typed(KINDS[draft.kind], now.content, draft.names(now))
    part = request.GET.get("part", "")
    opened = part_path(given, part) or part
    return _page(request, draft, now, _kept(now, Shown(given, opened=opened)), key)


@kept
@ASKS
def new(request: HttpRequest, code: str, folder: str) -> HttpResponse:
    """Add an element to a draft."""
    draft = _draft(request, code, folder)
    if isinstance(draft, HttpResponse):
        return draft
    if request.method == "POST":
        return _posted(request, draft, None, "")
    given = blank(KINDS[draft.kind], draft.names(None))
    return _page(request, draft, None, Shown(given), "")


def _kept(now: Stored, shown: Shown) -> Shown:
    shown.mark, shown.before = now.mark, canonical(now.content)
    return shown


def _posted(request: HttpRequest, draft: Draft, now: Stored | None, key: str) -> HttpResponse:
    sent, model, names = request.POST, KINDS[draft.kind], draft.names(now)
    doing = sent.get("-do", SAVE)
    if doing == MERGE:
        return _chosen(request, draft, now, key)
    given = from_post(model, sent)
    if doing == DRAW:
        page = _picture(draft, given, names) | {"oob": True}
        return render(request, "governance/editing/picture.html", page)
    shown = Shown(given, sent.get("-mark", ""), sent.get("-before", ""), sent.get("-key", ""))
    if doing != SAVE:
        shown.opened = change(model, given, doing, names)
        return _page(request, draft, now, shown, key)
    built = build(draft.kind, given, names)
    shown.given, shown.errors = built.typed, built.errors
    wanted = key
    if not key:
        wanted = shown.key.strip() or key_of(_says(given))
        shown.key = wanted
        if wrong := check_key(wanted, draft.bp.keys(draft.kind)):
            shown.errors[("-key",)] = [wrong]
    if built.spec is None or shown.errors:
        shown.status = 400
        return _page(request, draft, now, shown, key)
    content = built.spec.model_dump(mode="json")
    return _save(request, draft, wanted, content, shown, now)


def _says(given: Typed) -> str:
    names = ("name", "title", "question", "statement", "clause")
    return next((str(given[n]) for n in names if given.get(n)), "")


def _save(
    request: HttpRequest,
    draft: Draft,
    key: str,
    content: dict[str, Any],
    shown: Shown,
    was: Stored | None,
) -> HttpResponse:
    """Write it on the state it was begun on; where that is gone, show both."""
    edit = Edit(draft.kind, key, content, merging.mark_bytes(shown.mark))
    try:
        (made,) = drafting.edit_elements(draft.version, [edit], actor=actor_for(request.user))
    except Conflict as refused:
        now = stored(draft.version, draft.kind, key)
        if now is None:
            shown.mark, shown.before, shown.status = "", "", 409
            shown.note = _("%(said)s Saving puts it back.") % {"said": refused.sentence}
            return _page(request, draft, None, shown, key)
        before = merging.trusted(draft.kind, shown.before, shown.mark)
        case = merging.Case(draft.bp, draft.kind, key, before, content, now, refused.sentence)
        return merging.page(request, draft, case)
    code = draft.version.code
    if made == edit.expected_hash:
        messages.success(request, _("Nothing was to be changed."))
    else:
        replaced = was.content if was is not None else None
        mending.remember(request, draft.version, [(edit, made, replaced)])
        mending.say_saved(request, draft.version, _("Saved in %(code)s.") % {"code": code})
    return redirect(draft.address(key))


def _chosen(request: HttpRequest, draft: Draft, now: Stored | None, key: str) -> HttpResponse:
    """What counts was chosen field by field: put it together and save it on the newest state."""
    key = key or request.POST.get("-key", "")
    now = now or stored(draft.version, draft.kind, key)
    if now is None:
        return _gone(request, draft, key)
    done = merging.read(request, draft.bp, draft.kind, key, now)
    if isinstance(done, merging.Case):
        return merging.page(request, draft, done)
    names = draft.names(now)
    given = typed(KINDS[draft.kind], done, names)
    built = build(draft.kind, given, names)
    shown = _kept(now, Shown(built.typed, errors=built.errors, key=key))
    if built.spec is None:
        shown.status = 400
        return _page(request, draft, now, shown, key)
    return _save(request, draft, key, done, shown, now)


def _gone(request: HttpRequest, draft: Draft, key: str) -> HttpResponse:
    """It was taken out while somebody chose: what they typed is shown to be put back."""
    mine = merging.content_from(draft.kind, request.POST.get("-mine", ""))
    if mine is None:
        raise Http404
    given = typed(KINDS[draft.kind], mine, draft.names(None))
    note = _("It was taken out meanwhile. Saving puts it back.")
    return _page(request, draft, None, Shown(given, key=key, note=note, status=409), key)


def _page(
    request: HttpRequest, draft: Draft, now: Stored | None, shown: Shown, key: str
) -> HttpResponse:
    kind, names = draft.kind, draft.names(now)
    errors = dict(shown.errors or {})
    wrong_key = errors.pop(("-key",), [])
    form = form_of(
        kind, shown.given, names, errors=errors, opened=shown.opened, stages=stage_keys(draft.bp)
    )
    if wrong_key:
        form.errors[:0] = [("f-key", one) for one in wrong_key]
    there = bool(key) and (kind, key) in draft.bp
    found = findings_of_element(draft.version, kind, key) if there else []
    page = {
        "version": draft.version,
        "kind": kind,
        "folder": draft.folder,
        "noun": noun(kind),
        "kind_noun": first_upper(plural(kind)),
        "key": key,
        "title": element_name(draft.bp, kind, key) if there else "",
        "there": there,
        "form": form,
        "shown": shown,
        "wrong_key": wrong_key,
        "findings": findings_here(found, shown.given),
        "outs": ways_out(request.user, draft.version, draft.bp, found),
        **_picture(draft, shown.given, names),
    }
    return render(request, "governance/editing/element.html", page, status=shown.status)


def _picture(draft: Draft, given: Typed, names: Names) -> dict[str, Any]:
    """A workflow as it is typed: its outline, and the same drawn."""
    if draft.kind != "Workflow":
        return {"outline": [], "drawing": None}
    return {"outline": outline_of(given), "drawing": drawing_typed(draft.bp, given, names)}


@kept
@ASKS
def remove(request: HttpRequest, code: str, folder: str, key: str) -> HttpResponse:
    """Take an element out of a draft, after saying what names it."""
    draft = _draft(request, code, folder)
    if isinstance(draft, HttpResponse):
        return draft
    now = stored(draft.version, draft.kind, key)
    if now is None:
        raise Http404
    name = element_name(draft.bp, draft.kind, key)
    naming = [f"{first_upper(noun(one.kind))}: {one.name}" for one in
              used_by(draft.bp, draft.kind, key)]  # fmt: skip
    nobody = [_("Nothing names it.")]
    form = Form(
        title=_("Take “%(name)s” out") % {"name": name},
        submit=_("Take it out of %(code)s") % {"code": code},
        back=reverse("model-kind", args=[code, folder]),
        crumbs=[
            (_("Operating model"), reverse("model")),
            (code, reverse("model-version", args=[code])),
            (name, reverse("model-element", args=[code, folder, key])),
            (_("Take out"), ""),
        ],
        lede=_("Only this draft changes. What names it says so among the findings until changed."),
        fields=[{"name": "-mark", "label": "", "type": "hidden", "value": now.mark}],
        affects_title=_("What names it"),
        affects=naming or nobody,
        with_reason=False,
        danger=True,
    )

    def take_out(sent: Sent) -> HttpResponse:
        seen = merging.mark_bytes(sent.get("-mark", "")) or b""
        edit = Edit(draft.kind, key, None, seen)
        made = drafting.edit_elements(draft.version, [edit], actor=actor_for(request.user))
        mending.remember(request, draft.version, [(edit, made[0], now.content)])
        said = _("“%(name)s” is out of %(code)s.") % {"name": name, "code": code}
        mending.say_saved(request, draft.version, said)
        return redirect("model-kind", code, folder)

    return answer(request, form, take_out)
