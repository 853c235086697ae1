"""Counts the laboratory's own golden fields as the check at a start asks for it, behind every waiting image."""

from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from app.db.session import UnitOfWorkFactory
from app.jobs.runtime import CountingRuntime
from app.schemas.golden_checks import FieldNumbers, LaboratoryField
from app.services.quality.golden_agreement import compute_class_agreement
from app.services.quality.laboratory_checks import DueField, due_fields
from app.storage import ImageStore
from model.counting import compute_counts, compute_differential, compute_morphology
from model.types import FieldResult

AFTER_ALL_OTHERS = 2**31
"""Priority of a check: every waiting image goes first."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class LaboratoryCount:
    """What was counted so far, and the images whose file is gone from the image store."""

    found: list[LaboratoryField] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)


def count_laboratory_fields(
    unit_of_work: UnitOfWorkFactory, store: ImageStore, runtime: CountingRuntime, *, may_go_on: Callable[[], bool]
) -> LaboratoryCount | None:
    """Count the golden fields that are due, one after the other; None where ``may_go_on`` said no before the end.

    Raises:
        CountingStopped: The process is stopping.
        StorageUnavailable: The image store does not answer.
    """
    with unit_of_work() as session:
        due = due_fields(session)
    counted = LaboratoryCount()
    for one in due:
        if not may_go_on():
            return None
        with runtime.slot(is_suspect=False, priority=AFTER_ALL_OTHERS) as counter:
            content = _read(store, one)  # only in the slot: waiting would otherwise hold it in memory
            result = None if content is None else counter.count(content, um_per_px=one.um_per_px)
        if result is None:
            counted.missing.append(one.image_id)
        else:
            counted.found.append(_field(one, result))
    return counted if may_go_on() else None


def field_numbers(result: FieldResult) -> FieldNumbers:
    """What is compared of a counted field."""
    counted = [cell for cell in result.cells if cell.is_counted]
    return FieldNumbers(
        counts=dict(compute_counts(counted)),
        differential=dict(compute_differential(counted)),
        morphology=dict(compute_morphology(counted)),
        cells=len(result.cells),
    )


def _read(store: ImageStore, due: DueField) -> bytes | None:
    """The image's bytes; None when the store has lost them."""
    try:
        with store.open(due.storage_key) as stream:
            return stream.read()
    except FileNotFoundError:
        store.check()  # a folder that is not mounted, or a bucket that is gone, has lost no image
        log.warning("golden_image_missing", image_id=due.image_id)
        return None


def _field(due: DueField, result: FieldResult) -> LaboratoryField:
    is_counted = result.status == "counted"
    cells = [cell for cell in result.cells if cell.is_counted] if is_counted else []
    return LaboratoryField(
        image_id=due.image_id,
        um_per_px=due.um_per_px,
        numbers=field_numbers(result) if is_counted else None,
        agreement=compute_class_agreement(due.confirmed, cells),
    )
