"""Running the whole pipeline over the fields of a packed set, on the full-size images."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.classes import CELL_CLASSES
from model.data.packed import PackedField
from model.inference import CellCounter
from model.types import FieldResult, Size

LOWEST_SCORE = 0.02
"""Cells are listed down to this score, so that precision-recall curves reach their end."""

Progress = Callable[[int, int], None]
Seen = Callable[[PackedField, FieldResult], None]


@dataclass(frozen=True, slots=True)
class FieldPrediction:
    """What the pipeline found in one field, beside the reference; boxes in full-size image pixels.

    Predicted: ``boxes_xyxy_px`` N x 4, ``scores`` N, ``class_indices`` N. Reference: the same with
    the prefix ``reference_``. ``scale_ratio`` is scale used / scale by the reference boxes.
    ``original`` names what the field was made from (None: nothing shares it); fields of one original are
    drawn together for intervals. ``is_border_complete`` is False where the publisher left out cells cut
    by the border. ``head_counts`` are the count head's numbers by class code, None where the weights
    have no such head.
    """

    key: str
    source: str
    size: Size
    boxes_xyxy_px: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_indices: NDArray[np.int64]
    reference_boxes_xyxy_px: NDArray[np.float32]
    reference_class_indices: NDArray[np.int64]
    scale_ratio: float
    original: str | None = None
    is_border_complete: bool = True
    head_counts: dict[str, float] | None = None


class RefusedField(RuntimeError):
    """An evaluation image was refused, so no honest figure can be given for the set."""


def predict_fields(
    counter: CellCounter,
    fields: Sequence[PackedField],
    progress: Progress = lambda _done, _total: None,
    seen: Seen = lambda _field, _result: None,
) -> list[FieldPrediction]:
    """One prediction a field, in order; ``seen`` is given each field with its result as it is counted.

    Raises:
        RefusedField: The pipeline refused an image.
        OSError: A full-size image is no longer where the data set was built from.
    """
    predictions = []
    for index, field in enumerate(fields):
        result = counter.count(Path(field.original_path).read_bytes(), min_score=LOWEST_SCORE)
        predictions.append(_prediction(field, result))
        seen(field, result)
        progress(index + 1, len(fields))
    return predictions


def image_size_of(field: PackedField, result: FieldResult) -> Size:
    """The size of a field's image.

    Raises:
        RefusedField: The image could not be read.
    """
    if result.image_size is None:
        reason = result.reason.message if result.reason else "no reason given"
        raise RefusedField(f"{field.original_path} was refused: {reason}")
    return result.image_size


def _prediction(field: PackedField, result: FieldResult) -> FieldPrediction:
    size = image_size_of(field, result)
    boxes = np.array([cell.box_xyxy_image_px for cell in result.cells], dtype=np.float32).reshape(-1, 4)
    return FieldPrediction(
        key=field.key,
        source=field.source,
        size=size,
        boxes_xyxy_px=boxes,
        scores=np.array([cell.score for cell in result.cells], dtype=np.float32),
        class_indices=np.array([CELL_CLASSES.index(cell.cell_class) for cell in result.cells], dtype=np.int64),
        reference_boxes_xyxy_px=field.reference_boxes_image_px(),
        reference_class_indices=np.array(field.class_indices, dtype=np.int64),
        scale_ratio=(result.quality["scale_to_network"] or 0.0) / field.scale,
        original=field.original,
        is_border_complete=field.is_border_complete,
        head_counts=None if result.head_counts is None else dict(result.head_counts),
    )
