"""Pages of delegations, as ``screens.py`` takes pictures of them."""

from typing import Any

from tests.browser.hands import Hands


def delegation_shots(find: Any, admin: str) -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address): given, offered, none, and beside an absence."""
    offer(find, "adaora", "marguerite.oyelaran@quillmere.example")
    offered = offer(find, "saoirse", "adaora.okafor@quillmere.example")
    away(find, "marguerite", "linnea.aho@quillmere.example")
    return [
        ("delegations", "delegations", "adaora", "/delegations/"),
        ("delegations", "delegations-none", "yusra", "/delegations/"),
        ("delegation-new", "delegation-new", "adaora", "/delegations/new/"),
        ("delegation", "delegation", "adaora", offered),
        ("delegation-revoke", "delegation-revoke", "adaora", f"{offered}end/"),
        ("admin-delegations", "admin-delegations", admin, "/admin/delegations/"),
        ("controls", "controls", admin, "/controls/"),
        ("waivers", "waivers", admin, "/waivers/"),
        ("waiver-new", "waiver-new", "adaora", "/waivers/new/"),
        ("absences", "absences-offer", "marguerite", "/absences/"),
    ]


def offer(find: Any, giver: str, delegate: str) -> str:
    """The address of a delegation somebody offered to somebody."""
    page = find.driver.visit(giver, "/delegations/new/")
    page.locator("select[name=what]").select_option(index=1)
    page.locator("input[name=delegate]").fill(delegate)
    page.locator("input[name=since]").fill("2031-01-06")
    page.locator("input[name=until]").fill("2031-01-17")
    Hands(page).press(page.get_by_role("button", name="Offer it"))
    found: str = find.link(giver, "/delegations/", r"/delegations/\d+/$")
    return found


def away(find: Any, username: str, stand_in: str) -> None:
    """Somebody will be away, and says who stands in."""
    page = find.driver.visit(username, "/absences/")
    page.locator("input[name=since]").fill("2031-02-03")
    page.locator("input[name=until]").fill("2031-02-07")
    page.locator("input[name=stand_in]").fill(stand_in)
    Hands(page).press(page.get_by_role("button", name="Record absence"))
