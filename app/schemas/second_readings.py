"""A second reading as pages and reports show it."""

from datetime import datetime

from app.schemas.base import Schema

NO_WHITE_CELL = "no white cell"
"""What a reader calls a cell that is none of the white ones."""


class ComparedCell(Schema):
    """A cell with both names."""

    image_id: int
    cell: str
    first: str
    second: str


class SecondReading(Schema):
    """A finished reading set beside the first names; ``kappa`` and its limits are None where it is not defined."""

    id: int
    sample_id: int
    read_by: str
    finished_at: datetime
    cells: tuple[ComparedCell, ...]
    agreement: float | None
    kappa: float | None
    kappa_low: float | None
    kappa_high: float | None
    is_outdated: bool = False

    @property
    def differing(self) -> tuple[ComparedCell, ...]:
        """The cells that the two call differently."""
        return tuple(cell for cell in self.cells if cell.first != cell.second)
