"""Pictures of one painted white cell on bare ground, with what is known of it, for tests of what teaches names."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from model.classes import CELL_CLASSES, NAMED_WHITE_SUBTYPES, CellClass
from model.data.fields import LabelMode
from model.data.packed import PackedField
from model.data.splits import Split

GROUND = (235, 225, 230)
SIDE_PX = 220
RED, WHITE, PLATELET = (CELL_CLASSES.index(one) for one in CellClass)
Box = tuple[float, float, float, float]


def named_field(
    subtypes: Sequence[str | None],
    source: str = "txl-pbc-pbc",
    boxes: Sequence[Box] = ((60.0, 70.0, 140.0, 150.0),),
    class_indices: Sequence[int] | None = None,
    name: str = "one",
) -> PackedField:
    """A field of cells with these sub-types, white cells unless their classes are given."""
    return PackedField(
        key=f"{source}/{name}",
        source=source,
        original=name,
        split=Split.TRAIN,
        file_name=f"{name}.png",
        original_path=f"{name}.png",
        width=SIDE_PX,
        height=SIDE_PX,
        scale=1.0,
        boxes_xyxy_px=tuple(boxes),
        class_indices=tuple(class_indices or [WHITE] * len(boxes)),
        label_modes=(LabelMode.FULL,) * 3,
        is_border_complete=True,
        box_subtypes=tuple(subtypes),
    )


def colour_of(label: int) -> tuple[int, int, int]:
    """Blue, the greener the higher the label; each label is told from its neighbours."""
    return 0, 30 * label, 200


def painted(field: PackedField) -> Image.Image:
    """The field's first cell as an ellipse in the colour of its label, on the ground."""
    picture = Image.new("RGB", (field.width, field.height), GROUND)
    x1, y1, x2, y2 = field.boxes_xyxy_px[0]
    label = NAMED_WHITE_SUBTYPES.index(field.box_subtypes[0])
    ImageDraw.Draw(picture).ellipse((x1, y1, x2 - 1, y2 - 1), fill=colour_of(label))
    return picture


def painted_box(image_hwc_u8: NDArray[np.uint8]) -> Box:
    """The box around what is painted, edges of half a pixel's paint included."""
    rows, columns = np.nonzero(image_hwc_u8[..., 0] < GROUND[0] // 2)
    return float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1)
