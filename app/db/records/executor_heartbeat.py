"""A sign of life of a process that counts images."""

from datetime import datetime

from sqlalchemy import Float, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Record, UtcDateTime


class ExecutorHeartbeatRecord(Record):
    """The last sign of life of one executor; others take its jobs over when it falls silent.

    ``images_per_s`` is what it has measured of itself lately, None before its first images; ``computing`` is how many
    images it had in hand at the last sign of life, ``slots`` how many it can. ``weights_problem`` is why it counts
    nothing, where it cannot load the weights that are active. All but the times are None in rows of versions that did
    not tell.
    """

    __tablename__ = "executor_heartbeat"

    executor_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    beat_at: Mapped[datetime] = mapped_column(UtcDateTime)
    weights: Mapped[str | None] = mapped_column(String(300), default=None)
    weights_sha256: Mapped[str | None] = mapped_column(String(64), default=None)
    weights_problem: Mapped[str | None] = mapped_column(Text, default=None)
    device: Mapped[str | None] = mapped_column(String(100), default=None)
    slots: Mapped[int | None] = mapped_column(Integer, default=None)
    computing: Mapped[int | None] = mapped_column(Integer, default=None)
    finished: Mapped[int | None] = mapped_column(Integer, default=None)
    images_per_s: Mapped[float | None] = mapped_column(Float, default=None)
