"""A sign of life of a process that counts images."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Record, UtcDateTime


class ExecutorHeartbeatRecord(Record):
    """The last sign of life of one executor; others take its jobs over when it falls silent."""

    __tablename__ = "executor_heartbeat"

    executor_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    beat_at: Mapped[datetime] = mapped_column(UtcDateTime)
