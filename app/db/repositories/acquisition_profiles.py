"""Queries about acquisition profiles: add, get, list."""

import unicodedata
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.base import LARGEST_ID
from app.db.inserting import insert_unless_present
from app.db.records import AcquisitionProfileRecord, SampleRecord
from app.laboratory_errors import ProfileNotFound


def name_key(name: str) -> str:
    """The form of a profile's name that ignores case and typographic variants."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def add_profile(session: Session, record: AcquisitionProfileRecord) -> int | None:
    """Add a profile and return its number; None when its name is taken."""
    return insert_unless_present(session, record)


def get_profile(session: Session, profile_id: int) -> AcquisitionProfileRecord:
    """The profile with this number.

    Raises:
        ProfileNotFound: There is none.
    """
    record = session.get(AcquisitionProfileRecord, profile_id) if 0 < profile_id <= LARGEST_ID else None
    if record is None:
        raise ProfileNotFound(profile_id)
    return record


def get_profile_for_change(session: Session, profile_id: int) -> AcquisitionProfileRecord:
    """The profile with this number as it is now, held until the transaction ends.

    Raises:
        ProfileNotFound: There is none.
    """
    get_profile(session, profile_id)
    query = select(AcquisitionProfileRecord).where(AcquisitionProfileRecord.id == profile_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def find_by_name(session: Session, name: str) -> AcquisitionProfileRecord | None:
    """The profile of this name, in whatever case."""
    return session.scalar(select(AcquisitionProfileRecord).where(AcquisitionProfileRecord.name_key == name_key(name)))


def find_um_per_px(session: Session, sample_id: int) -> float | None:
    """Micrometres a pixel of a sample's images; None where it has no profile, or one that was not measured."""
    query = select(AcquisitionProfileRecord.um_per_px).join(
        SampleRecord, SampleRecord.acquisition_profile_id == AcquisitionProfileRecord.id
    )
    return session.scalar(query.where(SampleRecord.id == sample_id))


def list_profiles(session: Session) -> Sequence[AcquisitionProfileRecord]:
    """Every profile by name, the archived ones too: a laboratory has a handful."""
    return session.scalars(select(AcquisitionProfileRecord).order_by(AcquisitionProfileRecord.name_key)).all()
