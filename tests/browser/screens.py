"""Pictures of every page in light, dark and on a phone: ``./screens``.

Writes docs/screens/<page>-{light,dark,phone}.png from a portal with the demo organisation, and asks
axe about every page in each of the three. Ends with an error when a page has no picture (a page is
every URL that answers GET with a page) or breaks a rule of WCAG 2.2 A or AA.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "esm.settings.test")

import django  # noqa: E402

django.setup()

from django.urls import URLPattern, get_resolver  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from tests.browser.hands import Hands  # noqa: E402
from tests.browser.journey import Journey  # noqa: E402
from tests.browser.screens_admin import admin_shots  # noqa: E402
from tests.browser.screens_deciding import deciding_shots  # noqa: E402
from tests.browser.screens_following import envelope_shots, following_shots  # noqa: E402
from tests.browser.screens_improving import FLOW_FILES, IMPROVING  # noqa: E402
from tests.browser.screens_start import SETTING_UP, start_shots  # noqa: E402
from tests.browser.stack import ARGUMENTS, CHROMIUM, Driver, Stack, axe_violations, stack_of  # noqa: E402
from tests.support import DEMO  # noqa: E402

SIZES = {"light": (1440, 900), "dark": (1440, 900), "phone": (390, 844)}
# Addresses that answer GET without a page of their own: data, files, redirects, fragments.
NO_PAGE = {
    "healthz", "readyz", "request-file", "file-preview", "flow-export", "api-schema", "draft",
    "queue", "log-progress", "teams", "request-people", "search-suggestions", "search-hints",
    "admin-export", "live", "separation-export", "flow-decisions-export", "blueprint-export",
    # The first two are found in a mail alone, under a signed address.
    "inbox-unsubscribe", "decision-by-mail", *SETTING_UP, *FLOW_FILES,
}  # fmt: skip
# Pages of the API's documentation; its other addresses answer with data.
API_PAGES = {"api-docs", "api-problems"}
# Only acted on by POST; a GET goes somewhere else.
ACTIONS = {
    "theme", "sign-out", "inbox-read", "service-start", "draft-refresh", "draft-discard",
    "draft-file-remove", "draft-send", "search-dismiss", "search-restore", "search-synonym",
    "service-pin", "service-unpin", "request-confirm", "request-nudge", "comment-remove",
    "note-remove", "visit-claim", "visit-release", "inbox-follow", "visit-resume", "handoff-accept",
    "decision-decide", "log-sample", "demo-clock-forward", "visit-tick", "template-start",
    "visit-work-start", "visit-work-stop", "article-helpful", "article-publish", "article-review",
    "request-write-up", "draft-restore", "draft-save", "request-again", "view-move", "keys",
    "source-receive", "webhook-pause", "webhook-resume", "webhook-test", "webhook-again",
    "admin-health-retry", "admin-health-discard", "model-take-back", "model-comment",
    "model-comment-settle", "model-comment-remove", "flow-view-subscribe", *IMPROVING,
}  # fmt: skip


@dataclass(frozen=True)
class Shot:
    """A page: its URL name, who looks, and where; ``file`` defaults to the URL name."""

    url_name: str
    username: str
    find: Callable[["Finder"], str]
    file: str = ""


class Finder:
    """Finds addresses of things in the state a picture needs."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver

    def fixed(self, path: str) -> str:
        return path

    def link(self, username: str, page: str, pattern: str) -> str:
        """The first link of somebody's page whose address matches."""
        found = self.driver.visit(username, page)
        for link in found.locator("a[href]").all():
            href = link.get_attribute("href") or ""
            if re.search(pattern, href):
                return href if href.startswith("/") else page.split("?")[0] + href
        raise LookupError(f"{username} finds nothing like {pattern} on {page}")

    def offered(self, username: str) -> str:
        """A request whose open offer this person may accept; played to there if there is none."""
        found = self._with(username, "view=offered", "a[href$='/return/']")
        return found or self._played(lambda step: step["action"] == "return")

    def held(self, username: str) -> str:
        """A request whose step this person holds; played to there if there is none."""
        found = self._with(username, "view=mine", "a[href$='/complete/']")
        return found or self._played(
            lambda step: step["actor"] == username and step["action"] == "hand-over"
        )

    def _played(self, last: Callable[[dict[str, Any]], bool]) -> str:
        """A new request of the journey, just before the first step that is meant."""
        journey = Journey(self.driver)
        journey.ask()
        for step in journey.data["steps"]:
            if last(step):
                return f"/requests/{journey.ref}/"
            journey.step(step)
        raise LookupError("The journey has no such step.")

    def _with(self, username: str, view: str, control: str) -> str:
        queue = self.driver.visit(username, "/queue/").url.split("?")[0]
        path = queue.removeprefix(self.driver.stack.address)
        for href in self._refs(username, f"{path}?{view}"):
            page = self.driver.visit(username, f"/requests/{href}/")
            if page.locator(control).count():
                return f"/requests/{href}/"
        return ""

    def _refs(self, username: str, path: str) -> list[str]:
        text = self.driver.visit(username, path).content()
        return list(dict.fromkeys(re.findall(r"R-\d+", text)))

    def record_absence(self, username: str) -> str:
        """The address of an absence ahead, recorded by somebody for themselves."""
        page = self.driver.visit(username, "/absences/")
        if not page.locator("a[href^='/absences/']").count():
            page.locator("input[name=since]").fill("2031-01-06")
            page.locator("input[name=until]").fill("2031-01-10")
            Hands(page).press(page.get_by_role("button", name="Record absence"))
        return self.link(username, "/absences/", r"/absences/\d+/$")

    def make_webhook(self, username: str) -> str:
        """The address of a webhook that somebody made; its receiver is not there."""
        page = self.driver.visit(username, "/webhooks/new/")
        page.locator("input[name=url]").fill("http://127.0.0.1:9/hook")
        page.locator("input[name=description]").fill("Ledger of requests")
        Hands(page).press(page.get_by_role("button", name="Make webhook"))
        return self.link(username, "/webhooks/", r"/webhooks/[0-9a-f]{12}/$")

    def upload_people(self, username: str) -> str:
        """The address of a file of people that was uploaded and not applied."""
        page = self.driver.visit(username, "/admin/people-file/")
        content = b"name,mail,team\nAda Byron,ada@example.org,Nowhere\nBo Ek,bo@example.org,\n"
        file = {"name": "people.csv", "mimeType": "text/csv", "buffer": content}
        page.locator("input[type=file]").set_input_files(files=[file])
        Hands(page).press(page.get_by_role("button", name="Look at the file"))
        assert re.search(r"/people-file/\d+/", page.url), page.inner_text("main")
        return page.url.removeprefix(self.driver.stack.address)

    def upload_days(self, username: str, calendar: str) -> str:
        """The address of a file of days that was uploaded and not taken."""
        page = self.driver.visit(username, f"{calendar}file/")
        event = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:{}\nSUMMARY:{}\n{}\nEND:VEVENT\n"
        day = (date.today() + timedelta(days=40)).strftime("%Y%m%d")
        events = [
            event.format(day, "Founders' day", "RRULE:FREQ=YEARLY"),
            event.format("20200101", "Long over", ""),
        ]
        feed = f"BEGIN:VCALENDAR\n{''.join(events)}END:VCALENDAR\n".encode()
        file = {"name": "feed.ics", "mimeType": "text/calendar", "buffer": feed}
        page.locator("input[type=file]").set_input_files(files=[file])
        Hands(page).press(page.get_by_role("button", name="Look at the days"))
        assert re.search(r"/imports/\d+/", page.url), page.inner_text("main")
        return page.url.removeprefix(self.driver.stack.address)

    def act(self, username: str, request: str, ending: str) -> str:
        """The address of an action offered on a request page."""
        return self.link(username, request, re.escape(ending) + "$")


def draft_pages(driver: Driver) -> tuple[str, str]:
    """A form that was begun, and the page on which its answers are checked."""
    form = Journey(driver).begin()
    base = driver.stack.address
    return form.removeprefix(base), driver.page.url.removeprefix(base)


def sample_log(driver: Driver, username: str) -> str:
    """The page of the log that ships with the demo, imported."""
    page = driver.visit(username, "/logs/")
    Hands(page).press(page.locator("form[action*='/logs/samples/'] button"))
    # The page follows the import by itself and shows the figures when they are there.
    page.wait_for_selector("a[href*='source=log-']", timeout=60_000)
    return page.url.removeprefix(driver.stack.address)


def shots(driver: Driver) -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address) of every page on which work is asked for and done."""
    find = Finder(driver)
    form, check = draft_pages(driver)
    offer = find.offered("yusra")
    work = find.held("yusra")
    mine = find.link("mira", "/requests/", r"/requests/R-\d+/$")
    later = find.act("yusra", work, "/follow-up/")
    ask = find.act("yusra", offer, "/ask/")
    template = find.link("mira", "/templates/", r"/templates/\d+/remove/$")
    service = f"/services/{driver.stack.journey['service']}/"
    return [
        ("sign-in", "sign-in", "", "/sign-in/"),
        ("home", "home", "mira", "/"),
        ("search", "search", "mira", "/search/?q=contract"),
        ("inbox", "notices", "mira", "/inbox/"),
        ("inbox-preferences", "notice-preferences", "yusra", "/inbox/preferences/"),
        ("services", "services", "mira", "/services/"),
        ("searches", "searches", "sander", "/searches/"),
        ("service", "service", "mira", service),
        ("drafts", "drafts", "mira", "/drafts/"),
        ("draft-section", "form", "mira", form),
        ("draft-check", "check", "mira", check),
        ("draft-template", "keep-template", "mira", check.replace("/check/", "/templates/")),
        ("templates", "templates", "mira", "/templates/"),
        ("template-remove", "remove-template", "mira", template),
        ("draft-for", "for-whom", "mira", check.removesuffix("check/") + "for/?q=a"),
        ("requests", "my-requests", "mira", "/requests/"),
        ("request", "request-offered", "yusra", offer),
        ("request", "request-mine", "mira", mine),
        ("request", "request-in-work", "yusra", work),
        ("request-access", "access", "yusra", f"{offer}access/"),
        ("request-comment", "write", "yusra", f"{offer}comments/"),
        ("request-withdraw", "withdraw", "mira", f"{mine}withdraw/"),
        ("request-share", "share", "mira", f"{mine}share/"),
        ("request-files", "add-file", "mira", f"{mine}files/"),
        ("file-replace", "replace-file", "mira", f"{mine}files/1/replace/"),
        ("file-remove", "take-out-file", "mira", f"{mine}files/1/remove/"),
        ("visit-complete", "hand-over", "yusra", find.act("yusra", work, "/complete/")),
        ("visit-priority", "priority", "yusra", later.replace("follow-up", "priority")),
        ("visit-follow-up", "follow-up", "yusra", later),
        ("visit-pause", "let-it-wait", "yusra", find.act("yusra", work, "/pause/")),
        ("handoff-return", "return", "yusra", find.act("yusra", offer, "/return/")),
        ("handoff-ask", "ask", "yusra", ask),
        ("handoff-answer", "answer", "yusra", f"{ask.removesuffix('ask/')}answer/"),
        ("queue-team", "queue", "yusra", "/queue/"),
        ("team-load", "team-load", "ines", "/teams/commercial-legal/load/"),
        ("team-away", "team-away", "ines", "/teams/commercial-legal/away/"),
        *deciding_shots(),
        *start_shots(),
    ]


def model_shots(driver: Driver) -> list[tuple[str, str, str, str]]:
    """The same of the pages of the model, of value flow and of the API."""
    find = Finder(driver)
    log = sample_log(driver, "sander")
    element = "/model/" + find.link("sander", "/model/", r"/model/[^/]+/$").split("/")[2]
    kind = find.link("sander", f"{element}/", r"/model/[^/]+/[a-z-]+/$")
    one = find.link("sander", kind, r"/model/[^/]+/[a-z-]+/[a-z0-9-]+/$")
    stream = find.link("sander", "/streams/", r"/streams/[^/]+/$")
    return [
        ("model", "model", "sander", "/model/"),
        ("model-version", "model-version", "sander", f"{element}/"),
        ("model-kind", "model-kind", "sander", kind),
        ("model-element", "model-element", "sander", one),
        ("flow", "flow", "adaora", "/flow/"),
        ("flow-requests", "flow-requests", "adaora", "/flow/requests/"),
        ("streams", "streams", "adaora", "/streams/"),
        ("stream", "stream", "ines", stream),
        ("logs", "logs", "sander", "/logs/"),
        ("log-new", "log-new", "sander", "/logs/new/"),
        ("log", "log", "sander", log),
        ("log-columns", "log-columns", "sander", f"{log}columns/"),
        ("log-left-out", "log-left-out", "sander", f"{log}left-out/"),
        ("api-docs", "api-docs", "sander", "/api/docs/"),
        ("api-problems", "api-problems", "sander", "/api/docs/problems/"),
    ]


def desk_shots(driver: Driver) -> list[tuple[str, str, str, str]]:
    """The same of the pages that make working on steps quick."""
    find = Finder(driver)
    offer = find.offered("yusra")
    gone = find.link("yusra", "/replies/", r"/replies/\d+/remove/$")
    queue = driver.visit("yusra", "/queue/").url.removeprefix(driver.stack.address)
    views = f"{queue.split('?')[0]}views/"
    text = driver.visit("yusra", f"{queue.split('?')[0]}?view=mine").content()
    codes = dict.fromkeys(re.findall(r'name="row" value="(R-\d+\.\d+)"', text))
    rows = "&".join(["do=follow-up", *(f"row={code}" for code in list(codes)[:3])])
    view = find.link("yusra", views, r"/views/\d+/remove/$")
    work = find.link("yusra", f"{queue.split('?')[0]}?view=mine", r"/requests/R-\d+/$")
    step = find.act("yusra", work, "/articles/")
    article = find.link("mira", "/knowledge/", r"/knowledge/\d+/$")
    work = find.link("yusra", "/teams/commercial-legal/off-model/", r"^/off-model/\d+/$")
    return [
        ("off-model", "outside-the-model", "yusra", "/teams/commercial-legal/off-model/"),
        ("off-model-new", "log-work", "yusra", "/teams/commercial-legal/off-model/new/"),
        ("off-model-entry", "logged-work", "yusra", work),
        ("off-model-remove", "remove-logged-work", "yusra", f"{work}remove/"),
        ("request-replies", "choose-reply", "yusra", f"{offer}replies/"),
        ("replies", "replies", "yusra", "/replies/"),
        ("reply-new", "reply-new", "yusra", "/replies/new/"),
        ("reply", "reply", "yusra", gone.removesuffix("remove/")),
        ("reply-remove", "reply-remove", "yusra", gone),
        ("visit-articles", "step-knowledge", "yusra", step),
        ("knowledge", "knowledge", "ines", "/knowledge/"),
        ("article-new", "article-new", "ines", "/knowledge/new/"),
        ("article", "article", "mira", article),
        ("article-edit", "article-edit", "ines", f"{article}edit/"),
        ("article-retire", "article-retire", "ines", f"{article}retire/"),
        ("article-history", "article-history", "ines", f"{article}history/"),
        ("article-version", "article-version", "mira", f"{article}versions/1/"),
        ("views", "views", "yusra", views),
        ("queue-bulk", "several-at-once", "yusra", f"{views.removesuffix('views/')}bulk/?{rows}"),
        ("view-new", "save-view", "yusra", f"{views}new/?clock=late"),
        ("view", "view", "yusra", view.removesuffix("remove/")),
        ("view-remove", "remove-view", "yusra", view),
    ]


def page_names() -> set[str]:
    """Names of all URLs that answer GET with a page."""

    def names(patterns: list) -> set[str]:
        found: set[str] = set()
        for entry in patterns:
            if isinstance(entry, URLPattern):
                callback = getattr(entry.callback, "cls", None)
                if entry.name and (callback is None or entry.name in API_PAGES):
                    found.add(entry.name)
            else:
                found |= names(entry.url_patterns)
        return found

    return names(get_resolver().url_patterns) - NO_PAGE - ACTIONS


def take(browser: Browser, stack: Stack, out: Path) -> tuple[set[str], list[str]]:
    """Write the pictures; the URL names that have one, and what axe found."""
    driver = Driver(browser, stack)
    wanted = shots(driver) + model_shots(driver) + desk_shots(driver)
    wanted += admin_shots(Finder(driver)) + following_shots(driver)
    wrong = _pictures(driver, wanted, out)
    last = envelope_shots(driver)
    wrong += _pictures(driver, last, out)
    driver.close()
    return {row[0] for row in wanted + last}, wrong


def _pictures(driver: Driver, wanted: list[tuple[str, str, str, str]], out: Path) -> list[str]:
    """Take each in three renderings; what axe found."""
    wrong: list[str] = []
    for theme, (width, height) in SIZES.items():
        for username in dict.fromkeys(row[2] for row in wanted):
            context = driver.browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if theme == "dark" else "light",
                storage_state=driver.as_(username).context.storage_state() if username else None,
            )
            page = context.new_page()
            for _, file, who, path in wanted:
                if who == username:
                    target = out / f"{file}-{theme}.png"
                    found = _shoot(page, driver.stack.address + path, target)
                    wrong += [f"{file}, {theme}: {rule}" for rule in found]
            context.close()
    return wrong


def _shoot(page: Page, address: str, target: Path) -> list[str]:
    answer = page.goto(address)
    if answer is None or answer.status >= 400:
        raise SystemExit(f"{address} answers {answer.status if answer else 'nothing'}")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=target)
    _slim(target)
    return axe_violations(page)


def _slim(target: Path) -> None:
    """A third of the bytes: pages have few colours, and the pictures stay in the repository."""
    with Image.open(target) as picture:
        slim = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    slim.save(target, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screens")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with stack_of(DEMO, (), seeded=True) as stack:
            taken, wrong = take(browser, stack, options.out)
        browser.close()
    missing = sorted(page_names() - taken)
    if missing:
        raise SystemExit(f"No picture of: {', '.join(missing)}")
    if wrong:
        raise SystemExit("\n".join(["axe:", *wrong]))
    print(f"{len(list(options.out.glob('*.png')))} pictures in {options.out}")


if __name__ == "__main__":
    main()
