"""One labelled field, whatever data set it comes from."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from model.classes import CELL_CLASSES, WhiteCellSubtype


class LabelMode(StrEnum):
    """How far a field's boxes of one class can be trusted.

    ``FULL``: every cell of the class has a box. ``POSITIVES``: what has a box is such a cell, but
    others may lack one; only the boxes teach, the rest is ignored. ``NONE``: the class is unlabelled.
    """

    FULL = "full"
    POSITIVES = "positives"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class CellPoint:
    """A cell whose place and kind are known, but not its outline.

    ``x_px`` and ``y_px`` lie on the cell, in pixels of the field they belong to; ``class_index`` is an index into
    ``CELL_CLASSES``; ``subtype`` a value of ``WhiteCellSubtype`` or ``RedCellSubtype``, or None.
    """

    x_px: float
    y_px: float
    class_index: int
    subtype: str | None = None


def _no_regions() -> NDArray[np.float32]:
    return np.zeros((0, 4), np.float32)


@dataclass(frozen=True, slots=True)
class AnnotatedField:
    """One image with its reference boxes.

    ``original`` names what the image was made from: images that share it never lie in different
    splits. ``published_split`` is the publisher's split, or None. ``boxes_xyxy_px`` is N x 4,
    ``class_indices`` N, an index into ``CELL_CLASSES``; ``label_modes`` has one mode a class.
    ``is_border_complete`` is False where the publisher left out cells cut by the border.
    ``points`` are cells without a box. ``white_cell_subtypes`` are those of the field's white cells, in no
    order and without a place. ``ignored_xyxy_px`` M x 4 holds what must not be taught, such as drawn text.
    ``stated_diameter_px`` is the width of a typical red cell where no boxes tell it.
    """

    source: str
    name: str
    original: str
    image_path: Path
    published_split: str | None
    boxes_xyxy_px: NDArray[np.float32]
    class_indices: NDArray[np.int64]
    label_modes: tuple[LabelMode, ...] = (LabelMode.FULL,) * len(CELL_CLASSES)
    is_border_complete: bool = True
    points: tuple[CellPoint, ...] = ()
    white_cell_subtypes: tuple[WhiteCellSubtype, ...] = ()
    ignored_xyxy_px: NDArray[np.float32] = field(default_factory=_no_regions)
    stated_diameter_px: float | None = None

    @classmethod
    def unboxed(
        cls,
        source: str,
        original: str,
        image_path: Path,
        points: tuple[CellPoint, ...],
        *,
        stated_diameter_px: float,
        ignored_xyxy_px: NDArray[np.float32] | None = None,
    ) -> Self:
        """A field whose publisher drew no box: cells are points, every class is unlabelled otherwise."""
        return cls(
            source=source,
            name=image_path.stem,
            original=original,
            image_path=image_path,
            published_split=None,
            boxes_xyxy_px=_no_regions(),
            class_indices=np.zeros(0, np.int64),
            label_modes=(LabelMode.NONE,) * len(CELL_CLASSES),
            points=points,
            ignored_xyxy_px=_no_regions() if ignored_xyxy_px is None else ignored_xyxy_px,
            stated_diameter_px=stated_diameter_px,
        )

    @property
    def key(self) -> str:
        """A name unique over all sources."""
        return f"{self.source}/{self.name}"
