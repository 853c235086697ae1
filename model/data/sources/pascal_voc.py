"""Pascal VOC annotation files."""

from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from model.classes import CELL_CLASSES, cell_class_of_label


def read_boxes(path: Path) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Boxes (N x 4: x1, y1, x2, y2 in pixels) and class indices (N) of one annotation file.

    Raises:
        UnknownLabel: An object has a label that is not in the mapping table.
        ValueError: The file is no Pascal VOC annotation.
    """
    try:
        # A data set on the machine that trains, not input from a stranger.
        objects = ET.parse(path).getroot().iter("object")  # noqa: S314
        rows = [_box_and_class(item) for item in objects]
    except ET.ParseError as error:
        raise ValueError(f"{path} is not readable XML: {error}") from error
    boxes = np.array([box for box, _ in rows], dtype=np.float32).reshape(-1, 4)
    classes = np.array([index for _, index in rows], dtype=np.int64)
    return boxes, classes


def _box_and_class(item: ET.Element) -> tuple[tuple[float, ...], int]:
    sides = tuple(float(item.findtext(f"bndbox/{side}", "nan")) for side in ("xmin", "ymin", "xmax", "ymax"))
    label = item.findtext("name", "")
    return sides, CELL_CLASSES.index(cell_class_of_label(label))
