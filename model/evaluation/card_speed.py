"""Fields a second on a graphics card, as a share of the card's own matrix rate, and beside the decoding of JPEG."""

import io
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import torch
from PIL import Image
from torch.utils.flop_counter import FlopCounterMode

from model.inference.engines import Engine, build_engine, installed_engines
from model.network import CellDetector
from model.preprocessing import ImageLimits, decode_image

FIELD_HEIGHT_PX, FIELD_WIDTH_PX = 256, 320
"""The network's input for a field of 640 x 480 whose red cells are 100 pixels wide."""

BATCH_SIZES = (1, 8, 32, 64)


def measure_card(
    device: torch.device, image_bytes: bytes, *, batches: Sequence[int] = BATCH_SIZES
) -> dict[str, object]:
    """All figures of one run.

    ``matrix_tflops``: measured with bfloat16 matrices of 8192 x 8192. ``engines``: for each engine and
    batch, fields a second and their floating-point operations as a share of that rate.
    ``jpeg_fields_per_second``: decoding the image as JPEG on every core, as counting does it.
    """
    rate = matrix_flops_per_second(device)
    per_field = field_flops()
    engines: dict[str, dict[str, dict[str, float]]] = {}
    for name in installed_engines(device):
        engine = build_engine(CellDetector().eval(), device, name)
        rows = engines[engine.name] = {}
        for batch in batches:
            fields = _fields_per_second(engine, device, batch)
            rows[str(batch)] = {"fields_per_second": round(fields, 1), "share": round(fields * per_field / rate, 4)}
    return {
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        "matrix_tflops": round(rate / 1e12, 2),
        "gflop_a_field": round(per_field / 1e9, 2),
        "engines": engines,
        "jpeg_fields_per_second": round(jpeg_fields_per_second(image_bytes), 1),
        "cpu_cores": os.cpu_count() or 1,
    }


def _fields_per_second(engine: Engine, device: torch.device, batch: int) -> float:
    images = torch.zeros(batch, 3, FIELD_HEIGHT_PX, FIELD_WIDTH_PX, device=device)
    return batch / seconds_a_call(lambda: engine(images), device)


def matrix_flops_per_second(device: torch.device, side: int = 8192) -> float:
    """Floating-point operations a second in the product of two square bfloat16 matrices."""
    left = torch.randn(side, side, device=device, dtype=torch.bfloat16)
    return 2 * side**3 / seconds_a_call(lambda: left @ left, device)


def field_flops() -> float:
    """Floating-point operations of the network for one field (a multiplication and an addition are two)."""
    with torch.device("meta"):
        network = CellDetector().eval()
        image = torch.zeros(1, 3, FIELD_HEIGHT_PX, FIELD_WIDTH_PX)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(image)
    return float(counter.get_total_flops())


def seconds_a_call(call: Callable[[], object], device: torch.device, shortest_s: float = 1.0) -> float:
    """Mean seconds of a call, repeated for at least ``shortest_s`` after three calls to warm up."""
    for _ in range(3):
        call()
    _wait(device)
    started, calls = time.perf_counter(), 0
    while (elapsed := time.perf_counter() - started) < shortest_s:
        for _ in range(4):
            call()
        _wait(device)
        calls += 4
    return elapsed / calls


def jpeg_fields_per_second(image_bytes: bytes, fields: int = 200) -> float:
    """Images decoded a second by as many threads as there are cores; Pillow decodes them side by side."""
    with Image.open(io.BytesIO(image_bytes)) as opened:
        content = io.BytesIO()
        opened.convert("RGB").save(content, "JPEG", quality=92)
    limits = ImageLimits()
    started = time.perf_counter()
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        list(threads.map(lambda _: decode_image(content.getvalue(), limits), range(fields)))
    return fields / (time.perf_counter() - started)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
