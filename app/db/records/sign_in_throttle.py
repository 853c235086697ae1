"""Failed sign-ins, counted where they come from and what they aim at."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Record, UtcDateTime


class SignInThrottleRecord(Record):
    """Failures under one key (an account at an address, an address, an account, a browser), which is a SHA-256."""

    __tablename__ = "sign_in_throttle"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
