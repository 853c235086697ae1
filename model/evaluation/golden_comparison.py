"""Two weights side by side on the golden fields: figures by group and class, and the fields in which they differ."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from model.boxes import compute_iou
from model.classes import CELL_CLASSES, CellClass, RedCellSubtype, WhiteCellSubtype
from model.evaluation.golden_fields import GoldenField
from model.evaluation.matching import DetectionRates, every_cell, greedy_matches
from model.inference import CellCounter
from model.types import DetectedCell, FieldResult, Size

_MIN_IOU = 0.5
_NO_NAMES = frozenset({None, WhiteCellSubtype.UNIDENTIFIED.value, RedCellSubtype.UNCATEGORISED.value})
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class CountedGolden:
    """A golden field as one set of weights counted it.

    ``met`` gives for each counted cell the reference cell of its class that it meets at an overlap of 0.5, or -1.
    """

    field: GoldenField
    result: FieldResult
    cells: tuple[DetectedCell, ...]
    met: tuple[int, ...]

    def counted(self, cell_class: CellClass) -> int:
        """Counted cells of a class, nucleated red cells among the white ones."""
        return sum(cell.cell_class is cell_class for cell in self.cells)

    def matches(self, cell_class: CellClass) -> int:
        """Counted cells of a class that are there."""
        return sum(met >= 0 and cell.cell_class is cell_class for cell, met in zip(self.cells, self.met, strict=True))


def count_golden(
    counter: CellCounter, fields: Iterable[GoldenField], counted: Callable[[], None]
) -> list[CountedGolden]:
    """Count golden fields; ``counted`` is called after each."""
    outcomes = []
    for field in fields:
        result = counter.count(field.read())
        cells = tuple(cell for cell in result.cells if cell.is_counted)
        outcomes.append(CountedGolden(field, result, cells, _meetings(field, cells)))
        counted()
    return outcomes


def compare(candidate: Sequence[CountedGolden], baseline: Sequence[CountedGolden]) -> dict[str, Any]:
    """The figures of both, by group of fields, and the fields in which their counts or names differ."""
    groups = list(dict.fromkeys(outcome.field.group for outcome in candidate))
    pairs = list(zip(candidate, baseline, strict=True))
    return {
        "groups": [
            {
                "group": group,
                "fields": sum(outcome.field.group == group for outcome in candidate),
                "classes": [_class_row(group, cell_class, pairs) for cell_class in CELL_CLASSES],
                "names": [_name_row(group, cell_class, pairs) for cell_class in CELL_CLASSES[:2]],
            }
            for group in groups
        ],
        "changed": [_changed(one, other) for one, other in pairs if _digest(one) != _digest(other)],
    }


def _meetings(field: GoldenField, cells: Sequence[DetectedCell]) -> tuple[int, ...]:
    met = [-1] * len(cells)
    for index, cell_class in enumerate(CELL_CLASSES):
        mine = [place for place, cell in enumerate(cells) if cell.cell_class is cell_class]
        mine.sort(key=lambda place: -cells[place].score)
        theirs = np.flatnonzero(field.class_indices == index)
        if not mine or not theirs.size:
            continue
        boxes = np.array([cells[place].box_xyxy_image_px for place in mine], dtype=np.float32)
        reference = field.boxes_xyxy_px[theirs]
        found = greedy_matches(compute_iou(boxes, reference), np.array([_MIN_IOU]), every_cell(reference, Size(0, 0)))
        for place, at in zip(mine, found[0], strict=True):
            met[place] = int(theirs[at]) if at >= 0 else -1
    return tuple(met)


def _class_row(
    group: str, cell_class: CellClass, pairs: Sequence[tuple[CountedGolden, CountedGolden]]
) -> dict[str, Any]:
    judged = [pair for pair in pairs if pair[0].field.group == group and cell_class in pair[0].field.judged]
    return {
        "class": cell_class.value,
        "reference": sum(_reference(one.field, cell_class) for one, _ in judged),
        "candidate": _figures(cell_class, [one for one, _ in judged]),
        "baseline": _figures(cell_class, [other for _, other in judged]),
    }


def _figures(cell_class: CellClass, outcomes: Sequence[CountedGolden]) -> dict[str, float | int | None]:
    counted = [outcome.counted(cell_class) for outcome in outcomes]
    reference = [_reference(outcome.field, cell_class) for outcome in outcomes]
    rates = DetectionRates.of(sum(outcome.matches(cell_class) for outcome in outcomes), sum(counted), sum(reference))
    errors = sum(abs(one - other) for one, other in zip(counted, reference, strict=True))
    return {
        "counted": sum(counted),
        "precision": _rounded(rates.precision),
        "recall": _rounded(rates.recall),
        "f1": _rounded(rates.f1),
        "count_error": _rounded(errors / sum(reference)) if sum(reference) else None,
        "refused": sum(outcome.result.status == "refused" for outcome in outcomes),
    }


def _name_row(
    group: str, cell_class: CellClass, pairs: Sequence[tuple[CountedGolden, CountedGolden]]
) -> dict[str, Any]:
    of_group = [pair for pair in pairs if pair[0].field.group == group]
    known = [name for one, _ in of_group for name in _known_names(one.field, cell_class)]
    return {
        "class": cell_class.value,
        "reference": len(known),
        "candidate": _named_rightly(cell_class, [one for one, _ in of_group]),
        "baseline": _named_rightly(cell_class, [other for _, other in of_group]),
    }


def _known_names(field: GoldenField, cell_class: CellClass) -> list[str]:
    index = CELL_CLASSES.index(cell_class)
    names = zip(field.class_indices, field.subtypes, strict=True)
    return [name for at, name in names if at == index and name is not None and name not in _NO_NAMES]


def _named_rightly(cell_class: CellClass, outcomes: Sequence[CountedGolden]) -> int:
    """Cells found and named as the reference names them; one that is not found is not named rightly either."""
    return sum(
        met >= 0 and cell.cell_class is cell_class and cell.subtype == outcome.field.subtypes[met]
        for outcome in outcomes
        for cell, met in zip(outcome.cells, outcome.met, strict=True)
        if met < 0 or outcome.field.subtypes[met] not in _NO_NAMES
    )


def _reference(field: GoldenField, cell_class: CellClass) -> int:
    return int((field.class_indices == CELL_CLASSES.index(cell_class)).sum())


def _digest(outcome: CountedGolden) -> object:
    """What has to be equal for a field to count as unchanged: its outcome, counts and names, not scores or edges."""
    return outcome.result.status, Counter((cell.cell_class, cell.subtype) for cell in outcome.cells)


def _changed(candidate: CountedGolden, baseline: CountedGolden) -> dict[str, Any]:
    field, size = candidate.field, candidate.result.image_size or baseline.result.image_size
    return {
        "group": field.group,
        "title": field.title,
        "number": field.number,
        "width": size.width if size else None,
        "height": size.height if size else None,
        "counts": [
            {
                "class": cell_class.value,
                "reference": _reference(field, cell_class) if cell_class in field.judged else None,
                "candidate": None if _is_refused(candidate) else candidate.counted(cell_class),
                "baseline": None if _is_refused(baseline) else baseline.counted(cell_class),
            }
            for cell_class in CELL_CLASSES
        ],
        "candidate_cells": _drawn_cells(candidate, baseline),
        "baseline_cells": _drawn_cells(baseline, candidate),
    }


def _drawn_cells(outcome: CountedGolden, other: CountedGolden) -> list[dict[str, Any]]:
    """The counted cells, each with whether the other weights count one like it in the same place."""
    return [
        {
            "class": cell.cell_class.value,
            "subtype": cell.subtype,
            "box": [round(edge, 1) for edge in cell.box_xyxy_image_px],
            "shared": _is_shared(cell, other.cells),
        }
        for cell in outcome.cells
    ]


def _is_shared(cell: DetectedCell, others: Sequence[DetectedCell]) -> bool:
    alike = [one for one in others if one.cell_class is cell.cell_class and one.subtype == cell.subtype]
    if not alike:
        return False
    boxes = np.array([one.box_xyxy_image_px for one in alike], dtype=np.float32)
    return bool(compute_iou(np.array([cell.box_xyxy_image_px], dtype=np.float32), boxes).max() >= _MIN_IOU)


def _is_refused(outcome: CountedGolden) -> bool:
    return outcome.result.status == "refused"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
