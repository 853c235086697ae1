"""The engine for processors: OpenVINO, which fuses convolutions with what follows them.

The network is converted in memory when the engine is built, from the verified weights; no file is
read or written. Shapes stay open, so that a field of another size needs no new compilation.
"""

import importlib
import importlib.util
import sys
import warnings
from collections.abc import Callable, Sequence
from types import ModuleType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from model.inference.engines.engine import EngineUnavailable
from model.network import DenseOutput

_EXAMPLE_SIDE_PX = 64
"""Of the image that the network is traced with; small, because tracing runs it."""

Compiled = Callable[[NDArray[np.float32]], list[NDArray[np.float32]]]
"""Runs a compiled module: N x 3 x H x W in, its outputs in order."""


class OpenVinoEngine:
    """The network compiled for this processor, in the numbers that its modules compute in."""

    def __init__(self, network: nn.Module, name: str = "openvino", precision: str = "f32") -> None:
        """Convert and compile a network in evaluation mode, in about two seconds, to compute in ``f32`` or ``bf16``.

        Raises:
            EngineUnavailable: OpenVINO is not installed.
        """
        self.name = name
        example = torch.zeros(1, 3, _EXAMPLE_SIDE_PX, _EXAMPLE_SIDE_PX)
        self._run = compile_module(network, example, torch.get_num_threads(), precision=precision)

    def __call__(self, images_nchw_f32: Tensor) -> DenseOutput:
        """The maps, equal to the reference's but for rounding."""
        outputs = self._run(images_nchw_f32.contiguous().numpy())
        return DenseOutput(*(torch.from_numpy(output).float() for output in outputs))


def is_openvino_installed() -> bool:
    """Whether this Python has OpenVINO; it is not imported for that."""
    return "openvino" in sys.modules or importlib.util.find_spec("openvino") is not None


def processor_has_bfloat16() -> bool:
    """Whether OpenVINO finds instructions for 16-bit floats on this processor; without them it computes in 32 bits.

    Raises:
        EngineUnavailable: OpenVINO is not installed.
    """
    return "BF16" in _import_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def compile_module(
    module: nn.Module,
    example_nchw_f32: Tensor,
    threads: int,
    shape: Sequence[int] = (-1, 3, -1, -1),
    *,
    precision: str = "f32",
) -> Compiled:
    """A module compiled for this processor, for images of the shape (-1: any), to compute in ``f32`` or ``bf16``.

    Raises:
        EngineUnavailable: OpenVINO is not installed.
    """
    openvino = _import_openvino()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of PyTorch, to OpenVINO's developers, on how it traces
        # Traced here, because OpenVINO would run the network twice more to see whether it always does the same.
        traced = torch.jit.trace(module, example_nchw_f32, check_trace=False)  # type: ignore[no-untyped-call]
        converted = openvino.convert_model(traced, example_input=example_nchw_f32, input=[list(shape)])
    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": precision,
        # Pinned threads of two processes would share cores while others idle.
        "ENABLE_CPU_PINNING": False,
    }
    request = openvino.Core().compile_model(converted, "CPU", settings).create_infer_request()

    def run(images_nchw_f32: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        outputs = request.infer([images_nchw_f32], share_inputs=True)
        return list(outputs.to_tuple())

    return run


def _import_openvino() -> ModuleType:
    """OpenVINO, without its telemetry, which would report every import over the internet.

    Raises:
        EngineUnavailable: It is not installed.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type] # None makes its import fail
    try:
        return importlib.import_module("openvino")
    except ImportError as error:
        raise EngineUnavailable(
            f"the engine openvino cannot be loaded ({error}); install it with 'pip install openvino', "
            "or choose the engine auto or torch"
        ) from error
