"""A set-up link: the one way to make the first account in a browser."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime


class SetupLinkRecord(Record):
    """One link that ``bloodcount serve`` printed, known by its SHA-256; good once, and only while no account exists."""

    __tablename__ = "setup_link"
    __table_args__ = (UniqueConstraint("secret_sha256"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
