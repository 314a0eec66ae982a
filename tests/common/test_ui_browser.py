"""The gallery in a real browser, under the policy the product sends: clean, reachable by keys."""

import http.server
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.stack import ARGUMENTS, AXE, CHROMIUM, DESK, PHONE
from tests.common.gallery import context

pytestmark = [pytest.mark.browser]

ROOT = Path(__file__).resolve().parents[2]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'"
)

Look = Callable[[Page], Any]


# What the shell asks of a portal by itself, sooner or later: nothing new, nothing found.
ASKED = ("/live/", "/search/hints/")


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, with the policy."""

    def do_GET(self) -> None:
        if self.path.startswith(ASKED):
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()

    def do_POST(self) -> None:
        """The switch of the keys."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("gallery")
    (folder / "static").symlink_to(ROOT / "esm" / "static")
    calm = {**context(), "errors": {}}
    (folder / "gallery.html").write_text(render_to_string("components/gallery.html", calm))
    (folder / "404.html").write_text(render_to_string("errors/404.html", {}))
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Handler, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Screen:
    """A browser of its own thread, so that another suite's playwright may run beside it."""

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(1)
        self.driver, self.browser = self.thread.submit(self._start).result()

    @staticmethod
    def _start() -> tuple[Any, Browser]:
        driver = sync_playwright().start()
        return driver, driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)

    def stop(self) -> None:
        def end() -> None:
            self.browser.close()
            self.driver.stop()

        self.thread.submit(end).result()
        self.thread.shutdown()

    def see(
        self,
        url: str,
        look: Look,
        size: tuple[int, int] = DESK,
        theme: str = "light",
        script: bool = True,
    ) -> Any:
        """What ``look`` finds on the page, and fails on any complaint of the browser."""

        def run() -> Any:
            opened = self.browser.new_context(
                viewport={"width": size[0], "height": size[1]},
                color_scheme=theme,
                java_script_enabled=script,
            )
            page = opened.new_page()
            complaints: list[str] = []
            page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(url)
            if script:
                page.evaluate("document.fonts.ready")
            found = look(page)
            opened.close()
            return found, complaints

        found, complaints = self.thread.submit(run).result()
        assert complaints == []
        return found


@pytest.fixture(scope="module")
def screen() -> Iterator[Screen]:
    made = Screen()
    yield made
    made.stop()


def axe(page: Page) -> list[tuple[str, list[str]]]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
    return [(v["id"], [node["html"] for node in v["nodes"]]) for v in found["violations"]]


@pytest.mark.parametrize(
    ("size", "theme"),
    [
        (DESK, "light"),
        (PHONE, "dark"),
        *(
            pytest.param(size, theme, marks=pytest.mark.slow)
            for size, theme in (
                (DESK, "dark"),
                ((1024, 800), "light"),
                ((1024, 800), "dark"),
                (PHONE, "light"),
            )
        ),
    ],
)
def test_gallery_is_clean(screen: Screen, address: str, size: tuple[int, int], theme: str) -> None:
    assert screen.see(f"{address}/gallery.html", axe, size, theme) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_error_page_is_clean(screen: Screen, address: str, theme: str) -> None:
    assert screen.see(f"{address}/404.html", axe, PHONE, theme) == []


@pytest.mark.parametrize("width", [320, 390, 1024, 1440])
def test_no_page_scrolls_sideways(screen: Screen, address: str, width: int) -> None:
    def look(page: Page) -> Any:
        return page.evaluate("document.documentElement.scrollWidth - innerWidth")

    assert screen.see(f"{address}/gallery.html", look, (width, 800)) <= 0


def test_theme_button_switches_and_is_remembered(screen: Screen, address: str) -> None:
    def look(page: Page) -> Any:
        page.click(".top [data-theme-toggle]")
        first = page.get_attribute("html", "data-theme")
        page.click(".top [data-theme-toggle]")
        return first, page.get_attribute("html", "data-theme"), page.evaluate("document.cookie")

    assert screen.see(f"{address}/gallery.html", look) == ("dark", "light", "theme=light")


def test_rail_collapses(screen: Screen, address: str) -> None:
    def look(page: Page) -> Any:
        page.keyboard.press("[")
        return (
            page.locator(".shell.is-narrow").count(),
            page.get_attribute("[data-rail-toggle]", "aria-pressed"),
            page.evaluate("document.cookie"),
        )

    assert screen.see(f"{address}/gallery.html", look) == (1, "true", "rail=narrow")


def test_list_keys_move_select_and_count(screen: Screen, address: str) -> None:
    def look(page: Page) -> Any:
        title = "document.activeElement.querySelector('.id')?.textContent"
        seen = []
        for key in ("j", "j", "j", "k"):  # the open row is the second: the first J goes below it
            page.keyboard.press(key)
            seen.append(page.evaluate(title))
        page.keyboard.press("x")
        page.keyboard.press("k")
        page.keyboard.press("Shift+X")
        stops = page.locator("tbody tr[tabindex='0']").count()
        return seen, page.inner_text("[data-bulk-n]"), page.is_visible("[data-bulk]"), stops

    assert screen.see(f"{address}/gallery.html", look) == (
        ["R-10433", "R-10433", "R-10433", "R-10401"],
        "2",
        True,
        1,
    )


def test_keys_rest_in_fields_and_when_switched_off(screen: Screen, address: str) -> None:
    def look(page: Page) -> Any:
        page.keyboard.press("/")
        page.keyboard.type("jk?")
        field = page.evaluate("document.activeElement.value")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("?")
        shown = page.is_visible("#keys-sheet")
        page.uncheck("[data-keys-switch]")
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        return field, shown, page.evaluate("document.activeElement.closest('tr')")

    assert screen.see(f"{address}/gallery.html", look) == ("jk?", True, None)


def test_sequences_go_to_pages(screen: Screen, address: str) -> None:
    def look(page: Page) -> Any:
        page.route("**/decisions/", lambda route: route.fulfill(body="there"))
        with page.expect_navigation():
            page.keyboard.press("g")
            page.keyboard.press("d")
        return page.url.rpartition(address)[2]

    assert screen.see(f"{address}/gallery.html", look) == "/decisions/"


def test_dialog_opens_by_key_and_closes(screen: Screen, address: str) -> None:
    def look(page: Page) -> Any:
        page.keyboard.press("r")
        first = page.is_visible("dialog#dlg")
        page.click("dialog#dlg [data-close]")
        return first, page.is_visible("dialog#dlg")

    assert screen.see(f"{address}/gallery.html", look) == (True, False)


def test_menus_open_and_escape_gives_the_focus_back(screen: Screen, address: str) -> None:
    def look(page: Page) -> Any:
        page.click(".pick-menu summary >> nth=0")
        opened = page.is_visible(".pick-menu .menu >> nth=0")
        page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        return opened, page.evaluate("document.activeElement.matches('.pick-menu > summary')")

    assert screen.see(f"{address}/gallery.html", look) == (True, True)


def test_charts_are_drawn_from_their_tables(screen: Screen, address: str) -> None:
    def look(page: Page) -> Any:
        page.wait_for_selector("[data-chart] canvas")
        return page.evaluate(
            """() => [...document.querySelectorAll("[data-chart]")].map(place => {
                const series = echarts.getInstanceByDom(place).getOption().series[0];
                return [series.type, (series.links || series.data).length];
            })"""
        )

    assert screen.see(f"{address}/gallery.html", look) == [["sankey", 5], ["line", 26]]


def test_everything_works_without_script(screen: Screen, address: str) -> None:
    def look(page: Page) -> Any:
        page.click(".me")
        menu = page.is_visible("#me-menu button[type=submit] >> nth=-1")
        page.click(".pick-menu summary >> nth=0")
        page.click("details.twin summary >> nth=-1")
        return (
            menu,
            page.is_visible(".pick-menu .menu >> nth=0"),
            page.is_visible("#t-run"),
            page.is_visible("[data-chart] >> nth=0"),
        )

    seen = screen.see(f"{address}/gallery.html", look, script=False)
    assert seen == (True, True, True, False)
