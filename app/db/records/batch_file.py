"""A batch's file: a photograph, a ZIP file, or a member of a ZIP file, and what became of it."""

from datetime import datetime

from sqlalchemy import BigInteger, Enum, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now
from app.schemas.batches import BatchFileStatus

BATCH_FILE_STATUS = Enum(BatchFileStatus, native_enum=False, length=16, create_constraint=False, values_callable=list)
"""Stored by value, as the statuses of images are."""


class BatchFileRecord(Record):
    """One file of a batch, known by its path in it; announced first, then sent.

    ``received_bytes`` are safe in the store. ``archive_id`` is the ZIP file that a member came in. ``leased_until``
    and ``attempts`` tell which ZIP file is being unpacked, and how often that was started.
    """

    __tablename__ = "batch_file"
    __table_args__ = (
        UniqueConstraint("batch_id", "path"),
        Index(None, "batch_id", "status"),
        # Finds the few files that wait for something among all of all batches.
        Index(None, "status", "leased_until"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(String(500))
    byte_size: Mapped[int] = mapped_column(BigInteger)
    batch_sample_id: Mapped[int | None] = mapped_column(
        ForeignKey("batch_sample.id", ondelete="SET NULL"), index=True, default=None
    )
    archive_id: Mapped[int | None] = mapped_column(
        ForeignKey("batch_file.id", ondelete="CASCADE"), index=True, default=None
    )
    received_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    status: Mapped[BatchFileStatus] = mapped_column(BATCH_FILE_STATUS, default=BatchFileStatus.AWAITED)
    reason_code: Mapped[str | None] = mapped_column(String(64), default=None)
    reason_message: Mapped[str | None] = mapped_column(Text, default=None)
    image_id: Mapped[int | None] = mapped_column(
        ForeignKey("field_image.id", ondelete="SET NULL"), index=True, default=None
    )
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
