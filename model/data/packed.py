"""The packed training set: rescaled WebP files and one line of JSON a field."""

import json
from dataclasses import asdict, dataclass
from dataclasses import fields as dataclass_fields
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.data.fields import CellPoint, LabelMode
from model.data.splits import Split

INDEX_FILE = "fields.jsonl"
IMAGE_FOLDER = "images"
_STAMPS_FROM = 8
_STAMPED_SHARE = 0.5
"""Of a field's boxes; where boxes are drawn by hand, hardly a tenth are equal to a pixel."""


class BoxOrigin(StrEnum):
    """Who says that there is a cell, and where its sides are."""

    PUBLISHER = "publisher"
    """Cell and sides are the publisher's."""

    POINT = "point"
    """The publisher points at the cell, a detector drew the box."""

    DETECTOR = "detector"
    """Both are a detector's, sure enough to be taught."""


@dataclass(frozen=True, slots=True)
class PackedField:
    """One field at the network's scale: a typical red cell is ``RED_CELL_DIAMETER_PX`` wide.

    ``boxes_xyxy_px`` are in pixels of the packed image; ``scale`` is packed size / original size.
    ``original_path`` tells where the full-size image lies, for evaluation through the whole pipeline.
    ``file_name`` is empty where no training reads the pixels and so none are packed (``has_pixels``).

    ``box_subtypes`` and ``box_origins`` have one entry a box, or are empty: the sub-type where it is known, and who
    drew the box (``BoxOrigin``). ``points`` are cells without a box, in packed pixels. ``white_cell_subtypes`` are
    those of the field, without a place. ``ignored_xyxy_px`` are regions, in packed pixels, that teach no background.
    ``pseudo_labelled_by`` names the weights that filled in what the publisher did not label.
    """

    key: str
    source: str
    original: str
    split: Split
    file_name: str
    original_path: str
    width: int
    height: int
    scale: float
    boxes_xyxy_px: tuple[tuple[float, float, float, float], ...]
    class_indices: tuple[int, ...]
    label_modes: tuple[LabelMode, ...]
    is_border_complete: bool
    box_subtypes: tuple[str | None, ...] = ()
    box_origins: tuple[BoxOrigin, ...] = ()
    points: tuple[CellPoint, ...] = ()
    white_cell_subtypes: tuple[str, ...] = ()
    ignored_xyxy_px: tuple[tuple[float, float, float, float], ...] = ()
    pseudo_labelled_by: str | None = None

    @property
    def has_pixels(self) -> bool:
        """Whether the packed set holds the image itself."""
        return bool(self.file_name)

    def ignored_array(self) -> NDArray[np.float32]:
        """The ignored regions as M x 4."""
        return np.array(self.ignored_xyxy_px, dtype=np.float32).reshape(-1, 4)

    def boxes_array(self) -> NDArray[np.float32]:
        """The boxes as N x 4."""
        return np.array(self.boxes_xyxy_px, dtype=np.float32).reshape(-1, 4)

    def has_stamped_boxes(self) -> bool:
        """Whether most boxes of a class are of one and the same size, dropped on the cells and not drawn around them.

        Their centres tell where cells are; their sides tell nothing. Two thirds of Deep Bio-Net are such.
        """
        boxes = self.boxes_array()
        if len(boxes) < _STAMPS_FROM:
            return False
        sizes = ((boxes[:, 2:] - boxes[:, :2]) / self.scale).round().astype(int)
        return bool(np.unique(sizes, axis=0, return_counts=True)[1].max() >= _STAMPED_SHARE * len(boxes))

    def reference_boxes_image_px(self) -> NDArray[np.float32]:
        """The boxes as N x 4 in pixels of the full-size image."""
        return self.boxes_array() / np.float32(self.scale)


class PackedSetError(ValueError):
    """A folder is no packed training set."""


def write_index(folder: Path, fields: list[PackedField]) -> None:
    """Write the index of a packed set."""
    lines = [json.dumps(_without_defaults(asdict(field)), separators=(",", ":")) for field in fields]
    (folder / INDEX_FILE).write_text("\n".join(lines) + "\n")


def read_index(folder: Path, split: Split | None = None) -> list[PackedField]:
    """The fields of a packed set, all or those of one split.

    Raises:
        PackedSetError: The folder has no index, or the split is empty.
    """
    path = folder / INDEX_FILE
    if not path.is_file():
        raise PackedSetError(f"{path} does not exist; make it with: bloodcount dataset build SOURCE... --out {folder}")
    fields = [_packed_field(json.loads(line)) for line in path.read_text().splitlines()]
    chosen = [field for field in fields if split is None or field.split is split]
    if not chosen:
        raise PackedSetError(f"{path} holds no field of the split {split}")
    return chosen


def _without_defaults(row: dict[str, Any]) -> dict[str, Any]:
    """The row without what most fields lack; the index is read on every training machine."""
    defaults = {field.name: field.default for field in dataclass_fields(PackedField)}
    row["points"] = [list(point.values()) for point in row["points"]]
    return {name: value for name, value in row.items() if value not in (defaults[name], [])}


def _packed_field(row: dict[str, Any]) -> PackedField:
    row["split"] = Split(row["split"])
    row["label_modes"] = tuple(LabelMode(mode) for mode in row["label_modes"])
    row["boxes_xyxy_px"] = tuple(tuple(box) for box in row["boxes_xyxy_px"])
    row["ignored_xyxy_px"] = tuple(tuple(box) for box in row.get("ignored_xyxy_px", ()))
    row["points"] = tuple(CellPoint(*point) for point in row.get("points", ()))
    row["box_origins"] = tuple(BoxOrigin(origin) for origin in row.get("box_origins", ()))
    for name in ("class_indices", "box_subtypes", "white_cell_subtypes"):
        row[name] = tuple(row.get(name, ()))
    return PackedField(**row)
