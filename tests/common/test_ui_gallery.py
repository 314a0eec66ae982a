"""Every component renders, with its values escaped."""

import re

import pytest
from django.template.loader import render_to_string

from tests.common.gallery import context


def test_gallery_renders_every_component() -> None:
    html = render_to_string("components/gallery.html", context())
    for css in ("flow", "clock", "mini", "leg2", "checks", "why", "voices", "events", "sight",
                "tiles", "figure", "twin", "timebars", "legend", "heat", "ages", "chart",
                "finding", "tabs", "seg", "filters", "empty", "panel", "note", "paging",
                "sort", "bulk", "errors", "field", "steps", "answers", "dept", "person", "ver",
                "badge", "state", "count", "crumbs", "toast"):  # fmt: skip
        assert re.search(rf'class="[^"]*\b{css}\b', html), css


def test_values_are_escaped_everywhere() -> None:
    bad = '"><script>alert(1)</script>'

    def spoil(value: object) -> object:
        if isinstance(value, dict):
            keep = ("state", "icon", "type", "slot", "level", "kind", "parts", "shell", "page_base")
            return {k: v if k in keep else spoil(v) for k, v in value.items()}
        if isinstance(value, list):
            return [spoil(v) for v in value]
        return value + bad if isinstance(value, str) and value != "self" else value

    html = render_to_string("components/gallery.html", spoil(context()))  # type: ignore[arg-type]
    assert "alert(1)" in html
    assert "<script>alert" not in html


@pytest.mark.parametrize("code", [400, 403, 404, 409, 500])
def test_error_pages_need_no_context(code: int) -> None:
    html = render_to_string(f"errors/{code}.html", {})
    assert html.count("<h1>") == 1
    assert f">{code}<" in html


def test_error_pages_say_the_sentence_of_the_refusal() -> None:
    for code in (400, 403, 409):
        assert "Only A &amp; B may." in render_to_string(
            f"errors/{code}.html", {"sentence": "Only A & B may."}
        )


def test_sign_in_lists_the_personas() -> None:
    html = render_to_string(
        "accounts/sign_in.html",
        {"personas": [{"key": "p1", "name": "Mira Tallvik", "role": "Account", "slot": "9"}],
         "next": "/queue/"},
    )  # fmt: skip
    assert 'name="persona" value="p1"' in html
    assert html.count('name="next" value="/queue/"') == 2
