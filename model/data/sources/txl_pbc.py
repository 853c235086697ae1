"""TXL-PBC: BCCD, PBC and Raabin-WBC images re-annotated with YOLO boxes (arXiv 2407.13214)."""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.classes import CELL_CLASSES, cell_class_of_label
from model.data.fields import AnnotatedField, CellPoint
from model.data.sources.pbc_acevedo import middle_cell

SOURCE = "txl-pbc"
IMAGE_GLOB = "images/*/*"
_COLUMNS = 5
_UNKNOWN_PROVENANCE = {"source": "unknown", "original": ""}


def is_root(folder: Path) -> bool:
    """Whether the folder has TXL-PBC's layout."""
    return all((folder / part).exists() for part in ("classes.txt", "images", "labels"))


def read_fields(root: Path) -> list[AnnotatedField]:
    """All labelled images; the source within TXL-PBC becomes part of the field's source name."""
    labels = (root / "classes.txt").read_text().split()
    class_of_index = [CELL_CLASSES.index(cell_class_of_label(label)) for label in labels]
    provenance = _read_provenance(root / "provenance.csv")
    fields = []
    for path in sorted(root.glob(IMAGE_GLOB)):
        label_path = root / "labels" / path.parent.name / f"{path.stem}.txt"
        if path.name.startswith(".") or not label_path.is_file():
            continue
        origin = provenance.get(path.stem, _UNKNOWN_PROVENANCE)
        boxes, classes = _read_yolo(label_path, path, class_of_index)
        fields.append(
            AnnotatedField(
                source=f"{SOURCE}-{origin['source']}",
                name=path.stem,
                original=f"{origin['source']}:{origin['original'] or path.stem}",
                image_path=path,
                published_split=path.parent.name,
                boxes_xyxy_px=boxes,
                class_indices=classes,
                points=_middle_cell(path, origin),
            )
        )
    return fields


def _middle_cell(path: Path, origin: dict[str, str]) -> tuple[CellPoint, ...]:
    """What PBC's folder says of the middle cell, where the provenance names the folder."""
    folder, slash, _ = origin["original"].partition("/")
    return middle_cell(path, folder) if slash and origin["source"] == "pbc" else ()


def _read_provenance(path: Path) -> dict[str, dict[str, str]]:
    if not path.is_file():
        return {}
    with path.open(newline="") as file:
        return {row["image"]: row for row in csv.DictReader(file)}


def _read_yolo(
    label_path: Path, image_path: Path, class_of_index: list[int]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Boxes in pixels from lines of class, centre x, centre y, width, height in shares of the image.

    Raises:
        ValueError: The file is no YOLO label file, or names a class that classes.txt lacks.
    """
    lines = [line.split() for line in label_path.read_text().splitlines() if line.strip()]
    if any(len(line) != _COLUMNS for line in lines):
        raise ValueError(f"{label_path} has a line without the five numbers of a YOLO label")
    rows = np.array(lines, dtype=np.float64).reshape(-1, _COLUMNS)
    if not np.isin(rows[:, 0], range(len(class_of_index))).all():
        raise ValueError(f"{label_path} names a class that classes.txt lacks; it has {len(class_of_index)}")
    try:
        with Image.open(image_path) as image:
            scale = np.array([image.width, image.height] * 2, dtype=np.float64)
    except OSError:  # cleaning drops unreadable images and counts them
        return np.zeros((0, 4), np.float32), np.zeros(0, np.int64)
    centres, sizes = rows[:, 1:3], rows[:, 3:5]
    boxes = np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1) * scale
    classes = np.array([class_of_index[int(index)] for index in rows[:, 0]], dtype=np.int64)
    return boxes.astype(np.float32), classes
