"""BCCD: one laboratory's fields, whose boxes miss about half of the red cells."""

from pathlib import Path

from model.classes import CellClass
from model.data.fields import AnnotatedField, LabelMode
from model.data.sources.pascal_voc import read_boxes

SOURCE = "bccd"
IMAGE_GLOB = "JPEGImages/*"

_LABEL_MODES = {
    CellClass.RED_BLOOD_CELL: LabelMode.POSITIVES,
    CellClass.WHITE_BLOOD_CELL: LabelMode.FULL,
    CellClass.PLATELET: LabelMode.POSITIVES,
}
"""Compared with TXL-PBC on the fields both label: half of the red cells and a quarter of the platelets lack a box."""


def is_root(folder: Path) -> bool:
    """Whether the folder has BCCD's layout."""
    return (folder / "JPEGImages").is_dir() and (folder / "Annotations").is_dir()


def read_fields(root: Path) -> list[AnnotatedField]:
    """All fields that have an annotation file."""
    fields = []
    for path in sorted(root.glob(IMAGE_GLOB)):
        annotation = root / "Annotations" / f"{path.stem}.xml"
        if path.name.startswith(".") or not annotation.is_file():
            continue
        boxes, classes = read_boxes(annotation)
        fields.append(
            AnnotatedField(
                source=SOURCE,
                name=path.stem,
                original=f"bccd:{path.stem}",
                image_path=path,
                published_split=None,
                boxes_xyxy_px=boxes,
                class_indices=classes,
                label_modes=tuple(_LABEL_MODES.values()),
            )
        )
    return fields
