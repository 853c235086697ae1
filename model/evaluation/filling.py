"""The rules by which a detector's cells fill in what a publisher did not label."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from model.boxes import compute_iou
from model.classes import CELL_CLASSES, CellClass
from model.config import RED_CELL_DIAMETER_PX
from model.data.detections import FieldDetections
from model.data.fields import CellPoint, LabelMode
from model.data.packed import BoxOrigin, PackedField
from model.data.packing import as_quads
from model.data.sources import chula_rbc_12

_SURE_MARGIN = 0.03
"""Above the working threshold: a wrong lesson costs more than a missing one."""

_DOUBTFUL_SHARE = 0.5
"""Of the working threshold."""

_SAME_CELL_IOU = 0.5
_POINTED_CLASSES = {chula_rbc_12.SOURCE: (CELL_CLASSES.index(CellClass.RED_BLOOD_CELL),)}
"""By source, what its publisher pointed at and often left out: there a detection without a point is doubtful."""


@dataclass(frozen=True, slots=True)
class SureScores:
    """From which score on a detection is believed, by class in the order of ``CELL_CLASSES``.

    From ``sure`` on it is taught as a cell (``model.evaluation.pseudo_label_check`` tells what that is worth), from
    ``doubtful`` to there the place is ignored, and below it is background.
    """

    sure: tuple[float, ...]
    doubtful: tuple[float, ...]

    @classmethod
    def of(cls, thresholds: Sequence[float]) -> Self:
        """The scores for weights with these working thresholds: how high scores run differs from weights to weights."""
        sure = tuple(min(1.0, threshold + _SURE_MARGIN) for threshold in thresholds)
        return cls(sure, tuple(_DOUBTFUL_SHARE * threshold for threshold in thresholds))


@dataclass(slots=True)
class _Filling:
    """What a field is being filled with: taught boxes one by one, and regions to ignore. All in packed pixels."""

    boxes: list[NDArray[np.float32]] = field(default_factory=list)
    classes: list[int] = field(default_factory=list)
    subtypes: list[str | None] = field(default_factory=list)
    origins: list[BoxOrigin] = field(default_factory=list)
    ignored: list[NDArray[np.float32]] = field(default_factory=list)

    def add(self, box: NDArray[np.float32], class_index: int, subtype: str | None, origin: BoxOrigin) -> None:
        self.boxes.append(box)
        self.classes.append(class_index)
        self.subtypes.append(subtype)
        self.origins.append(origin)

    def has(self, box: NDArray[np.float32]) -> bool:
        """Whether a taught box shows the same cell."""
        return bool(self.boxes) and bool((compute_iou(box[None], np.stack(self.boxes)) >= _SAME_CELL_IOU).any())


def needs_filling(field: PackedField) -> bool:
    """Whether the field trains and has a class that is labelled in part or not at all."""
    return field.has_pixels and any(mode is not LabelMode.FULL for mode in field.label_modes)


def fill_field(field: PackedField, found: FieldDetections, weights: str, scores: SureScores) -> PackedField:
    """The field with every class fully labelled: by its publisher, by the detector, or ignored where both are unsure.

    Its scale must be the one it is packed at. ``weights`` is written down as the name of the detector.
    """
    filling = _publishers(field)
    boxes = found.boxes_xyxy_px * np.float32(field.scale)
    order = np.argsort(-found.scores, kind="stable")
    boxes, classes, ranks = boxes[order], found.class_indices[order], found.scores[order]
    met = _meet_points(field.points, boxes, classes)
    for index, point in enumerate(field.points):
        if met[index] >= 0:
            filling.add(boxes[met[index]], point.class_index, point.subtype, BoxOrigin.POINT)
        else:
            filling.ignored.append(_around(point))
    kept = np.delete(np.arange(len(boxes)), met[met >= 0])
    others = replace(found, boxes_xyxy_px=boxes[kept], class_indices=classes[kept], scores=ranks[kept])
    _take_detections(field, filling, others, scores)
    return replace(
        field,
        boxes_xyxy_px=as_quads(np.array(filling.boxes, dtype=np.float32).reshape(-1, 4)),
        class_indices=tuple(filling.classes),
        box_subtypes=tuple(filling.subtypes) if any(filling.subtypes) else (),
        box_origins=tuple(filling.origins),
        ignored_xyxy_px=field.ignored_xyxy_px + as_quads(np.array(filling.ignored, dtype=np.float32).reshape(-1, 4)),
        label_modes=(LabelMode.FULL,) * len(CELL_CLASSES),
        pseudo_labelled_by=weights,
    )


def _publishers(field: PackedField) -> _Filling:
    filling = _Filling()
    subtypes = field.box_subtypes or (None,) * len(field.class_indices)
    for box, class_index, subtype in zip(field.boxes_array(), field.class_indices, subtypes, strict=True):
        filling.add(box, class_index, subtype, BoxOrigin.PUBLISHER)
    return filling


def _take_detections(field: PackedField, filling: _Filling, found: FieldDetections, scores: SureScores) -> None:
    """Sure detections of classes that the publisher left open become boxes, doubtful ones are ignored; best first.

    The boxes found are in packed pixels here.
    """
    pointed = _POINTED_CLASSES.get(field.source, ())
    classes = found.class_indices.tolist()
    for box, class_index, score in zip(found.boxes_xyxy_px, classes, found.scores.tolist(), strict=True):
        is_open = field.label_modes[class_index] is not LabelMode.FULL
        if score < scores.doubtful[class_index] or not is_open or filling.has(box):
            continue
        if score >= scores.sure[class_index] and class_index not in pointed:
            filling.add(box, class_index, None, BoxOrigin.DETECTOR)
        else:
            filling.ignored.append(box)


def _meet_points(
    points: tuple[CellPoint, ...], boxes: NDArray[np.float32], classes: NDArray[np.int64]
) -> NDArray[np.int64]:
    """For each point the detection that it lies in, or -1; none is given to two points.

    The nearest pairs of centre and point (in units of the box) go first; a detection of the point's class goes before
    one of another class, whose name the publisher then corrects.
    """
    met = np.full(len(points), -1, dtype=np.int64)
    if not points or not len(boxes):
        return met
    places = np.array([(point.x_px, point.y_px) for point in points], dtype=np.float32)
    point_classes = np.array([point.class_index for point in points])
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-3)
    offsets = np.abs(places[:, None] - (boxes[:, :2] + boxes[:, 2:]) / 2) / sides
    costs = offsets.max(axis=2) + (point_classes[:, None] != classes)
    is_inside = offsets.max(axis=2) <= 0.5  # noqa: PLR2004 - half a side from the middle is the edge
    pairs = np.argwhere(is_inside)
    free = np.ones(len(boxes), dtype=bool)
    for point, box in pairs[np.argsort(costs[is_inside], kind="stable")]:
        if met[point] < 0 and free[box]:
            met[point], free[box] = box, False
    return met


def _around(point: CellPoint) -> NDArray[np.float32]:
    """The square of a red cell's width around a point whose cell was not found."""
    half = RED_CELL_DIAMETER_PX / 2
    return np.array([point.x_px - half, point.y_px - half, point.x_px + half, point.y_px + half], dtype=np.float32)
