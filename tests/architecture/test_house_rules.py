"""Rules of this project that no linter knows; CONTRIBUTING.md gives them in words."""

import ast
import re
from pathlib import Path

from tests.architecture.source_files import (
    ROOT,
    code_lines,
    functions_of,
    project_files,
    public_functions_of,
    python_files,
    text_of,
)

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
MAX_FILE_BYTES = 1_000_000
SHIPPED = python_files("app", "model")
EVERY_PYTHON_FILE = python_files("app", "model", "migrations", "tests")


def matches(paths: list[Path], pattern: str) -> list[str]:
    """Where the pattern occurs, as file:line."""
    found = []
    for path in paths:
        lines = enumerate(text_of(path).splitlines(), start=1)
        found += [f"{path}:{number}" for number, line in lines if re.search(pattern, line)]
    return found


def test_a_file_has_one_job_and_so_is_short() -> None:
    lengths = {str(path): text_of(path).count("\n") for path in EVERY_PYTHON_FILE}

    assert {path: lines for path, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def test_a_file_is_named_for_what_it_does() -> None:
    vague = {"util", "utils", "helper", "helpers", "common", "misc", "tools"}

    assert [str(path) for path in EVERY_PYTHON_FILE if path.stem in vague] == []


def test_functions_are_short() -> None:
    lengths = {f"{path}:{f.lineno} {f.name}": code_lines(f) for path in SHIPPED for f in functions_of(path)}

    assert {name: lines for name, lines in lengths.items() if lines > MAX_FUNCTION_LINES} == {}


def test_nothing_is_left_unfinished() -> None:
    assert matches(SHIPPED, r"\bTODO\b|\bFIXME\b|\bXXX\b|NotImplementedError") == []


def test_nothing_is_ever_unpickled() -> None:
    assert matches(SHIPPED, r"\btorch\.load\(|\bpickle\.|import pickle|allow_pickle=True|\bshelve\b") == []


def test_a_public_function_that_raises_says_so() -> None:
    public = [(path, f) for path in SHIPPED for f in public_functions_of(path)]

    assert [f"{path}:{f.lineno} {f.name}" for path, f in public if _hides_an_error(f)] == []


def test_only_the_unit_of_work_commits() -> None:
    others = [path for path in SHIPPED if path != Path("app/db/session.py")]

    assert matches(others, r"\.commit\(") == []


def test_every_test_can_fail() -> None:
    tests = [(path, f) for path in python_files("tests") for f in functions_of(path) if f.name.startswith("test_")]

    assert tests != []
    assert [f"{path}:{f.lineno} {f.name}" for path, f in tests if not _checks_something(f)] == []


def test_every_test_folder_is_a_package() -> None:
    folders = {path.parent for path in python_files("tests")}

    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder / "__init__.py").is_file()] == []


def test_no_file_names_a_package_registry() -> None:
    # Taken apart here, so that this file passes its own rule.
    hosts = [
        name.encode() + b"." + domain.encode()
        for name, domain in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "org"),
            ("npmjs", "com"),
            ("deb.debian", "org"),
            ("download.pytorch", "org"),
            ("jsdelivr", "net"),
            ("unpkg", "com"),
        )
    ]
    texts = [path for path in project_files() if path.suffix not in {".safetensors", ".png"}]

    assert [str(path) for path in texts if any(host in (ROOT / path).read_bytes() for host in hosts)] == []


def test_large_files_are_weights_only() -> None:
    sizes = {str(path): (ROOT / path).stat().st_size for path in project_files()}
    large = [path for path, size in sizes.items() if size > MAX_FILE_BYTES]

    assert [path for path in large if not path.startswith("model/weights/")] == []
    assert max(sizes.values()) < 60 * MAX_FILE_BYTES


def test_no_picture_is_committed_but_the_screenshots_of_the_test_suite() -> None:
    suffixes = {".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp"}
    pictures = [path for path in project_files() if path.suffix.lower() in suffixes]

    assert [str(path) for path in pictures if path.parent != Path("docs/images") or path.suffix != ".png"] == []


def _hides_an_error(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function raises an error of its own and its docstring has no ``Raises``."""
    raised = [node.exc for node in _own_nodes(function) if isinstance(node, ast.Raise) and node.exc is not None]
    names = [ast.unparse(exc.func if isinstance(exc, ast.Call) else exc) for exc in raised]
    errors = [name for name in names if name not in {"typer.Exit", "StopIteration", "error"}]
    return errors != [] and "Raises:" not in (ast.get_docstring(function) or "")


def _own_nodes(function: ast.AST) -> list[ast.AST]:
    """The nodes of a function without those of the functions inside it."""
    nodes: list[ast.AST] = []
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            nodes += [child, *_own_nodes(child)]
    return nodes


def _checks_something(function: ast.AST) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call) and re.search("assert|raises|expect|refusal|check", ast.unparse(node.func)):
            return True
    return False
