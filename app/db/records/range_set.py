"""A version of the reference ranges."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Record, UtcDateTime, utc_now


class RangeSetRecord(Record):
    """All ranges of one version, as one document. Rows are only ever added."""

    __tablename__ = "reference_range_set"

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    ranges: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(500))
    created_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
