"""A review: what an analysis counts as once persons have corrected it, and how many edits that took."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now


class ReviewRecord(Record):
    """The state of one analysis's edits; written anew with each of them and never the source of truth.

    ``revision`` is the number of the newest edit. The counts and the cells by type are those of the reviewed cells,
    in the columns that samples pool; None means, as in the analysis, that such cells cannot be told apart.
    ``confirmed``, ``relabelled``, ``added`` and ``removed`` are cells.
    """

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("analysis_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analysis.id", ondelete="RESTRICT"))
    revision: Mapped[int] = mapped_column(default=0)
    rbc: Mapped[int | None] = mapped_column(default=None)
    wbc: Mapped[int | None] = mapped_column(default=None)
    plt: Mapped[int | None] = mapped_column(default=None)
    nrbc: Mapped[int | None] = mapped_column(default=None)
    differential: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True), default=None)
    morphology: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True), default=None)
    confirmed: Mapped[int] = mapped_column(default=0)
    relabelled: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    removed: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
