"""What pseudo-labels are worth: compared with labels that a person gave, and points met by exactly one box."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from model.boxes import compute_iou
from model.classes import CELL_CLASSES
from model.data.detections import FieldDetections
from model.data.packed import BoxOrigin, PackedField
from model.data.splits import Split
from model.evaluation.filling import SureScores
from model.evaluation.matching import DetectionRates, greedy_matches

CHECKED_SOURCE = "txl-pbc-bccd"
"""Fields of BCCD's laboratory that TXL-PBC labels completely."""

CHECKED_SPLITS = (Split.TRAIN, Split.TUNE)
"""Validation fields stay unseen; the training fields taught the shipped weights, so those of tuning are the fairer."""

_MIN_IOU = 0.5


def check_against_truth(
    fields: Sequence[PackedField], found: Mapping[str, FieldDetections], scores: SureScores
) -> dict[str, Any]:
    """Agreement by split and class with the fields' own labels, which are hidden from the detector.

    ``precision`` and ``recall`` are of sure detections at IoU 0.5; ``ignored`` is the share of cells met by a doubtful
    detection alone, ``taught_as_background`` the share met by none.
    """
    table: dict[str, Any] = {}
    for split in CHECKED_SPLITS:
        chosen = [field for field in fields if field.source == CHECKED_SOURCE and field.split is split]
        counted = [field for field in chosen if field.key in found]
        classes = {code.value: _class_rates(counted, found, index, scores) for index, code in enumerate(CELL_CLASSES)}
        table[split.value] = {"fields": len(counted), **classes}
    return table


def _class_rates(
    fields: Sequence[PackedField], found: Mapping[str, FieldDetections], index: int, scores: SureScores
) -> dict[str, Any]:
    cells = sure = met_by_sure = met_by_any = 0
    for field in fields:
        truth = field.reference_boxes_image_px()[np.array(field.class_indices, dtype=np.int64) == index]
        one = found[field.key]
        of_class = one.class_indices == index
        cells += len(truth)
        is_sure = of_class & (one.scores >= scores.sure[index])
        sure += int(is_sure.sum())
        met_by_sure += _matches(one, is_sure, truth)
        met_by_any += _matches(one, of_class & (one.scores >= scores.doubtful[index]), truth)
    rates = DetectionRates.of(met_by_sure, sure, cells)
    return {
        "cells": cells,
        "precision": rates.precision,
        "recall": rates.recall,
        "ignored": (met_by_any - met_by_sure) / cells if cells else None,
        "taught_as_background": (cells - met_by_any) / cells if cells else None,
    }


def _matches(
    found: FieldDetections, chosen: "np.ndarray[Any, np.dtype[np.bool_]]", truth: "np.ndarray[Any, Any]"
) -> int:
    """How many reference boxes are met by a detection of their own, best scores first."""
    order = np.argsort(-found.scores[chosen], kind="stable")
    overlaps = compute_iou(found.boxes_xyxy_px[chosen][order], truth)
    met = greedy_matches(overlaps, np.array([_MIN_IOU]), np.ones(len(truth), dtype=bool))
    return int((met >= 0).sum())


def count_filled(fields: Iterable[PackedField]) -> dict[str, dict[str, Any]]:
    """By source: fields filled, boxes by class and origin, regions ignored, and points met or not."""
    table: dict[str, dict[str, Any]] = {}
    for field in fields:
        if field.pseudo_labelled_by is None:
            continue
        row = table.setdefault(
            field.source, {"fields": 0, "boxes": {}, "ignored_regions": 0, "points": 0, "points_met": 0}
        )
        row["fields"] += 1
        row["ignored_regions"] += len(field.ignored_xyxy_px)
        row["points"] += len(field.points)
        row["points_met"] += field.box_origins.count(BoxOrigin.POINT)
        for index, origin in zip(field.class_indices, field.box_origins, strict=True):
            name = f"{CELL_CLASSES[index].value} by {origin.value}"
            row["boxes"][name] = row["boxes"].get(name, 0) + 1
    return table
