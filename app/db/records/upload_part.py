"""A part of a file that arrived before the connection broke, or of a large file sent in several requests."""

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record


class UploadPartRecord(Record):
    """Bytes ``offset_bytes`` to ``offset_bytes + byte_size`` of a batch's file, safe in the store under a key."""

    __tablename__ = "upload_part"
    __table_args__ = (
        UniqueConstraint("file_id", "offset_bytes"),
        UniqueConstraint("storage_key"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    file_id: Mapped[int] = mapped_column(ForeignKey("batch_file.id", ondelete="CASCADE"))
    offset_bytes: Mapped[int] = mapped_column(BigInteger)
    byte_size: Mapped[int] = mapped_column(BigInteger)
    storage_key: Mapped[str] = mapped_column(String(200))
