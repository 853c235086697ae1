"""Acquisition profiles: make one, change it, put it away; each change is in the audit trail with both values."""

from typing import Any

from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import AcquisitionProfileRecord
from app.db.repositories import acquisition_profiles as profiles
from app.errors import InvalidInput
from app.laboratory_errors import ProfileChangedMeanwhile, ProfileNameTaken
from app.schemas.acquisition_profiles import AcquisitionProfile, NewAcquisitionProfile
from app.schemas.audit import AuditAction
from app.services.audit import record_event
from app.services.reviews.edit_marks import edit_mark

_SUBJECT = "acquisition_profile"
_GIVEN = set(NewAcquisitionProfile.model_fields)


def create_profile(session: Session, new: NewAcquisitionProfile) -> AcquisitionProfile:
    """Make a profile.

    Raises:
        ProfileNameTaken: Another one has its name, in whatever case.
    """
    record = AcquisitionProfileRecord(name_key=profiles.name_key(new.name), **new.model_dump())
    new_id = profiles.add_profile(session, record)
    if new_id is None:
        raise ProfileNameTaken(new.name)
    record_event(
        session, AuditAction.PROFILE_CREATED, subject_kind=_SUBJECT, subject_id=new_id, new=_given(new.model_dump())
    )
    return get_profile(session, new_id)


def profile_mark(profile: AcquisitionProfile) -> str:
    """A mark of what a profile says now, which a form sends back to show what its changes are made of."""
    return edit_mark(NewAcquisitionProfile.model_validate(profile.model_dump(include=_GIVEN)))


def change_profile(session: Session, profile_id: int, new: NewAcquisitionProfile, *, mark: str) -> None:
    """Change a profile, unless somebody else did after ``mark`` was given out.

    What was worked out with it before is worked out anew when it is looked at.

    Raises:
        ProfileNotFound: There is no such profile.
        ProfileChangedMeanwhile: Somebody changed it in the meantime.
        ProfileNameTaken: Another one has the new name.
    """
    record = profiles.get_profile_for_change(session, profile_id)
    if mark != profile_mark(AcquisitionProfile.model_validate(record, from_attributes=True)):
        raise ProfileChangedMeanwhile(record.name)
    other = profiles.find_by_name(session, new.name)
    if other is not None and other.id != profile_id:
        raise ProfileNameTaken(new.name)
    wanted = new.model_dump()
    old = {name: getattr(record, name) for name, value in wanted.items() if getattr(record, name) != value}
    if not old:
        return
    for name in old:
        setattr(record, name, wanted[name])
    record.name_key = profiles.name_key(new.name)
    record_event(
        session,
        AuditAction.PROFILE_CHANGED,
        subject_kind=_SUBJECT,
        subject_id=profile_id,
        old=old,
        new={name: wanted[name] for name in old},
    )


def archive_profile(session: Session, profile_id: int, *, is_archived: bool) -> None:
    """Put a profile away, so that no further sample gets it, or take it back.

    Raises:
        ProfileNotFound: There is no such profile.
    """
    record = profiles.get_profile(session, profile_id)
    if (record.archived_at is not None) == is_archived:
        return
    record.archived_at = utc_now() if is_archived else None
    record_event(
        session,
        AuditAction.PROFILE_CHANGED,
        subject_kind=_SUBJECT,
        subject_id=profile_id,
        old={"archived": not is_archived},
        new={"archived": is_archived},
    )


def get_profile(session: Session, profile_id: int) -> AcquisitionProfile:
    """One profile.

    Raises:
        ProfileNotFound: There is none with this number.
    """
    return AcquisitionProfile.model_validate(profiles.get_profile(session, profile_id), from_attributes=True)


def list_profiles(session: Session) -> tuple[AcquisitionProfile, ...]:
    """Every profile by name, archived ones included."""
    found = profiles.list_profiles(session)
    return tuple(AcquisitionProfile.model_validate(record, from_attributes=True) for record in found)


def usable_profiles(session: Session) -> dict[str, AcquisitionProfile]:
    """The profiles that a sample may get, by the key of their name."""
    return {profiles.name_key(found.name): found for found in list_profiles(session) if found.archived_at is None}


def require_usable_profile(session: Session, profile_id: int | None, *, present_id: int | None = None) -> None:
    """Make sure that a sample may get this profile; the one it has already it may keep, even an archived one.

    Raises:
        InvalidInput: There is no such profile, or it is archived.
    """
    if profile_id is None or profile_id == present_id:
        return
    usable = {profile.id: profile for profile in list_profiles(session)}
    profile = usable.get(profile_id)
    if profile is None or profile.archived_at is not None:
        problem = "archived" if profile else "not there"
        raise InvalidInput(
            "acquisition_profile_id",
            f"The acquisition profile number {profile_id} is {problem}; choose another, or ask an admin to make one.",
        )


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
