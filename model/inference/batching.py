"""Images of several requests run through the network together, which keeps a graphics card busy.

A card computes eight small images in hardly more time than one. So the threads that count at the same time
meet here: each brings one image, one of them runs all that have the same shape, and each gets its own part.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor

from model.inference.engines import Engine
from model.network import DenseOutput


@dataclass(frozen=True, slots=True)
class Batching:
    """At most how many images run together, and how long, in seconds, the first of them waits for others."""

    most_images: int = 8
    wait_s: float = 0.01


@dataclass(slots=True, eq=False)
class _Waiting:
    """One thread's image N = 1, and what became of it."""

    images_nchw_f32: Tensor
    arrived: float = field(default_factory=time.monotonic)
    output: DenseOutput | None = None
    error: Exception | None = None

    @property
    def is_done(self) -> bool:
        return self.output is not None or self.error is not None


class BatchingEngine:
    """An engine that many threads may call at once; ``name`` is that of the engine behind it.

    Nobody waits who has nobody to wait for: as soon as every thread inside ``caller`` has brought its image, or
    ``most_images`` of one shape have come, or the oldest has waited ``wait_s``, they are run. Batches are of 1, 2,
    4, 8 … images, so that an engine which prepares itself for each shape meets few of them.
    """

    def __init__(self, engine: Engine, batching: Batching) -> None:
        self.name = engine.name
        self._engine, self._batching = engine, batching
        self._changed = threading.Condition()
        self._queue: deque[_Waiting] = deque()
        self._callers = 0
        self._is_running = False

    @contextmanager
    def caller(self) -> Iterator[None]:
        """Say that this thread will bring images until the block ends, so that others may wait for them."""
        with self._changed:
            self._callers += 1
        try:
            yield
        finally:
            with self._changed:
                self._callers -= 1
                self._changed.notify_all()

    def __call__(self, images_nchw_f32: Tensor) -> DenseOutput:
        """The maps of this thread's image, computed together with those of other threads.

        Raises:
            Exception: What the engine raised for this very image; the others of its batch are not affected.
        """
        mine = _Waiting(images_nchw_f32)
        with self._changed:
            self._queue.append(mine)
            self._changed.notify_all()
        while batch := self._next_batch(mine):
            try:
                self._run(batch)
            finally:
                with self._changed:
                    self._is_running = False
                    self._changed.notify_all()
        if mine.error is not None:
            raise mine.error
        assert mine.output is not None  # noqa: S101  # otherwise there would be a next batch
        return mine.output

    def _next_batch(self, mine: _Waiting) -> list[_Waiting]:
        """The images that this thread has to run now; empty once its own is done."""
        with self._changed:
            while not mine.is_done:
                if self._is_running or not self._queue:
                    self._changed.wait()
                    continue
                left_s = self._left_s()
                if left_s <= 0:
                    taken = self._take()
                    self._is_running = True
                    return taken
                self._changed.wait(left_s)
            return []

    def _left_s(self) -> float:
        """How long to go on waiting for further images."""
        oldest = self._queue[0]
        alike = sum(waiting.images_nchw_f32.shape == oldest.images_nchw_f32.shape for waiting in self._queue)
        if alike >= self._batching.most_images or len(self._queue) >= self._callers:
            return 0.0
        return oldest.arrived + self._batching.wait_s - time.monotonic()

    def _take(self) -> list[_Waiting]:
        """Remove the oldest image and those of its shape from the queue, as many as the largest power of two."""
        shape = self._queue[0].images_nchw_f32.shape
        alike = [waiting for waiting in self._queue if waiting.images_nchw_f32.shape == shape]
        taken = alike[: _power_of_two(min(len(alike), self._batching.most_images))]
        for waiting in taken:
            self._queue.remove(waiting)
        return taken

    def _run(self, batch: Sequence[_Waiting]) -> None:
        try:
            output = self._engine(torch.cat([waiting.images_nchw_f32 for waiting in batch]))
        except Exception as error:  # noqa: BLE001  # handed to the thread whose image it is
            if len(batch) == 1:
                batch[0].error = error
                return
            for waiting in batch:
                self._run([waiting])
            return
        for index, waiting in enumerate(batch):
            waiting.output = DenseOutput(*(part[index : index + 1] for part in output))


def _power_of_two(number: int) -> int:
    """The largest power of two that is not above a number of at least 1."""
    return 1 << (number.bit_length() - 1)
