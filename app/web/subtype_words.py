"""The types of white and red cells in words, and the letters that stand for them on an image."""

from app.schemas.result_record import CellEntry
from app.schemas.reviews import ReviewedCellEntry
from model.classes import CellClass, RedCellSubtype, WhiteCellSubtype

SUBTYPE_NAMES: dict[str, str] = {
    WhiteCellSubtype.NEUTROPHIL: "Neutrophil",
    WhiteCellSubtype.LYMPHOCYTE: "Lymphocyte",
    WhiteCellSubtype.MONOCYTE: "Monocyte",
    WhiteCellSubtype.EOSINOPHIL: "Eosinophil",
    WhiteCellSubtype.BASOPHIL: "Basophil",
    WhiteCellSubtype.IMMATURE_GRANULOCYTE: "Immature granulocyte",
    WhiteCellSubtype.ERYTHROBLAST: "Erythroblast",
    WhiteCellSubtype.UNIDENTIFIED: "Unidentified",
    RedCellSubtype.NORMAL: "Normal",
    RedCellSubtype.MACROCYTE: "Macrocyte",
    RedCellSubtype.MICROCYTE: "Microcyte",
    RedCellSubtype.SPHEROCYTE: "Spherocyte",
    RedCellSubtype.TARGET: "Target cell",
    RedCellSubtype.STOMATOCYTE: "Stomatocyte",
    RedCellSubtype.OVALOCYTE: "Ovalocyte",
    RedCellSubtype.TEARDROP: "Teardrop cell",
    RedCellSubtype.BURR: "Burr cell",
    RedCellSubtype.SCHISTOCYTE: "Schistocyte",
    RedCellSubtype.HYPOCHROMIA: "Hypochromic cell",
    RedCellSubtype.ELLIPTOCYTE: "Elliptocyte",
    RedCellSubtype.UNCATEGORISED: "Uncategorised",
}
UNSURE = frozenset({WhiteCellSubtype.UNIDENTIFIED.value, RedCellSubtype.UNCATEGORISED.value})
"""Types that say that the network was not sure enough of any: a person decides."""

UNSURE_LETTER = "?"
CLASS_LETTERS = {"RBC": "R", "WBC": "W", "PLT": "P", "NRBC": "NR"}
"""For cells without a type, and for normal red cells."""

SUBTYPE_LETTERS: dict[str, str] = {
    WhiteCellSubtype.NEUTROPHIL: "Ne",
    WhiteCellSubtype.LYMPHOCYTE: "Ly",
    WhiteCellSubtype.MONOCYTE: "Mo",
    WhiteCellSubtype.EOSINOPHIL: "Eo",
    WhiteCellSubtype.BASOPHIL: "Ba",
    WhiteCellSubtype.IMMATURE_GRANULOCYTE: "IG",
    RedCellSubtype.MACROCYTE: "Ma",
    RedCellSubtype.MICROCYTE: "Mi",
    RedCellSubtype.SPHEROCYTE: "Sp",
    RedCellSubtype.TARGET: "Ta",
    RedCellSubtype.STOMATOCYTE: "St",
    RedCellSubtype.OVALOCYTE: "Ov",
    RedCellSubtype.TEARDROP: "Te",
    RedCellSubtype.BURR: "Bu",
    RedCellSubtype.SCHISTOCYTE: "Sc",
    RedCellSubtype.HYPOCHROMIA: "Hy",
    RedCellSubtype.ELLIPTOCYTE: "El",
    WhiteCellSubtype.UNIDENTIFIED: UNSURE_LETTER,
    RedCellSubtype.UNCATEGORISED: UNSURE_LETTER,
}

_SINGULAR = {"RBC": "Red cell", "WBC": "White cell", "PLT": "Platelet", "NRBC": "Nucleated red cell"}
_NEARLY_CERTAIN = 0.99


def class_code(cell: CellEntry) -> str:
    """The code under which a cell is counted: NRBC for an erythroblast, else its class."""
    return "NRBC" if cell.subtype == WhiteCellSubtype.ERYTHROBLAST else cell.cell_class.value


def cell_letters(cell: CellEntry) -> str:
    """The one or two letters that stand beside a cell: those of its type, where it has one that says something."""
    return SUBTYPE_LETTERS.get(cell.subtype or "", CLASS_LETTERS[class_code(cell)])


def is_unsure(cell: CellEntry) -> bool:
    """Whether the network was not sure enough of any type of the cell."""
    return cell.subtype in UNSURE


def is_remarkable(cell: CellEntry) -> bool:
    """Whether a cell's letters are worth reading: all but those of red cells that are normal or have no type."""
    if cell.cell_class is not CellClass.RED_BLOOD_CELL:
        return True
    return cell.subtype in SUBTYPE_LETTERS and not is_unsure(cell)


def confirmed_by(cell: CellEntry) -> str | None:
    """Who has confirmed a cell; None while it is the network's suggestion."""
    return cell.confirmed_by if isinstance(cell, ReviewedCellEntry) else None


def probability_words(probability: float) -> str:
    """A probability in whole percent; a network is never certain, so that 99.7 % reads ``over 99 %``."""
    return "over 99 %" if probability > _NEARLY_CERTAIN else f"{100 * probability:.0f} %"


def cell_title(cell: CellEntry) -> str:
    """What is said about a cell: class, suggested type and how probable it is, score; or a person's word for it."""
    parts = [_SINGULAR[class_code(cell)]]
    if (person := confirmed_by(cell)) is not None:
        names = [SUBTYPE_NAMES[cell.subtype].lower()] if cell.subtype else []
        return ", ".join([*parts, *names, f"confirmed by {person}"])
    probability = "" if cell.subtype_probability is None else probability_words(cell.subtype_probability)
    if cell.subtype in UNSURE:
        likeliest = SUBTYPE_NAMES[cell.likeliest_subtype].lower() if cell.likeliest_subtype else ""
        parts.append(f"{cell.subtype}: left for a person")
        if likeliest and probability:
            parts.append(f"likeliest {likeliest}, probability {probability}")
    elif cell.subtype:
        parts.append(f"suggested {SUBTYPE_NAMES[cell.subtype].lower()}")
        if probability:
            parts.append(f"probability {probability}")
    return ", ".join([*parts, f"score {cell.score:.2f}"])
