"""A batch's sample: one accession number that files of the batch belong to."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import BYTEWISE_TEXT, ID_TYPE, Record


class BatchSampleRecord(Record):
    """One group of a batch. ``sample_id`` is set once the first of its images is accepted; before, no sample exists."""

    __tablename__ = "batch_sample"
    __table_args__ = (UniqueConstraint("batch_id", "accession_key"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"))
    accession_number: Mapped[str] = mapped_column(String(64))
    accession_key: Mapped[str] = mapped_column(BYTEWISE_TEXT)
    note: Mapped[str | None] = mapped_column(String(2000), default=None)
    sample_id: Mapped[int | None] = mapped_column(
        ForeignKey("sample.id", ondelete="SET NULL"), index=True, default=None
    )
