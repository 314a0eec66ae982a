"""The clinic before and after a second version: forty requests that finished, thirty sent since."""

import copy
import shutil
from datetime import UTC, datetime, timedelta

import yaml

from esm.events.actors import SYSTEM
from governance.selectors import versions
from governance.services import drafting
from tests.valueflow import lived
from tests.valueflow.lived import Lived, live
from tests.valueflow.walker import CLINIC, Walker

EFFECT = datetime(2026, 11, 30, 7, 0, tzinfo=UTC)  # a Monday
NOW = EFFECT + timedelta(weeks=6)
# How long before a theatre slot is given, in days: before it is slower.
SLOW = [4 + n % 7 for n in range(40)]
FAST = [1 + n % 4 for n in range(30)]


def second(place, **workflow):
    """The clinic's model as CL-2, with a change of its workflow."""
    shutil.copytree(CLINIC / "model", place)
    file = next((place / "workflow").glob("*.yaml"))
    given = yaml.safe_load(file.read_text())
    stage = next(one for one in given["spec"]["stages"] if one["key"] == "theatre-slot")
    stage |= {"est_touch_s": "20 min"} | workflow
    file.write_text(yaml.safe_dump(given))
    meta = yaml.safe_load((place / "model.yaml").read_text())
    at = {"effective_from": EFFECT.date().isoformat()}
    (place / "model.yaml").write_text(
        yaml.safe_dump(meta | {"number": 2, "code": "CL-2", "based_on": 1, "kind": "to_be"} | at)
    )
    return place


def story(bp, number, start, days, **how):
    """One request from registration to a slot after so many days."""
    return Lived(bp, number, start).usual(days=days, **how)


def begun(walker: Walker, place):
    """Both versions in force, one after the other; the rows of each side.

    Before: forty, one every other day from the first Monday on, every tenth sent back and every
    eighth late. After: thirty, one a day, and two that still wait for biometry.
    """
    walker.publish()
    first = lived.begun(walker)
    bp = versions.blueprint(first.version_id)
    start = EFFECT - timedelta(weeks=12)
    was = [
        story(bp, 20_000 + n, start + timedelta(days=2 * n, hours=1), days, back=n % 10 == 0,
              met=n % 8 != 0)
        for n, days in enumerate(SLOW[:34])
    ]  # fmt: skip
    rows = live(first, was)
    walker.now = EFFECT
    drafting.apply_files(second(place), actor=SYSTEM, publish=True, at=EFFECT)
    like = copy.copy(first)
    like.version_id = versions.current().pk
    now = [
        story(bp, 30_000 + n, EFFECT + timedelta(days=n, hours=1), days, back=n % 15 == 0)
        for n, days in enumerate(FAST)
    ]
    late = EFFECT + timedelta(weeks=5)
    for n in (0, 1):
        one = Lived(bp, 31_000 + n, late + timedelta(days=n)).submit("registration")
        now.append(one.claim().after(minutes=15))
    walker.now = NOW
    return first, rows, live(like, now), was, now
