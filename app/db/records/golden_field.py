"""A golden field: a field that a person reviewed and marked as the truth that weights are judged by."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now

_IS_LIVE = text("withdrawn_at IS NULL")


class GoldenFieldRecord(Record):
    """The cells of a field as they stood when it was marked; later edits of the field do not change them.

    ``reference_cells`` are the cells that count, each with ``class`` (RBC, WBC, PLT), ``subtype`` (or None) and
    ``box`` (x1, y1, x2, y2 in pixels of the image, which is ``width`` x ``height``). ``review_revision`` is the edit up
    to which they had been corrected. A field that was withdrawn judges nothing any more, and its row stays; an image
    has one live row at most. An image that is erased takes its rows with it.
    """

    __tablename__ = "golden_field"
    __table_args__ = (
        Index(None, "image_id", unique=True, sqlite_where=_IS_LIVE, postgresql_where=_IS_LIVE),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    image_id: Mapped[int] = mapped_column(ForeignKey("field_image.id", ondelete="CASCADE"))
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analysis.id", ondelete="CASCADE"))
    review_revision: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    reference_cells: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    marked_by: Mapped[str] = mapped_column(String(200))
    marked_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    withdrawn_by: Mapped[str | None] = mapped_column(String(200), default=None)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
