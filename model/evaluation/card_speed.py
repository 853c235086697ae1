"""How fast a graphics card counts: ``python -m model.evaluation.card_speed WEIGHTS IMAGE...`` on the card's machine.

Needs nothing but what ``model`` needs, since such machines seldom have more; ``bloodcount bench gpu`` does the same.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from model.counting import compute_counts
from model.inference import CellCounter, load_cell_counter
from model.inference.engines import Engine, build_engine
from model.preprocessing import ImageLimits, decode_image
from model.weights import load_network, open_release

_FIELD_PX = (256, 320)
"""Height and width of a field of 640 x 480 whose red cells are 100 pixels wide, at the network's scale and padded."""

_BATCHES = (1, 4, 16, 64)
_DECODERS = 8


def measure_card(weights: Path, images: Sequence[bytes]) -> dict[str, Any]:
    """Rates of the card, of the network by engine and batch, of whole counts, and of decoding the images.

    ``matrix_tflops`` is the card's own rate of a product of two 8192 x 8192 matrices of bfloat16 random numbers;
    ``share`` what the network reaches of it, counting two operations a multiplication and addition.

    Raises:
        WeightsRefused: The weights cannot be used.
        RuntimeError: There is no graphics card.
    """
    device = torch.device("cuda")
    rate = matrix_rate(device)
    release = open_release(weights)
    operations = field_operations(load_network(release))
    engines = {name: build_engine(load_network(release), device, name) for name in ("torch", "cuda-bf16")}
    rows = [
        _network_row(name, engine, batch, operations, rate) for name, engine in engines.items() for batch in _BATCHES
    ]
    counters = {name: load_cell_counter(weights, device="cuda", engine=name) for name in engines}
    reference = load_cell_counter(weights, device="cpu", engine="torch")
    return {
        "card": torch.cuda.get_device_name(device),
        "torch": torch.__version__,
        "matrix_tflops": rate / 1e12,
        "operations_a_field": operations,
        "network": rows,
        "whole_count_fields_a_second": {name: _count_rate(counter, images) for name, counter in counters.items()},
        "decoding_fields_a_second": {str(threads): decoding_rate(images, threads) for threads in (1, _DECODERS)},
        "counts_that_differ_from_the_processor": {
            name: _differing(reference, counter, images) for name, counter in counters.items()
        },
    }


def matrix_rate(device: torch.device, side: int = 8192) -> float:
    """Floating-point operations a second in the product of two square matrices of bfloat16 random numbers."""
    left, right = (torch.randn(side, side, device=device, dtype=torch.bfloat16) for _ in range(2))
    return 2 * side**3 / seconds_a_call(lambda: left @ right, device)


def field_operations(network: torch.nn.Module) -> int:
    """Floating-point operations of the network for one field (a multiplication and an addition are two)."""
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        network.eval()(torch.zeros(1, 3, *_FIELD_PX))
    return int(counter.get_total_flops())


def _network_row(name: str, engine: Engine, batch: int, operations: int, rate: float) -> dict[str, Any]:
    images = torch.randn(batch, 3, *_FIELD_PX, device="cuda")
    seconds = seconds_a_call(lambda: engine(images), images.device)
    fields = batch / seconds
    return {"engine": name, "batch": batch, "fields_a_second": fields, "share": fields * operations / rate}


def seconds_a_call(call: Callable[[], object], device: torch.device, repeats: int = 20) -> float:
    """Median seconds of a call after three to warm up; on a card by its own clock."""
    for _ in range(3):
        call()
    taken: list[float] = []
    for _ in range(repeats):
        if device.type == "cuda":
            begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]
            begin.record()
            call()
            end.record()
            torch.cuda.synchronize(device)
            taken.append(begin.elapsed_time(end) / 1000)
        else:
            started = time.perf_counter()
            call()
            taken.append(time.perf_counter() - started)
    return sorted(taken)[len(taken) // 2]


def _count_rate(counter: CellCounter, images: Sequence[bytes]) -> float:
    for image in images[:3]:
        counter.count(image)
    started = time.perf_counter()
    for image in images:
        counter.count(image)
    return len(images) / (time.perf_counter() - started)


def decoding_rate(images: Sequence[bytes], threads: int) -> float:
    """Images decoded a second by so many threads, each image eight times; Pillow decodes them side by side."""
    limits = ImageLimits()
    with ThreadPoolExecutor(threads) as pool:
        started = time.perf_counter()
        list(pool.map(lambda image: decode_image(image, limits), list(images) * 8))
        return 8 * len(images) / (time.perf_counter() - started)


def _differing(reference: CellCounter, counter: CellCounter, images: Sequence[bytes]) -> int:
    """In how many images any count differs from the reference engine's on the processor."""
    return sum(
        compute_counts(reference.count(image).cells) != compute_counts(counter.count(image).cells) for image in images
    )


def main() -> None:
    """Parse the command line, measure, and write JSON on standard output."""
    parser = argparse.ArgumentParser(prog="python -m model.evaluation.card_speed", description=__doc__)
    parser.add_argument("weights", type=Path, help="weights file, its manifest beside it")
    parser.add_argument("images", type=Path, nargs="+", help="images of smears")
    arguments = parser.parse_args()
    measured = measure_card(arguments.weights, [path.read_bytes() for path in arguments.images])
    sys.stdout.write(json.dumps(measured, indent=2) + "\n")


if __name__ == "__main__":
    main()
