"""Chula RBC-12: thalassaemia smears whose red cells are points with a sub-type (arXiv 2012.01321)."""

from pathlib import Path

import numpy as np

from model.classes import CELL_CLASSES, CellClass, red_cell_subtype_of_label
from model.data.fields import AnnotatedField, CellPoint

SOURCE = "chula-rbc-12"
IMAGE_GLOB = "Dataset/*"
_COLUMNS = 3
_RED_CELL_INDEX = CELL_CLASSES.index(CellClass.RED_BLOOD_CELL)
_DIAMETER_PX = 38.0
"""Of a typical red cell: 7.3 micrometres at the 5.2 px a micrometre of the scale bars drawn on the images."""

_SCALE_BAR_XYXY_PX = np.array([[490.0, 416.0, 610.0, 448.0]], dtype=np.float32)
"""Where most images have a scale bar with text drawn over the cells, in green, black or blue."""


def is_root(folder: Path) -> bool:
    """Whether the folder has Chula RBC-12's layout."""
    return (folder / "Dataset").is_dir() and (folder / "Label").is_dir()


def read_fields(root: Path) -> list[AnnotatedField]:
    """All fields that have a label file; an image without one was never labelled.

    Each is an original of its own: the publisher does not say which come from one smear, and copies of a picture are
    found by what they show (``model.data.duplicates``).
    """
    fields = []
    for path in sorted(root.glob(IMAGE_GLOB)):
        label_path = root / "Label" / f"{path.stem}.txt"
        if path.name.startswith(".") or not label_path.is_file():
            continue
        points = _read_points(label_path)
        fields.append(
            AnnotatedField.unboxed(
                SOURCE,
                f"chula:{path.stem}",
                path,
                points,
                stated_diameter_px=_DIAMETER_PX,
                ignored_xyxy_px=_SCALE_BAR_XYXY_PX,
            )
        )
    return fields


def _read_points(path: Path) -> tuple[CellPoint, ...]:
    """Red cells from lines of x, y and type.

    Raises:
        ValueError: A line is not three whole numbers.
        UnknownLabel: A type is not in the mapping table.
    """
    points = []
    for line in path.read_text().splitlines():
        parts = line.split()
        if not parts:
            continue
        if len(parts) != _COLUMNS:
            raise ValueError(f"{path} has the line {line!r}; a line holds x, y and type")
        x, y = (float(part) for part in parts[:2])
        points.append(CellPoint(x, y, _RED_CELL_INDEX, red_cell_subtype_of_label(parts[2]).value))
    return tuple(points)
