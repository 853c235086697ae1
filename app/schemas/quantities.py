"""What can be compared between samples: shares, ratios and concentrations, never plain counts."""

from app.schemas.base import Schema
from app.schemas.findings import Interval


class Quantity(Schema):
    """One value of one sample with its exact 95 % interval, in the quantity's unit.

    ``seen`` of ``of`` are the cells that a share or a ratio rests on: of a share all that were examined, of a ratio the
    red cells of the same fields. Both are None for a concentration, whose ``method`` is told instead.
    """

    name: str
    value: float
    interval: Interval | None
    seen: int | None = None
    of: int | None = None
    method: str | None = None


class QuantityWords(Schema):
    """How a quantity is called, its unit, and to how many decimals it is read."""

    name: str
    unit: str
    decimals: int

    def value_words(self, value: float) -> str:
        """A value as it is read, without its unit."""
        return f"{value:.{self.decimals}f}"
