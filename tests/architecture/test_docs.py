"""The documents speak of what is there."""

import re

from tests.architecture.code import ROOT

PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|toml|lock|md))`")


def test_every_path_of_the_map_exists() -> None:
    text = (ROOT / "docs" / "map.md").read_text()
    # A module that each app may have is no path of its own.
    generic = set(re.findall(r"^\| (`[^|]+`) \|", text.partition("## Inside an app")[2], re.M))
    skip = {name for cell in generic for name in re.findall("`([^`]+)`", cell)}
    named = set(PATH.findall(text)) - skip
    assert len(named) > 40
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for file in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", file.read_text()):
            if not (file.parent / target).exists():
                broken.append(f"{file.relative_to(ROOT)}: {target}")
    assert broken == []
