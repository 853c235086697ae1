"""An acquisition profile: one objective with one camera, as a laboratory has calibrated it."""

from datetime import datetime

from sqlalchemy import Float, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import BYTEWISE_TEXT, ID_TYPE, Record, UtcDateTime, utc_now


class AcquisitionProfileRecord(Record):
    """One profile; never deleted, because samples refer to it, but archived.

    ``name_key`` is the name without regard to case. ``um_per_px`` is micrometres a pixel and ``field_area_mm2`` what
    one photograph shows, in mm2. The factors turn the mean number of cells a field into cells per microlitre; each
    was found by this laboratory against an analyser, as ``calibration_note`` tells. What was never measured is None.
    """

    __tablename__ = "acquisition_profile"
    __table_args__ = (UniqueConstraint("name_key"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(BYTEWISE_TEXT)
    objective: Mapped[str | None] = mapped_column(String(100), default=None)
    um_per_px: Mapped[float | None] = mapped_column(Float, default=None)
    field_area_mm2: Mapped[float | None] = mapped_column(Float, default=None)
    rbc_factor_per_ul: Mapped[float | None] = mapped_column(Float, default=None)
    wbc_factor_per_ul: Mapped[float | None] = mapped_column(Float, default=None)
    plt_factor_per_ul: Mapped[float | None] = mapped_column(Float, default=None)
    calibration_note: Mapped[str | None] = mapped_column(String(500), default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
