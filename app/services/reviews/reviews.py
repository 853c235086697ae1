"""Reviews: a person's edits of a field, kept one after the other, and the field with all of them laid over it.

The network's analysis is never changed. Two persons, or two tabs, that touch different cells are both right; where
they touch the same cell, the later one is told what the earlier one did, and nothing of either is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.db.base import utc_now
from app.db.records import AnalysisRecord, FieldImageRecord, ReviewEditRecord, ReviewRecord
from app.db.repositories import analyses, images, reviews
from app.errors import ResultNotReady
from app.schemas.audit import AuditAction
from app.schemas.result_record import ResultRecord
from app.schemas.reviews import (
    CellState,
    EditAction,
    EditAnswer,
    EditBatch,
    EditOutcome,
    FieldReview,
    NewEdit,
    RecordedEdit,
    ReviewedResultRecord,
    ReviewSummary,
)
from app.services.audit import record_event
from app.services.reports.signed_state import require_unsigned
from app.services.reviews.edit_rules import EditRefused, FieldState, state_after
from app.services.reviews.review_errors import EditorChanged, FieldNotReviewable, ReviewOutdated
from app.services.reviews.reviewed_cells import review_numbers, reviewed_record, unidentified_cells
from model.counting import NUCLEATED_RED_CELL


def field_review(session: Session, *, image_id: int) -> FieldReview:
    """A counted field with the network's cells and every edit, for correcting it.

    Raises:
        ImageNotFound: There is no such image.
        ResultNotReady: It is not counted yet, or could not be.
        FieldNotReviewable: It was refused, so there is nothing to correct.
    """
    image, analysis, record = _counted_field(session, image_id)
    review = reviews.find_review(session, analysis.id)
    edits = _recorded(reviews.list_edits(session, review.id)) if review else ()
    return FieldReview(
        image_id=image.id,
        sample_id=image.sample_id,
        analysis_id=analysis.id,
        file_name=image.file_name,
        width=record.width or 0,
        height=record.height or 0,
        thresholds=analysis.thresholds or {},
        unavailable=record.unavailable,
        cells=record.cells,
        # Told from the edits that are sent along, so that the two never contradict each other.
        revision=edits[-1].revision if edits else 0,
        edits=edits,
    )


def edits_after(session: Session, *, image_id: int, revision: int) -> EditAnswer:
    """The edits of a field that came after a revision: what another tab has to catch up with.

    Raises:
        ImageNotFound: There is no such image.
        ResultNotReady: It is not counted yet, or could not be.
        FieldNotReviewable: It was refused, so there is nothing to correct.
    """
    # Open pages ask every few seconds: the result document is not read for it.
    _, analysis = _counted_analysis(session, image_id)
    review = reviews.find_review(session, analysis.id)
    edits = _recorded(reviews.list_edits(session, review.id, after=revision)) if review else ()
    return EditAnswer(revision=edits[-1].revision if edits else revision, outcomes=(), edits=edits)


def record_edits(session: Session, *, image_id: int, batch: EditBatch, actor: str) -> EditAnswer:
    """Keep a person's edits of a field, and say what became of each.

    An edit that is there already is saved as it was; one that contradicts what the sender had not seen is a conflict
    and is not kept; the others are.

    Raises:
        ImageNotFound: There is no such image.
        ResultNotReady: It is not counted yet, or could not be.
        FieldNotReviewable: It was refused, so there is nothing to correct.
        ReviewOutdated: The edits are of an analysis that a newer one has replaced.
        EditorChanged: They are by somebody other than ``actor``.
        SampleSigned: The sample is signed, and no correction of it is open.
    """
    if batch.editor is not None and batch.editor != actor:
        raise EditorChanged(batch.editor, actor)
    require_unsigned(session, images.get_image(session, image_id).sample_id)
    image, analysis, record = _counted_field(session, image_id)
    if analysis.id != batch.analysis_id:
        raise ReviewOutdated(image_id)
    review = reviews.open_review(session, analysis.id)
    desk = _Desk.of(record, _recorded(reviews.list_edits(session, review.id)))
    outcomes = tuple(desk.take(edit, actor) for edit in batch.edits)
    session.add_all(_row(review.id, edit) for edit in desk.kept)
    if desk.kept:
        image.unidentified_cells = _write_numbers(review, record, desk)
        _note_corrections(session, image_id, desk)
    unseen = [edit for edit in desk.edits.values() if edit.revision > batch.seen_revision]
    return EditAnswer(revision=len(desk.edits), outcomes=outcomes, edits=tuple(unseen))


def _note_corrections(session: Session, image_id: int, desk: "_Desk") -> None:
    """What was corrected lies with the field, edit by edit; the trail says who did how much of it, and when."""
    new = {"edits": len(desk.kept), "revision": len(desk.edits)}
    record_event(session, AuditAction.CELLS_CORRECTED, subject_kind="image", subject_id=image_id, new=new)


def with_review(session: Session, analysis: AnalysisRecord, record: ResultRecord) -> ResultRecord:
    """The result record as persons left it; as it is where nobody has edited it."""
    review = reviews.find_review(session, analysis.id)
    if review is None or review.revision == 0 or record.counts is None:
        return record
    states = {edit.cell: edit.new for edit in _recorded(reviews.list_edits(session, review.id))}
    return reviewed_record(record, states, review_summary(review))


def review_summary(review: ReviewRecord) -> ReviewSummary:
    """How far persons have gone through an image."""
    return ReviewSummary(
        revision=review.revision,
        confirmed=review.confirmed,
        relabelled=review.relabelled,
        added=review.added,
        removed=review.removed,
        updated_at=review.updated_at,
    )


@dataclass(slots=True)
class _Desk:
    """Takes the edits of one request, one by one; ``kept`` are the new ones."""

    record: ResultRecord
    states: dict[str, CellState]
    edits: dict[str, RecordedEdit]
    newest: dict[str, str]
    kept: list[RecordedEdit] = field(default_factory=list)

    @classmethod
    def of(cls, record: ResultRecord, edits: Sequence[RecordedEdit]) -> "_Desk":
        return cls(
            record,
            states={edit.cell: edit.new for edit in edits},
            edits={edit.edit_id: edit for edit in edits},
            newest={edit.cell: edit.edit_id for edit in edits},
        )

    def take(self, edit: NewEdit, actor: str) -> EditOutcome:
        if edit.edit_id in self.edits:
            return EditOutcome(edit_id=edit.edit_id, status="saved", revision=self.edits[edit.edit_id].revision)
        before = FieldState(self.record, self.states, self.edits)
        is_behind = self.newest.get(edit.cell) != edit.previous
        old = before.cell(edit.cell)
        try:
            new = state_after(before, edit, actor)
        except EditRefused as refusal:
            # Somebody else may have made it impossible, which is a conflict and not a mistake.
            message = str(refusal)
            if is_behind:
                return EditOutcome(edit_id=edit.edit_id, status="conflict", message=message)
            return EditOutcome(edit_id=edit.edit_id, status="refused", message=message)
        if is_behind and not _is_agreeing(old, new):
            return EditOutcome(edit_id=edit.edit_id, status="conflict", message=self._conflict(edit))
        recorded = RecordedEdit(
            revision=len(self.edits) + 1,
            edit_id=edit.edit_id,
            cell=edit.cell,
            action=edit.action,
            actor=actor,
            made_at=utc_now(),
            old=old,
            new=new,
        )
        self.edits[edit.edit_id], self.states[edit.cell] = recorded, new
        self.newest[edit.cell] = edit.edit_id
        self.kept.append(recorded)
        return EditOutcome(edit_id=edit.edit_id, status="saved", revision=recorded.revision)

    def _conflict(self, edit: NewEdit) -> str:
        other = self.edits.get(self.newest.get(edit.cell, ""))
        if other is None:
            return "An earlier change of this cell was not saved, so this one was not either."
        done = "removed" if other.new.removed else f"named {other.new.subtype or other.new.cell_class.value}"
        return f"This cell was {done.replace('_', ' ')} by {other.actor} in the meantime; your change was not saved."


def _is_agreeing(old: CellState | None, new: CellState) -> bool:
    """Whether two persons did the same, whoever they are."""
    anonymous = {"confirmed_by": None}
    return old is not None and old.model_copy(update=anonymous) == new.model_copy(update=anonymous)


def _counted_analysis(session: Session, image_id: int) -> tuple[FieldImageRecord, AnalysisRecord]:
    image = images.get_image(session, image_id)
    analysis = analyses.find_newest_analysis(session, image_id)
    if analysis is None:
        raise ResultNotReady(image_id, image.status, image.reason_message)
    if analysis.rbc is None:
        raise FieldNotReviewable(image_id, image.reason_message)
    return image, analysis


def _counted_field(session: Session, image_id: int) -> tuple[FieldImageRecord, AnalysisRecord, ResultRecord]:
    image, analysis = _counted_analysis(session, image_id)
    return image, analysis, ResultRecord.model_validate_json(analysis.result_json)


def _write_numbers(review: ReviewRecord, record: ResultRecord, desk: _Desk) -> int:
    """The reviewed counts in columns, so that samples pool them without reading the documents.

    Returns the white cells that are still unidentified.
    """
    review.revision = len(desk.edits)
    review.updated_at = utc_now()
    reviewed: ReviewedResultRecord = reviewed_record(record, desk.states, review_summary(review))
    counts = reviewed.counts
    if counts is not None:
        review.rbc, review.wbc, review.plt = counts.RBC, counts.WBC, counts.PLT
        review.nrbc = None if NUCLEATED_RED_CELL in reviewed.unavailable else counts.NRBC
    review.differential = None if "differential" in reviewed.unavailable else reviewed.differential
    review.morphology = None if "morphology" in reviewed.unavailable else reviewed.morphology
    numbers = review_numbers(record, desk.states)
    review.confirmed, review.relabelled = numbers.confirmed, numbers.relabelled
    review.added, review.removed = numbers.added, numbers.removed
    return unidentified_cells(reviewed)


def _row(review_id: int, edit: RecordedEdit) -> ReviewEditRecord:
    return ReviewEditRecord(
        review_id=review_id,
        revision=edit.revision,
        edit_id=edit.edit_id,
        cell=edit.cell,
        action=edit.action.value,
        actor=edit.actor,
        old=edit.old.model_dump(mode="json") if edit.old else None,
        new=edit.new.model_dump(mode="json"),
        made_at=edit.made_at,
    )


def _recorded(rows: Sequence[ReviewEditRecord]) -> tuple[RecordedEdit, ...]:
    return tuple(
        RecordedEdit(
            revision=row.revision,
            edit_id=row.edit_id,
            cell=row.cell,
            action=EditAction(row.action),
            actor=row.actor,
            made_at=row.made_at,
            old=CellState.model_validate(row.old) if row.old is not None else None,
            new=CellState.model_validate(row.new),
        )
        for row in rows
    )
