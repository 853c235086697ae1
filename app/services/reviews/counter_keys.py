"""The keys of the manual counter: the presets that laboratories know, and the check of a person's own."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.errors import InvalidInput
from app.schemas.manual_differentials import LARGEST_TARGET, CounterPreference, ManualCellType

RESERVED = frozenset({" ", "\t", "\n", "\r"})
"""Space presses buttons; the other keys of the counter (Backspace, Escape) have names longer than one letter."""


@dataclass(frozen=True, slots=True)
class KeyPreset:
    """A map of keys under its name."""

    id: str
    name: str
    keys: Mapping[ManualCellType, str]


KEY_PRESETS: tuple[KeyPreset, ...] = (
    KeyPreset(
        "bench",
        "Bench counter (bottom row)",
        # The eight keys of a bench counter as emulated on a PC: C V B N M < > ? (reference/clinical.md 7.2 [S109]).
        {
            ManualCellType.BASOPHIL: "c",
            ManualCellType.EOSINOPHIL: "v",
            ManualCellType.MYELOCYTE: "b",
            ManualCellType.METAMYELOCYTE: "n",
            ManualCellType.BAND: "m",
            ManualCellType.SEGMENTED: ",",
            ManualCellType.LYMPHOCYTE: ".",
            ManualCellType.MONOCYTE: "/",
            ManualCellType.PROMYELOCYTE: "g",
            ManualCellType.BLAST: "h",
            ManualCellType.REACTIVE_LYMPHOCYTE: "l",
            ManualCellType.OTHER: "k",
            ManualCellType.NUCLEATED_RED_CELL: "x",
            ManualCellType.SMUDGE_CELL: "z",
        },
    ),
    KeyPreset(
        "left-hand",
        "Left hand (W A S D)",
        # w neutrophil, a lymphocyte, s eosinophil, d monocyte (reference/clinical.md 7.2 [S110]); the others around.
        {
            ManualCellType.SEGMENTED: "w",
            ManualCellType.LYMPHOCYTE: "a",
            ManualCellType.EOSINOPHIL: "s",
            ManualCellType.MONOCYTE: "d",
            ManualCellType.BAND: "q",
            ManualCellType.BASOPHIL: "e",
            ManualCellType.METAMYELOCYTE: "r",
            ManualCellType.MYELOCYTE: "t",
            ManualCellType.PROMYELOCYTE: "g",
            ManualCellType.BLAST: "b",
            ManualCellType.REACTIVE_LYMPHOCYTE: "f",
            ManualCellType.OTHER: "v",
            ManualCellType.NUCLEATED_RED_CELL: "x",
            ManualCellType.SMUDGE_CELL: "c",
        },
    ),
    KeyPreset(
        "numpad",
        "Number pad",
        {
            ManualCellType.SEGMENTED: "5",
            ManualCellType.LYMPHOCYTE: "6",
            ManualCellType.MONOCYTE: "4",
            ManualCellType.EOSINOPHIL: "8",
            ManualCellType.BASOPHIL: "9",
            ManualCellType.BAND: "2",
            ManualCellType.METAMYELOCYTE: "1",
            ManualCellType.MYELOCYTE: "3",
            ManualCellType.PROMYELOCYTE: "7",
            ManualCellType.BLAST: "*",
            ManualCellType.REACTIVE_LYMPHOCYTE: "+",
            ManualCellType.OTHER: "-",
            ManualCellType.NUCLEATED_RED_CELL: "0",
            ManualCellType.SMUDGE_CELL: "/",
        },
    ),
    KeyPreset(
        "letters",
        "First letters, as in the viewer",
        {
            ManualCellType.SEGMENTED: "n",
            ManualCellType.LYMPHOCYTE: "l",
            ManualCellType.MONOCYTE: "m",
            ManualCellType.EOSINOPHIL: "e",
            ManualCellType.BASOPHIL: "b",
            ManualCellType.BAND: "s",
            ManualCellType.METAMYELOCYTE: "j",
            ManualCellType.MYELOCYTE: "i",
            ManualCellType.PROMYELOCYTE: "p",
            ManualCellType.BLAST: "x",
            ManualCellType.REACTIVE_LYMPHOCYTE: "r",
            ManualCellType.OTHER: "u",
            ManualCellType.NUCLEATED_RED_CELL: "y",
            ManualCellType.SMUDGE_CELL: "k",
        },
    ),
)


def default_preference() -> CounterPreference:
    """How the counter is for a person who never chose."""
    return CounterPreference(keys=dict(KEY_PRESETS[0].keys), target=100, has_sound=True)


def checked_keys(typed: Mapping[ManualCellType, str]) -> dict[ManualCellType, str]:
    """A person's own map: one character a type, lower case; a type without one is counted by its button alone.

    Raises:
        InvalidInput: Something is no single character, or two types have the same.
    """
    keys: dict[ManualCellType, str] = {}
    for cell_type, text in typed.items():
        key = text.strip().lower()
        if not key:
            continue
        if len(key) != 1 or key in RESERVED or not key.isprintable():
            raise InvalidInput(
                f"key_{cell_type}", f"{text[:20]!r} is no single key; type the one character that the key writes."
            )
        if key in keys.values():
            raise InvalidInput(f"key_{cell_type}", f"The key {key!r} has two types; give one of them another key.")
        keys[cell_type] = key
    return keys


def checked_target(text: str) -> int:
    """A target as typed.

    Raises:
        InvalidInput: It is no whole number from 1 to the largest target.
    """
    number = int(text) if text.strip().isdecimal() and len(text.strip()) < 6 else 0  # noqa: PLR2004 - beyond any target
    if not 1 <= number <= LARGEST_TARGET:
        raise InvalidInput("target", f"{text[:10]!r} is no target; choose a whole number from 1 to {LARGEST_TARGET}.")
    return number
