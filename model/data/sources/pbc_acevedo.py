"""PBC (Acevedo et al. 2020): images of one cell of known kind among unlabelled neighbours."""

from pathlib import Path

from PIL import Image

from model.classes import CELL_CLASSES, CellClass, UnknownLabel, cell_class_of_label, white_cell_subtype_of_label
from model.data.fields import AnnotatedField, CellPoint

SOURCE = "pbc-acevedo"
IMAGE_GLOB = "*/*"
_TELLTALE_FOLDERS = ("erythroblast", "ig", "platelet")
_DIAMETER_PX = 80.0
"""Of a typical red cell: the median over the PBC images that TXL-PBC boxed."""


def is_root(folder: Path) -> bool:
    """Whether the folder has PBC's layout."""
    return all((folder / name).is_dir() for name in _TELLTALE_FOLDERS)


def read_fields(root: Path) -> list[AnnotatedField]:
    """All images; the middle cell is what the folder says, everything else is unlabelled."""
    fields = []
    for path in sorted(root.glob(IMAGE_GLOB)):
        if path.name.startswith("."):
            continue
        original = f"pbc:{path.parent.name}/{path.name}"
        points = middle_cell(path, path.parent.name)
        fields.append(AnnotatedField.unboxed(SOURCE, original, path, points, stated_diameter_px=_DIAMETER_PX))
    return fields


def middle_cell(path: Path, label: str) -> tuple[CellPoint, ...]:
    """The cell in the middle of a PBC image; none if the image cannot be read, which cleaning counts.

    An erythroblast is a nucleated red cell; the detector's class for nucleated cells is WBC, and the sub-type tells.

    Raises:
        UnknownLabel: The label is neither platelet nor a sub-type of white cells.
    """
    try:
        with Image.open(path) as image:
            width, height = image.size
    except OSError:
        return ()
    try:
        cell_class, subtype = cell_class_of_label(label), None
    except UnknownLabel:
        cell_class, subtype = CellClass.WHITE_BLOOD_CELL, white_cell_subtype_of_label(label).value
    return (CellPoint(width / 2, height / 2, CELL_CLASSES.index(cell_class), subtype),)
