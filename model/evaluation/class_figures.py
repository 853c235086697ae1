"""All figures of one class over a set of fields, in one reading of the labels, with what they are in resamples."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from model.classes import CELL_CLASSES
from model.evaluation.bootstrap import Interval, interval
from model.evaluation.counting_error import count_agreement, reference_counts
from model.evaluation.matching import Reading, every_cell
from model.evaluation.predictions import FieldPrediction
from model.evaluation.ranking import COCO_IOUS, rank_class
from model.evaluation.resampled_figures import FieldSums, Values, resampled_figures


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Figures by name, None where undefined, and their values in R resamples, R each."""

    values: Mapping[str, Any]
    samples: Mapping[str, Values]

    def intervals(self) -> dict[str, Interval | None]:
        """The 95 % interval of each figure that was resampled."""
        return {name: interval(values) for name, values in self.samples.items()}


def detection_figures(
    fields: Sequence[FieldPrediction],
    class_index: int,
    threshold: float,
    weights: Values,
    *,
    reading: Reading = every_cell,
    min_ious: Sequence[float] = COCO_IOUS,
) -> ClassFigures:
    """How one class is found and counted at its working threshold; ``weights`` R x F.

    ``ap50`` is there, and ``ap50_95`` where all of COCO's limits of overlap are asked for.

    Raises:
        ValueError: There are no fields.
    """
    ranked = rank_class(fields, class_index, min_ious, reading)
    matches, predicted = ranked.at(threshold)
    reference = ranked.reference_cells
    once = np.concatenate([np.ones((1, len(fields))), weights])  # the first row is the set itself
    precision = ranked.average_precision(once)
    average = {"ap50": precision[:, 0]}
    if tuple(min_ious) == COCO_IOUS:
        average["ap50_95"] = precision.mean(axis=1)
    sums = FieldSums(predicted.astype(float), reference.astype(float), matches.astype(float))
    return ClassFigures(
        values={
            **{name: None if np.isnan(values[0]) else float(values[0]) for name, values in average.items()},
            **asdict(ranked.rates_at(threshold)),
            **asdict(count_agreement(predicted, reference)),
        },
        samples={**{name: values[1:] for name, values in average.items()}, **resampled_figures(sums, weights)},
    )


def head_figures(fields: Sequence[FieldPrediction], class_index: int, weights: Values) -> ClassFigures | None:
    """How the count head counts one class, or None where a field has no counts of it.

    Raises:
        ValueError: There are no fields.
    """
    counts = [field.head_counts for field in fields]
    code = CELL_CLASSES[class_index].value
    predicted = np.array([row[code] for row in counts if row is not None], dtype=float)
    if len(predicted) < len(fields):
        return None
    reference = reference_counts(fields, class_index)
    sums = FieldSums(predicted, reference.astype(float))
    return ClassFigures(asdict(count_agreement(predicted, reference)), resampled_figures(sums, weights))
