"""Speed of the counter beside torchvision's detectors, on one image in one run."""

import io
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torchvision.models.detection import fasterrcnn_resnet50_fpn, fcos_resnet50_fpn

from model.inference import CellCounter


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of repeated calls: their median and the fastest."""

    median_s: float
    fastest_s: float

    @staticmethod
    def of(seconds: Sequence[float]) -> "Timing":
        """The summary of one or more measured calls."""
        return Timing(float(np.median(seconds)), min(seconds))


def compare_detectors(counter: CellCounter, image_bytes: bytes, rounds: int) -> dict[str, Timing]:
    """Time the counter and torchvision's FCOS and Faster R-CNN with ResNet-50 on the same image.

    The detectors take turns, so that a busy machine slows all of them alike. torchvision's get the
    image decoded and have random weights, which does not change the speed of their networks.
    """
    calls = _torchvision_calls(image_bytes, counter.device)
    calls["bloodcount"] = lambda: counter.count(image_bytes)
    return time_in_turns(calls, rounds)


def time_in_turns(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Timing]:
    """Call each once to warm up, then ``rounds`` times in turns.

    Raises:
        ValueError: ``rounds`` is below 1.
    """
    if rounds < 1:
        raise ValueError(f"rounds is {rounds}; at least 1 is needed")
    for call in calls.values():
        call()
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - started)
    return {name: Timing.of(values) for name, values in seconds.items()}


def _torchvision_calls(image_bytes: bytes, device: torch.device) -> dict[str, Callable[[], object]]:
    with Image.open(io.BytesIO(image_bytes)) as opened:
        pixels = np.array(opened.convert("RGB"))
    image = (torch.from_numpy(pixels).permute(2, 0, 1).float() / 255).to(device)
    networks = {
        "torchvision fcos_resnet50_fpn": fcos_resnet50_fpn(weights=None, weights_backbone=None),
        "torchvision fasterrcnn_resnet50_fpn": fasterrcnn_resnet50_fpn(weights=None, weights_backbone=None),
    }

    def call_of(network: torch.nn.Module) -> Callable[[], object]:
        ready = network.eval().to(device)

        def call() -> object:
            with torch.inference_mode():
                return ready([image])

        return call

    return {name: call_of(network) for name, network in networks.items()}
