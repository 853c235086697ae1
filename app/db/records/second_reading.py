"""A second reading: the white cells of a sample, named once more by somebody who did not see the first names."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now


class SecondReadingRecord(Record):
    """One person's names for a sample's white cells.

    ``labels`` are names by cell (``IMAGE:CELL``). ``compared`` stands from the moment it is finished: cell, first name,
    second name, as both stood then; later corrections do not make two readers agree who did not.
    """

    __tablename__ = "second_reading"
    __table_args__ = (UniqueConstraint("sample_id", "account_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"))
    read_by: Mapped[str] = mapped_column(String(200))
    labels: Mapped[dict[str, str]] = mapped_column(JSON)
    compared: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
