"""The shapes of published event types.

``python -m tests.architecture.event_types`` adds new types to event_types.json; it never changes or
removes one, because the ledger keeps what was written under it.
"""

import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import django

from esm.events.types import declared
from tests.architecture.code import APPS

FILE = Path(__file__).with_name("event_types.json")
Shapes = dict[str, dict[str, str]]


def shapes() -> Shapes:
    """Each declared type with its fields and their types."""
    return {
        name: {f.name: words_of(f.type) for f in fields(cls) if f.name != "private"}
        for name, cls in declared().items()
        if cls.__module__.split(".")[0] in APPS
    }


def words_of(annotation: Any) -> str:
    """The type as its declaration reads."""
    return annotation.__name__ if type(annotation) is type else str(annotation)


def published() -> Shapes:
    """What the file holds."""
    found: Shapes = json.loads(FILE.read_text()) if FILE.exists() else {}
    return found


def main() -> None:
    """Add the types the file does not know yet."""
    known = published()
    merged = shapes() | known
    FILE.write_text(json.dumps(merged, indent=2, sort_keys=True) + "\n")
    print(f"{len(merged) - len(known)} added, {len(merged)} in all")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esm.settings.test")
    django.setup()
    main()
