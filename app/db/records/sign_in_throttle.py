"""Failed sign-ins, counted where they come from and what they aim at."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime


class SignInThrottleRecord(Record):
    """Failures under one key (an account at an address, an address, an account, a browser), which is a SHA-256."""

    __tablename__ = "sign_in_throttle"
    __table_args__ = (UniqueConstraint("key"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    key: Mapped[str] = mapped_column(String(64))
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
