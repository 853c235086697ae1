"""What the page of override rates shows."""

from typing import Any

from app.schemas.override_rates import OverrideRates, TypeOverrides
from app.web.differential_view import share_words
from app.web.overlay import CLASS_NAMES
from app.web.subtype_words import SUBTYPE_NAMES

PERIODS = (7, 30, 90, 365)
"""Days that the page offers."""


def override_values(found: OverrideRates) -> dict[str, Any]:
    """Everything that the page shows."""
    return {
        "rates": found,
        "periods": PERIODS,
        "type_words": type_words,
        "became_words": became_words,
        "share_words": share_words,
    }


def type_words(row: TypeOverrides) -> str:
    """What the network had suggested: the type, or the class where it named none."""
    return SUBTYPE_NAMES[row.subtype] if row.subtype else CLASS_NAMES.get(row.cell_class, "All of them")


def became_words(became: dict[str, int]) -> str:
    """What cells were changed to, the most frequent first."""
    names = SUBTYPE_NAMES | CLASS_NAMES
    return ", ".join(f"{number}\u00a0{names.get(word, word).lower()}" for word, number in became.items())
