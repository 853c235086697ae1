"""Folding batch norms changes the speed and nothing else."""

import torch
from torch import nn

from model.network import CellDetector
from model.network.folding import fold_batch_norms


def network_with_lively_norms() -> CellDetector:
    """A network whose batch norms all do something, as after training; a new one's are close to the identity."""
    torch.manual_seed(3)
    network = CellDetector()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.2, 0.5)
            nn.init.uniform_(module.bias, -0.2, 0.2)
            nn.init.uniform_(module.running_mean, -0.2, 0.2)  # type: ignore[arg-type]
            nn.init.uniform_(module.running_var, 0.8, 1.5)  # type: ignore[arg-type]
    return network.eval()


def test_a_folded_network_gives_the_same_maps() -> None:
    network = network_with_lively_norms()
    images = torch.randn(1, 3, 96, 64, generator=torch.Generator().manual_seed(4))
    with torch.inference_mode():
        before = network(images)
        folded = fold_batch_norms(network)(images)

    assert float(before.heat_logits.std()) > 0.01  # the maps hold something that could differ
    torch.testing.assert_close(folded.heat_logits, before.heat_logits, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(folded.distances_px, before.distances_px, atol=1e-4, rtol=1e-4)
    assert float(before.embedding.std()) > 0.01
    torch.testing.assert_close(folded.embedding, before.embedding, atol=1e-4, rtol=1e-4)


def test_no_batch_norm_is_left() -> None:
    folded = fold_batch_norms(CellDetector().eval())

    assert [name for name, module in folded.named_modules() if isinstance(module, nn.BatchNorm2d)] == []
