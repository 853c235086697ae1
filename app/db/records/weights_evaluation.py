"""How a weights release counted the golden fields, beside the weights that were active then."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now


class WeightsEvaluationRecord(Record):
    """One evaluation; never changed afterwards. ``report_json`` is an ``EvaluationReport``.

    ``baseline_sha256`` names the weights that it was compared with: once others are active it says nothing about them.
    """

    __tablename__ = "weights_evaluation"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    release_id: Mapped[int] = mapped_column(ForeignKey("weights_release.id", ondelete="RESTRICT"), index=True)
    baseline_name: Mapped[str] = mapped_column(String(200))
    baseline_version: Mapped[str] = mapped_column(String(64))
    baseline_sha256: Mapped[str] = mapped_column(String(64))
    report_json: Mapped[str] = mapped_column(Text)
    finished_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
