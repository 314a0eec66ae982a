"""Whatever question is asked under whatever filter: each count is the length of the list behind."""

import pytest
from django.db import transaction
from django.test import override_settings

from esm.accounts.models import User
from tests.valueflow.test_dashboard import grow
from tests.valueflow.walker import Walker
from valueflow.models import FactRequest
from valueflow.selectors import drill, naming
from valueflow.selectors.questions import everything
from valueflow.selectors.scope import parse
from valueflow.services import project

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    settings = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), settings, transaction.atomic(), Walker(seed=3) as walker:
        walker.publish()
        for index in range(6):
            walker.walk(walker.submit(), 5 if index == 3 else 60)
        project.rebuild_all()
        grow(5)
        yield walker
        transaction.set_rollback(True)


def asked() -> list[dict[str, str]]:
    fact = FactRequest.objects.filter(outcome="fulfilled").first()
    return [
        {},
        {"period": "4w", "time": "calendar"},
        {"stream": fact.stream, "period": "52w"},
        {"department": fact.departments[0]},
    ]


@pytest.mark.parametrize("marks", [{}, {"is_auditor": True}])
def test_each_count_is_the_length_of_its_list(world, db, marks) -> None:
    User.objects.filter(username="beat").update(is_auditor=False)
    User.objects.filter(username="beat").update(**marks)
    user = User.objects.get(username="beat")
    wrong, seen = [], 0
    for params in asked():
        scope, names = parse(params), naming.names(None)
        for question in everything.questions():
            for table in question.answer(scope, user).tables:
                for row in table.rows:
                    for column in table.columns:
                        cell = row.cells.get(column.key)
                        if cell is None or not cell.figure or column.unit != "count":
                            continue
                        if cell.hidden or not cell.value:
                            continue
                        extra = dict(cell.extra)
                        known = drill.extras(cell.figure)
                        filters = {k: v for k, v in extra.items() if k not in known}
                        within = parse({**scope.params(), **filters})
                        extra = {k: v for k, v in extra.items() if k in known}
                        found = drill.drill(within, user, names, cell.figure, extra)
                        seen += 1
                        if found.total != cell.value:
                            wrong.append((question.code, row.key, column.key, cell.value,
                                          found.total, cell.figure, cell.extra))  # fmt: skip
    assert seen > 100
    assert not wrong, "\n".join(map(repr, wrong))
