"""Changing what was given of a sample; both values of everything that changed are in the audit trail."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db.records import SampleRecord
from app.db.repositories import samples
from app.errors import AccessionNumberTaken
from app.laboratory_errors import SampleChangedMeanwhile
from app.schemas.audit import AuditAction
from app.schemas.samples import NewSample
from app.services.audit import record_event
from app.services.reports.signed_state import require_unsigned
from app.services.reviews.edit_marks import edit_mark
from app.services.samples.acquisition_profiles import require_usable_profile

_FIELDS = tuple(NewSample.model_fields)


def given_data(session: Session, *, sample_id: int) -> tuple[NewSample, str]:
    """What was given of a sample, and a mark of it that a form sends back to show what its changes are made of.

    Raises:
        SampleNotFound: There is no such sample.
    """
    given = _given(samples.get_sample(session, sample_id))
    return given, edit_mark(given)


def change_sample(session: Session, *, sample_id: int, new: NewSample, mark: str) -> None:
    """Change what was given of a sample, unless somebody else changed it after ``mark`` was given out.

    Raises:
        SampleNotFound: There is no such sample.
        SampleSigned: It is signed, and no correction of it is open.
        SampleChangedMeanwhile: Somebody changed it in the meantime.
        AccessionNumberTaken: Another sample has the new number.
        InvalidInput: There is no such acquisition profile, or it is archived.
    """
    record = samples.get_sample_for_change(session, sample_id)
    require_unsigned(session, sample_id)
    old = _given(record)
    if mark != edit_mark(old):
        raise SampleChangedMeanwhile(record.accession_number)
    require_usable_profile(session, new.acquisition_profile_id, present_id=old.acquisition_profile_id)
    before, after = old.model_dump(mode="json"), new.model_dump(mode="json")
    changed = [name for name in _FIELDS if before[name] != after[name]]
    if not changed:
        return
    _refuse_taken_number(session, sample_id, new.accession_number)
    try:
        with session.begin_nested():
            record.accession_number = new.accession_number
            record.accession_key = samples.accession_key(new.accession_number)
            record.note = new.note
            samples.set_details(record, new)
            session.flush()
    except IntegrityError:
        # Another sample got the number between the question and the answer.
        _refuse_taken_number(session, sample_id, new.accession_number)
        raise
    record_event(
        session,
        AuditAction.SAMPLE_CHANGED,
        subject_kind="sample",
        subject_id=sample_id,
        old={name: before[name] for name in changed},
        new={name: after[name] for name in changed},
    )


def _refuse_taken_number(session: Session, sample_id: int, accession_number: str) -> None:
    other = samples.find_sample_by_accession(session, accession_number)
    if other is not None and other.id != sample_id:
        raise AccessionNumberTaken(other.accession_number, other.id)


def _given(record: SampleRecord) -> NewSample:
    return NewSample.model_construct(**{name: getattr(record, name) for name in _FIELDS})
