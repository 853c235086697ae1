"""Control material with its targets, the control slides that were counted, and what persons decided about them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import BYTEWISE_TEXT, ID_TYPE, Record, UtcDateTime, utc_now


class ControlLotRecord(Record):
    """A lot of control material at one level. ``targets`` gives mean and SD by quantity, in the quantity's unit.

    Lots of the same ``material`` are judged together where they were counted in the same run. ``lot_key`` is material,
    lot number and level without regard to case.
    """

    __tablename__ = "control_lot"
    __table_args__ = (UniqueConstraint("lot_key"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    material: Mapped[str] = mapped_column(String(100))
    lot_number: Mapped[str] = mapped_column(String(64))
    level: Mapped[str] = mapped_column(String(64))
    lot_key: Mapped[str] = mapped_column(BYTEWISE_TEXT)
    targets: Mapped[dict[str, dict[str, float]]] = mapped_column(JSON)
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    closed_by: Mapped[str | None] = mapped_column(String(200), default=None)


class ControlRunRecord(Record):
    """One counted control slide, as it was when a person recorded it; never changed.

    ``run`` names the shift or day: what was counted in it is judged together. ``measured`` gives by quantity the
    value, the cells it rests on and of how many.
    """

    __tablename__ = "control_run"
    __table_args__ = (
        UniqueConstraint("sample_id"),
        Index(None, "lot_id", "recorded_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    lot_id: Mapped[int] = mapped_column(ForeignKey("control_lot.id", ondelete="RESTRICT"))
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id", ondelete="CASCADE"))
    run: Mapped[str] = mapped_column(String(64))
    measured: Mapped[dict[str, Any]] = mapped_column(JSON)
    images: Mapped[int]
    weights_name: Mapped[str] = mapped_column(String(200))
    weights_version: Mapped[str] = mapped_column(String(64))
    weights_sha256: Mapped[str] = mapped_column(String(64))
    recorded_by: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)


class ControlDecisionRecord(Record):
    """What a person said of a control run: accepted, rejected, or only a comment. Rows are only ever added."""

    __tablename__ = "control_decision"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    run_id: Mapped[int] = mapped_column(ForeignKey("control_run.id", ondelete="CASCADE"), index=True)
    decision: Mapped[str] = mapped_column(String(16))
    comment: Mapped[str | None] = mapped_column(String(2000))
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
