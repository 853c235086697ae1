"""A person's identity at a provider of single sign-on."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now


class ExternalIdentityRecord(Record):
    """Which account an OpenID subject signs in to.

    Issuer and subject together never change hands, unlike names and mail addresses (OpenID Connect Core 1.0, 5.7).
    """

    __tablename__ = "external_identity"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        UniqueConstraint("account_id", "issuer"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
