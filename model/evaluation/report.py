"""The metrics of a set of fields as one JSON-ready table."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from model.classes import CELL_CLASSES
from model.evaluation.average_precision import average_precision
from model.evaluation.counting_error import counting_error
from model.evaluation.matching import match_class
from model.evaluation.predictions import FieldPrediction


def metrics_table(fields: Sequence[FieldPrediction], thresholds: Sequence[float]) -> dict[str, Any]:
    """Metrics over all fields and by source; undefined figures are None.

    Keys of each part: ``fields``, ``average_precision`` (AP50 and AP50-95 by class and mean),
    ``classes`` (precision, recall, F1 at IoU 0.5 and the counting errors by class), ``scale``.

    Raises:
        ValueError: There are no fields.
    """
    sources = sorted({field.source for field in fields})
    return {
        "thresholds": dict(zip((code.value for code in CELL_CLASSES), thresholds, strict=True)),
        "all": _part(fields, thresholds),
        "txl-pbc": _part_or_none([field for field in fields if field.source.startswith("txl-pbc")], thresholds),
        "by_source": {source: _part([f for f in fields if f.source == source], thresholds) for source in sources},
    }


def _part_or_none(fields: Sequence[FieldPrediction], thresholds: Sequence[float]) -> dict[str, Any] | None:
    return _part(fields, thresholds) if fields else None


def _part(fields: Sequence[FieldPrediction], thresholds: Sequence[float]) -> dict[str, Any]:
    classes = {}
    for index, (code, threshold) in enumerate(zip(CELL_CLASSES, thresholds, strict=True)):
        rates = match_class(fields, index).at(threshold)
        classes[code.value] = {**asdict(rates), **asdict(counting_error(fields, index, threshold))}
    ratios = np.array([field.scale_ratio for field in fields])
    return {
        "fields": len(fields),
        "average_precision": average_precision(fields),
        "classes": classes,
        "scale": {
            "median_ratio": float(np.median(ratios)),
            "share_within_15_percent": float((np.abs(np.log(ratios)) < np.log(1.15)).mean()),
            "share_within_30_percent": float((np.abs(np.log(ratios)) < np.log(1.3)).mean()),
        },
    }
