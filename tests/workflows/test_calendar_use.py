"""Whose hours a clock counts: the receiver's own, those of its site, the promise's."""

import pytest

from governance.selectors import versions
from tests.support import World
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
