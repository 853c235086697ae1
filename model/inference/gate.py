"""The gate of one field: measured at the network's scale, judged, and what is to be believed of its cells."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.classes import CellClass, RedCellSubtype, WhiteCellSubtype
from model.counting import NUCLEATED_RED_CELL
from model.inference.progress import StageTimer
from model.inference.sampling import patches_of
from model.inference.scale import ScaledLook
from model.quality import Familiarity, FieldMeasures, FieldVerdict, GateSettings, judge_field, measure_field
from model.types import DetectedCell, Notice

_NOT_SURE = {
    CellClass.WHITE_BLOOD_CELL: WhiteCellSubtype.UNIDENTIFIED.value,
    CellClass.RED_BLOOD_CELL: RedCellSubtype.UNCATEGORISED.value,
}


class GatedField(NamedTuple):
    """A field that has passed the gate or was refused (``refusal``), then without cells.

    ``quality`` are its measures as records carry them; ``measures`` the same unrounded. ``is_unfamiliar`` tells that no
    sub-type was believed.
    """

    cells: tuple[DetectedCell, ...]
    refusal: Notice | None
    warnings: tuple[Notice, ...]
    quality: dict[str, float | None]
    measures: FieldMeasures
    is_unfamiliar: bool = False

    @property
    def unavailable(self) -> tuple[str, ...]:
        """What cannot be told of the field: whether one of its white cells is a nucleated red cell."""
        has_white = any(cell.is_counted and cell.cell_class is CellClass.WHITE_BLOOD_CELL for cell in self.cells)
        return (NUCLEATED_RED_CELL,) if self.is_unfamiliar and has_white else ()


@dataclass(frozen=True, slots=True)
class FieldGate:
    """Judges fields by the limits of the weights in use; weights without limits let every field pass, measured."""

    limits: GateSettings | None
    familiarity: Familiarity | None

    @classmethod
    def of(cls, limits: GateSettings | None) -> "FieldGate":
        """The gate with the limits of a manifest."""
        return cls(limits, None if limits is None else Familiarity.unpacked(limits.familiarity))

    def judge(
        self, image_hwc_u8: NDArray[np.uint8], look: ScaledLook, cells: Sequence[DetectedCell], timer: StageTimer
    ) -> GatedField:
        """Measure a field and its counted cells, and leave standing what can be believed."""
        started = time.perf_counter()
        height, width = image_hwc_u8.shape[:2]
        scores = [cell.score for cell in cells if cell.is_counted and cell.cell_class is CellClass.RED_BLOOD_CELL]
        patches = patches_of(image_hwc_u8, look.scale, cells)
        measures = measure_field(patches, scores, height * width * look.scale**2)
        quality = {**measures.rounded(), "smear_distance": None, "smear_likeness": None}
        verdict = FieldVerdict(None)
        if self.limits is not None and self.familiarity is not None:
            distance = self.familiarity.distance(look.features)
            likeness = self.limits.likeness.likeness(measures, distance)
            verdict = judge_field(measures, distance, likeness, self.limits)
            quality |= {"smear_distance": round(distance, 4), "smear_likeness": round(likeness, 4)}
        timer.add("quality", started)
        believed = _believed(cells, verdict)
        return GatedField(believed, verdict.refusal, verdict.warnings, quality, measures, verdict.is_unfamiliar)


def _believed(cells: Sequence[DetectedCell], verdict: FieldVerdict) -> tuple[DetectedCell, ...]:
    """No cells of a refused field, and no sub-types of cells in an unfamiliar one; the likeliest stay listed."""
    if verdict.refusal is not None:
        return ()
    if not verdict.is_unfamiliar:
        return tuple(cells)
    return tuple(cell if cell.subtype is None else replace(cell, subtype=_NOT_SURE[cell.cell_class]) for cell in cells)
