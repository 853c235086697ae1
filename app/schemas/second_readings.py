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


class NameAgreement(Schema):
    """How far both agree on one name: cells that both, the first and the second called so.

    ``share`` is twice ``both`` over ``first`` and ``second`` together, None where neither called any cell so.
    """

    name: str
    both: int
    first: int
    second: int
    share: float | None

    @property
    def n(self) -> int:
        """Cells that at least one of the two called so."""
        return self.first + self.second - self.both


class SecondReading(Schema):
    """A finished reading set beside the first names; ``kappa`` and its limits are None where it is not defined.

    ``by_name`` has each name that a second reader can give, in the order of the form.
    """

    id: int
    sample_id: int
    read_by: str
    finished_at: datetime
    cells: tuple[ComparedCell, ...]
    agreement: float | None
    kappa: float | None
    kappa_low: float | None
    kappa_high: float | None
    by_name: tuple[NameAgreement, ...]
    is_outdated: bool = False

    @property
    def differing(self) -> tuple[ComparedCell, ...]:
        """The cells that the two call differently."""
        return tuple(cell for cell in self.cells if cell.first != cell.second)
