"""The cell classes and sub-types, and the one table that maps every data set's labels to them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar


class CellClass(StrEnum):
    """A class of cell the detector tells apart; the value is its code in records and on screen."""

    RED_BLOOD_CELL = "RBC"
    WHITE_BLOOD_CELL = "WBC"
    PLATELET = "PLT"


CELL_CLASSES: tuple[CellClass, ...] = (
    CellClass.RED_BLOOD_CELL,
    CellClass.WHITE_BLOOD_CELL,
    CellClass.PLATELET,
)
"""The network's class channels, in order."""


class WhiteCellSubtype(StrEnum):
    """Sub-types of nucleated cells; an erythroblast is listed among them but counted as NRBC."""

    NEUTROPHIL = "neutrophil"
    LYMPHOCYTE = "lymphocyte"
    MONOCYTE = "monocyte"
    EOSINOPHIL = "eosinophil"
    BASOPHIL = "basophil"
    IMMATURE_GRANULOCYTE = "immature_granulocyte"
    ERYTHROBLAST = "erythroblast"
    UNIDENTIFIED = "unidentified"


class RedCellSubtype(StrEnum):
    """Red-cell morphology: the twelve types of Chula RBC-12 and *uncategorised*."""

    NORMAL = "normal"
    MACROCYTE = "macrocyte"
    MICROCYTE = "microcyte"
    SPHEROCYTE = "spherocyte"
    TARGET = "target"
    STOMATOCYTE = "stomatocyte"
    OVALOCYTE = "ovalocyte"
    TEARDROP = "teardrop"
    BURR = "burr"
    SCHISTOCYTE = "schistocyte"
    HYPOCHROMIA = "hypochromia"
    ELLIPTOCYTE = "elliptocyte"
    UNCATEGORISED = "uncategorised"


NAMED_WHITE_SUBTYPES: tuple[WhiteCellSubtype, ...] = tuple(
    subtype for subtype in WhiteCellSubtype if subtype is not WhiteCellSubtype.UNIDENTIFIED
)
"""What the network can name a nucleated cell, in the order of its outputs; *unidentified* is what it is not sure of."""

NAMED_RED_SUBTYPES: tuple[RedCellSubtype, ...] = tuple(
    subtype for subtype in RedCellSubtype if subtype is not RedCellSubtype.UNCATEGORISED
)
"""What the network can name a red cell, in the order of its outputs; *uncategorised* is what it is not sure of."""

_CLASS_BY_DATASET_LABEL: dict[str, CellClass] = {
    "rbc": CellClass.RED_BLOOD_CELL,
    "r": CellClass.RED_BLOOD_CELL,
    "wbc": CellClass.WHITE_BLOOD_CELL,
    "w": CellClass.WHITE_BLOOD_CELL,
    "platelets": CellClass.PLATELET,
    "platelet": CellClass.PLATELET,
    "platlets": CellClass.PLATELET,
    "plt": CellClass.PLATELET,
}


_WHITE_CELL_SUBTYPE_BY_DATASET_LABEL: dict[str, WhiteCellSubtype] = {
    "neutrophil": WhiteCellSubtype.NEUTROPHIL,
    "lymphocyte": WhiteCellSubtype.LYMPHOCYTE,
    "monocyte": WhiteCellSubtype.MONOCYTE,
    "eosinophil": WhiteCellSubtype.EOSINOPHIL,
    "basophil": WhiteCellSubtype.BASOPHIL,
    "ig": WhiteCellSubtype.IMMATURE_GRANULOCYTE,
    "erythroblast": WhiteCellSubtype.ERYTHROBLAST,
}

_RED_CELL_SUBTYPE_BY_DATASET_LABEL: dict[str, RedCellSubtype] = {
    "0": RedCellSubtype.NORMAL,
    "1": RedCellSubtype.MACROCYTE,
    "2": RedCellSubtype.MICROCYTE,
    "3": RedCellSubtype.SPHEROCYTE,
    "4": RedCellSubtype.TARGET,
    "5": RedCellSubtype.STOMATOCYTE,
    "6": RedCellSubtype.OVALOCYTE,
    "7": RedCellSubtype.TEARDROP,
    "8": RedCellSubtype.BURR,
    "9": RedCellSubtype.SCHISTOCYTE,
    "10": RedCellSubtype.UNCATEGORISED,
    "11": RedCellSubtype.HYPOCHROMIA,
    "12": RedCellSubtype.ELLIPTOCYTE,
}
"""Chula RBC-12's numbers."""


_Subtype = TypeVar("_Subtype", WhiteCellSubtype, RedCellSubtype)


class UnknownLabel(ValueError):
    """A data set uses a label that the mapping table does not know."""


def cell_class_of_label(label: str) -> CellClass:
    """The cell class that a data set's label stands for, whatever its case and surrounding spaces.

    Raises:
        UnknownLabel: The label is not in the table; a guess could turn one class into another.
    """
    found = _CLASS_BY_DATASET_LABEL.get(label.strip().lower())
    if found is None:
        known = ", ".join(sorted(_CLASS_BY_DATASET_LABEL))
        raise UnknownLabel(f"unknown cell label {label!r}; known labels: {known}. Add it to model/classes.py.")
    return found


def white_cell_subtype_of_label(label: str) -> WhiteCellSubtype:
    """The white-cell sub-type that a data set's label stands for, whatever its case and surrounding spaces.

    Raises:
        UnknownLabel: The label is not in the table.
    """
    return _subtype(label, "white-cell", _WHITE_CELL_SUBTYPE_BY_DATASET_LABEL)


def red_cell_subtype_of_label(label: str) -> RedCellSubtype:
    """The red-cell sub-type that a data set's label stands for.

    Raises:
        UnknownLabel: The label is not in the table.
    """
    return _subtype(label, "red-cell", _RED_CELL_SUBTYPE_BY_DATASET_LABEL)


def _subtype(label: str, kind: str, table: Mapping[str, _Subtype]) -> _Subtype:
    found = table.get(label.strip().lower())
    if found is None:
        raise UnknownLabel(
            f"unknown {kind} label {label!r}; known labels: {', '.join(table)}. Add it to model/classes.py."
        )
    return found
