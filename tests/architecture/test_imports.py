"""What importing costs, and that everything imported is declared."""

import ast
import importlib.metadata
import re
import resource
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source_files import ROOT, python_files, tree_of

DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NEEDED_BY_THE_MODEL = {"torch", "torchvision", "torchgen", "functorch", "numpy", "PIL", "safetensors"}


@pytest.mark.parametrize("module", ["app.main", "app.cli", "model.preprocessing", "model.rendering"])
def test_importing_does_not_load_torch(module: str) -> None:
    run = run_python(f"import sys, {module}; sys.exit('torch' in sys.modules)")

    assert (run.returncode, run.stderr) == (0, "")


def test_the_network_trains_and_counts_without_what_only_the_application_needs() -> None:
    blocked = sorted(declared_packages() - NEEDED_BY_THE_MODEL - {"model"})
    packages = ("data", "weights", "network", "decoding", "counting", "inference", "training")
    modules = [".".join(path.with_suffix("").parts) for path in python_files("model") if path.parts[1] in packages]
    run = run_python(
        f"import importlib, sys; sys.modules.update(dict.fromkeys({blocked!r}))\n"
        f"for name in {modules!r}: importlib.import_module(name)"
    )

    assert {"fastapi", "sqlalchemy", "faster_coco_eval"} <= set(blocked)
    assert (run.returncode, run.stderr) == (0, "")


def test_help_is_quick() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = run_python("import sys; from app.cli import run; sys.exit(run(['--help']))")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert "serve" in run.stdout
    assert after.ru_utime - before.ru_utime < 1.5  # seconds of computing, which a busy machine does not stretch much


def test_everything_imported_is_declared() -> None:
    known = {"app", "model"} | set(sys.stdlib_module_names) | declared_packages()
    imported = {(name, str(path)) for path in python_files("app", "model") for name in imported_packages(path)}

    assert [use for use in sorted(imported) if use[0] not in known] == []


def test_make_check_runs_the_import_contracts() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ncheck:")[2].partition("\n\n")[0]
    contracts = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    assert "lint-imports" in recipe
    assert "ignore_imports" not in contracts


def run_python(script: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a Python of its own, in the project's folder."""
    return subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, cwd=ROOT, text=True)


def imported_packages(path: Path) -> set[str]:
    """The top-level package of every import of a file."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def declared_packages() -> set[str]:
    """The packages that the requirements in pyproject.toml install, by the names they are imported by."""
    extras = [requirement for extra in DECLARED["optional-dependencies"].values() for requirement in extra]
    names = {_normal(re.split(r"[\[<>=]", text)[0]) for text in DECLARED["dependencies"] + extras}
    names |= {"starlette", "anyio"}  # parts of FastAPI's own interface
    by_package = importlib.metadata.packages_distributions()
    return {package for package, owners in by_package.items() if names & {_normal(owner) for owner in owners}}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
