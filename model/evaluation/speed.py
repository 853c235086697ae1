"""Speed of the counter beside other detectors, on one image in one run."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np

from model.evaluation.other_detectors import torchvision_calls, yolo_calls
from model.inference import CellCounter

Key = TypeVar("Key")
_STAGES_MS = ("resize", "network", "decoding")


class Contestant(NamedTuple):
    """What is timed: the detector, the engine that runs it, and what its call takes in."""

    detector: str
    engine: str
    image: str


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of repeated calls: their median and the fastest."""

    median_s: float
    fastest_s: float

    @staticmethod
    def of(seconds: Sequence[float]) -> "Timing":
        """The summary of one or more measured calls."""
        return Timing(float(np.median(seconds)), min(seconds))


def compare_detectors(
    counters: Sequence[CellCounter], image_bytes: bytes, rounds: int, *, yolo: bool
) -> dict[Contestant, Timing]:
    """Time counters (one an engine), torchvision's detectors with ResNet-50 and, if asked for, YOLO on one image.

    The detectors take turns, so that a busy machine slows all of them alike. The others have random
    weights, which does not change the speed of their networks, and get the image decoded; so of a
    counter the part after decoding (resizing, network, peaks) is timed as well as the whole count.

    Raises:
        MissingExtra: YOLO was asked for and ultralytics is not installed.
        ValueError: ``rounds`` is below 1, or the image is refused.
    """
    device = counters[0].device
    others = torchvision_calls(image_bytes, device)
    if yolo:
        others |= yolo_calls(image_bytes, device)
    calls: dict[Contestant, Callable[[], object]] = {Contestant(*key): call for key, call in others.items()}
    parts: dict[Contestant, list[float]] = {}
    for counter in counters:
        part_s = parts[Contestant("bloodcount", counter.engine.name, "decoded")] = []
        calls[Contestant("bloodcount", counter.engine.name, "file")] = _count_call(counter, image_bytes, part_s)
    timings = time_in_turns(calls, rounds)
    return timings | {key: Timing.of(part_s[1:]) for key, part_s in parts.items()}  # the first call warms up


def time_in_turns(calls: Mapping[Key, Callable[[], object]], rounds: int) -> dict[Key, Timing]:
    """Call each once to warm up, then ``rounds`` times in turns.

    Raises:
        ValueError: ``rounds`` is below 1.
    """
    if rounds < 1:
        raise ValueError(f"rounds is {rounds}; at least 1 is needed")
    for call in calls.values():
        call()
    seconds: dict[Key, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - started)
    return {name: Timing.of(values) for name, values in seconds.items()}


def _count_call(counter: CellCounter, image_bytes: bytes, part_s: list[float]) -> Callable[[], None]:
    """A call that counts the file and notes the seconds of the part after decoding."""

    def call() -> None:
        result = counter.count(image_bytes)
        if result.reason is not None:
            raise ValueError(result.reason.message)
        part_s.append(sum(result.timings_ms.get(stage, 0.0) for stage in _STAGES_MS) / 1000)

    return call
