"""A weights release that an admin added, from quarantine to use."""

from datetime import datetime

from sqlalchemy import BigInteger, Enum, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now
from app.schemas.weights import ReleaseStatus

_STATUS = Enum(ReleaseStatus, native_enum=False, length=16, create_constraint=False, values_callable=list)


class WeightsReleaseRecord(Record):
    """A safetensors file in the image store, and its manifest.

    ``storage_key`` is that of a part while the file is in quarantine, that of its content once it was checked, and None
    when it was refused and deleted. ``name`` and ``version`` are the manifest's, None until that was checked.
    ``file_name`` is for display only. ``leased_until`` is held by the process that checks and evaluates it, which began
    ``attempts`` times; ``fields_done`` of ``fields_total`` golden fields are counted.
    """

    __tablename__ = "weights_release"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    byte_size: Mapped[int] = mapped_column(BigInteger)
    storage_key: Mapped[str | None] = mapped_column(String(200))
    manifest_json: Mapped[str] = mapped_column(Text)
    uploaded_by: Mapped[str] = mapped_column(String(200))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    status: Mapped[ReleaseStatus] = mapped_column(_STATUS, default=ReleaseStatus.QUARANTINED)
    name: Mapped[str | None] = mapped_column(String(200), default=None)
    version: Mapped[str | None] = mapped_column(String(64), default=None)
    reason_code: Mapped[str | None] = mapped_column(String(64), default=None)
    reason_message: Mapped[str | None] = mapped_column(Text, default=None)
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    attempts: Mapped[int] = mapped_column(default=0)
    fields_done: Mapped[int] = mapped_column(default=0)
    fields_total: Mapped[int] = mapped_column(default=0)
