"""The golden fields: drawn ones, those that a laboratory reviewed, and those of a data set that an admin names."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.classes import CELL_CLASSES, CellClass
from model.data.fields import LabelMode
from model.data.packed import PackedField, read_index
from model.data.splits import Split
from model.rendering import encode_png, render_smear
from model.rendering.golden import golden_recipes

DRAWN, REVIEWED, DATA_SET = "drawn", "reviewed", "data set"
REVIEWED_INDEX = "reviewed.json"
_MOST_OF_A_DATA_SET = 100


@dataclass(frozen=True, slots=True)
class GoldenField:
    """A field whose cells are known. ``boxes_xyxy_px`` N x 4, ``class_indices`` and ``subtypes`` N (None: not known).

    ``judged`` are the classes of which every cell is listed. ``number`` is the recipe's place of a drawn field and the
    image's number of a reviewed one, None in a data set. ``read`` gives the image file.
    """

    group: str
    title: str
    number: int | None
    read: Callable[[], bytes]
    boxes_xyxy_px: NDArray[np.float32]
    class_indices: NDArray[np.int64]
    subtypes: tuple[str | None, ...]
    judged: tuple[CellClass, ...] = CELL_CLASSES


def golden_fields(folder: Path, data_set: Path | None) -> list[GoldenField]:
    """All golden fields; those that were reviewed lie in ``folder``, with ``REVIEWED_INDEX``.

    Raises:
        OSError: The folder or the data set cannot be read.
        PackedSetError: The data set is none that ``bloodcount dataset build`` made.
    """
    fields = [*_drawn(), *_reviewed(folder)]
    return fields if data_set is None else [*fields, *_of_data_set(data_set)]


def _drawn() -> Iterator[GoldenField]:
    for place, recipe in enumerate(golden_recipes()):
        smear = render_smear(recipe)
        yield GoldenField(
            group=DRAWN,
            title=f"Drawn field {place + 1}",
            number=place,
            read=lambda image=smear.image_hwc_u8: encode_png(image),  # type: ignore[misc]
            boxes_xyxy_px=_boxes([cell.box_xyxy_image_px for cell in smear.cells]),
            class_indices=np.array([CELL_CLASSES.index(cell.cell_class) for cell in smear.cells], dtype=np.int64),
            subtypes=tuple(None if cell.subtype is None else str(cell.subtype) for cell in smear.cells),
        )


def _reviewed(folder: Path) -> Iterator[GoldenField]:
    for entry in json.loads((folder / REVIEWED_INDEX).read_text()):
        cells = entry["cells"]
        yield GoldenField(
            group=REVIEWED,
            title=entry["title"],
            number=entry["image_id"],
            read=(folder / entry["file"]).read_bytes,
            boxes_xyxy_px=_boxes([cell["box"] for cell in cells]),
            class_indices=np.array([CELL_CLASSES.index(CellClass(cell["class"])) for cell in cells], dtype=np.int64),
            subtypes=tuple(cell["subtype"] for cell in cells),
        )


def _of_data_set(folder: Path) -> Iterator[GoldenField]:
    """Fields of the validation split, which no training saw, spread evenly where there are many."""
    fields = [field for field in read_index(folder, Split.VALIDATION) if _judged(field)]
    for field in fields[:: max(1, -(-len(fields) // _MOST_OF_A_DATA_SET))]:
        yield GoldenField(
            group=DATA_SET,
            title=field.key,
            number=None,
            read=Path(field.original_path).read_bytes,
            boxes_xyxy_px=field.reference_boxes_image_px(),
            class_indices=np.array(field.class_indices, dtype=np.int64),
            subtypes=field.box_subtypes or (None,) * len(field.class_indices),
            judged=_judged(field),
        )


def _judged(field: PackedField) -> tuple[CellClass, ...]:
    modes = zip(CELL_CLASSES, field.label_modes, strict=True)
    return tuple(cell_class for cell_class, mode in modes if mode is LabelMode.FULL)


def _boxes(boxes: Sequence[Sequence[float]]) -> NDArray[np.float32]:
    return np.array(boxes, dtype=np.float32).reshape(-1, 4)
