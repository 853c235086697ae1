"""A review edit: one change of one cell by a person. Rows are only ever added."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now


class ReviewEditRecord(Record):
    """Who changed which cell when, from what, to what.

    ``revision`` numbers the edits of a review from 1 without a gap. ``edit_id`` is made by whoever sends the edit, so
    that sending it again changes nothing. ``old`` is None for a cell that was not there before.
    """

    __tablename__ = "review_edit"
    __table_args__ = (
        UniqueConstraint("review_id", "revision"),
        UniqueConstraint("review_id", "edit_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="RESTRICT"))
    revision: Mapped[int]
    edit_id: Mapped[str] = mapped_column(String(32))
    cell: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(String(100))
    old: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    new: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
