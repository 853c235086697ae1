"""Readers of the publishers' own layouts; ``find_sources`` recognises them by their folders."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from model.data.fields import AnnotatedField
from model.data.sources import bccd, deep_bio_net, txl_pbc

Reader = Callable[[Path], list[AnnotatedField]]

_READERS: dict[str, tuple[Callable[[Path], bool], Reader]] = {
    txl_pbc.SOURCE: (txl_pbc.is_root, txl_pbc.read_fields),
    deep_bio_net.SOURCE: (deep_bio_net.is_root, deep_bio_net.read_fields),
    bccd.SOURCE: (bccd.is_root, bccd.read_fields),
}


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
        roots = {root: name for root in candidates for name, (is_root, _) in _READERS.items() if is_root(root)}
        if not roots:
            raise UnknownSource(f"{folder} holds none of the known data sets: {', '.join(_READERS)}")
        found.update(roots)
    return [(name, root) for root, name in found.items()]


def read_sources(sources: Sequence[tuple[str, Path]]) -> list[AnnotatedField]:
    """All fields of the data sets, in a fixed order."""
    return [field for name, root in sources for field in _READERS[name][1](root)]
