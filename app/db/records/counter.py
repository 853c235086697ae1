"""What the manual differential counter keeps for one person: the count that is under way, and how they like it."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now


class CounterDraftRecord(Record):
    """The count that a person has under way, saved with each cell; gone once it is saved to a sample.

    ``version`` grows with everything the person does at the counter, so that an older tab never overwrites a newer
    one. ``presses`` are the cells in the order they were counted. ``count_key`` is made by the browser.
    """

    __tablename__ = "counter_draft"
    __table_args__ = (UniqueConstraint("account_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"))
    count_key: Mapped[str] = mapped_column(String(32), default="")
    version: Mapped[int] = mapped_column(default=0)
    presses: Mapped[list[str]] = mapped_column(JSON, default_factory=list)
    target: Mapped[int] = mapped_column(default=100)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)


class CounterPreferenceRecord(Record):
    """A person's keys, target and sound. ``keys`` gives the key of each type of cell that has one."""

    __tablename__ = "counter_preference"
    __table_args__ = (UniqueConstraint("account_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"))
    keys: Mapped[dict[str, str]] = mapped_column(JSON)
    target: Mapped[int]
    has_sound: Mapped[bool]
