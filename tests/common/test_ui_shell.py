"""What the shell shows to whom."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory

from esm.common import context, nav
from esm.common.views import set_theme


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(nav, "shell", nav.Registry())
    nav.register_group("second", "Second", order=20)
    nav.register_group("first", "First", order=10)
    nav.register(nav.NavEntry("home", "first", "Home", "/", "home", order=1, phone="Home"))
    nav.register(nav.NavEntry("queue", "first", "Queue", "/queue/", "stack-2", order=2,
                              count=lambda request: 10, phone="Queue", keys="g q"))  # fmt: skip
    nav.register(nav.NavEntry("hidden", "second", "Hidden", "/hidden/", "lock",
                              visible=lambda request: False))  # fmt: skip
    nav.register(nav.NavEntry("decide", "second", "Decide", "/decide/", "gavel", top=True,
                              count=lambda request: int(request.GET.get("n", 0)),
                              match=("/queue/mine/",)))  # fmt: skip
    yield


def request(path: str = "/", user: object | None = None, **cookies: str) -> HttpRequest:
    made = RequestFactory().get(path)
    made.COOKIES.update(cookies)
    made.user = user or SimpleNamespace(is_authenticated=True)  # type: ignore[assignment]
    return made


def shell(made: HttpRequest) -> context.Shell:
    return context.shell(made)["shell"]


def test_groups_in_order_without_what_one_may_not_use() -> None:
    groups = shell(request()).groups
    assert [(g.key, [i.key for i in g.items]) for g in groups] == [
        ("first", ["home", "queue"]),
        ("second", ["decide"]),
    ]


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/", "home"),
        ("/queue/7/", "queue"),
        ("/queue/mine/", "decide"),
        ("/elsewhere/", ""),
    ],
)
def test_the_longest_address_is_current(path: str, current: str) -> None:
    found = [item.key for item in shell(request(path)).items if item.current]
    assert found == ([current] if current else [])


def test_the_top_bar_shows_a_count_only_above_zero() -> None:
    assert [i.key for i in shell(request("/?n=3")).top] == ["decide"]
    assert shell(request("/")).top == []


def test_a_visitor_sees_no_entries() -> None:
    nav.register_primary(nav.PrimaryAction("New", "/new/"))
    seen = shell(request(user=AnonymousUser()))
    assert (seen.groups, seen.viewer, seen.primary) == ([], None, None)


def test_cookies_set_theme_and_rail_and_nothing_else() -> None:
    assert context.shell(request(theme="dark", rail="narrow"))["theme"] == "dark"
    assert context.shell(request(theme='"><script>'))["theme"] == ""
    assert context.shell(request(rail="narrow"))["rail"] == "narrow"


def test_nothing_is_asked_before_the_shell_is_drawn() -> None:
    def refuse(request: HttpRequest) -> str:
        raise AssertionError("asked too early")

    nav.register_brand(refuse)
    context.shell(request())


def test_htmx_gets_the_content_alone() -> None:
    made = request()
    assert context.page_base(made) == "base.html"
    made.htmx = SimpleNamespace(boosted=False)  # type: ignore[attr-defined]
    assert context.page_base(made) == "fragment.html"
    made.htmx = SimpleNamespace(boosted=True)  # type: ignore[attr-defined]
    assert context.page_base(made) == "base.html"


def test_banner_and_running_are_drawn() -> None:
    nav.register_brand(lambda request: "Some & Co")
    nav.register_running(lambda request: nav.Running("Runs on", "M-3", "/m/"))
    nav.register_banner("clock", lambda request: nav.Banner("The clock is ahead", form="/clock/"))
    made = request("/queue/")
    html = render_to_string("base.html", {**context.shell(made), "csrf_token": "t"})
    assert "Some &amp; Co" in html and ">M-3</a>" in html
    assert "The clock is ahead" in html and 'action="/clock/"' in html
    assert html.count('aria-current="page"') == 3  # rail, phone bar, sheet


def test_theme_without_script_comes_back_to_the_page() -> None:
    post = RequestFactory().post(
        "/theme/", {"theme": "dark"}, HTTP_REFERER="http://testserver/queue/"
    )
    answer = set_theme(post)
    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/queue/")
    assert answer.cookies["theme"].value == "dark"


def test_theme_never_sends_elsewhere_and_refuses_other_values() -> None:
    post = RequestFactory().post("/theme/", {"theme": "x;y"}, HTTP_REFERER="http://evil.example/")
    answer = set_theme(post)
    assert answer["Location"] == "/"
    assert answer.cookies["theme"].value == ""
    assert set_theme(RequestFactory().get("/theme/")).status_code == 405
