"""Writing a request: a section at a time, conditional fields, files, check answers."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog import forms
from catalog.selectors import beneficiaries
from catalog.selectors.drafts import DraftForm, draft_form
from catalog.services import drafts as service
from catalog.views.keeping import keeps_typed, typed_before
from esm.common.errors import Invalid
from governance.models import ModelVersion


def _draft(request: HttpRequest, draft_id: UUID) -> tuple[DraftForm, ModelVersion]:
    form = draft_form(request.user, draft_id)
    if form is None:
        raise Http404
    return form, form.version


def _section(form: DraftForm, number: int) -> int:
    if not 1 <= number <= len(form.offering.form.sections):
        raise Http404
    return number - 1


LISTED = 50


@login_required
@require_GET
def drafts(request: HttpRequest) -> HttpResponse:
    """What one began and did not send, and what is missing in each."""
    return render(request, "catalog/drafts.html", {"rows": forms.kept(request.user, LISTED)})


@login_required
@require_GET
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Where one was: the first section with something to do, else check answers."""
    form, _version = _draft(request, draft_id)
    if form.draft.sent_as:
        return redirect(f"/requests/{form.draft.sent_as}/")
    service.follow_form(draft_id, form.offering, user=request.user)
    found = forms.checked(form)
    for section in forms.sections_asked(form, found):
        if any(item.key in found.errors for item in forms.asked_in(form, section, found)):
            return redirect("draft-section", draft_id=draft_id, number=section + 1)
    return redirect("draft-check", draft_id=draft_id)


@keeps_typed
@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, draft_id: UUID, number: int) -> HttpResponse:
    """One section of the form; refused answers stay in their fields."""
    typed = typed_before(request)
    form, version = _draft(request, draft_id)
    at = _section(form, number)
    if request.method == "POST":
        return _save(request, form, at, version)
    if form.draft.sent_as:
        return redirect(f"/requests/{form.draft.sent_as}/")
    if typed is not None:
        answers = forms.posted(form, at, typed)
        service.save_draft(draft_id, form.offering, at, answers, user=request.user)
        form, version = _draft(request, draft_id)
        messages.info(request, _("What you typed before you signed in again is here."))
    return _show(request, form, version, forms.section_page(form, at))


def _save(request: HttpRequest, form: DraftForm, at: int, version: ModelVersion) -> HttpResponse:
    found = service.save_draft(
        form.draft.pk,
        form.offering,
        at,
        forms.posted(form, at, request.POST),
        forms.uploads(request.FILES),
        user=request.user,
    )
    form, version = _draft(request, form.draft.pk)
    if request.POST.get("go") == "later":
        messages.success(request, _("Saved. You find it under Your drafts."))
        return redirect("drafts")
    if found.errors:
        page = forms.section_page(form, at, found.errors)
        return _show(request, form, version, page, status=400)
    return redirect(forms.address(form.draft.pk, forms.following(form, at, found)))


def _show(
    request: HttpRequest,
    form: DraftForm,
    version: ModelVersion,
    page: forms.SectionPage,
    status: int = 200,
    template: str = "catalog/form.html",
) -> HttpResponse:
    context = {
        "form": form,
        "page": page,
        "ahead": forms.ahead(form, version, form.draft.person),
        "similar": forms.alike(form, request.user),
        "answers": forms.may_answer(form, request.user),
    }
    return render(request, template, context, status=status)


@keeps_typed
@require_POST
def save(request: HttpRequest, draft_id: UUID, number: int) -> HttpResponse:
    """Keep what was typed so far and say so; for htmx, while one still types."""
    form, _version = _draft(request, draft_id)
    at = _section(form, number)
    typed = forms.posted(form, at, request.POST)
    service.save_draft(draft_id, form.offering, at, typed, user=request.user)
    form, _version = _draft(request, draft_id)
    page = {
        "form": form,
        "similar": forms.alike(form, request.user),
        "answers": forms.may_answer(form, request.user),
    }
    return render(request, "catalog/saved.html", page)


@keeps_typed
@require_POST
def refresh(request: HttpRequest, draft_id: UUID, number: int) -> HttpResponse:
    """Keep what was typed so far and draw the fields that are asked now; for htmx."""
    form, version = _draft(request, draft_id)
    at = _section(form, number)
    typed = forms.posted(form, at, request.POST)
    service.save_draft(draft_id, form.offering, at, typed, user=request.user)
    form, version = _draft(request, draft_id)
    page = forms.section_page(form, at)
    return _show(request, form, version, page, template="catalog/form_fields.html")


@login_required
@require_GET
def check(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """All answers, what happens once it is sent, and the button that sends it."""
    form, version = _draft(request, draft_id)
    if form.draft.sent_as:
        return redirect(f"/requests/{form.draft.sent_as}/")
    found = forms.checked(form)
    wrong = [
        (f"{forms.address(draft_id, forms.section_of(form, key))}#f-{key}", key, sentences)
        for key, sentences in found.errors.items()
    ]
    page = {
        "form": form,
        "answers": forms.answers(form, found),
        "steps": forms.steps(form, None, found),
        "wrong": wrong,
        "labels": {item.key: item.label for item in form.offering.form.all_fields()},
        "ahead": forms.ahead(form, version, form.draft.person),
        "similar": forms.alike(form, request.user),
    }
    return render(request, "catalog/check.html", page)


@login_required
@require_http_methods(["GET", "POST"])
def for_whom(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """For whom it is: oneself, or somebody one may ask for, found by name or mail address."""
    form, _version = _draft(request, draft_id)
    if form.draft.sent_as:
        return redirect(f"/requests/{form.draft.sent_as}/")
    if form.offering.on_behalf == "none":
        raise Http404
    errors = {}
    if request.method == "POST":
        try:
            service.set_beneficiary(draft_id, request.POST.get("person", ""), user=request.user)
        except Invalid as refused:
            errors = refused.errors
        else:
            return redirect("draft", draft_id=draft_id)
    text = request.GET.get("q", "").strip()[:200]
    page = {
        "form": form,
        "q": text,
        "found": beneficiaries.find(form.offering, form.draft.person, text),
        "enough": len(text) >= beneficiaries.MIN_TYPED,
        "errors": errors,
    }
    fragment = request.headers.get("HX-Request") and request.method == "GET"
    template = "catalog/for_found.html" if fragment else "catalog/for.html"
    return render(request, template, page, status=400 if errors else 200)


@login_required
@require_POST
def remove_file(request: HttpRequest, draft_id: UUID, file_id: int) -> HttpResponse:
    """Take a file out."""
    form, _version = _draft(request, draft_id)
    service.remove_file(draft_id, file_id, user=request.user)
    number = request.POST.get("section", "1")
    at = _section(form, int(number) if number.isdigit() else 0)
    return redirect("draft-section", draft_id=draft_id, number=at + 1)


@login_required
@require_POST
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Throw the draft away."""
    service.discard_draft(draft_id, user=request.user)
    said = _("The draft is thrown away.")
    messages.success(request, said, extra_tags=f"undo:/drafts/{draft_id}/restore/")
    return redirect("drafts")


@login_required
@require_POST
def restore(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Take it back."""
    service.restore_draft(draft_id, user=request.user)
    messages.success(request, _("The draft is back."))
    return redirect("draft", draft_id=draft_id)
