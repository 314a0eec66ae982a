import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esm.accounts.models import User
from esm.common import counting

pytestmark = pytest.mark.django_db


def test_parts_are_counted_in_their_order_by_one_query():
    for name in ("a", "b", "c%s", "d"):
        User.objects.create_user(name)
    rows = User.objects.order_by()
    parts = [rows[:3], rows.none(), rows.filter(username__contains="%")[:9], rows.filter(pk=0)[:9]]
    with CaptureQueriesContext(connection) as queries:
        assert counting.together(*parts) == [3, 0, 1, 0]
    assert len(queries) == 1


def test_what_is_known_to_be_empty_costs_nothing():
    with CaptureQueriesContext(connection) as queries:
        assert counting.together() == []
        assert counting.together(User.objects.none()) == [0]
    assert len(queries) == 0
