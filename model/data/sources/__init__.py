"""Readers of the publishers' own layouts; ``find_sources`` recognises them by their folders."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from model.data.fields import AnnotatedField
from model.data.sources import bccd, chula_rbc_12, deep_bio_net, kaggle_subtypes, pbc_acevedo, txl_pbc

_FIELD_READERS: dict[str, ModuleType] = {
    module.SOURCE: module for module in (txl_pbc, deep_bio_net, bccd, chula_rbc_12, pbc_acevedo)
}
_READERS = {**_FIELD_READERS, kaggle_subtypes.SOURCE: kaggle_subtypes}


class UnknownSource(ValueError):
    """A folder holds no data set whose layout is known."""


def find_sources(folders: Iterable[Path]) -> list[tuple[str, Path]]:
    """Name and root of each data set in the folders, or in a folder at most two levels below them.

    Raises:
        UnknownSource: A folder is missing or holds no known layout.
    """
    found: dict[Path, str] = {}
    for folder in folders:
        if not folder.is_dir():
            raise UnknownSource(f"{folder} is not a folder; give the folder of a downloaded data set")
        candidates = [folder, *sorted(folder.glob("*/")), *sorted(folder.glob("*/*/"))]
        roots = {root: name for root in candidates for name, reader in _READERS.items() if reader.is_root(root)}
        if not roots:
            raise UnknownSource(f"{folder} holds none of the known data sets: {', '.join(_READERS)}")
        found.update(roots)
    return [(name, root) for root, name in found.items()]


def read_sources(sources: Sequence[tuple[str, Path]]) -> list[AnnotatedField]:
    """All fields of the data sets, in a fixed order, with the sub-types that lists among them give."""
    fields = [
        field for name, root in sources if name in _FIELD_READERS for field in _FIELD_READERS[name].read_fields(root)
    ]
    lists = [kaggle_subtypes.read_subtypes(root) for name, root in sources if name == kaggle_subtypes.SOURCE]
    subtypes = {original: found for one in lists for original, found in one.items()}
    return [
        replace(field, white_cell_subtypes=subtypes[field.original]) if field.original in subtypes else field
        for field in fields
    ]


def stray_files(sources: Sequence[tuple[str, Path]], fields: Iterable[AnnotatedField]) -> dict[str, dict[str, int]]:
    """How many files lie among a data set's images without being a field: hidden ones, and those without labels."""
    used = {field.image_path for field in fields}
    found = {}
    for name, root in sources:
        if name in _FIELD_READERS:
            strays = [
                path for path in root.glob(_FIELD_READERS[name].IMAGE_GLOB) if path.is_file() and path not in used
            ]
            hidden = sum(path.name.startswith(".") for path in strays)
            found[name] = {"hidden": hidden, "without_labels": len(strays) - hidden}
    return found
