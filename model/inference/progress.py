"""Following the count of one field: time a stage, tiles done of tiles to do."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

ProgressCallback = Callable[[int, int], None]
"""Called after every tile with the tiles done and the tiles to do, over all looks decided on so far; what it raises
ends the count."""


@dataclass(slots=True)
class StageTimer:
    """Milliseconds spent a stage, added up over passes and tiles."""

    timings_ms: dict[str, float] = field(default_factory=dict)

    def add(self, stage: str, started: float) -> float:
        """Add the time since ``started`` (``time.perf_counter``) to a stage; returns the time now."""
        now = time.perf_counter()
        self.timings_ms[stage] = self.timings_ms.get(stage, 0.0) + (now - started) * 1000
        return now


@dataclass(slots=True)
class TileProgress:
    """Tiles looked at so far; the total grows when another look turns out to be needed."""

    callback: ProgressCallback | None = None
    done: int = 0
    total: int = 0

    def expect(self, tiles: int) -> None:
        """A look at this many tiles begins."""
        self.total += tiles

    def tile_done(self) -> None:
        """One tile has been looked at."""
        self.done += 1
        if self.callback is not None:
            self.callback(self.done, self.total)
