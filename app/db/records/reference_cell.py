"""A cell of the laboratory's reference library."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now


class ReferenceCellRecord(Record):
    """One cell that a person confirmed and put into the library; taken out of it, the row stays.

    ``cell`` names it in its analysis (``n0`` …), ``box`` is in pixels of the upright image, ``picture`` is the JPEG
    that was cut out when it was added. ``active_key`` is None once it was removed: a cell is in the library once.
    """

    __tablename__ = "reference_cell"
    __table_args__ = (
        UniqueConstraint("active_key"),
        Index(None, "cell_class", "subtype"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    active_key: Mapped[str | None] = mapped_column(String(80))
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id", ondelete="CASCADE"))
    image_id: Mapped[int] = mapped_column(ForeignKey("field_image.id", ondelete="CASCADE"))
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analysis.id", ondelete="CASCADE"))
    cell: Mapped[str] = mapped_column(String(40))
    cell_class: Mapped[str] = mapped_column(String(8))
    subtype: Mapped[str] = mapped_column(String(32))
    box: Mapped[list[float]] = mapped_column(JSON)
    picture: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_by: Mapped[str] = mapped_column(String(200))
    added_by: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    removed_by: Mapped[str | None] = mapped_column(String(200), default=None)
