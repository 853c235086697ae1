"""Second readings: the white cells of a sample named anew, without seeing what they were called, and compared."""

from collections.abc import Iterator, Mapping

from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import SecondReadingRecord
from app.db.repositories import second_readings as readings
from app.db.repositories.samples import get_sample
from app.errors import InvalidInput
from app.schemas.actors import Actor
from app.schemas.audit import AuditAction
from app.schemas.reviews import CellState, FieldReview
from app.schemas.samples import ImageStatus
from app.schemas.second_readings import NO_WHITE_CELL, ComparedCell, NameAgreement, SecondReading
from app.services.audit import record_event
from app.services.figures.agreement import compute_agreement, compute_agreement_by_name, compute_kappa
from app.services.quality.look_back_errors import SecondReadingNotBlind, SecondReadingNotFound
from app.services.reports.signed_state import require_unsigned
from app.services.reviews.counter_drafts import account_number
from app.services.reviews.reviewed_cells import network_cell_id, network_state
from app.services.reviews.reviews import field_review
from app.services.samples.samples import sample_detail
from model.classes import CellClass, WhiteCellSubtype

CHOICES = (*(subtype.value for subtype in WhiteCellSubtype), NO_WHITE_CELL)
"""What a second reader can call a cell."""

Labels = dict[str, str]
"""Names by cell, as ``cell_key`` writes it."""


def cell_key(image_id: int, cell: str) -> str:
    """One word for a cell of a sample."""
    return f"{image_id}:{cell}"


def begin_reading(session: Session, *, sample_id: int, actor: Actor) -> Labels:
    """What this person has named so far; nothing before the first save.

    Raises:
        SampleNotFound: There is no such sample.
        SecondReadingNotBlind: This person gave or confirmed a name of the sample's cells.
    """
    reviews = sample_reviews(session, sample_id)
    if any(state.confirmed_by == actor.name for review in reviews for state in cell_states(review).values()):
        raise SecondReadingNotBlind
    record = readings.find_of_account(session, sample_id, account_number(actor))
    return dict(record.labels) if record is not None else {}


def save_labels(session: Session, *, sample_id: int, labels: Mapping[str, str], actor: Actor) -> None:
    """Keep names that a person gave; an empty one takes a name back.

    Raises:
        SampleSigned: The sample is signed.
        SecondReadingNotBlind: As ``begin_reading``.
        InvalidInput: A name is none, a cell is none of the sample's, or the reading is finished already.
    """
    require_unsigned(session, sample_id)
    begin_reading(session, sample_id=sample_id, actor=actor)
    known = {key for key, _ in _white_cells(sample_reviews(session, sample_id))}
    record = _open(session, sample_id, actor)
    kept = dict(record.labels)
    for key, label in labels.items():
        if key not in known | kept.keys() or label not in ("", *CHOICES):
            raise InvalidInput("labels", f"{key!r} cannot be called {label!r} here. Load the page again.")
        kept[key] = label
    record.labels = {key: label for key, label in kept.items() if label}
    new = {"cells": len(record.labels)}
    record_event(session, AuditAction.SECOND_READING_SAVED, subject_kind="sample", subject_id=sample_id, new=new)


def finish_reading(session: Session, *, sample_id: int, actor: Actor) -> int:
    """Set the reading beside the first names as they stand now, for good; its number.

    Raises:
        SampleSigned: The sample is signed.
        SecondReadingNotBlind: As ``begin_reading``.
        InvalidInput: Cells have no name yet, there are none, or the reading is finished already.
    """
    require_unsigned(session, sample_id)
    begin_reading(session, sample_id=sample_id, actor=actor)
    record = _open(session, sample_id, actor)
    first = dict(_white_cells(sample_reviews(session, sample_id)))
    missing = [key for key in first if key not in record.labels]
    if missing or not first:
        what = f"{len(missing)} of {len(first)} cells have no name yet" if first else "There is no white cell to name"
        raise InvalidInput(
            "labels", f"{what}; name every cell, {WhiteCellSubtype.UNIDENTIFIED.value!r} where you cannot."
        )
    record.compared = [
        [key, first.get(key, NO_WHITE_CELL), label] for key, label in sorted(record.labels.items(), key=_place)
    ]
    record.finished_at = utc_now()
    reading = _reading(record)
    new = {"second_reading": record.id, "n": len(reading.cells), "kappa": reading.kappa}
    record_event(session, AuditAction.SECOND_READING_FINISHED, subject_kind="sample", subject_id=sample_id, new=new)
    return record.id


def show_reading(session: Session, *, sample_id: int, reading_id: int) -> SecondReading:
    """A finished reading.

    Raises:
        SecondReadingNotFound: The sample has none of this number, or it is not finished.
    """
    record = readings.find_reading(session, sample_id, reading_id)
    if record is None or record.compared is None:
        raise SecondReadingNotFound(reading_id)
    reading = _reading(record)
    now = dict(_white_cells(sample_reviews(session, sample_id)))
    then = {cell_key(cell.image_id, cell.cell): cell.first for cell in reading.cells}
    then = {key: name for key, name in then.items() if name != NO_WHITE_CELL}
    return reading.model_copy(update={"is_outdated": now != then})


def finished_readings(session: Session, *, sample_id: int) -> tuple[SecondReading, ...]:
    """A sample's finished readings, the newest first."""
    return tuple(_reading(record) for record in readings.list_finished(session, sample_id))


def own_finished(session: Session, *, sample_id: int, actor: Actor) -> int | None:
    """The number of this person's finished reading.

    Raises:
        SampleNotFound: There is no such sample.
    """
    get_sample(session, sample_id)
    record = readings.find_of_account(session, sample_id, account_number(actor))
    return record.id if record is not None and record.finished_at is not None else None


def sample_reviews(session: Session, sample_id: int) -> list[FieldReview]:
    """The counted fields of a sample that are not set aside, with every edit.

    Raises:
        SampleNotFound: There is no such sample.
    """
    images = sample_detail(session, sample_id=sample_id).images
    counted = [one.id for one in images if one.status is ImageStatus.COUNTED and one.set_aside_at is None]
    return [field_review(session, image_id=image_id) for image_id in counted]


def cell_states(review: FieldReview) -> dict[str, CellState]:
    """Every cell of a field as it stands, by its name."""
    states = {network_cell_id(index): network_state(cell) for index, cell in enumerate(review.cells)}
    return states | {edit.cell: edit.new for edit in review.edits}


def is_white(state: CellState) -> bool:
    """Whether a cell counts among those that a differential is made of, or as erythroblast."""
    return state.cell_class is CellClass.WHITE_BLOOD_CELL and state.counted and not state.removed


def _white_cells(reviews: list[FieldReview]) -> Iterator[tuple[str, str]]:
    for review in reviews:
        for name, state in cell_states(review).items():
            if is_white(state):
                yield cell_key(review.image_id, name), state.subtype or WhiteCellSubtype.UNIDENTIFIED.value


def _open(session: Session, sample_id: int, actor: Actor) -> SecondReadingRecord:
    wanted = SecondReadingRecord(sample_id=sample_id, account_id=account_number(actor), read_by=actor.name, labels={})
    record = readings.open_reading(session, wanted)
    if record.finished_at is not None:
        raise InvalidInput("labels", "Your reading of this sample is finished and stays as it is.")
    return record


def _reading(record: SecondReadingRecord) -> SecondReading:
    compared = [(str(key), str(first), str(second)) for key, first, second in record.compared or []]
    pairs = [(first, second) for _, first, second in compared]
    kappa = compute_kappa(pairs)
    return SecondReading(
        id=record.id,
        sample_id=record.sample_id,
        read_by=record.read_by,
        finished_at=record.finished_at or record.started_at,
        cells=tuple(_compared_cell(*one) for one in compared),
        agreement=compute_agreement(pairs),
        kappa=kappa.value if kappa else None,
        kappa_low=kappa.low if kappa else None,
        kappa_high=kappa.high if kappa else None,
        by_name=tuple(
            NameAgreement(name=name, **agreement._asdict())
            for name, agreement in compute_agreement_by_name(pairs, CHOICES).items()
        ),
    )


def _compared_cell(key: str, first: str, second: str) -> ComparedCell:
    image_id, _, cell = key.partition(":")
    return ComparedCell(image_id=int(image_id), cell=cell, first=first, second=second)


def _place(item: tuple[str, str]) -> tuple[int, int, str]:
    """In the order of images, then of the network's cells; cells that persons added come last."""
    image_id, _, cell = item[0].partition(":")
    return int(image_id), int(cell[1:]) if cell.startswith("n") else 10**9, cell
