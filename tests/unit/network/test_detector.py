"""The detector's maps: shapes, ranges, and how they start before anything is learnt."""

import pytest
import torch
from torch import nn

from model.config import EMBEDDING_CHANNELS, EMBEDDING_STRIDE_PX, INPUT_MULTIPLE_PX, OUTPUT_STRIDE_PX
from model.network import CellDetector
from model.network.backbone import STAGE_CHANNELS, ResNet50Features


@pytest.fixture(scope="module")
def network() -> CellDetector:
    torch.manual_seed(0)
    return CellDetector().eval()


@pytest.mark.parametrize(("height", "width"), [(64, 64), (32, 96), (128, 64)])
def test_one_pass_gives_every_map_at_stride_four(network: CellDetector, height: int, width: int) -> None:
    with torch.inference_mode():
        output = network(torch.zeros(2, 3, height, width))

    assert output.heat_logits.shape == (2, 3, height // OUTPUT_STRIDE_PX, width // OUTPUT_STRIDE_PX)
    assert output.distances_px.shape == (2, 4, height // OUTPUT_STRIDE_PX, width // OUTPUT_STRIDE_PX)
    assert output.quality_logits.shape == (2, 1, height // OUTPUT_STRIDE_PX, width // OUTPUT_STRIDE_PX)
    assert output.densities.shape == (2, 3)
    side = EMBEDDING_STRIDE_PX
    assert output.embedding.shape == (2, EMBEDDING_CHANNELS, height // side, width // side)
    assert float(output.embedding.min()) >= 0.0


def test_the_backbone_gives_resnet_50s_four_stages() -> None:
    backbone = ResNet50Features().eval()
    with torch.inference_mode():
        maps = backbone(torch.zeros(1, 3, INPUT_MULTIPLE_PX * 2, INPUT_MULTIPLE_PX * 2))

    assert [tuple(one.shape) for one in maps] == [
        (1, channels, 64 // stride, 64 // stride)
        for channels, stride in zip(STAGE_CHANNELS, (4, 8, 16, 32), strict=True)
    ]
    assert len([module for module in backbone.modules() if isinstance(module, nn.Conv2d)]) == 53


def test_distances_are_always_above_zero(network: CellDetector) -> None:
    images = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 20
    with torch.inference_mode():
        assert bool((network(images).distances_px > 0).all())


def test_densities_are_above_zero_and_do_not_teach_the_features() -> None:
    torch.manual_seed(1)
    network = CellDetector().train()
    network(torch.randn(2, 3, 64, 64)).densities.sum().backward()

    with torch.inference_mode():
        assert bool((network(torch.randn(1, 3, 64, 64)).densities > 0).all())
    taught = {name for name, parameter in network.named_parameters() if parameter.grad is not None}
    assert taught == {f"count_head.layers.{layer}.{kind}" for layer in (2, 4) for kind in ("weight", "bias")}


def test_a_new_network_expects_background_and_boxes_as_wide_as_a_red_cell(network: CellDetector) -> None:
    with torch.inference_mode():
        output = network(torch.zeros(1, 3, 64, 64))

    assert float(torch.sigmoid(output.heat_logits).mean()) == pytest.approx(0.01, abs=0.01)
    assert float(output.distances_px.mean()) == pytest.approx(25.0, abs=5.0)


def test_an_image_is_judged_without_regard_to_the_others_in_its_batch(network: CellDetector) -> None:
    images = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(2))
    with torch.inference_mode():
        together, alone = network(images), network(images[1:])

    torch.testing.assert_close(together.heat_logits[1:], alone.heat_logits, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(together.densities[1:], alone.densities, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(together.distances_px[1:], alone.distances_px, atol=1e-3, rtol=1e-4)
    torch.testing.assert_close(together.embedding[1:], alone.embedding, atol=1e-4, rtol=1e-4)
