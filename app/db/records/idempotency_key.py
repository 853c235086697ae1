"""An idempotency key: one upload that may be sent again after a lost answer."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now


class IdempotencyKeyRecord(Record):
    """One upload's key. ``answer`` is None until every file of the upload was dealt with.

    ``fingerprint`` is the SHA-256 over the names and contents of the upload's files, in order.
    """

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("sample_id", "key"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[str] = mapped_column(String(64))
    answer: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True), default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now, index=True)
