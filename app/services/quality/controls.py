"""Quality control with control slides: make a lot, record what was counted, decide about it."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import ControlDecisionRecord, ControlLotRecord, ControlRunRecord
from app.db.repositories import controls, past_results, samples
from app.errors import InvalidInput
from app.schemas.actors import Actor
from app.schemas.audit import AuditAction
from app.schemas.controls import ControlLot, Decision, NewControlLot, Target
from app.schemas.quantities import Quantity
from app.schemas.samples import ImageStatus, SampleDetail, SampleStatus
from app.services.audit import record_event
from app.services.figures.quantities import QUANTITY_WORDS, sample_quantities
from app.services.quality.look_back_errors import ControlLotNotFound, ControlRunNotFound
from app.services.reviews.manual_differentials import checked_text
from app.services.samples.samples import sample_detail

_LONGEST = {"material": 100, "lot_number": 64, "level": 64, "run": 64}


def make_lot(session: Session, *, new: NewControlLot, actor: Actor) -> int:
    """Make a lot with its targets, and return its number.

    Raises:
        InvalidInput: A name is missing or too long, no quantity has a target, or there is such a lot.
    """
    names = {
        field: _name(field, value)
        for field, value in (("material", new.material), ("lot_number", new.lot_number), ("level", new.level))
    }
    unknown = [name for name in new.targets if name not in QUANTITY_WORDS]
    if not new.targets or unknown:
        raise InvalidInput("targets", "Give mean and SD of at least one quantity, as the material's sheet tells them.")
    targets = {name: target.model_dump() for name, target in new.targets.items()}
    key = "\x1f".join(value.casefold() for value in names.values())
    record = ControlLotRecord(
        material=names["material"],
        lot_number=names["lot_number"],
        level=names["level"],
        lot_key=key,
        targets=targets,
        made_by=actor.name,
    )
    lot_id = controls.add_lot(session, record)
    if lot_id is None:
        raise InvalidInput("lot_number", "This lot exists already at this level; open it, or write another number.")
    record_event(
        session,
        AuditAction.CONTROL_LOT_MADE,
        subject_kind="control_lot",
        subject_id=lot_id,
        new={**names, "targets": targets},
    )
    return lot_id


def close_lot(session: Session, *, lot_id: int, actor: Actor) -> None:
    """Take a lot out of use; its runs stay.

    Raises:
        ControlLotNotFound: There is no such lot.
    """
    record = controls.find_lot(session, lot_id)
    if record is None:
        raise ControlLotNotFound(lot_id)
    if record.closed_at is None:
        record.closed_at, record.closed_by = utc_now(), actor.name
        record_event(session, AuditAction.CONTROL_LOT_CLOSED, subject_kind="control_lot", subject_id=lot_id)


def get_lot(session: Session, lot_id: int) -> ControlLot:
    """A lot.

    Raises:
        ControlLotNotFound: There is none with this number.
    """
    record = controls.find_lot(session, lot_id)
    if record is None:
        raise ControlLotNotFound(lot_id)
    return lot_of(record)


def list_lots(session: Session) -> list[ControlLot]:
    """Every lot, those in use first."""
    return [lot_of(record) for record in controls.list_lots(session)]


def record_run(session: Session, *, lot_id: int, accession_number: str, run: str, actor: Actor) -> int:
    """Record a counted sample as a control run of a lot, with its values as they are now, and return its number.

    Raises:
        ControlLotNotFound: There is no such lot.
        InvalidInput: There is no such sample, it is not finished or has nothing that the lot has a target for, was
            counted by several weights, or is a control run already; or the lot is closed.
    """
    lot = controls.find_lot(session, lot_id)
    if lot is None:
        raise ControlLotNotFound(lot_id)
    if lot.closed_at is not None:
        raise InvalidInput("accession_number", "This lot is closed. Record the slide under the lot that is in use.")
    sample = samples.find_sample_by_accession(session, accession_number.strip())
    if sample is None:
        raise InvalidInput(
            "accession_number", f"There is no sample {accession_number.strip()[:64]!r}; check the number."
        )
    detail = sample_detail(session, sample_id=sample.id)
    found = _measured(detail, lot.targets)
    weights = past_results.weights_in_use(session, [sample.id])
    if len({sha256 for _, _, _, sha256, _ in weights}) != 1:
        raise InvalidInput(
            "accession_number", "The images of this sample were counted by several weights; a control needs one."
        )
    _, name, version, sha256, _ = weights[0]
    record = ControlRunRecord(
        lot_id=lot_id,
        sample_id=sample.id,
        run=_name("run", run or f"{utc_now():%Y-%m-%d}"),
        measured={one.name: {"value": one.value, "seen": one.seen, "of": one.of} for one in found.values()},
        images=detail.images_by_status.get(ImageStatus.COUNTED, 0),
        weights_name=name,
        weights_version=version,
        weights_sha256=sha256,
        recorded_by=actor.name,
    )
    run_id = controls.add_run(session, record)
    if run_id is None:
        raise InvalidInput("accession_number", "This sample is a control run already; a slide is recorded once.")
    new = {"control_run": run_id, "lot": lot_id, "run": record.run, "measured": record.measured}
    record_event(session, AuditAction.CONTROL_RECORDED, subject_kind="sample", subject_id=sample.id, new=new)
    return run_id


def decide_run(session: Session, *, run_id: int, decision: Decision, comment: str, actor: Actor) -> int:
    """Keep a person's word on a run, and return the number of its lot.

    Raises:
        ControlRunNotFound: There is no such run.
        InvalidInput: A rejection or a comment says nothing.
    """
    record = controls.find_run(session, run_id)
    if record is None:
        raise ControlRunNotFound(run_id)
    words = checked_text("comment", comment)
    if words is None and decision is not Decision.ACCEPTED:
        raise InvalidInput("comment", "Say why; whoever reads the chart later needs to know.")
    session.add(ControlDecisionRecord(run_id=run_id, decision=decision.value, comment=words, made_by=actor.name))
    record_event(
        session,
        AuditAction.CONTROL_DECIDED,
        subject_kind="sample",
        subject_id=record.sample_id,
        new={"control_run": run_id, "decision": decision.value},
        reason=words,
    )
    return record.lot_id


def lot_of(record: ControlLotRecord) -> ControlLot:
    """A lot from its row."""
    return ControlLot(
        id=record.id,
        material=record.material,
        lot_number=record.lot_number,
        level=record.level,
        targets={name: Target.model_validate(target) for name, target in record.targets.items()},
        made_by=record.made_by,
        made_at=record.made_at,
        closed_at=record.closed_at,
        closed_by=record.closed_by,
    )


def _measured(detail: SampleDetail, targets: Mapping[str, object]) -> dict[str, Quantity]:
    if detail.status in (SampleStatus.EMPTY, SampleStatus.QUEUED, SampleStatus.COUNTING):
        raise InvalidInput("accession_number", "This sample is not counted to the end yet; record it when it is.")
    found = {name: one for name, one in sample_quantities(detail).items() if name in targets}
    if not found:
        raise InvalidInput(
            "accession_number", "Nothing was counted on this sample that the lot has a target for; look at its images."
        )
    return found


def _name(field: str, value: str) -> str:
    cleaned = value.strip()
    if not cleaned or not cleaned.isprintable() or len(cleaned) > _LONGEST[field]:
        words = field.replace("_", " ")
        raise InvalidInput(field, f"The {words} is a text of 1 to {_LONGEST[field]} characters in one line.")
    return cleaned
