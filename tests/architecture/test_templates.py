"""Rules of pages that a strict content policy and one look depend on."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest

from esm.common.ui.outlines import OUTLINES
from esm.common.ui.parts import STATES

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "esm" / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = sorted((STATIC / "esm" / "css").glob("*.css"))
SCRIPTS = sorted((STATIC / "esm" / "js").glob("*.js"))
PYTHON = sorted(
    path
    for app in ("esm", "governance", "catalog", "workflows", "valueflow")
    for path in (ROOT / app).rglob("*.py")
)
COMMENT = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", re.S)
RAW_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab)\(\s*[\d.]")
BUDGET_BYTES = 150_000


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text(path: Path) -> str:
    return COMMENT.sub("", path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_inline_script_style_or_handler(path: Path) -> None:
    source = text(path)
    assert not re.search(r"<style\b", source), "a style element"
    assert not re.search(r"<script(?![^>]*\bsrc=)", source), "a script without src"
    assert not re.search(r"<[^>%]*\sstyle\s*=", source), "a style attribute"
    assert not re.search(r"<[^>%]*\son[a-z]+\s*=", source), "an inline handler"
    assert not re.search(r"\bhx-on\b|\bhx-vals\s*=\s*['\"]js:|javascript:", source), (
        "evaluated text"
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_raw_colour_and_no_foreign_host(path: Path) -> None:
    source = re.sub(r"&#\w+;|href=\"#[^\"]*\"", "", text(path))
    assert not RAW_COLOUR.search(source)
    assert not re.search(r"(?:src|href|action)\s*=\s*[\"']https?://", source)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_icons_and_states_exist(path: Path) -> None:
    source = text(path)
    used = set(re.findall(r'\{% icon "([^"]+)"', source))
    used |= set(re.findall(r'\{% mark [^%]*? "([a-z0-9-]+)" %\}', source))
    assert used <= OUTLINES.keys(), used - OUTLINES.keys()
    states = set(re.findall(r'\{% (?:badge|state|mini_clock) "([^"]+)"', source))
    assert states <= STATES.keys(), states - STATES.keys()


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_icons_named_in_python_exist(path: Path) -> None:
    used = set(re.findall(r'\bicon="([^"]+)"', path.read_text()))
    assert used <= OUTLINES.keys(), used - OUTLINES.keys()


@pytest.mark.parametrize("path", [p for p in SHEETS if p.name != "tokens.css"], ids=name)
def test_raw_colours_stand_in_the_tokens_alone(path: Path) -> None:
    source = re.sub(r"/\*.*?\*/|url\(#[^)]*\)", "", path.read_text(), flags=re.S)
    assert not RAW_COLOUR.search(source)


@pytest.mark.parametrize("path", SHEETS, ids=name)
def test_every_rule_lies_in_a_layer_and_every_token_exists(path: Path) -> None:
    source = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    outer, depth, tops = "", 0, []
    for char in source:
        if char == "{":
            if depth == 0:
                tops.append(outer.strip())
            depth += 1
            outer = ""
        elif char == "}":
            depth -= 1
            outer = ""
        elif char == ";" and depth == 0:
            outer = ""
        else:
            outer += char
    assert depth == 0
    assert [top for top in tops if not top.startswith(("@layer", "@font-face"))] == []
    defined = set(re.findall(r"(--[\w-]+)\s*:", "".join(p.read_text() for p in SHEETS)))
    assert set(re.findall(r"var\((--[\w-]+)", source)) <= defined


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_scripts_evaluate_nothing_and_draw_no_raw_colour(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML", source)
    assert not RAW_COLOUR.search(re.sub(r"href\^='#'|\"#[a-z-]+\"", "", source))
    assert "://" not in source


def test_vendored_files_are_what_the_lock_says() -> None:
    lines = (STATIC / "vendor" / "vendor.lock").read_text().splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    locked = set()
    for _package, _version, _licence, _inside, file, digest in rows:
        locked.add(file)
        if digest != "-":
            assert hashlib.sha512((ROOT / file).read_bytes()).hexdigest() == digest, file
    present = {
        name(p) for p in (STATIC / "vendor").rglob("*") if p.suffix in (".js", ".css", ".woff2")
    }
    assert present <= locked


def test_no_registry_address_in_what_is_served() -> None:
    registry = re.compile(rb"registry\.[a-z]+js\.org|files\.pythonhosted|unpkg\.com|jsdelivr")
    found = [name(p) for p in STATIC.rglob("*") if p.is_file() and registry.search(p.read_bytes())]
    assert found == []


def test_sheets_and_scripts_stay_within_the_budget() -> None:
    files = [*SHEETS, *SCRIPTS, STATIC / "vendor" / "htmx" / "htmx.min.js"]
    total = sum(len(gzip.compress(path.read_bytes())) for path in files)
    assert total <= BUDGET_BYTES, total
