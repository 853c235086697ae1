"""What this installation is and is for: its version, and where its templates, static files and migrations lie."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

INTENDED_USE = (
    "For research use only. Counts are suggestions of a neural network; a person reviews every count. "
    "Not for diagnosis or treatment."
)
"""Stands on every page and on every report."""

_INSTALLED_FOLDER = Path(__file__).parent / "_resources"
"""A built wheel carries the folders here (see ``force-include`` in pyproject.toml)."""

_CHECKOUT_FOLDER = Path(__file__).parent.parent


def resource_folder(name: str) -> Path:
    """The folder ``name`` (templates, static or migrations), in a wheel as well as in a checkout.

    Raises:
        FileNotFoundError: The folder is in neither place, so the installation is incomplete.
    """
    for parent in (_INSTALLED_FOLDER, _CHECKOUT_FOLDER):
        if (parent / name).is_dir():
            return parent / name
    raise FileNotFoundError(f"The folder {name!r} is not part of this installation; install Bloodcount again.")


def app_version() -> str:
    """The version of this installation, as the package names it."""
    try:
        return version("bloodcount")
    except PackageNotFoundError:
        return "development"
