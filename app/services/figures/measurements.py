"""What a person measured of a sample beside its images: read it, and write it down with both values in the trail."""

from sqlalchemy.orm import Session

from app.db.records import AnalyserValueRecord, ChamberCountRecord
from app.db.repositories import measurements, samples
from app.laboratory_errors import SampleChangedMeanwhile
from app.schemas.audit import AuditAction
from app.schemas.measurements import ChamberCount, Measurements
from app.services.audit import record_event
from app.services.reports.signed_state import require_unsigned
from app.services.reviews.edit_marks import edit_mark


def sample_measurements(session: Session, *, sample_id: int) -> Measurements:
    """What was measured of a sample; empty where nothing was."""
    found = measurements.list_chamber_counts(session, sample_id)
    analyser = measurements.find_analyser_value(session, sample_id)
    return Measurements(
        chamber={one.cell_class: ChamberCount.model_validate(one, from_attributes=True) for one in found},
        analyser_rbc_10e12_per_l=analyser.rbc_10e12_per_l if analyser else None,
        analyser_name=analyser.analyser if analyser else None,
        analyser_on=analyser.measured_on if analyser else None,
    )


def record_measurements(session: Session, *, sample_id: int, new: Measurements, mark: str) -> None:
    """Write down what was measured of a sample, unless somebody else did after ``mark`` was given out.

    Raises:
        SampleNotFound: There is no such sample.
        SampleSigned: It is signed, and no correction of it is open.
        SampleChangedMeanwhile: Somebody wrote something else down in the meantime.
    """
    sample = samples.get_sample_for_change(session, sample_id)
    require_unsigned(session, sample_id)
    old = sample_measurements(session, sample_id=sample_id)
    if mark != edit_mark(old):
        raise SampleChangedMeanwhile(sample.accession_number)
    if old == new:
        return
    chamber = [
        ChamberCountRecord(sample_id=sample_id, cell_class=code, **count.model_dump())
        for code, count in new.chamber.items()
    ]
    analyser = None
    if new.analyser_rbc_10e12_per_l is not None and new.analyser_name is not None:
        analyser = AnalyserValueRecord(
            sample_id=sample_id,
            rbc_10e12_per_l=new.analyser_rbc_10e12_per_l,
            analyser=new.analyser_name,
            measured_on=new.analyser_on,
        )
    measurements.replace_measurements(session, sample_id, chamber, analyser)
    before, after = old.model_dump(mode="json"), new.model_dump(mode="json")
    changed = [name for name in after if before[name] != after[name]]
    record_event(
        session,
        AuditAction.SAMPLE_MEASURED,
        subject_kind="sample",
        subject_id=sample_id,
        old={name: before[name] for name in changed},
        new={name: after[name] for name in changed},
    )
