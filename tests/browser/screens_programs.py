"""Pages of programs, as ``screens.py`` takes pictures of them: tokens, webhooks, messages in."""

from typing import Any

from tests.browser.hands import Hands


def program_shots(find: Any, admin: str) -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address) of every page about programs."""
    hook = find.make_webhook("yusra")
    source = make_source(find, admin)
    token = make_token(find, "yusra")
    program = "/admin/programs/svc-ledgerline/"
    theirs = make_token(find, admin, f"{program}tokens/")
    return [
        ("admin-programs", "admin-programs", admin, "/admin/programs/"),
        ("admin-program-new", "admin-program-new", admin, "/admin/new-program/"),
        ("admin-program", "admin-program", admin, program),
        ("admin-program-edit", "admin-program-edit", admin, f"{program}edit/"),
        ("admin-program-end", "admin-program-end", admin, f"{program}end/"),
        ("admin-program-token-new", "admin-program-token-new", admin, f"{program}tokens/"),
        ("admin-program-token", "admin-program-token", admin, theirs),
        ("tokens", "tokens", "yusra", "/tokens/"),
        ("token-new", "token-new", "yusra", "/tokens/new/"),
        ("token-end", "token-end", "yusra", token),
        ("webhooks", "webhooks", "yusra", "/webhooks/"),
        ("webhook-new", "webhook-new", "yusra", "/webhooks/new/"),
        ("webhook", "webhook", "yusra", hook),
        ("webhook-edit", "webhook-edit", "yusra", f"{hook}edit/"),
        ("webhook-rotate", "webhook-rotate", "yusra", f"{hook}secret/"),
        ("webhook-replay", "webhook-replay", "yusra", f"{hook}replay/"),
        ("webhook-end", "webhook-end", "yusra", f"{hook}end/"),
        ("sources", "sources", admin, "/sources/"),
        ("source-new", "source-new", admin, "/sources/new/"),
        ("source", "source", admin, source),
        ("source-edit", "source-edit", admin, f"{source}edit/"),
        ("source-rotate", "source-rotate", admin, f"{source}secret/"),
        ("source-end", "source-end", admin, f"{source}end/"),
    ]


def make_source(find: Any, username: str) -> str:
    """The address of a source that an administrator made."""
    page = find.driver.visit(username, "/sources/new/")
    page.locator("input[name=name]").fill("Deal system")
    page.locator("textarea[name=mapping]").fill("subject: deal.title")
    for box in page.locator("main select").all():
        values = box.locator("option").evaluate_all("found => found.map(one => one.value)")
        box.select_option(next(value for value in values if value))
    Hands(page).press(page.get_by_role("button", name="Make source"))
    return find.link(username, "/sources/", r"/sources/[0-9a-f]{16}/$")


def make_token(find: Any, username: str, asks: str = "/tokens/new/") -> str:
    """Where somebody ends a token that they made, for themselves or for a program."""
    page = find.driver.visit(username, asks)
    page.locator("input[name=name]").fill("Ledger of requests")
    page.locator("input[value='requests:read']").check()
    Hands(page).press(page.get_by_role("button", name="Make token"))
    listed = "/tokens/" if asks == "/tokens/new/" else asks.removesuffix("tokens/")
    return find.link(username, listed, r"tokens/[0-9a-f]{8}/end/$")
