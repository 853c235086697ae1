"""The one bridge to the neural network: the loaded counter, and how many images it counts at once."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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


@dataclass(frozen=True, slots=True)
class LoadedWeights:
    """A counter that is ready to count, and the working thresholds of its weights by class, None for a stand-in."""

    counter: FieldCounter
    thresholds: Mapping[str, float] | None = None

    @property
    def identity(self) -> WeightsIdentity:
        """Which weights these are."""
        return self.counter.weights


class CountingStopped(BaseException):
    """The process is stopping, so a waiting image is left for the next one.

    Not an Exception: DBOS records every Exception as the job's final outcome, and this is none.
    """


class CountingRuntime:
    """The counter of this process and its compute slots.

    Weights are changed between two images: each keeps the counter that it got with its slot, to its end.
    """

    def __init__(
        self, settings: Settings, *, counter_factory: Callable[[Settings], FieldCounter] | None = None
    ) -> None:
        """Prepare without loading anything; the default factory loads the weights that the settings name."""
        self._settings = settings
        self._factory = counter_factory
        self._loaded: LoadedWeights | None = None
        self._thresholds: dict[str, Mapping[str, float] | None] = {}
        self._problem: str | None = None
        self._slots = PrioritySlots(settings.count_concurrency)
        self._suspects = threading.Semaphore(1)
        self._draining = threading.Event()
        self._stopped = threading.Event()

    @property
    def weights(self) -> WeightsIdentity | None:
        """Which weights count here; None until they are loaded, and while the active ones cannot be."""
        return self._loaded.identity if self._loaded else None

    @property
    def problem(self) -> str | None:
        """Why nothing is counted here although it should be; None where all is well."""
        return self._problem

    @property
    def device(self) -> str | None:
        """What counts here, such as ``cpu (openvino)``; None for a counter that does not say."""
        counter = self._loaded.counter if self._loaded else None
        device, engine = getattr(counter, "device", None), getattr(counter, "engine", None)
        return None if device is None else f"{device} ({getattr(engine, 'name', engine)})"

    def thresholds_of(self, weights: WeightsIdentity) -> Mapping[str, float] | None:
        """The working thresholds of weights that count here or did so before; None where they are not known."""
        return self._thresholds.get(weights.sha256)

    def load(self, weights_path: Path | None) -> LoadedWeights:
        """Load weights beside those that count; None takes those that the settings name.

        Raises:
            WeightsUnavailable: They are missing, damaged or made for another network.
        """
        settings = self._settings
        if weights_path is not None:
            settings = settings.model_copy(update={"weights_path": weights_path})
        return LoadedWeights(self._factory(settings)) if self._factory else _load_release(settings)

    def use(self, loaded: LoadedWeights) -> None:
        """Count with these weights from the next image on; what is being counted goes on with its own."""
        self._thresholds[loaded.identity.sha256] = loaded.thresholds
        self._loaded, self._problem = loaded, None

    def hold(self, problem: str) -> None:
        """Count nothing more until ``use``: the weights that are active cannot be loaded, and no others will do."""
        self._loaded, self._problem = None, problem

    def is_ready(self) -> bool:
        """Whether the weights are loaded and images are being counted."""
        return self._loaded is not None and not self._draining.is_set()

    @contextmanager
    def slot(self, *, is_suspect: bool, priority: int) -> Iterator[FieldCounter]:
        """Wait for a compute slot and hold it for the block, with the counter that counts in it.

        The lowest ``priority`` number is next.

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
                yield self._counter_now()
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

    def _counter_now(self) -> FieldCounter:
        """The counter of this moment; waits while there is none."""
        while (loaded := self._loaded) is None:
            self.pause(_STOP_CHECK_S)
        return loaded.counter

    def _wait_for(self, try_once: Callable[[], bool]) -> None:
        while self._is_closed() or not try_once():
            # While closed, waiting jobs keep their place: one that left would be claimed at once again.
            if self._is_closed():
                self.pause(_STOP_CHECK_S)

    def _is_closed(self) -> bool:
        return self._draining.is_set() or self._loaded is None


def _load_release(settings: Settings) -> LoadedWeights:
    # Only here: a process that only queues images, and everything that imports the application, needs no PyTorch.
    from app.jobs.release_counter import (  # noqa: PLC0415
        ListingCounter,
        load_release_counter,
        working_thresholds,
    )

    counter = load_release_counter(settings)
    return LoadedWeights(ListingCounter(counter), working_thresholds(counter))
