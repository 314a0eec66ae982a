"""What runs while a version comes into force: chosen workflow by workflow, moved, one by one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from esm.common.errors import Conflict, Invalid, InvalidState
from governance.models import InFlightPolicy, ModelVersion
from governance.selectors.people import actor_for
from governance.views.asking import Form, Typed, answer, kept
from governance.views.model import find_version
from governance.views.people import ASKS
from workflows.selectors import move_page, running_page
from workflows.selectors import requests as seen
from workflows.services import migrating, migration_runs

STEP = "step-"


def _mapping(typed: Typed) -> dict[str, str]:
    """The steps that were chosen, by old step."""
    given = {name: typed.get(name, "").replace("\x00", "")[:100] for name in typed}
    return {k.removeprefix(STEP): v for k, v in given.items() if k.startswith(STEP) and v}


@kept
@require_safe
def listing(request: HttpRequest, code: str) -> HttpResponse:
    """Every workflow that differs, how much runs in it and what becomes of that."""
    version = find_version(request.user, code)
    running_page.check(request.user)
    running_page.movable(version)
    page = {
        "version": version,
        "rows": running_page.rows(version),
        "in_force": version.state == ModelVersion.State.PUBLISHED,
        "crumbs": _crumbs(version),
    }
    return render(request, "workflows/running.html", page)


def _crumbs(version: ModelVersion, last: str = "") -> list[tuple[str, str]]:
    here = _("What runs")
    found = [
        (_("Operating model"), reverse("model")),
        (version.code, reverse("model-version", args=[version.code])),
        (here, reverse("model-running", args=[version.code]) if last else ""),
    ]
    return [*found, (last, "")] if last else found


@kept
@ASKS
def workflow(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One workflow: what is safe, what needs a decision and why; choose, or move what is safe."""
    version = find_version(request.user, code)
    running_page.check(request.user)
    running_page.movable(version)
    errors: dict[str, list[str]] = {}
    status, mapping = 200, None
    if request.method == "POST":
        mapping = _mapping(request.POST)
        try:
            return _done(request, version, key, mapping)
        except Invalid as refused:
            errors, status = refused.errors or {"": [refused.sentence]}, 400
        except (Conflict, InvalidState) as refused:
            errors, status = {"": [refused.sentence]}, refused.status
    found = running_page.preview(request.user, version, key, mapping)
    fields = _fields(request, found, errors)
    known = {one["name"] for one in fields}
    page = {
        "version": version,
        "p": found,
        "in_force": version.state == ModelVersion.State.PUBLISHED,
        "fields": fields,
        "errors": {name if name in known else "": said for name, said in errors.items()},
        "crumbs": _crumbs(version, found.row.name),
    }
    return render(request, "workflows/running_one.html", page, status=status)


def _done(
    request: HttpRequest, version: ModelVersion, key: str, mapping: dict[str, str]
) -> HttpResponse:
    actor = actor_for(request.user)
    if request.POST.get("do") == "move":
        run = migration_runs.migrate_safe(key, actor=actor)
        messages.success(
            request, _("%(n)d requests are looked at; what is safe moves.") % {"n": run.total}
        )
    else:
        policy = request.POST.get("policy", "")
        migration_runs.choose_policy(version, key, policy=policy, mapping=mapping, actor=actor)
        messages.success(request, _("Chosen."))
    return redirect("model-running-workflow", version.code, key)


def _fields(
    request: HttpRequest, found: running_page.Preview, errors: dict[str, list[str]]
) -> list[dict[str, Any]]:
    policy = found.row.policy.policy if found.row.policy else InFlightPolicy.Policy.FINISH
    if request.method == "POST" and request.POST.get("do") != "move":
        policy = request.POST.get("policy", "")
    options = [
        {"key": "finish", "label": _("It ends where it began"),
         "note": _("Nothing of it changes; only what is asked for from then on is new.")},
        {"key": "migrate", "label": _("It moves to this version"),
         "note": _("What is safe moves by itself; the rest waits for you or ends where it began.")},
    ]  # fmt: skip
    fields: list[dict[str, Any]] = [
        {"name": "policy", "label": _("What becomes of what runs"), "type": "choice",
         "options": options, "value": policy, "required": True, "errors": errors.get("policy", [])}
    ]  # fmt: skip
    for choice in found.choices:
        fields.append(_step_field(choice.name, choice.key, choice.chosen, choice.options, errors))
    return fields


def _step_field(
    name: str,
    key: str,
    chosen: str,
    options: list[tuple[str, str]],
    errors: dict[str, list[str]],
    required: bool = False,
) -> dict[str, Any]:
    none = _("This version has no step of this kind and team, so it ends where it began.")
    return {
        "name": f"{STEP}{key}",
        "label": _("Work at “%(step)s” goes on at") % {"step": name},
        "type": "select",
        "options": [{"key": k, "label": label} for k, label in options],
        "value": chosen,
        "required": required,
        "help": "" if options else none,
        "errors": errors.get(f"{STEP}{key}", []),
    }


@kept
@ASKS
def move(request: HttpRequest, ref: str) -> HttpResponse:
    """Move one request to the version in force, with a step chosen where it needs one."""
    found = seen.by_ref(request.user, ref)
    running_page.check(request.user)
    page = move_page.page(found)
    here = reverse("request", args=[found.ref])
    fields = [
        _step_field(choice.name, choice.key, "", choice.options, {}, required=True)
        for choice in page.choices
    ]
    if page.asked_anew:
        fields.append(
            {"name": "ask_anew", "label": _("Ask what is being decided anew"), "type": "boolean",
             "required": False,
             "help": _("Others decide it in this version; what was said so far counts no more.")}
        )  # fmt: skip
    form = Form(
        title=_("Move %(ref)s to %(code)s") % {"ref": found.ref, "code": page.version.code},
        submit=_("Move it"),
        back=here,
        crumbs=[(_("Requests"), reverse("requests")), (found.ref, here), (_("Move"), "")],
        lede=found.title,
        fields=fields,
        with_reason=False,
        facts_title=_("What stands in the way"),
        facts=[{"label": said, "then": "", "url": "", "count": None} for said in page.reasons],
        affects_title=_("What happens then"),
        affects=[
            _("It follows %(code)s from now on; before, it followed %(old)s.")
            % {"code": page.version.code, "old": found.version.code},
            *page.changes,
            _("Whoever asked reads it in the history. Until the next step you can take it back."),
        ],
    )

    def go(typed: Typed) -> str:
        migrating.migrate_request(
            found.pk,
            mapping={**page.mapping, **_mapping(typed)},
            ask_anew=bool(typed.get("ask_anew")),
            actor=actor_for(request.user),
        )
        return _("It follows %(code)s now.") % {"code": page.version.code}

    return answer(request, form, go)


@kept
@ASKS
def move_back(request: HttpRequest, ref: str) -> HttpResponse:
    """Take the last move of a request back, after saying so."""
    found = seen.by_ref(request.user, ref)
    running_page.check(request.user)
    last = migrating.last_move(found)
    if last is None or last.undone_at is not None:
        raise InvalidState(_("This request was not moved, so there is nothing to take back."))
    here = reverse("request", args=[found.ref])
    former = last.before_version.code
    form = Form(
        title=_("Let %(ref)s follow %(code)s again") % {"ref": found.ref, "code": former},
        submit=_("Take the move back"),
        back=here,
        crumbs=[(_("Requests"), reverse("requests")), (found.ref, here), (_("Move back"), "")],
        lede=found.title,
        with_reason=False,
        affects_title=_("What happens then"),
        affects=[
            _("Its steps and targets are again those of %(code)s.") % {"code": former},
            _("A decision that was asked anew is asked once more, under the former rights."),
        ],
    )

    def back(typed: Typed) -> str:
        migrating.undo_migration(found.pk, actor=actor_for(request.user))
        return _("It follows %(code)s again.") % {"code": former}

    return answer(request, form, back)
