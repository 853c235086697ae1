"""An API token, known only by its hash."""

from datetime import datetime

from sqlalchemy import Enum, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now
from app.schemas.tokens import Role

ROLE = Enum(Role, native_enum=False, length=16, create_constraint=False, values_callable=list)


class ApiTokenRecord(Record):
    """One API token. Its SHA-256 is enough to check it: the token has 256 bits of chance.

    ``scopes`` are permissions with spaces between them; None where the role alone limits the token.
    """

    __tablename__ = "api_token"
    __table_args__ = (UniqueConstraint("token_sha256"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[Role] = mapped_column(ROLE)
    token_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    scopes: Mapped[str | None] = mapped_column(String(400), default=None)
    created_by: Mapped[str | None] = mapped_column(String(200), default=None)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
