"""Who decides? One case in, one name and the path of checks out."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from governance.models import Department, ModelVersion, Person
from governance.selectors.decisions import decision_types, risk_classes, who_decides
from governance.selectors.versions import published

PERSONS = 500


@login_required
@require_GET
def who(request: HttpRequest) -> HttpResponse:
    """The question as a form, the answer below it; nothing is stored."""
    version = published()
    types = decision_types(version) if version else []
    asked = {
        key: request.GET.get(key, "").strip() for key in ("type", "amount", "department", "risk")
    }
    asked["requester"] = request.GET.get("requester", "").strip()
    amount, errors = _amount(asked["amount"])
    found = None
    if version is not None and asked["type"] and not errors:
        found = who_decides(
            version,
            asked["type"],
            amount=amount,
            department=asked["department"],
            risk=asked["risk"],
            requester=Person.objects.filter(key=asked["requester"]).first(),
        )
    context = {
        "version": version,
        "fields": _fields(version, types, asked, errors),
        "errors": errors,
        "answer": found,
        "type": dict(types).get(asked["type"]),
        "type_measure": found.measure if found else "",
        "amount": amount,
    }
    return render(request, "governance/who.html", context, status=400 if errors else 200)


def _amount(text: str) -> tuple[Decimal | None, dict[str, list[str]]]:
    plain = text.replace(",", "").replace(" ", "")
    if not plain:
        return None, {}
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or amount >= Decimal(10) ** 15:
        return None, {"amount": [_("Write an amount in digits, such as 200,000.00.")]}
    return amount, {}


def _fields(
    version: ModelVersion | None,
    types: list[tuple[str, Any]],
    asked: dict[str, str],
    errors: dict[str, list[str]],
) -> list[dict[str, Any]]:
    departments = Department.objects.filter(retired_at__isnull=True).order_by("name")
    persons = Person.objects.filter(active=True).order_by("name")[:PERSONS]
    risks = risk_classes(version) if version else []
    choices = {
        "type": [(key, f"{spec.code} {spec.question}".strip()) for key, spec in types],
        "department": [(d.key, d.name) for d in departments],
        "risk": [(risk, risk.replace("-", " ")) for risk in risks],
        "requester": [(p.key, p.name) for p in persons],
    }
    labels = {
        "type": _("Decision"),
        "amount": _("Amount"),
        "department": _("Department that asks"),
        "risk": _("Class of risk"),
        "requester": _("Person who asks"),
    }
    if not risks:
        del labels["risk"]
    fields: list[dict[str, Any]] = []
    for name, label in labels.items():
        field: dict[str, Any] = {
            "name": name,
            "label": label,
            "value": asked[name],
            "errors": errors.get(name, []),
            "required": name == "type",
            "type": "money" if name == "amount" else "choice",
            "width": "m",
        }
        if name in choices:
            field["options"] = [("", _("Any")), *choices[name]] if name != "type" else choices[name]
        fields.append(field)
    return fields
