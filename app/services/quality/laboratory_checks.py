"""Checks of the laboratory's own golden fields: against what it confirmed, and against the count before.

What a field counted first with some weights and some engine is its measure, and each later count has to be the same. A
person who accepts a check that differed makes what it counted the measure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.db.records import QcResultRecord
from app.db.repositories import golden_fields, qc_results
from app.db.repositories.acquisition_profiles import find_um_per_px
from app.schemas.base import Schema
from app.schemas.golden_checks import (
    ClassAgreement,
    FieldNumbers,
    GoldenCheck,
    GoldenKind,
    GoldenOutcome,
    LaboratoryComparison,
    LaboratoryField,
)
from app.services.quality.check_records import CheckOrigin, add_check, numbers_differing, told_check
from app.services.quality.golden_agreement import pooled_agreement
from app.services.quality.golden_checks import SHOWN_CHECKS

MOST_FIELDS = 20
"""Golden fields that a check counts, those that were marked last: each holds a compute slot for about a second."""

LEAST_PERCENT = 80.0
"""Agreement below which a class fails: review begins with the network's own cells, so less deserves a look."""

LEAST_CELLS = 10
"""Confirmed cells of a class below which its agreement is shown and not judged; as where weights are judged."""

_KIND = GoldenKind.LABORATORY


@dataclass(frozen=True, slots=True)
class DueField:
    """A golden field that a check is to count, and the cells that the laboratory confirmed in it."""

    image_id: int
    storage_key: str
    um_per_px: float | None
    confirmed: Sequence[Mapping[str, Any]]


class _Measure(Schema):
    """What a field is compared with: another scale of its sample's profile asks for a new one."""

    numbers: FieldNumbers | None
    um_per_px: float | None


class _Details(Schema):
    """What is kept of a check, images by their numbers: no file name, as the row outlasts an erased sample.

    ``measures`` are what later checks are compared with, ``floors`` accepted percentages below the usual least.
    """

    fields: dict[str, _Measure]
    measures: dict[str, _Measure]
    floors: dict[str, float]
    comparison: LaboratoryComparison
    accepted_from: int | None = None


def due_fields(session: Session) -> list[DueField]:
    """The golden fields that a check counts, the newest first."""
    return [
        DueField(
            image_id=row.image.id,
            storage_key=row.image.storage_key,
            um_per_px=find_um_per_px(session, row.image.sample_id),
            confirmed=tuple(row.field.reference_cells),
        )
        for row in golden_fields.list_newest_live(session, limit=MOST_FIELDS)
    ]


def keep_laboratory_check(
    session: Session, origin: CheckOrigin, *, found: Sequence[LaboratoryField], missing: Sequence[int]
) -> GoldenCheck | None:
    """Keep what a process counted on the laboratory's golden fields; None where there never was one to count.

    ``missing`` are images whose file the image store has lost. A field that was withdrawn or erased meanwhile is left
    out.
    """
    live = {row.image.id for row in golden_fields.list_newest_live(session, limit=MOST_FIELDS)}
    found = [field for field in found if field.image_id in live]
    missing = [image_id for image_id in missing if image_id in live]
    if not found and not missing and not qc_results.list_newest(session, kind=_KIND, limit=1):
        return None
    previous = qc_results.find_newest_of(
        session, kind=_KIND, weights_sha256=origin.weights.sha256, engine=origin.engine
    )
    known, floors = _measures(previous)
    first = [field for field in found if _known(known, field) is None]
    agreement = pooled_agreement(field.agreement for field in found)
    details = _Details(
        fields={str(field.image_id): _measure(field) for field in found},
        measures=_carried(known, found, missing),
        floors=floors,
        comparison=LaboratoryComparison(
            images=tuple(field.image_id for field in found),
            first=len(first),
            marked=golden_fields.count_live(session),
            most=MOST_FIELDS,
            erased=golden_fields.count_erased(session),
            missing=tuple(missing),
            agreement=agreement,
            previous_at=None if previous is None else previous.made_at,
        ),
    )
    record = add_check(
        session,
        origin,
        kind=_KIND,
        outcome=GoldenOutcome.RECORDED if found and len(first) == len(found) else GoldenOutcome.PASSED,
        differences=[*_drifted(known, found), *_too_different(agreement, floors)],
        details=details.model_dump(mode="json"),
    )
    return _told(record)


def newest_laboratory_checks(session: Session) -> list[GoldenCheck]:
    """The newest checks of the laboratory's golden fields, the newest first."""
    return [_told(record) for record in qc_results.list_newest(session, kind=_KIND, limit=SHOWN_CHECKS)]


def _told(record: QcResultRecord) -> GoldenCheck:
    comparison = _Details.model_validate(record.details).comparison
    return told_check(record).model_copy(update={"laboratory": comparison})


def _measures(previous: QcResultRecord | None) -> tuple[dict[str, _Measure], dict[str, float]]:
    """What fields are compared with after a check, and the accepted percentages by class."""
    if previous is None:
        return {}, {}
    details = _Details.model_validate(previous.details)
    if details.accepted_from is None:
        return details.measures, details.floors
    accepted = {
        row.cell_class.value: row.percent
        for row in details.comparison.agreement
        if row.percent is not None and row.percent < LEAST_PERCENT
    }
    return details.measures | details.fields, accepted


def _measure(field: LaboratoryField) -> _Measure:
    return _Measure(numbers=field.numbers, um_per_px=field.um_per_px)


def _known(known: Mapping[str, _Measure], field: LaboratoryField) -> _Measure | None:
    """What a field is compared with; None where it was never counted at this scale."""
    measure = known.get(str(field.image_id))
    return measure if measure is not None and measure.um_per_px == field.um_per_px else None


def _carried(
    known: Mapping[str, _Measure], found: Sequence[LaboratoryField], missing: Sequence[int]
) -> dict[str, _Measure]:
    """What the next check compares with; a refusal is no measure until somebody accepts it."""
    measures = {str(image_id): known[str(image_id)] for image_id in missing if str(image_id) in known}
    for field in found:
        measure = _known(known, field) or _measure(field)
        if measure.numbers is not None or _known(known, field) is not None:
            measures[str(field.image_id)] = measure
    return measures


def _drifted(known: Mapping[str, _Measure], found: Sequence[LaboratoryField]) -> Iterator[str]:
    """What is not as the same weights and the same engine counted it before."""
    for field in found:
        name, before = f"Image {field.image_id}", _known(known, field)
        if before is None:
            if field.numbers is None:
                yield f"{name}: refused, although a person here confirmed its cells"
        elif before.numbers is None or field.numbers is None:
            if before.numbers != field.numbers:
                yield f"{name}: {'counted before, refused now' if before.numbers else 'refused before, counted now'}"
        else:
            yield from numbers_differing(name, before.numbers, field.numbers)


def _too_different(agreement: Sequence[ClassAgreement], floors: Mapping[str, float]) -> Iterator[str]:
    """The classes in which too few cells are those that the laboratory confirmed."""
    for row in agreement:
        least = min(LEAST_PERCENT, floors.get(row.cell_class.value, LEAST_PERCENT))
        if row.confirmed >= LEAST_CELLS and row.percent is not None and row.percent < least:
            yield (
                f"{row.cell_class.value}: {row.percent:.1f} % agreement with what was confirmed here, at least "
                f"{least:.1f} % expected ({row.confirmed} confirmed, {row.counted} counted, {row.matched} of them the "
                "same cells)"
            )
