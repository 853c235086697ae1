"""When a cell's name is believed: the settings that calibration chooses."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model.classes import NAMED_RED_SUBTYPES


@dataclass(frozen=True, slots=True)
class NamingSettings:
    """How name logits become probabilities, and from which probability on a cell is named.

    Logits are divided by the temperature before the softmax (Guo et al. 2017, arXiv 1706.04599, 4.2). A white cell
    whose likeliest sub-type has a probability below ``white_confidence`` is *unidentified*, a red cell below
    ``red_confidence`` *uncategorised*. ``red_log_weights`` (12, or none) are taken from the red cells' logits first:
    what training raised them by (``model.red_type_rarity``). Stored in the weights manifest; weights without such
    settings name nothing.
    """

    white_temperature: float
    red_temperature: float
    white_confidence: float
    red_confidence: float
    red_log_weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse settings under which a name would mean nothing.

        Raises:
            ValueError: A temperature is not above 0, a confidence not in 0..1, or the log weights are not one finite
                number a red-cell type.
        """
        for name in ("white_temperature", "red_temperature"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"its {name} is {value}, it must be a number above 0")
        for name in ("white_confidence", "red_confidence"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise ValueError(f"its {name} is {value}, it lies from 0 to 1")
        if self.red_log_weights and len(self.red_log_weights) != len(NAMED_RED_SUBTYPES):
            raise ValueError(
                f"it has {len(self.red_log_weights)} red_log_weights, it must have {len(NAMED_RED_SUBTYPES)} or none"
            )
        for value in self.red_log_weights:
            if not math.isfinite(value):
                raise ValueError(f"its red_log_weights hold {value}, they must be finite numbers")

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "NamingSettings":
        """The settings of a manifest, where tuples are lists.

        Raises:
            ValueError: As at construction.
            TypeError: A setting is missing or unknown, or no number.
        """
        log_weights = tuple(float(value) for value in values.get("red_log_weights", ()))
        return cls(**{**values, "red_log_weights": log_weights})
