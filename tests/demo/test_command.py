"""What ``seed_demo`` refuses."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from governance.models import ModelVersion


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--weeks", "44-45", "The weeks of the history lie between 14 and 43"),
        ("--scale", "0", "The scale is a share"),
        ("--scale", "1.5", "The scale is a share"),
    ],
)
def test_nonsense_is_refused_before_anything_is_written(
    settings: Any, option: str, value: str, sentence: str
) -> None:
    settings.DEMO = True
    with pytest.raises(CommandError, match=sentence):
        call_command("seed_demo", option, value)
    assert not ModelVersion.objects.exists()
