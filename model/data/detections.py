"""What a detector found in the fields of a packed set, kept beside it so that an interrupted run goes on."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.classes import CELL_CLASSES, CellClass
from model.types import DetectedCell

DETECTIONS_FILE = "detections.jsonl"


@dataclass(frozen=True, slots=True)
class FieldDetections:
    """The cells found in one field, in pixels of its full-size image.

    ``boxes_xyxy_px`` N x 4, ``class_indices`` N, ``scores`` N in 0..1. ``red_cell_diameter_px`` is the median of the
    red cells found, or None. ``weights_sha256`` tells which weights found them.
    """

    key: str
    weights_sha256: str
    red_cell_diameter_px: float | None
    boxes_xyxy_px: NDArray[np.float32]
    class_indices: NDArray[np.int64]
    scores: NDArray[np.float32]


class DetectionsOfOtherWeights(ValueError):
    """A list of detections was made with other weights than those now in use."""


def detection_line(key: str, sha256: str, diameter_px: float | None, cells: tuple[DetectedCell, ...]) -> str:
    """One line of the list."""
    rows = [[cell.cell_class.value, *cell.box_xyxy_image_px, cell.score] for cell in cells]
    values = {"key": key, "weights_sha256": sha256, "red_cell_diameter_px": diameter_px, "cells": rows}
    return json.dumps(values, separators=(",", ":")) + "\n"


def read_detections(folder: Path, weights_sha256: str) -> dict[str, FieldDetections]:
    """The list of a packed set by the fields' keys, empty if there is none yet.

    Raises:
        DetectionsOfOtherWeights: Other weights made the list.
    """
    path = folder / DETECTIONS_FILE
    if not path.is_file():
        return {}
    found = [_detections(line) for line in path.read_text().splitlines()]
    if any(one.weights_sha256 != weights_sha256 for one in found):
        raise DetectionsOfOtherWeights(f"{path} was made with other weights; delete it to count the fields again")
    return {one.key: one for one in found}


def _detections(line: str) -> FieldDetections:
    row = json.loads(line)
    return FieldDetections(
        key=row["key"],
        weights_sha256=row["weights_sha256"],
        red_cell_diameter_px=row["red_cell_diameter_px"],
        boxes_xyxy_px=np.array([cell[1:5] for cell in row["cells"]], dtype=np.float32).reshape(-1, 4),
        class_indices=np.array([CELL_CLASSES.index(CellClass(cell[0])) for cell in row["cells"]], dtype=np.int64),
        scores=np.array([cell[5] for cell in row["cells"]], dtype=np.float32),
    )
