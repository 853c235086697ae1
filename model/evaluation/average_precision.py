"""Average precision as COCO defines it, computed by faster-coco-eval."""

import contextlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster

from model.classes import CELL_CLASSES
from model.evaluation.predictions import FieldPrediction

_NO_LIMIT = 100_000
"""COCO's usual limit of 100 detections an image would cut off crowded fields."""


def average_precision(fields: Sequence[FieldPrediction]) -> dict[str, dict[str, float | None]]:
    """AP50 and AP50-95 by class code, and their means over the classes under ``mean``.

    None where the reference holds no cell of a class; the mean is over the classes that have one.
    """
    images, references, detections = _coco_tables(fields)
    categories = [{"id": index + 1, "name": code.value} for index, code in enumerate(CELL_CLASSES)]
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO({"images": images, "annotations": references, "categories": categories})
        found = (
            truth.loadRes(detections)
            if detections
            else COCO({"images": images, "annotations": [], "categories": categories})
        )
        evaluation = COCOeval_faster(truth, found, "bbox")
        evaluation.params.maxDets = [1, 10, _NO_LIMIT]
        evaluation.evaluate()
        evaluation.accumulate()
    precision = np.asarray(evaluation.eval["precision"])  # IoU x recall x class x area x maxDets
    table = {
        code.value: {"ap50": _mean(precision[0, :, index, 0, -1]), "ap50_95": _mean(precision[:, :, index, 0, -1])}
        for index, code in enumerate(CELL_CLASSES)
    }
    table["mean"] = {
        name: _mean(np.array([row[name] for row in table.values() if row[name] is not None], dtype=float))
        for name in ("ap50", "ap50_95")
    }
    return table


def _mean(values: np.ndarray[Any, Any]) -> float | None:
    defined = values[values > -1]
    return float(defined.mean()) if defined.size else None


def _coco_tables(
    fields: Sequence[FieldPrediction],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    images: list[dict[str, Any]] = []
    references: list[dict[str, Any]] = []
    detections: list[dict[str, Any]] = []
    for number, field in enumerate(fields, start=1):
        images.append({"id": number, "width": field.size.width, "height": field.size.height})
        for box, index in zip(_xywh(field.reference_boxes_xyxy_px), field.reference_class_indices, strict=True):
            references.append(
                {
                    "id": len(references) + 1,
                    "image_id": number,
                    "category_id": int(index) + 1,
                    "bbox": box,
                    "area": box[2] * box[3],
                    "iscrowd": 0,
                }
            )
        found = zip(_xywh(field.boxes_xyxy_px), field.class_indices, field.scores, strict=True)
        detections.extend(
            {"image_id": number, "category_id": int(index) + 1, "bbox": box, "score": float(score)}
            for box, index, score in found
        )
    return images, references, detections


def _xywh(boxes: np.ndarray[Any, Any]) -> list[list[float]]:
    return [[float(x1), float(y1), float(x2 - x1), float(y2 - y1)] for x1, y1, x2, y2 in boxes]
