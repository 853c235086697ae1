"""The metrics of a set of fields as one JSON-ready table."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from model.classes import CELL_CLASSES
from model.counting import disagreeing_classes
from model.evaluation.average_precision import average_precision
from model.evaluation.bootstrap import RESAMPLES, SEED, draw_fields, interval
from model.evaluation.border import BORDER_PX, away_from_border
from model.evaluation.class_figures import ClassFigures, detection_figures, head_figures
from model.evaluation.predictions import FieldPrediction, Progress
from model.evaluation.resampled_figures import Values

_CODES = tuple(code.value for code in CELL_CLASSES)
_BOX_FIGURES = ("ap50", "ap50_95")


def metrics_table(
    fields: Sequence[FieldPrediction],
    thresholds: Sequence[float],
    *,
    resamples: int = RESAMPLES,
    progress: Progress = lambda _done, _total: None,
) -> dict[str, Any]:
    """Metrics over all fields and by source; undefined figures are None.

    Beside the parts ``all``, ``txl-pbc`` (or None) and ``by_source`` (see ``part_metrics``) it holds the
    ``thresholds`` and how the intervals were made (``resampling``).

    Raises:
        ValueError: There are no fields.
    """
    sources = sorted({field.source for field in fields})
    sets = {source: [field for field in fields if field.source == source] for source in sources}
    total = len(sets) + 2
    parts: list[dict[str, Any] | None] = []
    for chosen in (fields, [field for field in fields if field.source.startswith("txl-pbc")], *sets.values()):
        parts.append(part_metrics(chosen, thresholds, resamples=resamples) if chosen or not parts else None)
        progress(len(parts), total)
    return {
        "thresholds": dict(zip(_CODES, thresholds, strict=True)),
        "resampling": {"resamples": resamples, "seed": SEED, "unit": "original", "percent": 95},
        "all": parts[0],
        "txl-pbc": parts[1],
        "by_source": dict(zip(sets, parts[2:], strict=True)),
    }


def part_metrics(
    fields: Sequence[FieldPrediction], thresholds: Sequence[float], *, resamples: int = RESAMPLES
) -> dict[str, Any]:
    """The metrics of one set of fields.

    ``fields`` and ``originals`` are numbers of them. ``average_precision`` (AP50, AP50-95) by class and
    mean, ``classes`` (detection rates at IoU 0.5 and counting errors) by class, and ``intervals`` of all
    of these. ``border_not_judged``: the same from cells away from the border, AP50 alone.
    ``count_head``: counting errors of the count head, and in how many fields it disagrees with the cells found;
    None where the weights have none. ``scale``.

    Raises:
        ValueError: There are no fields.
    """
    originals = [field.original or field.key for field in fields]
    weights = draw_fields(originals, resamples)
    per_class = zip(_CODES, thresholds, strict=True)
    plain = {
        code: detection_figures(fields, index, threshold, weights) for index, (code, threshold) in enumerate(per_class)
    }
    return {
        "fields": len(fields),
        "originals": len(set(originals)),
        "average_precision": average_precision(fields),
        "classes": {code: _without(figures.values, _BOX_FIGURES) for code, figures in plain.items()},
        "intervals": _intervals(plain),
        "border_not_judged": _border_reading(fields, thresholds, weights),
        "count_head": _count_head(fields, thresholds, weights),
        "scale": _scale(fields),
    }


def _border_reading(fields: Sequence[FieldPrediction], thresholds: Sequence[float], weights: Values) -> dict[str, Any]:
    found = {
        code: detection_figures(fields, index, threshold, weights, reading=away_from_border, min_ious=(0.5,))
        for index, (code, threshold) in enumerate(zip(_CODES, thresholds, strict=True))
    }
    return {
        "border_px": BORDER_PX,
        "mean_ap50": _mean([figures.values["ap50"] for figures in found.values()]),
        "classes": {code: dict(figures.values) for code, figures in found.items()},
        "intervals": _intervals(found),
    }


def _count_head(
    fields: Sequence[FieldPrediction], thresholds: Sequence[float], weights: Values
) -> dict[str, Any] | None:
    found = {code: head_figures(fields, index, weights) for index, code in enumerate(_CODES)}
    known = {code: figures for code, figures in found.items() if figures is not None}
    if len(known) < len(found):
        return None
    return {
        "classes": {code: dict(figures.values) for code, figures in known.items()},
        "intervals": {code: figures.intervals() for code, figures in known.items()},
        "fields_disagreeing": sum(_disagrees(field, thresholds) for field in fields),
    }


def _disagrees(field: FieldPrediction, thresholds: Sequence[float]) -> bool:
    """Whether the field's result would warn that the two ways of counting disagree."""
    is_counted = field.scores >= np.asarray(thresholds)[field.class_indices]
    counted = np.bincount(field.class_indices[is_counted], minlength=len(_CODES))
    return bool(disagreeing_classes(dict(zip(_CODES, counted.tolist(), strict=True)), field.head_counts or {}))


def _intervals(figures: Mapping[str, ClassFigures]) -> dict[str, Any]:
    """By class, and under ``mean`` those of the mean average precision over the classes that have reference cells."""
    defined = [row for row in figures.values() if row.values["ap50"] is not None]
    means = {
        name: interval(np.mean([row.samples[name] for row in defined], axis=0))
        for name in _BOX_FIGURES
        if defined and name in defined[0].samples
    }
    return {**{code: row.intervals() for code, row in figures.items()}, "mean": means}


def _scale(fields: Sequence[FieldPrediction]) -> dict[str, float]:
    ratios = np.array([field.scale_ratio for field in fields])
    return {
        "median_ratio": float(np.median(ratios)),
        "share_within_15_percent": float((np.abs(np.log(ratios)) < np.log(1.15)).mean()),
        "share_within_30_percent": float((np.abs(np.log(ratios)) < np.log(1.3)).mean()),
    }


def _without(values: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def _mean(values: Sequence[float | None]) -> float | None:
    defined = [value for value in values if value is not None]
    return sum(defined) / len(defined) if defined else None
