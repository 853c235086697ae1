"""How far counted cells are those that the laboratory confirmed, class by class."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from app.schemas.golden_checks import ClassAgreement
from app.services.figures.agreement import compute_specific_agreement
from model.boxes import compute_iou
from model.classes import CELL_CLASSES, CellClass, RedCellSubtype, WhiteCellSubtype
from model.types import DetectedCell

MIN_IOU = 0.5
"""Overlap, as a share of the area covered by both, from which two boxes are one cell; as where weights are judged."""

_NO_NAMES = frozenset({None, WhiteCellSubtype.UNIDENTIFIED.value, RedCellSubtype.UNCATEGORISED.value})


def compute_class_agreement(
    confirmed: Sequence[Mapping[str, Any]], counted: Sequence[DetectedCell]
) -> tuple[ClassAgreement, ...]:
    """The agreement on one field, of each class in order.

    ``confirmed`` are the cells as a golden field keeps them (``class``, ``subtype``, ``box`` in pixels of the image).
    Within a class the boxes that overlap most are matched first, each once.
    """
    rows = []
    for cell_class in CELL_CLASSES:
        theirs = [cell for cell in confirmed if cell["class"] == cell_class.value]
        ours = [cell for cell in counted if cell.cell_class is cell_class]
        pairs = _matches([cell["box"] for cell in theirs], [cell.box_xyxy_image_px for cell in ours])
        rows.append(
            _row(
                cell_class,
                confirmed=len(theirs),
                counted=len(ours),
                matched=len(pairs),
                names=sum(cell["subtype"] not in _NO_NAMES for cell in theirs),
                named_alike=sum(
                    theirs[one]["subtype"] not in _NO_NAMES and theirs[one]["subtype"] == ours[other].subtype
                    for one, other in pairs
                ),
            )
        )
    return tuple(rows)


def pooled_agreement(fields: Iterable[Sequence[ClassAgreement]]) -> tuple[ClassAgreement, ...]:
    """The agreement over all cells of several fields, of each class in order."""
    rows = [row for field in fields for row in field]
    return tuple(
        _row(
            cell_class,
            **{
                part: sum(getattr(row, part) for row in rows if row.cell_class is cell_class)
                for part in ("confirmed", "counted", "matched", "names", "named_alike")
            },
        )
        for cell_class in CELL_CLASSES
    )


def _row(
    cell_class: CellClass, *, confirmed: int, counted: int, matched: int, names: int, named_alike: int
) -> ClassAgreement:
    share = compute_specific_agreement(both=matched, first=confirmed, second=counted)
    return ClassAgreement(
        cell_class=cell_class,
        confirmed=confirmed,
        counted=counted,
        matched=matched,
        names=names,
        named_alike=named_alike,
        percent=None if share is None else 100 * share,
    )


def _matches(boxes: Sequence[Sequence[float]], others: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Pairs of places of boxes that are one cell."""
    if not boxes or not others:
        return []
    overlaps = compute_iou(np.asarray(boxes, dtype=np.float32), np.asarray(others, dtype=np.float32))
    found: list[tuple[int, int]] = []
    taken, other_taken = np.zeros(len(boxes), dtype=bool), np.zeros(len(others), dtype=bool)
    candidates = np.argwhere(overlaps >= MIN_IOU)
    for one, other in candidates[np.argsort(-overlaps[overlaps >= MIN_IOU], kind="stable")]:
        if not taken[one] and not other_taken[other]:
            taken[one] = other_taken[other] = True
            found.append((int(one), int(other)))
    return found
