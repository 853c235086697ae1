"""Stand-ins for the network: one that knows the drawn smears, quick enough for tests of pages."""

import time
from dataclasses import dataclass, field

from model.classes import CellClass
from model.preprocessing import ImageRefused, decode_image
from model.rendering import RenderedSmear
from model.types import BoxXyxy, DetectedCell, FieldResult, Notice, Size, WeightsIdentity

TEST_WEIGHTS = WeightsIdentity(name="test-counter", version="1.2.3", sha256="ab12" * 16)
_DARK = 12
"""Mean brightness, 0..255, under which the stand-in says that an image is no smear."""


@dataclass
class KnowingCounter:
    """Gives the known cells of drawn smears, and one cell of each kind on any other image.

    An almost black image is refused; ``delay_s`` makes it as slow as a network.
    """

    known: dict[bytes, RenderedSmear] = field(default_factory=dict)
    delay_s: float = 0.0
    weights: WeightsIdentity = TEST_WEIGHTS

    def count(self, image_bytes: bytes, *, um_per_px: float | None = None) -> FieldResult:  # noqa: ARG002
        """Count one image."""
        time.sleep(self.delay_s)
        try:
            decoded = decode_image(image_bytes)
        except ImageRefused as refusal:
            return FieldResult("refused", self.weights, reason=Notice(refusal.code, refusal.message))
        if decoded.image_hwc_u8.mean() < _DARK:
            reason = Notice("not_a_smear", "The image is almost black. Photograph the smear with the lamp on.")
            return FieldResult("refused", self.weights, decoded.size, reason=reason)
        cells = _known_cells(self.known[image_bytes]) if image_bytes in self.known else _one_of_each(decoded.size)
        return FieldResult(
            "counted", self.weights, decoded.size, warnings=decoded.warnings, cells=cells, timings_ms={"network": 1.0}
        )


def _known_cells(smear: RenderedSmear) -> tuple[DetectedCell, ...]:
    return tuple(DetectedCell(cell.cell_class, cell.box_xyxy_image_px, 0.97, is_counted=True) for cell in smear.cells)


def _one_of_each(size: Size) -> tuple[DetectedCell, ...]:
    """A target cell cut by the left border, a neutrophil, an erythroblast, a platelet, and a red cell not counted."""
    width, height = size.width, size.height
    white, red, platelet = CellClass.WHITE_BLOOD_CELL, CellClass.RED_BLOOD_CELL, CellClass.PLATELET
    return (
        _named(red, (0.0, 0.0, width / 4, height / 4), 0.91, "target", 0.953),
        _named(white, (width / 2, 0.0, width * 0.9, height / 2), 0.88, "neutrophil", 0.93),
        _named(white, (0.0, height / 2, width / 4, height * 0.8), 0.8, "erythroblast", 0.9),
        DetectedCell(platelet, (width * 0.6, height * 0.6, width * 0.7, height * 0.7), 0.75, is_counted=True),
        DetectedCell(red, (width * 0.7, height * 0.7, width * 0.9, height * 0.9), 0.11, is_counted=False),
    )


def _named(cell_class: CellClass, box: BoxXyxy, score: float, subtype: str, probability: float) -> DetectedCell:
    return DetectedCell(
        cell_class,
        box,
        score,
        is_counted=True,
        subtype=subtype,
        subtype_probability=probability,
        likeliest_subtype=subtype,
    )
