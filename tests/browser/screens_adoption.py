"""Pages of adopting, as ``screens.py`` takes pictures of them."""

from datetime import date, timedelta
from typing import Any

from tests.browser.hands import Hands

STEWARD, SPONSOR = "sander", "declan"
STREAM = "contract-to-signature"


def committed(find: Any) -> str:
    """The address of what a sponsor has just committed to, without what is done there."""
    page = find.driver.visit(SPONSOR, f"/commitments/new/?stream={STREAM}")
    page.locator("input[name=action]").fill("Open the round of department heads")
    page.locator("input[name=wanted]").fill("Minutes of the round")
    page.locator("input[name=due]").fill((date.today() + timedelta(days=40)).isoformat())
    Hands(page).press(page.get_by_role("button", name="Commit to it"))
    link = find.link(SPONSOR, "/commitments/", r"/commitments/\d+/done/$")
    return str(link).removesuffix("done/")


def assessed(find: Any) -> str:
    """The address of an open assessment that asks the steward."""
    page = find.driver.visit(STEWARD, "/assessments/new/")
    page.locator("input[name=title]").fill("Where we stand")
    page.locator("input[name=until]").fill((date.today() + timedelta(days=40)).isoformat())
    page.locator("textarea[name=people]").fill("Sander Lund")
    Hands(page).press(page.get_by_role("button", name="Plan it"))
    place = str(page.url.removeprefix(find.driver.stack.address))
    page = find.driver.visit(STEWARD, f"{place}open/")
    Hands(page).press(page.get_by_role("button", name="Open it"))
    return place


def adoption_shots(find: Any) -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address): the path, the critical few, sponsors, assessments."""
    stream, pledge, place = f"/commitments/brief/{STREAM}/", committed(find), assessed(find)
    few = "/adoption/critical/"
    return [
        ("adoption", "adoption", STEWARD, "/adoption/"),
        ("assessments", "assessments", STEWARD, "/assessments/"),
        ("assessment-new", "assessment-new", STEWARD, "/assessments/new/"),
        ("assessment", "assessment", STEWARD, place),
        *(
            (f"assessment-{verb}", f"assessment-{verb}", STEWARD, f"{place}{verb}/")
            for verb in ("answer", "open", "close", "publish")
        ),
        ("critical", "critical", STEWARD, few),
        ("critical-reason", "critical-reason", STEWARD, f"{few}reason/"),
        *(
            (f"critical-{verb}", f"critical-{verb}", STEWARD, f"{few}{STREAM}/{verb}/")
            for verb in ("rate", "mark", "release")
        ),
        ("commitments", "commitments", STEWARD, "/commitments/"),
        ("stream-brief", "stream-brief", STEWARD, stream),
        ("stream-support", "stream-support", SPONSOR, f"{stream}support/"),
        ("commitment-new", "commitment-new", SPONSOR, "/commitments/new/"),
        ("commitment-done", "commitment-done", SPONSOR, f"{pledge}done/"),
        ("commitment-withdraw", "commitment-withdraw", SPONSOR, f"{pledge}withdraw/"),
    ]
