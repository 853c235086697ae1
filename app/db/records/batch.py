"""A batch: files that were sent together and grouped into samples."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now


class BatchRecord(Record):
    """One batch. It is open until ``completed_at`` is set: by its sender, or because nothing came for a long time.

    ``rule`` tells how files are grouped into samples, ``manifest`` holds the rows of its CSV manifest. ``active_at``
    is, to the minute, when something of it arrived last.
    """

    __tablename__ = "batch"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        Index(None, "created_at", "id"),
        # Finds the few open batches among all.
        Index(None, "completed_at", "active_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    name: Mapped[str] = mapped_column(String(200))
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    manifest: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default_factory=list)
    idempotency_key: Mapped[str | None] = mapped_column(String(255), default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    active_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
