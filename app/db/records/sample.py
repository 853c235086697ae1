"""A sample: what one accession number stands for."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import BYTEWISE_TEXT, ID_TYPE, Record, UtcDateTime, utc_now


class SampleRecord(Record):
    """One sample. ``accession_key`` is the number without regard to case, for uniqueness and search."""

    __tablename__ = "sample"
    __table_args__ = (
        UniqueConstraint("accession_key"),
        Index(None, "created_at", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    accession_number: Mapped[str] = mapped_column(String(64))
    accession_key: Mapped[str] = mapped_column(BYTEWISE_TEXT)
    note: Mapped[str | None] = mapped_column(String(2000), default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
