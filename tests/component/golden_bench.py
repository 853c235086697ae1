"""Golden fields of a laboratory, and a process that counts so many red cells in them."""

from app.schemas.golden_checks import FieldNumbers, GoldenCheck, LaboratoryField
from app.services.quality.check_records import CheckOrigin
from app.services.quality.golden_agreement import compute_class_agreement
from app.services.quality.golden_fields import mark_golden
from app.services.quality.laboratory_checks import due_fields, keep_laboratory_check
from model.types import DetectedCell, WeightsIdentity
from tests.component.reviewing import RED, Person, cell, counted_field
from tests.component.upload_desk import UploadDesk

CHECKED_WEIGHTS = WeightsIdentity("release", "1", "cd" * 32)
CONFIRMED = tuple(cell(RED, 10.0 * place) for place in range(12))
"""What the people of the laboratory confirmed in each of its golden fields: enough cells for a verdict."""


def golden_field(desk: UploadDesk, seed: int = 0) -> int:
    """A reviewed field that was marked as golden; its image's number."""
    image_id = counted_field(desk, *CONFIRMED, seed=seed)
    Person(desk.database, image_id).does("confirm", "n0")
    with desk.database.unit_of_work() as session:
        mark_golden(session, image_id=image_id)
    return image_id


def numbers_of(cells: tuple[DetectedCell, ...]) -> FieldNumbers:
    """What is compared of a field with these red cells."""
    return FieldNumbers(counts={"RBC": len(cells)}, differential={}, morphology={}, cells=len(cells))


def check_laboratory(
    desk: UploadDesk,
    red_cells: int | None = 12,
    *,
    weights: WeightsIdentity = CHECKED_WEIGHTS,
    engine: str = "cpu (openvino)",
    executor: str = "one",
    missing: tuple[int, ...] = (),
    um_per_px: float | None = None,
) -> GoldenCheck | None:
    """Check all golden fields that are due, with so many of their red cells found in each; None is a refusal."""
    cells = CONFIRMED[: red_cells or 0]
    with desk.database.unit_of_work() as session:
        found = [
            LaboratoryField(
                image_id=due.image_id,
                um_per_px=um_per_px,
                numbers=None if red_cells is None else numbers_of(cells),
                agreement=compute_class_agreement(due.confirmed, cells),
            )
            for due in due_fields(session)
            if due.image_id not in missing
        ]
        origin = CheckOrigin(weights, engine, executor)
        return keep_laboratory_check(session, origin, found=found, missing=missing)
