"""Counts of one field: cells seen, never concentrations."""

from collections.abc import Iterable

from model.classes import CellClass, RedCellSubtype, WhiteCellSubtype
from model.types import DetectedCell

NUCLEATED_RED_CELL = "NRBC"
"""Key of the nucleated red cells, which look like white cells but are not counted among them."""


def compute_counts(cells: Iterable[DetectedCell]) -> dict[str, int]:
    """Counted cells by class: RBC, WBC, PLT, and NRBC for erythroblasts, which leave WBC."""
    counts = {cell_class.value: 0 for cell_class in CellClass} | {NUCLEATED_RED_CELL: 0}
    for cell in cells:
        if cell.is_counted:
            is_erythroblast = cell.subtype == WhiteCellSubtype.ERYTHROBLAST
            counts[NUCLEATED_RED_CELL if is_erythroblast else cell.cell_class.value] += 1
    return counts


def compute_differential(cells: Iterable[DetectedCell]) -> dict[str, int]:
    """Counted white cells by sub-type; cells without a sub-type are unidentified."""
    differential = {subtype.value: 0 for subtype in WhiteCellSubtype if subtype is not WhiteCellSubtype.ERYTHROBLAST}
    for cell in cells:
        is_white = cell.is_counted and cell.cell_class is CellClass.WHITE_BLOOD_CELL
        if is_white and cell.subtype != WhiteCellSubtype.ERYTHROBLAST:
            differential[cell.subtype or WhiteCellSubtype.UNIDENTIFIED.value] += 1
    return differential


def compute_morphology(cells: Iterable[DetectedCell]) -> dict[str, int]:
    """Counted red cells by morphology, only types that occur; empty while no cell has a type."""
    counted = [cell for cell in cells if cell.is_counted and cell.cell_class is CellClass.RED_BLOOD_CELL]
    found = {cell.subtype for cell in counted if cell.subtype is not None}
    return {
        subtype.value: sum(cell.subtype == subtype.value for cell in counted)
        for subtype in RedCellSubtype
        if subtype.value in found
    }
