"""Programs act in a role of the published model, and do nothing once it has ended."""

import pytest

from esm.accounts.models import ServiceAccount, User
from esm.accounts.services.tokens import create_token
from esm.common import clock
from governance.models import Role
from tests.api.client import ALL, Caller, send
from workflows.models import Request


@pytest.mark.claim("C19", "/api/v1/requests/<ref>")
def test_a_program_sees_what_its_role_sees_and_nothing_once_the_role_has_ended(clinic):
    """Claim C19: no token of a program does more than its role may at that moment."""
    ref = send(clinic)["ref"]
    request = Request.objects.get(number=int(ref[2:]))
    inside = request.visits.get().department
    role = Role.objects.filter(department=inside).first()
    outside = Role.objects.exclude(department=inside).exclude(department=None).first()
    found = {}
    for key, its in {"inside": role, "outside": outside}.items():
        user = User.objects.create_user(key)
        ServiceAccount.objects.create(key=key, name=key, user=user, role_key=its.key)
        found[key] = Caller(create_token(user, name="t", scopes=ALL).text)
    assert found["inside"].get(f"/requests/{ref}")["ref"] == ref
    found["outside"].get(f"/requests/{ref}", 404)
    # It sees the work of its department; working on steps, deciding and administering are not its.
    step = f"/requests/{ref}/visits/1"
    assert found["inside"].post(f"{step}/claim", status=403)["code"] == "visit-claim"
    assert found["inside"].post("/people", {"name": "X", "email": "x@example.org"}, 403)

    Role.objects.filter(pk=role.pk).update(retired_at=clock.now())

    for method, path in (("GET", "/me"), ("GET", f"/requests/{ref}"), ("POST", f"{step}/claim")):
        refused = found["inside"].raw(method, path)
        assert (refused.status_code, refused.json()["code"]) == (409, "role-ended")
        assert refused.json()["in_force"] == {"version": "CL-1"}
        assert role.name in refused.json()["detail"]
        assert "An administrator lets it act in another role" in refused.json()["detail"]
    ServiceAccount.objects.filter(key="outside").update(role_key="nothing")
    assert found["outside"].get("/me", 409)["code"] == "role-ended"
    ServiceAccount.objects.update(role_key=outside.key, active=False)
    assert found["outside"].get("/me", 401)["code"] == "token-refused"
