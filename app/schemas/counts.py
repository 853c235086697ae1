"""Counts of cells per class. A count is cells seen; it says nothing about a volume of blood."""

from app.schemas.base import Schema


class ClassCounts(Schema):
    """Cells counted per class, in cells.

    ``WBC`` leaves out nucleated red cells, which are counted under ``NRBC``.
    """

    RBC: int
    WBC: int
    PLT: int
    NRBC: int
