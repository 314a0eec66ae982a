"""Pages on which a request is followed, as ``screens.py`` takes pictures of them.

Two requests of the journey are made for them: one that is talked about and waits for an answer, one
that is done. The last of all is one whose owner works on none of it, under a version of its own;
the pictures of everything else are taken before that version is in force.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import yaml

from tests.browser.hands import Hands
from tests.browser.journey import Journey
from tests.browser.stack import Driver

Row = tuple[str, str, str, str]
ASKER, OWNER = "mira", "viktor"
OWNS = "head-of-technology"


def following_shots(driver: Driver) -> list[Row]:
    """(URL name, file, username, address) of every page on which a request is followed."""
    talked, worker, visit = _talked(driver)
    done = _done(driver)
    return [
        ("request", "request-asks-you", ASKER, talked),
        ("request", "request-talk", worker, f"{talked}?tab=everything#talk"),
        ("request", "request-done", ASKER, done),
        ("visit-answer", "answer", ASKER, f"{talked}visits/{visit}/answer/"),
        ("request-children", "ask-another-team", worker, f"{talked}children/"),
        ("request-print", "print", ASKER, f"{talked}print/"),
        ("request-clock", "clock", ASKER, f"{talked}clocks/1/"),
        ("request-reopen", "reopen", ASKER, f"{done}reopen/"),
        ("request-pulse", "pulse", ASKER, f"{done}pulse/"),
        ("comment-edit", "comment-edit", ASKER, f"{talked}comments/1/"),
        ("note-edit", "note-edit", worker, f"{talked}notes/1/"),
    ]


def _talked(driver: Driver) -> tuple[str, str, str]:
    """Held by its first worker, written on by both, with a question to whoever asked."""
    journey = Journey(driver)
    journey.ask()
    first = journey.data["steps"][0]
    journey.step(first)
    path, worker = f"/requests/{journey.ref}/", str(first["actor"])
    _say(driver, ASKER, path, "Their lawyer answers by Thursday.")
    _say(driver, worker, path, "They were late twice; look at § 9 first.", note=True)
    _say(driver, worker, path, "@Mira their annex names another company. Is that meant?")
    page = driver.visit(worker, path)
    hands = Hands(page)
    hands.press(page.locator("a[href$='/pause/']"))
    page.locator("[name=party][value=requester]").check()
    page.locator("[name=reason]").fill("Which of the two annexes is meant?")
    hands.press(page.locator("main form[method=post] button.btn-primary"))
    form = driver.visit(ASKER, path).locator("form[action$='/answer/']")
    action = str(form.get_attribute("action"))
    return path, worker, action.rstrip("/").split("/")[-2]


def _say(driver: Driver, who: str, path: str, text: str, *, note: bool = False) -> None:
    form = driver.visit(who, path).locator("form[action$='/comments/']")
    form.locator("textarea[name=body]").fill(text)
    if form.locator("[name=internal]").count():
        form.locator(f"[name=internal][value='{'1' if note else ''}']").check()
    Hands(driver.as_(who)).press(form.get_by_role("button", name="Send"))


def _done(driver: Driver) -> str:
    """A request of the journey that went through all its steps."""
    journey = Journey(driver)
    journey.ask()
    journey.play()
    return f"/requests/{journey.ref}/"


def envelope_shots(driver: Driver) -> list[Row]:
    """Where a request is, for who owns its service and works on none of it."""
    with _owned_elsewhere(driver) as model:
        now = datetime.now(UTC).isoformat()
        driver.stack.manage("model", "apply", str(model), "--publish", "--at", now)
    journey = Journey(driver)
    journey.ask()
    return [("request", "envelope", OWNER, f"/requests/{journey.ref}/")]


@contextmanager
def _owned_elsewhere(driver: Driver) -> Iterator[Path]:
    """The newest model of the organisation as its next version, the service owned by OWNS."""
    newest = sorted(driver.stack.directory.glob("om-*"))[-1]
    with tempfile.TemporaryDirectory() as place:
        model = Path(place) / "model"
        shutil.copytree(newest, model)
        meta = yaml.safe_load((model / "model.yaml").read_text())
        number = meta["number"] + 1
        meta |= {"number": number, "code": f"OM-{number}", "based_on": meta["number"]}
        meta.pop("effective_from", None)
        (model / "model.yaml").write_text(yaml.safe_dump(meta, sort_keys=False))
        service = model / "service" / f"{driver.stack.journey['service']}.yaml"
        text = re.sub(r"owner_role: .*", f"owner_role: {OWNS}", service.read_text())
        service.write_text(text)
        yield model
