"""A sample: what one accession number stands for."""

from datetime import datetime

from sqlalchemy import Enum, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import BYTEWISE_TEXT, ID_TYPE, Record, UtcDateTime, utc_now
from app.schemas.patients import AgeUnit, Sex

SEX = Enum(Sex, native_enum=False, length=16, create_constraint=False, values_callable=list)
AGE_UNIT = Enum(AgeUnit, native_enum=False, length=16, create_constraint=False, values_callable=list)
"""Both stored by value, as the statuses of images are."""


class SampleRecord(Record):
    """One sample. ``accession_key`` is the number without regard to case, for uniqueness and search.

    ``patient_code`` is a pseudonym that the laboratory gives, ``patient_key`` the same without regard to case. The age
    at sampling is ``age_value`` in ``age_unit``; both are None where it is not known.
    """

    __tablename__ = "sample"
    __table_args__ = (
        UniqueConstraint("accession_key"),
        Index(None, "created_at", "id"),
        Index(None, "patient_key", "created_at", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(ID_TYPE, primary_key=True, init=False)
    accession_number: Mapped[str] = mapped_column(String(64))
    accession_key: Mapped[str] = mapped_column(BYTEWISE_TEXT)
    note: Mapped[str | None] = mapped_column(String(2000), default=None)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default_factory=utc_now)
    patient_code: Mapped[str | None] = mapped_column(String(64), default=None)
    patient_key: Mapped[str | None] = mapped_column(BYTEWISE_TEXT, default=None)
    sex: Mapped[Sex | None] = mapped_column(SEX, default=None)
    age_value: Mapped[int | None] = mapped_column(default=None)
    age_unit: Mapped[AgeUnit | None] = mapped_column(AGE_UNIT, default=None)
    stain: Mapped[str | None] = mapped_column(String(64), default=None)
    acquisition_profile_id: Mapped[int | None] = mapped_column(
        ForeignKey("acquisition_profile.id", ondelete="RESTRICT"), index=True, default=None
    )
