"""Pages of drafts of the model, as ``screens.py`` takes pictures of them."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from tests.browser.hands import Hands
from tests.browser.stack import Stack
from tests.support import DEMO

STEWARD = "sander"
EARLIER = """number: 90
code: OM-90
title: Begun before OM-2
kind: to_be
based_on: 1
"""


def begun_earlier(stack: Stack) -> str:
    """The address of a draft that began from OM-1, with a target that OM-2 changed as well."""
    with tempfile.TemporaryDirectory() as place:
        files = Path(place) / "model"
        shutil.copytree(DEMO / "om-1", files)
        (files / "model.yaml").write_text(EARLIER)
        flow = files / "workflow" / "contract-to-signature.yaml"
        flow.write_text(flow.read_text().replace("complete_s: 12 h", "complete_s: 16 h"))
        stack.manage("model", "apply", str(files))
    return "/model/OM-90/"


def editing_shots(find: Any) -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address): a draft begun, its forms, what cannot be edited."""
    page = find.driver.visit(STEWARD, "/model/new-draft/")
    page.locator("input[name=title]").fill("Shorter ways to a signature")
    Hands(page).press(page.get_by_role("button", name="Begin the draft"))
    draft = find.link(STEWARD, "/model/", r"/model/OM-\d+/discard/$").removesuffix("discard/")
    flow = f"{draft}workflow/contract-to-signature/"
    earlier = begun_earlier(find.driver.stack)
    remedy = find.link(STEWARD, draft, r"/remedies/\w+/$")
    return [
        ("model", "model-drafts", STEWARD, "/model/"),
        ("model-draft-new", "model-draft-new", STEWARD, "/model/new-draft/"),
        ("model-draft-discard", "model-draft-discard", STEWARD, f"{draft}discard/"),
        ("model-element-edit", "model-element-edit", STEWARD, f"{flow}edit/"),
        ("model-element-edit", "model-element-part", STEWARD, f"{flow}edit/?part=stages.2"),
        ("model-element", "model-element-drawn", STEWARD, flow),
        ("model-remedy", "model-remedy", STEWARD, remedy),
        ("model-rebase", "model-rebase", STEWARD, f"{earlier}rebase/"),
        ("model-version", "model-draft", STEWARD, earlier),
        ("model-element-new", "model-element-new", STEWARD, f"{draft}handoff-agreement/new/"),
        ("model-element-remove", "model-element-remove", STEWARD, f"{flow}remove/"),
    ]
