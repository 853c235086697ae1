"""The cell classes and sub-types, and the one table that maps every data set's labels to them."""

from enum import StrEnum


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
