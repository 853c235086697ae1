"""The names that a person can give a cell: as buttons, each with its letters and the key that presses it."""

from collections.abc import Collection
from dataclasses import dataclass

from app.web.subtype_words import CLASS_LETTERS, SUBTYPE_LETTERS, SUBTYPE_NAMES
from model.classes import CellClass, RedCellSubtype, WhiteCellSubtype

TYPE_KEYS: dict[str, str] = {
    WhiteCellSubtype.NEUTROPHIL: "n",
    WhiteCellSubtype.LYMPHOCYTE: "l",
    WhiteCellSubtype.MONOCYTE: "m",
    WhiteCellSubtype.EOSINOPHIL: "e",
    WhiteCellSubtype.BASOPHIL: "b",
    WhiteCellSubtype.IMMATURE_GRANULOCYTE: "i",
    WhiteCellSubtype.ERYTHROBLAST: "y",
    WhiteCellSubtype.UNIDENTIFIED: "u",
    RedCellSubtype.NORMAL: "1",
    RedCellSubtype.MACROCYTE: "2",
    RedCellSubtype.MICROCYTE: "3",
    RedCellSubtype.SPHEROCYTE: "4",
    RedCellSubtype.TARGET: "5",
    RedCellSubtype.STOMATOCYTE: "6",
    RedCellSubtype.OVALOCYTE: "7",
    RedCellSubtype.TEARDROP: "8",
    RedCellSubtype.BURR: "9",
    RedCellSubtype.SCHISTOCYTE: "0",
    RedCellSubtype.HYPOCHROMIA: "h",
    RedCellSubtype.ELLIPTOCYTE: "j",
}
"""First letters where they are free; the digits go to the red cells, in the order of Chula RBC-12."""

RED_KEY, PLATELET_KEY = "r", "p"


@dataclass(frozen=True, slots=True)
class TypeButton:
    """A name for a cell: its class, its type or None, how it reads, its letters and its key."""

    cell_class: CellClass
    subtype: str | None
    name: str
    letters: str
    hotkey: str

    @property
    def key(self) -> str:
        """Class and type in one word, as the scripts look it up."""
        return f"{self.cell_class.value}:{self.subtype or ''}"


def white_buttons() -> tuple[TypeButton, ...]:
    """The white cells' names, erythroblasts and *unidentified* among them."""
    return tuple(_button(CellClass.WHITE_BLOOD_CELL, subtype) for subtype in WhiteCellSubtype)


def red_buttons(unavailable: Collection[str]) -> tuple[TypeButton, ...]:
    """The red cells' names.

    Where the weights name no red cell, one can be called just that; where they do, *uncategorised* says the same.
    """
    named = tuple(
        _button(CellClass.RED_BLOOD_CELL, subtype)
        for subtype in RedCellSubtype
        if subtype is not RedCellSubtype.UNCATEGORISED
    )
    code = CellClass.RED_BLOOD_CELL.value
    is_unnamed = "morphology" in unavailable
    plain = TypeButton(
        CellClass.RED_BLOOD_CELL,
        None if is_unnamed else RedCellSubtype.UNCATEGORISED.value,
        "Red cell" if is_unnamed else SUBTYPE_NAMES[RedCellSubtype.UNCATEGORISED],
        CLASS_LETTERS[code] if is_unnamed else SUBTYPE_LETTERS[RedCellSubtype.UNCATEGORISED],
        RED_KEY,
    )
    return (plain, *named)


def platelet_button() -> TypeButton:
    """The platelet."""
    return TypeButton(CellClass.PLATELET, None, "Platelet", CLASS_LETTERS[CellClass.PLATELET.value], PLATELET_KEY)


def _button(cell_class: CellClass, subtype: WhiteCellSubtype | RedCellSubtype) -> TypeButton:
    letters = SUBTYPE_LETTERS.get(subtype) or ("NR" if subtype is WhiteCellSubtype.ERYTHROBLAST else "No")
    return TypeButton(cell_class, subtype.value, SUBTYPE_NAMES[subtype], letters, TYPE_KEYS[subtype])
