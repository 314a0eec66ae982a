"""Questions asked of an installation without a model, people or requests."""

import pytest

from esm.accounts.models import User
from valueflow.selectors.questions import everything, subjects
from valueflow.selectors.scope import parse

pytestmark = pytest.mark.django_db


def test_every_question_about_flow_says_that_there_is_nothing() -> None:
    user = User.objects.create(username="nobody")
    scope = parse({})
    asked = [one for one in everything.questions() if one.group == "flow"]
    assert len(asked) == 9
    for question in (*asked, subjects.subject()):
        found = question.answer(scope, user)
        assert found.sentence, question.code
        assert found.n == 0
