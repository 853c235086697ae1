"""An account: one person who signs in."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import BYTEWISE_TEXT, ID_TYPE, Record, UtcDateTime, utc_now
from app.db.records.api_token import ROLE
from app.schemas.tokens import Role


class AccountRecord(Record):
    """One account; never deleted, because what its holder did stays.

    ``name_key`` is the name without regard to case, ``full_name`` the name that signed reports print beside it.
    Without a ``password_hash`` no password opens it.
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("name_key"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    name: Mapped[str] = mapped_column(String(64))
    name_key: Mapped[str] = mapped_column(BYTEWISE_TEXT)
    role: Mapped[Role] = mapped_column(ROLE)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    full_name: Mapped[str | None] = mapped_column(String(128), default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    password_changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
