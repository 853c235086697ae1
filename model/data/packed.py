"""The packed training set: rescaled JPEG files and one line of JSON a field."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.data.fields import LabelMode
from model.data.splits import Split

INDEX_FILE = "fields.jsonl"
IMAGE_FOLDER = "images"
_STAMPS_FROM = 8
_STAMPED_SHARE = 0.5
"""Of a field's boxes; where boxes are drawn by hand, hardly a tenth are equal to a pixel."""


@dataclass(frozen=True, slots=True)
class PackedField:
    """One field at the network's scale: a typical red cell is ``RED_CELL_DIAMETER_PX`` wide.

    ``boxes_xyxy_px`` are in pixels of the packed image; ``scale`` is packed size / original size.
    ``original_path`` tells where the full-size image lies, for evaluation through the whole pipeline.
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
    ignored_xyxy_px: tuple[tuple[float, float, float, float], ...] = ()

    def ignored_array(self) -> NDArray[np.float32]:
        """The regions that tell nothing, as M x 4."""
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
    lines = [json.dumps(asdict(field)) for field in fields]
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


def _packed_field(row: dict[str, Any]) -> PackedField:
    row["split"] = Split(row["split"])
    row["label_modes"] = tuple(LabelMode(mode) for mode in row["label_modes"])
    row["boxes_xyxy_px"] = tuple(tuple(box) for box in row["boxes_xyxy_px"])
    row["class_indices"] = tuple(row["class_indices"])
    return PackedField(**row)
