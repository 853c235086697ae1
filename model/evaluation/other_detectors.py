"""The detectors that Bloodcount's speed is compared with: torchvision's and, where installed, ultralytics' YOLO.

ultralytics is licensed AGPL and a benchmark-only extra: it is imported when it is timed, and at no other time.
"""

import importlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torchvision.models.detection import fasterrcnn_resnet50_fpn, fcos_resnet50_fpn

from model.classes import CELL_CLASSES
from model.inference.engines import installed_engines
from model.inference.engines.openvino_engine import compile_module

Calls = dict[tuple[str, str, str], Callable[[], object]]
"""A call for each detector, engine and what it takes in."""

YOLO_NAMES = ("yolov8n", "yolov8s", "yolo11n", "yolo11s")
_YOLO_SIDE_PX, _YOLO_STRIDE_PX = 640, 32
_YOLO_PADDING = 114 / 255
"""The grey that ultralytics pads with."""


class MissingExtra(RuntimeError):
    """A package that only the benchmark needs is not installed."""


def torchvision_calls(image_bytes: bytes, device: torch.device) -> Calls:
    """FCOS and Faster R-CNN with ResNet-50, with all that they do to a decoded image, their own resizing included."""
    image = _decoded(image_bytes).to(device)
    networks = {
        "torchvision fcos_resnet50_fpn": fcos_resnet50_fpn(weights=None, weights_backbone=None),
        "torchvision fasterrcnn_resnet50_fpn": fasterrcnn_resnet50_fpn(weights=None, weights_backbone=None),
    }

    def call_of(network: nn.Module) -> Callable[[], object]:
        ready = network.eval().to(device)

        def call() -> object:
            with torch.inference_mode():
                return ready([image])

        return call

    return {(name, "torch", "decoded"): call_of(network) for name, network in networks.items()}


def yolo_calls(image_bytes: bytes, device: torch.device) -> Calls:
    """YOLO at 640: letterboxing, network and its non-maximum suppression, in PyTorch and in OpenVINO.

    ultralytics pads to the next multiple of 32 in PyTorch (640 x 480 stays so) and to a square in an
    exported model; both are timed in OpenVINO.

    Raises:
        MissingExtra: ultralytics is not installed.
    """
    image = _decoded(image_bytes)
    calls: Calls = {}
    for name in YOLO_NAMES:
        network = _yolo(name)
        suppress = importlib.import_module("ultralytics.utils.nms").non_max_suppression
        if "openvino" in installed_engines(device):
            for letterboxed in (_letterboxed(image, is_square=False), _letterboxed(image, is_square=True)):
                calls[name, "openvino", _size_of(letterboxed)] = _openvino_call(network, image, letterboxed, suppress)
        letterboxed = _letterboxed(image, is_square=False)
        calls[name, "torch", _size_of(letterboxed)] = _torch_call(network.to(device), image, device, suppress)
    return calls


def _yolo(name: str) -> nn.Module:
    """A YOLO network with random weights, its batch norms folded, ready to be converted.

    Raises:
        MissingExtra: ultralytics is not installed.
    """
    # Nothing may be downloaded, installed or written into the home directory.
    offline = {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false", "YOLO_CONFIG_DIR": tempfile.gettempdir()}
    os.environ.update({variable: value for variable, value in offline.items() if variable not in os.environ})
    try:
        tasks = importlib.import_module("ultralytics.nn.tasks")
    except ImportError as error:
        raise MissingExtra(
            f"YOLO is not timed: ultralytics cannot be imported ({error}); "
            "install it with 'pip install \"bloodcount[bench]\"' (it is licensed AGPL)"
        ) from error
    model: Any = tasks.DetectionModel(f"{name}.yaml", nc=len(CELL_CLASSES), verbose=False).fuse(verbose=False)
    model.model[-1].export, model.model[-1].dynamic, model.model[-1].format = True, True, "openvino"
    network: nn.Module = model.eval().requires_grad_(requires_grad=False)
    return network


def _openvino_call(
    network: nn.Module, image: Tensor, letterboxed: Tensor, suppress: Callable[[Tensor], object]
) -> Callable[[], object]:
    is_square = letterboxed.shape[2] == letterboxed.shape[3]
    # The size is fixed, which is at least as quick as the open sizes that Bloodcount's own network gets.
    run = compile_module(network, letterboxed, torch.get_num_threads(), tuple(letterboxed.shape))

    def call() -> object:
        return suppress(torch.from_numpy(run(_letterboxed(image, is_square=is_square).numpy())[0]))

    return call


def _torch_call(
    network: nn.Module, image: Tensor, device: torch.device, suppress: Callable[[Tensor], object]
) -> Callable[[], object]:
    network = network.to(memory_format=torch.channels_last)

    def call() -> object:
        with torch.inference_mode():
            images = _letterboxed(image, is_square=False).to(device, memory_format=torch.channels_last)
            return suppress(network(images))

    return call


def _letterboxed(image_chw_f32: Tensor, *, is_square: bool) -> Tensor:
    """1 x 3 x H x W: the longer side at 640, padded to multiples of 32 or to a square."""
    height, width = image_chw_f32.shape[1:]
    factor = _YOLO_SIDE_PX / max(height, width)
    image = image_chw_f32[None]
    if factor != 1:
        image = nn.functional.interpolate(image, size=(round(height * factor), round(width * factor)), mode="bilinear")
    missing = list(_missing_px(image, is_square=is_square))
    return nn.functional.pad(image, (0, missing[1], 0, missing[0]), value=_YOLO_PADDING)


def _missing_px(image: Tensor, *, is_square: bool) -> Iterator[int]:
    for side in image.shape[2:]:
        yield _YOLO_SIDE_PX - side if is_square else -side % _YOLO_STRIDE_PX


def _size_of(images: Tensor) -> str:
    return f"decoded, {images.shape[3]} x {images.shape[2]}"


def _decoded(image_bytes: bytes) -> Tensor:
    with Image.open(io.BytesIO(image_bytes)) as opened:
        pixels = np.array(opened.convert("RGB"))
    return torch.from_numpy(pixels).permute(2, 0, 1).float() / 255
