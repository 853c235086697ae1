"""Which weights count: every change of them, and the one that holds now."""

from datetime import datetime

from sqlalchemy import BigInteger, Enum, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import ID_TYPE, Record, UtcDateTime, utc_now
from app.schemas.weights import ActivationKind

_KIND = Enum(ActivationKind, native_enum=False, length=16, create_constraint=False, values_callable=list)


class WeightsActivationRecord(Record):
    """Somebody's wish that a release count from then on, and what became of it.

    ``release_id`` None means the weights that come with the installation. ``worse`` is what the evaluation found worse,
    in words, one finding a line, None where nothing was; ``reason`` is why it is wanted all the same. Where the
    laboratory asks for a second person, ``activated_at`` is None until ``approved_by`` agreed, or for ever where
    ``declined_by`` did not.
    """

    __tablename__ = "weights_activation"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    kind: Mapped[ActivationKind] = mapped_column(_KIND)
    release_id: Mapped[int | None] = mapped_column(ForeignKey("weights_release.id", ondelete="RESTRICT"))
    evaluation_id: Mapped[int | None] = mapped_column(ForeignKey("weights_evaluation.id", ondelete="RESTRICT"))
    requested_by: Mapped[str] = mapped_column(String(200))
    requested_by_id: Mapped[int | None] = mapped_column(BigInteger)
    worse: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    approved_by: Mapped[str | None] = mapped_column(String(200), default=None)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    declined_by: Mapped[str | None] = mapped_column(String(200), default=None)
    declined_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class ActiveWeightsRecord(Record):
    """The one row that every process looks at: the activation that holds, None before the first one."""

    __tablename__ = "active_weights"

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, autoincrement=False)
    activation_id: Mapped[int | None] = mapped_column(
        ForeignKey("weights_activation.id", ondelete="RESTRICT"), default=None
    )
