"""A manual differential: what a person counted through the eyepiece, beside what the network counted."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now


class ManualDifferentialRecord(Record):
    """One count of one person; never changed, only withdrawn with a reason.

    ``tally`` are cells by type. ``presses`` are the same cells in the order they were counted; None where a person
    typed the numbers. ``count_key`` is made by whoever sends it, so that sending it twice keeps it once.
    """

    __tablename__ = "manual_differential"
    __table_args__ = (UniqueConstraint("count_key"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"), index=True)
    count_key: Mapped[str] = mapped_column(String(32))
    counted_by: Mapped[str] = mapped_column(String(200))
    target: Mapped[int]
    tally: Mapped[dict[str, int]] = mapped_column(JSON)
    presses: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True), default=None)
    comment: Mapped[str | None] = mapped_column(String(2000), default=None)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    withdrawn_by: Mapped[str | None] = mapped_column(String(200), default=None)
    withdrawal_reason: Mapped[str | None] = mapped_column(String(2000), default=None)
