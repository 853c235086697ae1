"""Predictions written by hand, for figures that can be worked out by hand."""

from collections.abc import Sequence

import numpy as np

from model.evaluation.predictions import FieldPrediction
from model.types import Size

Box = tuple[float, float, float, float]
Reference = tuple[int, Box]
"""Class index and box."""

Prediction = tuple[int, Box, float]
"""Class index, box and score."""


def square(number: int, side: float = 10.0) -> Box:
    """The box of the n-th cell of a row; different cells never touch."""
    return (20.0 * number, 0.0, 20.0 * number + side, side)


def field(
    references: Sequence[Reference],
    predictions: Sequence[Prediction],
    *,
    key: str = "field",
    source: str = "one",
    scale_ratio: float = 1.0,
    original: str | None = None,
    is_border_complete: bool = True,
    head_counts: dict[str, float] | None = None,
) -> FieldPrediction:
    """One field of 4000 x 100 px."""
    return FieldPrediction(
        key=f"{source}/{key}",
        source=source,
        size=Size(4000, 100),
        boxes_xyxy_px=np.array([box for _, box, _ in predictions], dtype=np.float32).reshape(-1, 4),
        scores=np.array([score for _, _, score in predictions], dtype=np.float32),
        class_indices=np.array([index for index, _, _ in predictions], dtype=np.int64),
        reference_boxes_xyxy_px=np.array([box for _, box in references], dtype=np.float32).reshape(-1, 4),
        reference_class_indices=np.array([index for index, _ in references], dtype=np.int64),
        scale_ratio=scale_ratio,
        original=original,
        is_border_complete=is_border_complete,
        head_counts=head_counts,
    )


def counted_field(
    references: int,
    predictions: int,
    *,
    class_index: int = 0,
    score: float = 0.9,
    original: str | None = None,
    is_border_complete: bool = True,
) -> FieldPrediction:
    """A field with so many reference cells of a class and so many predictions on the same places."""
    return field(
        [(class_index, square(number)) for number in range(references)],
        [(class_index, square(number), score) for number in range(predictions)],
        original=original,
        is_border_complete=is_border_complete,
    )
