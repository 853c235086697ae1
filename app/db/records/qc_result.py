"""What a check that a program makes by itself found, such as the golden fields at a start."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now


class QcResultRecord(Record):
    """One check of one process; rows are only ever added.

    ``outcome`` is recorded (the first count of these weights by this engine, which later ones are compared with),
    passed, or failed. ``details`` holds the counts of each field.
    """

    __tablename__ = "qc_result"
    __table_args__ = (
        Index(None, "kind", "weights_sha256", "engine"),
        Index(None, "executor_id", "made_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    kind: Mapped[str] = mapped_column(String(32))
    outcome: Mapped[str] = mapped_column(String(16))
    weights_name: Mapped[str] = mapped_column(String(200))
    weights_version: Mapped[str] = mapped_column(String(64))
    weights_sha256: Mapped[str] = mapped_column(String(64))
    engine: Mapped[str] = mapped_column(String(64))
    executor_id: Mapped[str] = mapped_column(String(200))
    app_version: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
