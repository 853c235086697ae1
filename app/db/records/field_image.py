"""A field image: one photograph of one microscopic field of a sample."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Enum, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now
from app.schemas.samples import ImageStatus

IMAGE_STATUS = Enum(ImageStatus, native_enum=False, length=16, create_constraint=False, values_callable=list)
"""Stored by value, so that the rows read like the API and a new status needs no migration."""


class FieldImageRecord(Record):
    """One accepted image. The row exists only when its bytes are safe in the image store.

    ``attempts`` counts the starts of its counting since it was last queued; ``job_round`` numbers
    its jobs, so that a new one is never taken for an old one that ended. ``width`` and ``height``
    are in pixels after EXIF orientation. ``file_name`` is for display only.

    ``queued_at`` is when it was last put in the queue, ``started_at`` when its counting last began, ``changed_at``
    when its status last changed, ``set_aside_at`` when a person decided to do without it, ``erased_at``
    when its photograph was erased while the row stayed; the first three are None in
    rows older than the columns.

    ``warning_count`` is the number of ``warnings``; ``unidentified_cells`` are the white cells of the newest analysis
    that neither the network nor a person has named. Both are written wherever those change, to be searched for.
    """

    __tablename__ = "field_image"
    __table_args__ = (
        UniqueConstraint("sample_id", "sha256"),
        # Finds the few unfinished images among millions of finished ones.
        Index(None, "status", "sample_id"),
        # Find the samples with something to look at, where those are rare.
        Index(
            "ix_field_image_warned",
            "sample_id",
            sqlite_where=text("warning_count > 0"),
            postgresql_where=text("warning_count > 0"),
        ),
        Index(
            "ix_field_image_unidentified",
            "sample_id",
            sqlite_where=text("unidentified_cells > 0"),
            postgresql_where=text("unidentified_cells > 0"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id", ondelete="RESTRICT"))
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(255))
    byte_size: Mapped[int] = mapped_column(BigInteger)
    format: Mapped[str] = mapped_column(String(16))
    width: Mapped[int | None]
    height: Mapped[int | None]
    idempotency_key_id: Mapped[int | None] = mapped_column(
        ForeignKey("idempotency_key.id", ondelete="SET NULL"), index=True, default=None
    )
    status: Mapped[ImageStatus] = mapped_column(IMAGE_STATUS, default=ImageStatus.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    job_round: Mapped[int] = mapped_column(default=0)
    priority: Mapped[int] = mapped_column(kw_only=True)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    reason_code: Mapped[str | None] = mapped_column(String(64), default=None)
    reason_message: Mapped[str | None] = mapped_column(Text, default=None)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default_factory=list)
    queued_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default_factory=utc_now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default_factory=utc_now)
    set_aside_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    warning_count: Mapped[int] = mapped_column(default=0, server_default="0")
    unidentified_cells: Mapped[int] = mapped_column(default=0, server_default="0")
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
