"""Tests about the project itself: its papers say what its code does."""

import re
from pathlib import Path

import pytest

from backoffice.settings.limits import _LIMITS

ROOT = Path(__file__).resolve().parent.parent
PAPERS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_every_variable_that_the_settings_read_is_in_the_papers() -> None:
    settings = "\n".join(path.read_text() for path in (ROOT / "backoffice" / "settings").glob("*.py"))
    read = set(re.findall(r"""env\.\w+\(\s*"([A-Z_]+)\"""", settings))
    first_cells = re.findall(r"^\| (.*?) \|", (ROOT / "docs" / "configuration.md").read_text(), flags=re.MULTILINE)
    documented = {name for cell in first_cells for name in re.findall(r"`([A-Z_]+)`", cell)}
    assert read
    assert read - documented == set()
    assert documented - read == set()


def test_every_range_in_the_papers_is_the_one_that_is_kept_at_the_start() -> None:
    paper = (ROOT / "docs" / "configuration.md").read_text()
    told = re.findall(r"^\| `([A-Z_]+)` \| (\d+) \| (\d+) \|$", paper, flags=re.MULTILINE)
    assert told
    assert {name: (int(least), int(most)) for name, least, most in told}.items() <= _LIMITS.items()


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_every_link_in_the_papers_leads_to_a_file(paper: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", paper.read_text())
    assert [target for target in targets if not (paper.parent / target).exists()] == []


@pytest.mark.parametrize("paper", ["bad-days.md", "threat-model.md"])
def test_every_test_that_a_paper_names_exists(paper: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / paper).read_text())
    assert named
    missing = [f"{path}::{name}" for path, name in named if f"def {name}(" not in (ROOT / path).read_text()]
    assert missing == []


def test_no_requirement_names_an_index_and_every_one_is_pinned_with_hashes() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text()
        assert "://" not in text
        pins = re.findall(r"^[a-z0-9].*$", text, flags=re.MULTILINE | re.IGNORECASE)
        assert pins
        assert all("==" in pin and pin.endswith("\\") for pin in pins)
