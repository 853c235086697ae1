"""The gate's limits, as a weights manifest carries them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

from model.quality.familiarity import FamiliaritySettings
from model.quality.likeness import LikenessSettings

Range = tuple[float, float]
"""Lowest and highest."""


@dataclass(frozen=True, slots=True)
class GateSettings:
    """Between which limits a field's measures (``FieldMeasures``) lie when nothing is said about it.

    ``most_distance`` is that of a field like those learnt from (``Familiarity.distance``); ``likeness`` tells a smear
    from other pictures; ``usual`` are the middle 98 % of some measures of smears, for the refusal's words;
    ``learnt_from`` tells how many fields of which source and how many other pictures gave the limits; ``figures``, for
    people and the model card, how the gate did on others.
    """

    most_edge_width_px: float
    least_background_brightness: float
    most_clipped_share: float
    background_red_to_green: Range
    background_blue_to_green: Range
    most_covered_share: float
    most_overlapping_share: float
    least_red_cells_per_100: float
    most_distance: float
    likeness: LikenessSettings
    familiarity: FamiliaritySettings
    usual: dict[str, Range] = field(default_factory=dict)
    learnt_from: dict[str, int] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse limits that would warn of everything, or of nothing.

        Raises:
            ValueError: A limit is no finite number above 0, or a range ends before it begins.
        """
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, float) and not (math.isfinite(value) and value > 0):
                raise ValueError(f"its gate's {item.name} is {value}, it lies above 0")
        ranges = {
            **self.usual,
            "background_red_to_green": self.background_red_to_green,
            "background_blue_to_green": self.background_blue_to_green,
        }
        for name, (low, high) in ranges.items():
            if not (math.isfinite(low) and math.isfinite(high) and low <= high):
                raise ValueError(f"its gate's {name} runs from {low} to {high}, it runs from low to high")

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """The settings in a manifest.

        Raises:
            ValueError: A limit is outside what it can be.
            KeyError: One is missing.
            TypeError: There is one too many.
        """
        read: dict[str, Any] = dict(values)
        read["likeness"] = LikenessSettings.of(read["likeness"])
        read["familiarity"] = FamiliaritySettings.of(read["familiarity"])
        for name in ("background_red_to_green", "background_blue_to_green"):
            read[name] = _range(read[name])
        read["usual"] = {name: _range(limits) for name, limits in read.get("usual", {}).items()}
        for name, value in read.items():
            if name.startswith(("most_", "least_")):
                read[name] = float(value)
        return cls(**read)


def _range(limits: Sequence[float]) -> Range:
    low, high = limits
    return float(low), float(high)
