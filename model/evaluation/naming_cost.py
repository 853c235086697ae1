"""What naming cells costs over finding them: the same weights with and without what names, in turns."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from safetensors.torch import load, save

from model.config import DETECTOR_ARCHITECTURE
from model.evaluation.speed import time_in_turns
from model.inference import CellCounter
from model.weights import WeightsRelease

_NAMING_PARTS = ("embedding_head.", "namer.")
_FINDING_MS = ("resize", "network", "decoding")
_NAMING_MS = (*_FINDING_MS, "naming")


def detection_alone(release: WeightsRelease) -> WeightsRelease:
    """The same weights without the layers that name cells, their settings and the gate, which reads those layers."""
    kept = {name: part for name, part in load(release.content).items() if not name.startswith(_NAMING_PARTS)}
    manifest = dataclasses.replace(release.manifest, architecture=DETECTOR_ARCHITECTURE, naming=None, gate=None)
    return dataclasses.replace(release, manifest=manifest, content=save(kept))


def measure_naming_cost(
    release: WeightsRelease, image_bytes: bytes, rounds: int, *, device: str = "auto", engine: str = "auto"
) -> dict[str, Any]:
    """Median milliseconds of counting one decoded image with and without names, and their ratio.

    ``detection_ms`` is resizing, network and decoding of the network without its naming layers; ``naming_ms`` the same
    and naming, of the whole network; ``gate_ms`` what judging the field takes beside. ``ratio`` is ``naming_ms`` /
    ``detection_ms``, ``ratio_with_gate`` with the gate on top.

    Raises:
        WeightsRefused: The weights do not fit the network.
        EngineUnavailable: The engine is not installed or does not run on the device.
        ValueError: ``rounds`` is below 1, or the image is refused.
    """
    counters = {
        "naming": CellCounter(release, device=device, engine=engine),
        "detection": CellCounter(detection_alone(release), device=device, engine=engine),
    }
    spent: dict[str, list[dict[str, float]]] = {name: [] for name in counters}
    time_in_turns({name: _count_call(counters[name], image_bytes, spent[name]) for name in counters}, rounds)
    measured = {name: calls[1:] for name, calls in spent.items()}  # the first call warms up
    naming, detection = _median(measured["naming"], _NAMING_MS), _median(measured["detection"], _FINDING_MS)
    gate = _median(measured["naming"], ("quality",))
    return {
        "engine": counters["naming"].engine.name,
        "rounds": rounds,
        "detection_ms": round(detection, 1),
        "naming_ms": round(naming, 1),
        "gate_ms": round(gate, 1),
        "ratio": round(naming / detection, 3),
        "ratio_with_gate": round((naming + gate) / detection, 3),
    }


def _count_call(counter: CellCounter, image_bytes: bytes, spent: list[dict[str, float]]) -> Callable[[], None]:
    def call() -> None:
        result = counter.count(image_bytes)
        if result.reason is not None:
            raise ValueError(result.reason.message)
        spent.append(dict(result.timings_ms))

    return call


def _median(calls: list[dict[str, float]], stages: tuple[str, ...]) -> float:
    return float(np.median([sum(timings.get(stage, 0.0) for stage in stages) for timings in calls]))
