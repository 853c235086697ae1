"""Quantities that reference ranges exist for: concentrations and percentages, never counts."""

from dataclasses import dataclass
from enum import StrEnum

PER_L_9, PER_L_12, PERCENT = "10^9/L", "10^12/L", "%"


class Analyte(StrEnum):
    """One quantity of blood."""

    RBC = "rbc"
    WBC = "wbc"
    PLT = "plt"
    NEUTROPHIL = "neutrophil"
    LYMPHOCYTE = "lymphocyte"
    MONOCYTE = "monocyte"
    EOSINOPHIL = "eosinophil"
    BASOPHIL = "basophil"
    NEUTROPHIL_PERCENT = "neutrophil_percent"
    LYMPHOCYTE_PERCENT = "lymphocyte_percent"
    MONOCYTE_PERCENT = "monocyte_percent"
    EOSINOPHIL_PERCENT = "eosinophil_percent"
    BASOPHIL_PERCENT = "basophil_percent"


@dataclass(frozen=True, slots=True)
class AnalyteWords:
    """How an analyte is called and what it is measured in."""

    name: str
    unit: str


_WHITE_TYPES = ("neutrophil", "lymphocyte", "monocyte", "eosinophil", "basophil")

ANALYTE_WORDS = {
    Analyte.RBC: AnalyteWords("Red cells (RBC)", PER_L_12),
    Analyte.WBC: AnalyteWords("White cells (WBC)", PER_L_9),
    Analyte.PLT: AnalyteWords("Platelets (PLT)", PER_L_9),
    **{Analyte(name): AnalyteWords(f"{name.capitalize()}s", PER_L_9) for name in _WHITE_TYPES},
    **{Analyte(f"{name}_percent"): AnalyteWords(f"{name.capitalize()}s", PERCENT) for name in _WHITE_TYPES},
}

WHITE_CELL_ANALYTES = {name: (Analyte(name), Analyte(f"{name}_percent")) for name in _WHITE_TYPES}
"""By white-cell type: its concentration and its percentage."""

CLASS_ANALYTES = {"RBC": Analyte.RBC, "WBC": Analyte.WBC, "PLT": Analyte.PLT}
"""By class of cell: its concentration."""
