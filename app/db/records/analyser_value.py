"""An analyser value: the red cells that an analyser gave for the blood of a sample."""

from datetime import date

from sqlalchemy import Date, Float, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record


class AnalyserValueRecord(Record):
    """One sample's value, in 10^12/L, with the analyser it is from and the day it was measured, if known."""

    __tablename__ = "analyser_value"
    __table_args__ = (UniqueConstraint("sample_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id", ondelete="RESTRICT"))
    rbc_10e12_per_l: Mapped[float] = mapped_column(Float)
    analyser: Mapped[str] = mapped_column(String(100))
    measured_on: Mapped[date | None] = mapped_column(Date, default=None)
