"""The result record, version 1: everything counting one image gave, as one JSON object.

Programs outside the project read it. Its fields are published; new ones may be added, none may
change its meaning.
"""

from typing import Literal

from pydantic import Field

from app.schemas.base import Schema
from app.schemas.counts import ClassCounts
from model.classes import CellClass
from model.counting import compute_counts, compute_differential, compute_morphology
from model.types import BoxXyxy, DetectedCell, FieldResult, Notice, WeightsIdentity

_BOX_DECIMALS = 2
_SCORE_DECIMALS = 4
_TIMING_DECIMALS = 1


class CellEntry(Schema):
    """One cell of the image, counted or only listed.

    ``box`` is x1, y1, x2, y2 in pixels of the image after EXIF orientation. ``score`` is the
    network's output in 0..1, not a probability. ``subtype_probability`` is one, calibrated: how likely
    ``likeliest_subtype`` is right, which ``subtype`` repeats only where that is likely enough. None where the
    weights name no cell, for platelets, and in records older than the field.
    """

    cell_class: CellClass = Field(alias="class")
    box: BoxXyxy
    score: float
    counted: bool
    subtype: str | None
    subtype_probability: float | None
    likeliest_subtype: str | None = None


class ResultRecord(Schema):
    """What counting one image gave.

    ``counts``, ``differential`` and ``morphology`` are None for a refused image: nothing was
    counted, which is not the same as no cells. ``unavailable`` names what these weights cannot give
    (``NRBC``, ``differential``, ``morphology``): zeros there mean nothing.
    ``quality`` holds None where a number is undefined. ``engine`` names what ran the network, None where
    it did not run or the record is older than the field.
    """

    schema_version: Literal[1] = Field(default=1, alias="schema")
    image: str
    width: int | None
    height: int | None
    status: Literal["counted", "refused"]
    reason: Notice | None
    warnings: tuple[Notice, ...]
    counts: ClassCounts | None
    differential: dict[str, int] | None
    morphology: dict[str, int] | None
    cells: tuple[CellEntry, ...]
    quality: dict[str, float | None]
    model: WeightsIdentity
    timings_ms: dict[str, float]
    unavailable: tuple[str, ...] = ()
    engine: str | None = None
    head_counts: dict[str, float] | None = None


def build_result_record(image_name: str, result: FieldResult) -> ResultRecord:
    """The published record of a field's result, under the image's name as the user knows it."""
    is_counted = result.status == "counted"
    size = result.image_size
    return ResultRecord(
        image=image_name,
        width=size.width if size else None,
        height=size.height if size else None,
        status=result.status,
        reason=result.reason,
        warnings=result.warnings,
        counts=ClassCounts.model_validate(compute_counts(result.cells)) if is_counted else None,
        differential=dict(compute_differential(result.cells)) if is_counted else None,
        morphology=dict(compute_morphology(result.cells)) if is_counted else None,
        cells=tuple(_cell_entry(cell) for cell in result.cells),
        quality=dict(result.quality),
        model=result.weights,
        timings_ms={stage: round(value, _TIMING_DECIMALS) for stage, value in result.timings_ms.items()},
        unavailable=result.unavailable,
        engine=result.engine,
        head_counts=None if result.head_counts is None else dict(result.head_counts),
    )


def _cell_entry(cell: DetectedCell) -> CellEntry:
    x1, y1, x2, y2 = (round(float(edge), _BOX_DECIMALS) for edge in cell.box_xyxy_image_px)
    return CellEntry(
        cell_class=cell.cell_class,
        box=(x1, y1, x2, y2),
        score=round(float(cell.score), _SCORE_DECIMALS),
        counted=cell.is_counted,
        subtype=cell.subtype,
        subtype_probability=_rounded(cell.subtype_probability),
        likeliest_subtype=cell.likeliest_subtype,
    )


def _rounded(probability: float | None) -> float | None:
    return None if probability is None else round(float(probability), _SCORE_DECIMALS)
