"""Small counters for tests of the jobs: quick, slow, failing, or deadly for their process."""

import os
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from model.classes import CellClass
from model.types import DetectedCell, FieldResult, Notice, Size, WeightsIdentity

TEST_WEIGHTS = WeightsIdentity(name="test-counter", version="1", sha256="0" * 64)


def counted(red_cells: int = 2) -> FieldResult:
    """A result with some red cells and one platelet."""
    cells = [
        DetectedCell(CellClass.RED_BLOOD_CELL, (i * 10.0, 0.0, i * 10.0 + 8.0, 8.0), 0.9, is_counted=True)
        for i in range(red_cells)
    ]
    cells.append(DetectedCell(CellClass.PLATELET, (0.0, 20.0, 5.0, 25.0), 0.8, is_counted=True))
    return FieldResult("counted", TEST_WEIGHTS, Size(64, 64), cells=tuple(cells), timings_ms={"network": 1.0})


def _open_gate() -> threading.Event:
    gate = threading.Event()
    gate.set()
    return gate


@dataclass
class ScriptedCounter:
    """Counts after a delay and once its gate is open; raises for the images listed, a number of times each."""

    delay_s: float = 0.0
    gate: threading.Event = field(default_factory=_open_gate)
    failures: dict[bytes, int] = field(default_factory=dict)
    refused: frozenset[bytes] = frozenset()
    weights: WeightsIdentity = TEST_WEIGHTS
    calls: Counter[bytes] = field(default_factory=Counter)
    order: list[bytes] = field(default_factory=list)
    scales_um_per_px: list[float | None] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, image_bytes: bytes, *, um_per_px: float | None = None) -> FieldResult:
        """Count one image as scripted."""
        with self.lock:
            self.calls[image_bytes] += 1
            self.order.append(image_bytes)
            self.scales_um_per_px.append(um_per_px)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            time.sleep(self.delay_s)
            assert self.gate.wait(60), "the test never opened the gate"
            if self.calls[image_bytes] <= self.failures.get(image_bytes, 0):
                raise RuntimeError("the scripted counter fails on this image")
            if image_bytes in self.refused:
                return FieldResult("refused", TEST_WEIGHTS, Size(64, 64), reason=Notice("not_a_smear", "No smear."))
            return counted()
        finally:
            with self.lock:
                self.at_once -= 1


@dataclass
class DeadlyCounter:
    """Kills its own process on one image, as a fault in a native library would."""

    poison: bytes
    delay_s: float = 0.0
    weights: WeightsIdentity = TEST_WEIGHTS

    def count(self, image_bytes: bytes, *, um_per_px: float | None = None) -> FieldResult:  # noqa: ARG002
        """Count one image, or die."""
        if image_bytes == self.poison:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(self.delay_s)
        return counted()
