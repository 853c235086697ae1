"""A known browser: one in which a person has signed in before."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now


class KnownBrowserRecord(Record):
    """One browser that an account has signed in from; strangers' failures do not slow it down."""

    __tablename__ = "known_browser"
    __table_args__ = (UniqueConstraint("account_id", "secret_sha256"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    secret_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
