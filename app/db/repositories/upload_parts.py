"""Queries about the parts of files that have arrived: add, list, forget."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db.inserting import insert_unless_present
from app.db.records import UploadPartRecord


def add_part(session: Session, *, file_id: int, offset_bytes: int, byte_size: int, storage_key: str) -> bool:
    """Note a part; False when the file has a part from this place on already."""
    part = UploadPartRecord(file_id=file_id, offset_bytes=offset_bytes, byte_size=byte_size, storage_key=storage_key)
    return insert_unless_present(session, part) is not None


def list_parts(session: Session, file_id: int) -> Sequence[UploadPartRecord]:
    """The parts of a file in their order."""
    query = select(UploadPartRecord).where(UploadPartRecord.file_id == file_id).order_by(UploadPartRecord.offset_bytes)
    return session.scalars(query).all()


def forget_parts(session: Session, file_id: int) -> None:
    """Forget the parts of a file that is finished; their bytes are deleted by the caller."""
    session.execute(delete(UploadPartRecord).where(UploadPartRecord.file_id == file_id))


def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of the storage keys that a file still needs."""
    return set(session.scalars(select(UploadPartRecord.storage_key).where(UploadPartRecord.storage_key.in_(keys))))
