"""Counts of cells per class. A count is cells seen; it says nothing about a volume of blood."""

from pydantic import Field

from app.schemas.base import Schema
from model.counting import NUCLEATED_RED_CELL


class ClassCounts(Schema):
    """Cells counted per class, in cells.

    ``WBC`` leaves out nucleated red cells, which are counted under ``NRBC``. Where ``recognises_nrbc``
    is False the weights cannot tell those apart, and the 0 under ``NRBC`` is never shown to a person.
    """

    RBC: int
    WBC: int
    PLT: int
    NRBC: int
    recognises_nrbc: bool = Field(default=True, exclude=True)

    def shown(self, code: str) -> int | None:
        """The count of a class as people may see it; None where the weights cannot tell such cells apart."""
        value: int = getattr(self, code)
        return None if code == NUCLEATED_RED_CELL and not self.recognises_nrbc else value
