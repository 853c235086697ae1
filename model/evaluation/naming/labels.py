"""The names that are judged, set by set, and the readings of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.classes import NAMED_RED_SUBTYPES, NAMED_WHITE_SUBTYPES, CellClass, WhiteCellSubtype

PLATELET = "platelet"
"""PBC's eighth class; here a cell class of its own and no sub-type."""

UNIDENTIFIED = WhiteCellSubtype.UNIDENTIFIED.value
"""The answer for a cell under the working confidence, a red one (*uncategorised* in the record) as well."""

NOT_FOUND = "not found"
"""The answer for a reference cell that no counted cell is tied to."""

WHITE_NAMES: tuple[str, ...] = (*(subtype.value for subtype in NAMED_WHITE_SUBTYPES), PLATELET)
RED_NAMES: tuple[str, ...] = tuple(subtype.value for subtype in NAMED_RED_SUBTYPES)

_FIVE = tuple(
    subtype.value
    for subtype in (
        WhiteCellSubtype.NEUTROPHIL,
        WhiteCellSubtype.LYMPHOCYTE,
        WhiteCellSubtype.MONOCYTE,
        WhiteCellSubtype.EOSINOPHIL,
        WhiteCellSubtype.BASOPHIL,
    )
)


@dataclass(frozen=True, slots=True)
class Reading:
    """Which reference names are judged (``labels``), and what can be answered (``answers``).

    An answer outside ``labels`` is wrong. ``taken_as`` maps answers that stand for another one.
    """

    name: str
    labels: tuple[str, ...]
    answers: tuple[str, ...]
    taken_as: Mapping[str, str] = field(default_factory=dict)


EIGHT = Reading("8 classes", WHITE_NAMES, WHITE_NAMES)
FIVE = Reading("5 classes", _FIVE, WHITE_NAMES)
FIVE_MERGED = Reading(
    "5 classes, immature granulocytes taken as neutrophils",
    _FIVE,
    WHITE_NAMES,
    {WhiteCellSubtype.IMMATURE_GRANULOCYTE.value: WhiteCellSubtype.NEUTROPHIL.value},
)
TWELVE = Reading("12 types", RED_NAMES, RED_NAMES)


@dataclass(frozen=True, slots=True)
class NamingSet:
    """The sources (``PackedField.source``) that are judged together, and in which readings."""

    name: str
    sources: tuple[str, ...]
    readings: tuple[Reading, ...]


NAMING_SETS: tuple[NamingSet, ...] = (
    NamingSet("PBC", ("pbc-acevedo",), (EIGHT, FIVE)),
    NamingSet("TXL-PBC of PBC", ("txl-pbc-pbc",), (FIVE, FIVE_MERGED)),
    NamingSet("Kaggle on BCCD", ("bccd", "txl-pbc-bccd"), (FIVE, FIVE_MERGED)),
    NamingSet("Deep Bio-Net", ("deep-bio-net",), (FIVE, FIVE_MERGED)),
    NamingSet("all white cells", ("pbc-acevedo", "txl-pbc-pbc", "bccd", "txl-pbc-bccd", "deep-bio-net"), (EIGHT, FIVE)),
    NamingSet("Chula RBC-12", ("chula-rbc-12",), (TWELVE,)),
)

HOLDERS: Mapping[CellClass, tuple[CellClass, ...]] = {
    CellClass.WHITE_BLOOD_CELL: (CellClass.WHITE_BLOOD_CELL, CellClass.PLATELET),
    CellClass.PLATELET: (CellClass.PLATELET, CellClass.WHITE_BLOOD_CELL),
    CellClass.RED_BLOOD_CELL: (CellClass.RED_BLOOD_CELL,),
}
"""By the class of a reference cell, what it may have been found as, its own class first: PBC's eight classes hold
white cells and platelets, so one taken for the other was found and is misnamed."""
