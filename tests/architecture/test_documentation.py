"""The documentation says what the code does: settings, errors, decisions and templates."""

import importlib
import re
from pathlib import Path

import pytest

from app.errors import BloodcountError
from app.settings import ENV_PREFIX, Settings
from tests.architecture.source_files import ROOT, project_files, python_files, text_of

README = (ROOT / "README.md").read_text(encoding="utf-8")
DECISIONS = sorted(path.name for path in (ROOT / "docs" / "adr").glob("[0-9]*.md"))
_MODULES = [importlib.import_module(f"app.{path.stem}") for path in sorted((ROOT / "app").glob("*errors.py"))]
_NAMES = {name: value for module in _MODULES for name, value in vars(module).items()}
ERRORS = sorted(
    (value for value in _NAMES.values() if isinstance(value, type) and issubclass(value, BloodcountError)),
    key=lambda error: error.__name__,
)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_readme_lists_every_setting_with_its_meaning(name: str) -> None:
    row = re.search(rf"^\| `{ENV_PREFIX}{name.upper()}` \| (.*) \| (.*) \|$", README, re.MULTILINE)

    assert row is not None
    assert row[2] == Settings.model_fields[name].description
    default = Settings.model_fields[name].default
    if Settings.model_fields[name].default_factory is None:
        assert row[1] == (
            "" if default is None else f"`{str(default).lower() if default in (True, False) else default}`"
        )


def test_the_readme_lists_no_setting_that_is_gone() -> None:
    listed = set(re.findall(rf"^\| `{ENV_PREFIX}([A-Z_]+)`", README, re.MULTILINE))

    assert listed == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_used(name: str) -> None:
    users = [path for path in python_files("app") if path != Path("app/settings.py") and f".{name}" in text_of(path)]

    assert users != []


@pytest.mark.parametrize("command", ["make serve", "make test", "make check"])
def test_the_readme_gives_the_commands(command: str) -> None:
    assert command in README


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_is_used(error: type[BloodcountError]) -> None:
    trees = {f"{module.__name__.rpartition('.')[2]}.py" for module in _MODULES}
    users = [path for path in python_files("app") if path.name not in trees]
    used = [path for path in users if re.search(rf"\b{error.__name__}\b", text_of(path))]

    assert used != [] or error.__subclasses__() != []


def test_decisions_are_numbered_and_listed() -> None:
    index = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")

    numbers = [name[:4] for name in DECISIONS]
    assert len(numbers) == len(set(numbers))
    assert [name for name in DECISIONS if f"({name})" not in index] == []


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_gives_its_reasons(name: str) -> None:
    text = (ROOT / "docs" / "adr" / name).read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)

    assert headings == ["Context", "Decision", "Consequences", "Alternatives"]
    assert re.search(r"^Status: (accepted|superseded by \d{4}), \d{4}-\d{2}-\d{2}$", text, re.MULTILINE)


@pytest.mark.parametrize("template", [p for p in project_files() if p.parts[0] == "templates"], ids=str)
def test_every_template_is_used(template: Path) -> None:
    name = str(template.relative_to("templates"))
    sources = [p for p in project_files() if p != template and p.suffix in {".py", ".html"} and p.parts[0] != "tests"]

    assert [str(path) for path in sources if f'"{name}"' in text_of(path)] != []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/adr/README.md"])
def test_links_between_documents_lead_somewhere(name: str) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / name).read_text(encoding="utf-8"))

    assert [target for target in targets if not ((ROOT / name).parent / target).exists()] == []
