"""Whatever engine runs, the maps and the counts are those of the reference engine, within stated tolerances."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from model.counting import compute_counts
from model.inference import CellCounter, load_cell_counter
from model.inference.engines import Engine, build_engine, installed_engines
from model.inference.engines.cuda_engine import CudaEngine
from model.network.folding import fold_batch_norms
from model.rendering import encode_png, random_recipe, render_smear
from model.types import FieldResult, Size
from model.weights import load_network, open_release

CPU = torch.device("cpu")
MAP_TOLERANCE = 1e-3
"""Greatest difference of a heat-map logit, and of a distance in input pixels, between 32-bit engines."""

SCORE_TOLERANCE = 1e-3
"""A cell whose score is nearer than this to its threshold may be counted by one engine and not by the other."""

SMEARS = {3: Size(640, 480), 1: Size(500, 700), 2: Size(333, 410)}
"""Drawings by seed that the shipped weights' gate passes."""


@pytest.fixture(scope="module")
def fields() -> list[bytes]:
    return [encode_png(render_smear(random_recipe(seed, size, 100.0)).image_hwc_u8) for seed, size in SMEARS.items()]


@pytest.fixture(scope="module", params=["shipped", "random"])
def weights(request: pytest.FixtureRequest, random_release: Path) -> Path | None:
    return None if request.param == "shipped" else random_release


def images(height: int, width: int) -> Tensor:
    return torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(height + width))


def greatest_difference(one: Engine, other: Engine, height: int, width: int) -> float:
    pairs = zip(one(images(height, width)), other(images(height, width)), strict=True)
    return max(float((left - right).abs().max()) for left, right in pairs)


def undecided(counter: CellCounter, result: FieldResult) -> int:
    """Cells so near their threshold that rounding decides on them."""
    thresholds = dict(zip(("RBC", "WBC", "PLT"), counter.settings.thresholds, strict=True))
    return sum(abs(cell.score - thresholds[cell.cell_class.value]) <= SCORE_TOLERANCE for cell in result.cells)


@pytest.mark.slow
def test_openvino_gives_the_maps_of_the_reference(weights: Path | None) -> None:
    reference, openvino = (
        build_engine(load_network(open_release(weights)), CPU, name) for name in ("torch", "openvino")
    )

    for height, width in [(256, 320), (320, 256), (64, 32), (480, 224), (256, 320)]:
        assert greatest_difference(reference, openvino, height, width) < MAP_TOLERANCE, (height, width)


@pytest.mark.slow
def test_openvino_gives_the_counts_of_the_reference(weights: Path | None, fields: list[bytes]) -> None:
    reference, openvino = (load_cell_counter(weights, device="cpu", engine=name) for name in ("torch", "openvino"))

    for field in fields:
        expected, found = (counter.count(field, min_score=0.004) for counter in (reference, openvino))
        assert (expected.engine, found.engine) == ("torch", "openvino")
        pairs = zip(compute_counts(expected.cells).values(), compute_counts(found.cells).values(), strict=True)
        assert sum(abs(left - right) for left, right in pairs) <= undecided(reference, expected)
        assert sum(cell.is_counted for cell in expected.cells) > 0


@pytest.mark.slow
def test_8_bits_give_the_counts_of_the_reference_within_a_fiftieth(fields: list[bytes]) -> None:
    reference, rounded = (load_cell_counter(None, device="cpu", engine=name) for name in ("torch", "openvino-int8"))

    for field in fields:
        expected, found = (compute_counts(counter.count(field).cells) for counter in (reference, rounded))
        assert all(abs(expected[name] - found[name]) <= max(1, expected[name] // 50) for name in expected)
    assert rounded.engine.name == "openvino-int8"


@pytest.mark.slow
@pytest.mark.skipif(
    "openvino-bf16" not in installed_engines(CPU), reason="this processor has no 16-bit float instructions"
)
def test_16_bits_give_the_counts_of_the_reference_within_a_hundredth(fields: list[bytes]) -> None:
    reference, short = (load_cell_counter(None, device="cpu", engine=name) for name in ("torch", "openvino-bf16"))

    for field in fields:
        expected, found = (compute_counts(counter.count(field).cells) for counter in (reference, short))
        assert all(abs(expected[name] - found[name]) <= max(1, expected[name] // 100) for name in expected)
    assert short.engine.name == "openvino-bf16"


def test_bfloat16_stays_near_the_reference_without_a_card_too() -> None:
    reference = build_engine(load_network(open_release(None)), CPU, "torch")
    bfloat16 = CudaEngine(fold_batch_norms(load_network(open_release(None))), CPU, use_graphs=False)
    expected, found = reference(images(64, 96)), bfloat16(images(64, 96))

    assert [part.dtype for part in found] == [torch.float32] * len(expected)
    assert float((expected.heat_logits.sigmoid() - found.heat_logits.sigmoid()).abs().max()) < 0.05


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_cuda_graphs_give_the_counts_of_the_reference_within_a_hundredth(fields: list[bytes]) -> None:
    reference, graphs = (load_cell_counter(None, device="cuda", engine=name) for name in ("torch", "cuda-bf16"))

    for field in fields * 2:
        expected, found = (compute_counts(counter.count(field).cells) for counter in (reference, graphs))
        assert all(abs(expected[name] - found[name]) <= max(1, expected[name] // 100) for name in expected)
