"""A worker whose counter only waits: for benchmarks of the queue, where the network would measure itself.

``python -m app.commands.stand_in_worker SECONDS`` is a worker in all else.
"""

import hashlib
import sys
import time

from app.commands.worker import count_until_stopped
from app.settings import get_settings
from model.classes import CellClass
from model.types import DetectedCell, FieldResult, Size, WeightsIdentity

_MOST_CELLS = 50


class StandInCounter:
    """Counts as many red cells as the image's hash says, after a while."""

    weights = WeightsIdentity(name="stand-in", version="1", sha256="0" * 64)

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def count(self, image_bytes: bytes, *, um_per_px: float | None = None) -> FieldResult:  # noqa: ARG002
        """A result that depends on nothing but the image's bytes."""
        time.sleep(self._seconds)
        cell = DetectedCell(CellClass.RED_BLOOD_CELL, (0.0, 0.0, 8.0, 8.0), 0.9, is_counted=True)
        cells = (cell,) * expected_red_cells(image_bytes)
        return FieldResult(
            "counted", self.weights, Size(64, 64), cells=cells, timings_ms={"network": self._seconds * 1000}
        )


def expected_red_cells(image_bytes: bytes) -> int:
    """What the stand-in counts on an image."""
    return hashlib.sha256(image_bytes).digest()[0] % _MOST_CELLS


if __name__ == "__main__":
    count_until_stopped(get_settings(), counter_factory=lambda _: StandInCounter(float(sys.argv[1])))
