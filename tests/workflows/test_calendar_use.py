"""Whose hours a clock counts: the receiver's own, those of its site, the promise's."""

import re
from typing import Any

import pytest

from esm.accounts.models import User
from governance.selectors import versions
from tests.support import World, client
from workflows.models import Clock
from workflows.selectors import calendars

pytestmark = pytest.mark.django_db


def test_a_team_a_site_and_a_promise_each_have_their_hours(clinic: World) -> None:
    request = clinic.submit()
    clinic.play(request)
    used = {
        (clock.metric, clock.visit.team.key if clock.visit else ""): clock.calendar_key
        for clock in Clock.objects.filter(request=request).select_related("visit__team")
    }
    version = versions.published()
    assert version is not None
    model = versions.blueprint(version)
    assert model.get("Team", "theatre").calendar == "theatre-hours"
    assert used["complete", "theatre"] == "theatre-hours"
    assert model.get("Team", "reception").calendar is None
    assert used["complete", "reception"] == model.get("Site", "quay").calendar == "clinic-hours"
    assert used["promise", ""] == model.get("Offering", "planned-lens-surgery").calendar
    # Without a site it is the organisation's.
    spec = model.get("Team", "reception").model_copy(update={"site": None})
    assert spec.calendar is None and calendars.default_key(model) == "clinic-hours"


def test_a_calendar_names_what_counts_in_it(clinic: World) -> None:
    User.objects.filter(username="livia").update(is_admin=True)
    admin = client("livia")
    page = admin.get("/admin/calendars/clinic-hours/").content.decode()
    counted = page[page.index('id="counts-t"') :]
    version = versions.published()
    assert version is not None
    place = f"/model/{version.code}"
    shown = {
        f"{place}/site/quay/": "House on the quay",
        "/admin/teams/reception/": "Reception",
        f"{place}/offering/planned-lens-surgery/": "Planned lens surgery",
    }
    for address, name in shown.items():
        assert re.search(rf'href="{address}">[^<]*{name}', counted), address
        assert admin.get(address).status_code == 200
    assert "by its site" in counted and "The usual calendar of the organisation" in counted
    assert "/admin/teams/theatre/" not in counted
    own = admin.get("/admin/calendars/theatre-hours/").content.decode()
    own = own[own.index('id="counts-t"') :]
    assert "/admin/teams/theatre/" in own and "by its site" not in own
    listed: Any = admin.get("/api/v1/calendars").json()["items"]
    told = next(one for one in listed if one["key"] == "clinic-hours")
    assert told["sites"] == [{"key": "quay", "name": "House on the quay"}]
    assert "Theatre" not in told["teams"] and "Reception" in told["teams"]
    assert [one["key"] for one in told["offerings"]] == ["planned-lens-surgery"]
