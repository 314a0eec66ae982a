"""Pages of drafts of the model, as ``screens.py`` takes pictures of them."""

from typing import Any

from tests.browser.hands import Hands

STEWARD = "sander"


def editing_shots(find: Any) -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address): a draft begun, its forms, what cannot be edited."""
    page = find.driver.visit(STEWARD, "/model/new-draft/")
    page.locator("input[name=title]").fill("Shorter ways to a signature")
    Hands(page).press(page.get_by_role("button", name="Begin the draft"))
    draft = find.link(STEWARD, "/model/", r"/model/OM-\d+/discard/$").removesuffix("discard/")
    flow = f"{draft}workflow/contract-to-signature/"
    remedy = find.link(STEWARD, draft, r"/remedies/\w+/$")
    return [
        ("model", "model-drafts", STEWARD, "/model/"),
        ("model-draft-new", "model-draft-new", STEWARD, "/model/new-draft/"),
        ("model-draft-discard", "model-draft-discard", STEWARD, f"{draft}discard/"),
        ("model-element-edit", "model-element-edit", STEWARD, f"{flow}edit/"),
        ("model-element-edit", "model-element-part", STEWARD, f"{flow}edit/?part=stages.2"),
        ("model-remedy", "model-remedy", STEWARD, remedy),
        ("model-element-new", "model-element-new", STEWARD, f"{draft}handoff-agreement/new/"),
        ("model-element-remove", "model-element-remove", STEWARD, f"{flow}remove/"),
    ]
