"""How quick this process has been lately, measured on what it really counted."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

_REMEMBERED = 60
"""Images over which the rate is taken: a change of the images' size shows within a minute or so."""

_FEWEST = 3
"""With fewer images than this nothing is claimed: the first one after a start is slower than all others."""


@dataclass
class ThroughputMeter:
    """Images a second while there is something to do; time without any image is left out of it."""

    clock: Callable[[], float] = time.monotonic
    finished: int = 0
    in_hand: int = 0
    _busy_s: float = 0.0
    _since: float = 0.0
    _ends: deque[float] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        """An image is taken in hand."""
        with self._lock:
            if self.in_hand == 0:
                self._since = self.clock()
                if not self._ends:
                    self._ends.append(self._busy_s)  # where the first image begins
            self.in_hand += 1

    def end(self) -> None:
        """An image is out of hand, with a result or without one."""
        with self._lock:
            self._busy_s = self._busy_now()
            self._since = self.clock()
            self.in_hand -= 1

    def note_finished(self) -> None:
        """An image in hand got its result."""
        with self._lock:
            self.finished += 1
            self._ends.append(self._busy_now())

    def images_per_s(self) -> float | None:
        """The rate over the last images; None until enough were counted to say."""
        with self._lock:
            counted, busy_s = len(self._ends) - 1, self._ends[-1] - self._ends[0] if self._ends else 0.0
            return counted / busy_s if counted >= _FEWEST and busy_s > 0 else None

    def _busy_now(self) -> float:
        return self._busy_s + (self.clock() - self._since if self.in_hand else 0.0)
