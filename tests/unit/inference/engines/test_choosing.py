"""Choosing an engine: the best for the device, or exactly the one asked for, or a refusal with the next step."""

import sys

import pytest
import torch

from model.inference.engines import ENGINE_NAMES, EngineUnavailable, build_engine, installed_engines
from model.inference.engines.openvino_engine import processor_has_bfloat16
from model.network import CellDetector

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


@pytest.fixture(scope="module")
def network() -> CellDetector:
    return CellDetector().eval()


def test_a_processor_gets_openvino_where_it_is_installed(network: CellDetector) -> None:
    assert build_engine(network, CPU).name == "openvino"
    assert [name for name in installed_engines(CPU) if name != "openvino-bf16"] == [
        "torch",
        "openvino",
        "openvino-int8",
    ]
    assert ("openvino-bf16" in installed_engines(CPU)) == processor_has_bfloat16()


def test_a_processor_without_openvino_gets_pytorch(network: CellDetector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.inference.engines.choosing.is_openvino_installed", lambda: False)

    assert build_engine(network, CPU).name == "torch"
    assert installed_engines(CPU) == ("torch",)


def test_the_engine_asked_for_is_never_replaced(network: CellDetector, monkeypatch: pytest.MonkeyPatch) -> None:
    assert build_engine(network, CPU, "torch").name == "torch"

    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(EngineUnavailable, match=r"pip install openvino.*auto or torch"):
        build_engine(network, CPU, "openvino")


@pytest.mark.parametrize(
    ("name", "device", "told"),
    [
        (
            "tensorrt",
            CPU,
            r"unknown engine 'tensorrt'; choose one of auto, torch, openvino, openvino-bf16, openvino-int8, cuda-bf16",
        ),
        ("openvino", CUDA, r"runs on the processor; choose the device cpu, or the engine auto"),
        ("cuda-bf16", CPU, r"needs a CUDA device.*choose the engine auto, torch or openvino"),
    ],
)
def test_an_engine_that_cannot_run_is_refused(
    network: CellDetector, name: str, device: torch.device, told: str
) -> None:
    with pytest.raises(EngineUnavailable, match=told):
        build_engine(network, device, name)


def test_every_engine_runs_on_some_device() -> None:
    assert installed_engines(CUDA) == ("torch", "cuda-bf16")
    everywhere = set(installed_engines(CUDA)) | set(installed_engines(CPU)) | {"auto", "openvino-bf16"}
    assert everywhere == set(ENGINE_NAMES)


def test_a_processor_without_16_bit_instructions_is_told_so(
    network: CellDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.inference.engines.choosing.processor_has_bfloat16", lambda: False)

    assert "openvino-bf16" not in installed_engines(CPU)
    with pytest.raises(EngineUnavailable, match=r"AVX-512 BF16 or AMX.*choose the engine auto"):
        build_engine(network, CPU, "openvino-bf16")
