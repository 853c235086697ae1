"""An analysis: what one set of weights found on one image."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now


class AnalysisRecord(Record):
    """One finished analysis; never changed afterwards.

    ``result_json`` is the published result record, written once and served as it is. The counts,
    in cells, stand in columns as well so that samples pool them without reading the document; they
    are None for a refused image. ``differential`` and ``morphology``, cells by type, do so too; they are None also
    where the weights cannot name such cells. ``thresholds`` are the working thresholds by class, in 0..1.
    """

    __tablename__ = "analysis"
    __table_args__ = (UniqueConstraint("image_id", "weights_sha256"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    image_id: Mapped[int] = mapped_column(ForeignKey("field_image.id", ondelete="RESTRICT"))
    weights_name: Mapped[str] = mapped_column(String(200))
    weights_version: Mapped[str] = mapped_column(String(64))
    weights_sha256: Mapped[str] = mapped_column(String(64))
    thresholds: Mapped[dict[str, float] | None] = mapped_column(JSON(none_as_null=True))
    status: Mapped[str] = mapped_column(String(16))
    rbc: Mapped[int | None]
    wbc: Mapped[int | None]
    plt: Mapped[int | None]
    nrbc: Mapped[int | None]
    timings_ms: Mapped[dict[str, Any]] = mapped_column(JSON)
    result_json: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    differential: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True), default=None)
    morphology: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True), default=None)
