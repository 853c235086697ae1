"""SECURITY.md names a test for what it claims, and the sources keep what no running test would miss."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source_files import ROOT, functions_of, project_files, python_files, text_of

SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| ([123]) \| (.+?) \| (.+?) \|$", SECURITY, re.MULTILINE)
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", SECURITY)))
TEMPLATES = [path for path in project_files() if path.parts[0] == "templates" and path.suffix == ".html"]
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
WEB_CLIENTS = {"httpx2", "requests", "aiohttp", "urllib.request", "http.client", "ftplib", "smtplib"}
SERVER_FOLDERS = {"routes", "web", "services", "jobs", "db", "storage", "schemas"}


def test_the_checklist_has_items_each_once() -> None:
    numbers = [number for number, *_ in ROWS]

    assert len(numbers) >= 60
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(("number", "proof"), [(number, proof) for number, _, _, proof in ROWS])
def test_every_item_names_its_test_or_why_it_has_none(number: str, proof: str) -> None:
    assert "`tests/" in proof or proof.startswith(("does not apply: ", "not done: ", "by review: ")), number


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_every_named_test_exists(path: str, name: str) -> None:
    assert (ROOT / path).is_file()
    assert name in {function.name for function in functions_of(Path(path))}


def test_no_page_has_a_script_or_a_style_of_its_own() -> None:
    assert TEMPLATES != []
    assert [f"{path}: {found[0]}" for path in TEMPLATES if (found := INLINE.search(text_of(path)))] == []
    assert INLINE.search('<a onclick="x()">') is not None


def test_no_script_makes_markup_of_text() -> None:
    markup = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|\beval\(")
    scripts = [path for path in project_files() if path.parts[0] == "static" and path.suffix == ".js"]

    assert len(scripts) > 10
    # Fragments that the server rendered and escaped.
    assert [str(path) for path in scripts if markup.search(text_of(path))] == ["static/js/live.js"]


def test_only_what_was_rendered_already_is_put_into_a_page_unescaped() -> None:
    unescaped = [str(path) for path in TEMPLATES if re.search(r"\|\s*safe\b", text_of(path))]
    marked = [str(path) for path in python_files("app") if "Markup(" in text_of(path)]

    assert unescaped == ["templates/queue.html"]  # parts that the same templates made
    assert marked == []


def test_the_server_itself_fetches_nothing_but_what_the_provider_of_sign_ins_says() -> None:
    """No address from outside is ever opened, but that of the settings' provider; programs that call are commands."""
    callers = [
        f"{path}: {name}"
        for path in python_files("app")
        if path.parts[1] in SERVER_FOLDERS
        for name in imported_modules(path) & WEB_CLIENTS
    ]

    assert callers == ["app/services/accounts/identity_provider.py: httpx2"]


def imported_modules(path: Path) -> set[str]:
    """Every module that a file imports, by its full name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text_of(path))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found | {name.partition(".")[0] for name in found}
