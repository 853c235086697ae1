"""An entry of the audit trail, and the end of its chain."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime


class AuditEventRecord(Record):
    """One entry. Rows are only ever added: triggers refuse to change or delete one, or to add one out of order.

    ``seq`` has no gaps. ``hash`` is the SHA-256 over every other column, ``prev_hash`` (the entry before) among them.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index(None, "subject_kind", "subject_id"),
        Index(None, "actor_name"),
        Index(None, "action"),
        Index(None, "at"),
    )

    seq: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(String(200))
    actor_role: Mapped[str | None] = mapped_column(String(16))
    session_id: Mapped[int | None] = mapped_column(BigInteger)
    address: Mapped[str | None] = mapped_column(String(64))
    request_id: Mapped[str | None] = mapped_column(String(64))
    app_version: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str | None] = mapped_column(String(32))
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    old_values: Mapped[str | None] = mapped_column(Text)
    new_values: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHeadRecord(Record):
    """The end of the chain, one row: moved on by a trigger with each entry, and the lock that entries queue for."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
