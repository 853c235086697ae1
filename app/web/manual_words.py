"""The types of cells that a person counts by hand, in words."""

from app.schemas.manual_differentials import ManualCellType

MANUAL_NAMES: dict[ManualCellType, str] = {
    ManualCellType.SEGMENTED: "Segmented neutrophil",
    ManualCellType.BAND: "Band neutrophil",
    ManualCellType.LYMPHOCYTE: "Lymphocyte",
    ManualCellType.REACTIVE_LYMPHOCYTE: "Reactive lymphocyte",
    ManualCellType.MONOCYTE: "Monocyte",
    ManualCellType.EOSINOPHIL: "Eosinophil",
    ManualCellType.BASOPHIL: "Basophil",
    ManualCellType.METAMYELOCYTE: "Metamyelocyte",
    ManualCellType.MYELOCYTE: "Myelocyte",
    ManualCellType.PROMYELOCYTE: "Promyelocyte",
    ManualCellType.BLAST: "Blast",
    ManualCellType.OTHER: "Other white cell",
    ManualCellType.NUCLEATED_RED_CELL: "Nucleated red cell",
    ManualCellType.SMUDGE_CELL: "Smudge cell",
}
