"""The one bridge to the neural network: the loaded counter, and how many images it counts at once."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Protocol

from app.errors import WeightsUnavailable
from app.jobs.slots import PrioritySlots
from app.settings import Settings
from model.types import FieldResult, WeightsIdentity

_STOP_CHECK_S = 0.2


class FieldCounter(Protocol):
    """What counts the cells of one field; ``model.inference.CellCounter`` does, and so do the tests' small ones."""

    weights: WeightsIdentity

    def count(self, image_bytes: bytes, *, um_per_px: float | None = None) -> FieldResult:
        """Count the cells of one image file; a bad image gives a refusal and never raises.

        ``um_per_px`` is micrometres a pixel where the image was calibrated, else the red cells tell.
        """
        ...


class CountingStopped(BaseException):
    """The process is stopping, so a waiting image is left for the next one.

    Not an Exception: DBOS records every Exception as the job's final outcome, and this is none.
    """


class CountingRuntime:
    """The counter of this process and its compute slots."""

    def __init__(
        self, settings: Settings, *, counter_factory: Callable[[Settings], FieldCounter] | None = None
    ) -> None:
        """Prepare without loading anything; the default factory loads the weights that the settings name."""
        self._settings = settings
        self._factory = counter_factory
        self._counter: FieldCounter | None = None
        self._slots = PrioritySlots(settings.count_concurrency)
        self._suspects = threading.Semaphore(1)
        self._draining = threading.Event()
        self._stopped = threading.Event()
        self.thresholds: Mapping[str, float] | None = None

    @property
    def weights(self) -> WeightsIdentity | None:
        """Which weights count here; None until they are loaded."""
        return self._counter.weights if self._counter else None

    @property
    def device(self) -> str | None:
        """What counts here, such as ``cpu (openvino)``; None for a counter that does not say."""
        device, engine = getattr(self._counter, "device", None), getattr(self._counter, "engine", None)
        return None if device is None else f"{device} ({getattr(engine, 'name', engine)})"

    def load_counter(self) -> None:
        """Load the weights, once.

        Raises:
            WeightsUnavailable: They are missing, damaged or made for another network.
        """
        if self._counter is None:
            self._counter = self._factory(self._settings) if self._factory else self._load_release()

    def is_ready(self) -> bool:
        """Whether the weights are loaded and images are being counted."""
        return self._counter is not None and not self._draining.is_set()

    def count(self, image_bytes: bytes, *, um_per_px: float | None = None) -> FieldResult:
        """Count the cells of one image, at the calibrated scale where there is one; call it inside a slot.

        Raises:
            WeightsUnavailable: No weights are loaded.
        """
        if self._counter is None:
            raise WeightsUnavailable("No weights are loaded in this process.")
        return self._counter.count(image_bytes, um_per_px=um_per_px)

    @contextmanager
    def slot(self, *, is_suspect: bool, priority: int) -> Iterator[None]:
        """Wait for one of the compute slots and hold it for the block; the lowest ``priority`` number is next.

        Suspects, images whose counting was started before and never ended, go one at a time: an
        image that kills the process would otherwise drag the same neighbour down with it each time.

        Raises:
            CountingStopped: The process is stopping.
        """
        with self._alone() if is_suspect else nullcontext():
            ticket = self._slots.stand_in_line(priority)
            try:
                self._wait_for(lambda: self._slots.acquire(ticket, timeout_s=_STOP_CHECK_S))
            finally:
                self._slots.leave(ticket)
            try:
                yield
            finally:
                self._slots.release()

    def pause(self, seconds: float) -> None:
        """Wait before another try.

        Raises:
            CountingStopped: The process is stopping.
        """
        if self._stopped.wait(seconds):
            raise CountingStopped

    def drain(self) -> None:
        """Let no further image start; those being counted go on."""
        self._draining.set()

    def stop(self) -> None:
        """Send every waiting job away, with its image still queued."""
        self._draining.set()
        self._stopped.set()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._wait_for(lambda: self._suspects.acquire(timeout=_STOP_CHECK_S))
        try:
            yield
        finally:
            self._suspects.release()

    def _wait_for(self, try_once: Callable[[], bool]) -> None:
        while self._draining.is_set() or not try_once():
            # While draining, waiting jobs keep their place: one that left would be claimed at once again.
            if self._draining.is_set():
                self.pause(_STOP_CHECK_S)

    def _load_release(self) -> FieldCounter:
        # Only here: a process that only queues images, and everything that imports the application, needs no PyTorch.
        from app.jobs.release_counter import (  # noqa: PLC0415
            ListingCounter,
            load_release_counter,
            working_thresholds,
        )

        counter = load_release_counter(self._settings)
        self.thresholds = working_thresholds(counter)
        return ListingCounter(counter)
