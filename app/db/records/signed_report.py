"""A signed report: one version of a sample's result, frozen; and the correction that lets a next version be made."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now


class SignedReportRecord(Record):
    """One signed version. Rows are only ever added: triggers refuse to change or delete one.

    ``snapshot`` is the canonical JSON of everything that was signed, ``sha256`` the hash of its UTF-8 bytes. The other
    columns repeat what lists need; a verification compares them with the snapshot.
    """

    __tablename__ = "signed_report"
    __table_args__ = (UniqueConstraint("sample_id", "version"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id", ondelete="RESTRICT"))
    version: Mapped[int]
    signer_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"), index=True)
    signer: Mapped[str] = mapped_column(String(200))
    meaning: Mapped[str] = mapped_column(String(40))
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    snapshot: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))


class ReportCorrectionRecord(Record):
    """The opening of a correction: why ``version`` is to be replaced, and who said so. Rows are only ever added.

    A sample stands still while its newest signed version has none.
    """

    __tablename__ = "report_correction"
    __table_args__ = (UniqueConstraint("sample_id", "version"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id", ondelete="RESTRICT"))
    version: Mapped[int]
    reason: Mapped[str] = mapped_column(String(2000))
    opened_by: Mapped[str] = mapped_column(String(200))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
