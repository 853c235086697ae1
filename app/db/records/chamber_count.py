"""A chamber count: cells of one class that a person counted in a counting chamber."""

from sqlalchemy import Float, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record


class ChamberCountRecord(Record):
    """One class of a sample. ``square_area_mm2`` is of one square in mm2; ``side_b`` is None until it is counted."""

    __tablename__ = "chamber_count"
    __table_args__ = (UniqueConstraint("sample_id", "cell_class"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id", ondelete="RESTRICT"))
    cell_class: Mapped[str] = mapped_column(String(16))
    squares: Mapped[int]
    square_area_mm2: Mapped[float] = mapped_column(Float)
    depth_mm: Mapped[float] = mapped_column(Float)
    dilution: Mapped[float] = mapped_column(Float)
    side_a: Mapped[int]
    side_b: Mapped[int | None]
