"""A published type of event never changes its shape: the ledger cannot be rewritten."""

from esm.events.types import declared
from tests.architecture.event_types import published, shapes

ADD = "python -m tests.architecture.event_types"


def test_no_published_type_changed_its_shape() -> None:
    now = shapes()
    changed = {
        name: (was, now.get(name)) for name, was in published().items() if was != now.get(name)
    }
    assert changed == {}, "declare a new type instead"


def test_every_type_is_in_the_list() -> None:
    assert sorted(shapes().keys() - published().keys()) == [], f"run {ADD}"


def test_types_are_declared_in_event_types_alone() -> None:
    elsewhere = {
        cls.__module__
        for cls in declared().values()
        if not cls.__module__.startswith("tests") and ".event_types" not in cls.__module__
    }
    assert elsewhere == set()


def test_words_of_people_stay_in_the_private_part() -> None:
    """Names and free text can be erased there; in ``data`` they would stay for ever."""
    personal = {"name", "title", "note", "body", "rationale", "email", "text", "comment"}
    found = [
        f"{name}.{field}"
        for name, shape in shapes().items()
        for field, kind in shape.items()
        if field in personal and "str" in kind
    ]
    assert found == []
