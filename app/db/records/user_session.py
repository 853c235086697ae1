"""A session: one sign-in of one person in one browser."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now


class UserSessionRecord(Record):
    """One session, known only by the SHA-256 of what the browser holds (256 bits of chance)."""

    __tablename__ = "user_session"
    __table_args__ = (UniqueConstraint("secret_sha256"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"), index=True)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    address: Mapped[str | None] = mapped_column(String(64))
    browser: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
