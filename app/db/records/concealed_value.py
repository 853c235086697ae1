"""A concealed value: what the audit trail names by a digest alone, so that it can be erased beside a whole trail."""

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record


class ConcealedValueRecord(Record):
    """Something that a sample was called. ``digest`` is the SHA-256 of ``salt``, 256 random bits, and the value.

    With the row goes the salt, and then nobody can tell from the digest what the value was.
    """

    __tablename__ = "concealed_value"
    __table_args__ = (UniqueConstraint("digest"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    salt: Mapped[str] = mapped_column(String(64))
    value: Mapped[str] = mapped_column(Text)
