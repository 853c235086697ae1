"""When a cell's name is believed: the settings that calibration chooses."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NamingSettings:
    """How name logits become probabilities, and from which probability on a cell is named.

    Logits are divided by the temperature before the softmax (Guo et al. 2017, arXiv 1706.04599, 4.2). A white cell
    whose likeliest sub-type has a probability below ``white_confidence`` is *unidentified*, a red cell below
    ``red_confidence`` *uncategorised*. Stored in the weights manifest; weights without them name nothing.
    """

    white_temperature: float
    red_temperature: float
    white_confidence: float
    red_confidence: float

    def __post_init__(self) -> None:
        """Refuse settings under which a name would mean nothing.

        Raises:
            ValueError: A temperature is not above 0, or a confidence not in 0..1.
        """
        for name in ("white_temperature", "red_temperature"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"its {name} is {value}, it must be a number above 0")
        for name in ("white_confidence", "red_confidence"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise ValueError(f"its {name} is {value}, it lies from 0 to 1")
