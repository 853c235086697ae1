"""A field with known cells and a person who edits it, as a browser would: with edit ids and what it had seen."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from app.db.session import Database
from app.schemas.result_record import ResultRecord, build_result_record
from app.schemas.reviews import EditAnswer, EditBatch, FieldReview, NewEdit
from app.services.queue.results import image_result, record_result
from app.services.reviews.reviews import field_review, record_edits
from model.classes import CellClass
from model.types import DetectedCell, FieldResult, Size, WeightsIdentity
from tests.component.upload_desk import UploadDesk
from tests.sample_images import image_bytes, incoming

WEIGHTS = WeightsIdentity("test", "1", "ab" * 32)
RED, WHITE, PLATELET = CellClass.RED_BLOOD_CELL, CellClass.WHITE_BLOOD_CELL, CellClass.PLATELET
UNNAMED = ("NRBC", "differential", "morphology")
_IDS = count(1)


def cell(
    cell_class: CellClass, x: float, *, subtype: str | None = None, score: float = 0.9, is_counted: bool = True
) -> DetectedCell:
    """A cell of 8 by 8 pixels."""
    probability = None if subtype is None else 0.8
    return DetectedCell(cell_class, (x, 10.0, x + 8, 18.0), score, is_counted, subtype, probability, subtype)


NAMED_FIELD = (
    cell(RED, 0, subtype="normal"),
    cell(RED, 10, subtype="target"),
    cell(WHITE, 20, subtype="neutrophil"),
    cell(WHITE, 30, subtype="unidentified"),
    cell(PLATELET, 40),
    cell(RED, 50, subtype="normal", score=0.2, is_counted=False),
)
"""n0 to n5: two red cells, two white cells, a platelet, and a red cell under the threshold."""


def counted_field(desk: UploadDesk, *cells: DetectedCell, unavailable: tuple[str, ...] = (), seed: int = 0) -> int:
    """An image with these cells, and its number."""
    [outcome] = desk.send(incoming(image_bytes(seed), f"{seed}.png"))
    assert outcome.image_id is not None
    found = FieldResult("counted", WEIGHTS, Size(64, 64), cells=cells, unavailable=unavailable)
    with desk.database.unit_of_work() as session:
        record = build_result_record(f"{seed}.png", found)
        assert record_result(session, image_id=outcome.image_id, record=record, thresholds={"RBC": 0.4})
    return outcome.image_id


def new_id() -> str:
    """An edit id nobody has used."""
    return f"{next(_IDS):032x}"


@dataclass
class Person:
    """One open tab: it knows what it has seen of a field, and sends edits that build on that."""

    database: Database
    image_id: int
    name: str = "local"
    newest: dict[str, str] = field(default_factory=dict)
    revision: int = 0

    def open(self) -> FieldReview:
        """Load the field."""
        with self.database.unit_of_work() as session:
            found = field_review(session, image_id=self.image_id)
        self.newest = {edit.cell: edit.edit_id for edit in found.edits}
        self.revision = found.revision
        return found

    def edit(self, action: str, cell: str, **values: Any) -> NewEdit:  # noqa: ANN401
        """An edit that builds on what this tab knows of the cell, not yet sent."""
        made = NewEdit.model_validate(
            {"edit_id": new_id(), "action": action, "cell": cell, "previous": self.newest.get(cell), **values}
        )
        self.newest[cell] = made.edit_id
        return made

    def send(self, *edits: NewEdit) -> EditAnswer:
        """Send edits."""
        with self.database.unit_of_work() as session:
            analysis_id = field_review(session, image_id=self.image_id).analysis_id
        batch = EditBatch(analysis_id=analysis_id, seen_revision=self.revision, edits=edits)
        with self.database.unit_of_work() as session:
            answer = record_edits(session, image_id=self.image_id, batch=batch, actor=self.name)
        self.revision = answer.revision
        return answer

    def does(self, action: str, cell: str, **values: Any) -> EditAnswer:  # noqa: ANN401
        """Make one edit and send it."""
        return self.send(self.edit(action, cell, **values))

    def result(self) -> ResultRecord:
        """The result record as everybody sees it now."""
        with self.database.unit_of_work() as session:
            return image_result(session, image_id=self.image_id)


def statuses(answer: EditAnswer) -> list[str]:
    """What became of each edit."""
    return [outcome.status for outcome in answer.outcomes]
