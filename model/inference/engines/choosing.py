"""Choosing the engine by its name and the device."""

import torch

from model.inference.engines.cuda_engine import CudaEngine
from model.inference.engines.engine import Engine, EngineUnavailable
from model.inference.engines.openvino_engine import OpenVinoEngine, is_openvino_installed, processor_has_bfloat16
from model.inference.engines.quantisation import round_to_8_bits
from model.inference.engines.torch_engine import TorchEngine
from model.network import CellDetector
from model.network.folding import fold_batch_norms

ENGINE_NAMES = ("auto", "torch", "openvino", "openvino-bf16", "openvino-int8", "cuda-bf16")
"""What may be asked for."""


def build_engine(network: CellDetector, device: torch.device, name: str = "auto") -> Engine:
    """The engine for a network in evaluation mode, which it takes over (batch norms are folded in place).

    ``auto`` is ``openvino`` on a processor where it is installed, and ``torch`` elsewhere: on a graphics card
    too, until ``cuda-bf16`` has been run and compared on one. An engine asked for by name is never replaced.

    Raises:
        EngineUnavailable: The engine is unknown, not installed, or does not run on the device.
    """
    wanted = _best_engine(device) if name == "auto" else name
    _refuse_unusable(wanted, device)
    folded = fold_batch_norms(network.eval())
    match wanted:
        case "openvino":
            return OpenVinoEngine(folded)
        case "openvino-bf16":
            return OpenVinoEngine(folded, name="openvino-bf16", precision="bf16")
        case "openvino-int8":
            return OpenVinoEngine(round_to_8_bits(folded), name="openvino-int8")
        case "cuda-bf16":
            return CudaEngine(folded, device)
        case _:
            return TorchEngine(folded, device)


def installed_engines(device: torch.device) -> tuple[str, ...]:
    """Names of the engines that run on the device here, the reference first."""
    if device.type == "cuda":
        return ("torch", "cuda-bf16")
    if not is_openvino_installed():
        return ("torch",)
    sixteen_bits = ("openvino-bf16",) if processor_has_bfloat16() else ()
    return ("torch", "openvino", *sixteen_bits, "openvino-int8")


def _best_engine(device: torch.device) -> str:
    return "openvino" if device.type == "cpu" and is_openvino_installed() else "torch"


def _refuse_unusable(name: str, device: torch.device) -> None:
    """Refuse an engine that cannot run here.

    Raises:
        EngineUnavailable: As ``build_engine``.
    """
    if name not in ENGINE_NAMES:
        raise EngineUnavailable(f"unknown engine {name!r}; choose one of {', '.join(ENGINE_NAMES)}")
    if name.startswith("openvino") and device.type != "cpu":
        raise EngineUnavailable(f"the engine {name} runs on the processor; choose the device cpu, or the engine auto")
    if name == "openvino-bf16" and not processor_has_bfloat16():
        raise EngineUnavailable(
            "the engine openvino-bf16 needs a processor with 16-bit float instructions (AVX-512 BF16 or AMX), and this "
            "one has none; choose the engine auto, openvino or openvino-int8"
        )
    if name == "cuda-bf16" and device.type != "cuda":
        raise EngineUnavailable(
            f"the engine cuda-bf16 needs a CUDA device, and the device here is {device.type}; "
            "choose the engine auto, torch or openvino"
        )
