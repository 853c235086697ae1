"""A weights release with random weights: the real network and the real file, without anything learnt."""

from pathlib import Path

import pytest
import torch

from model.decoding import DecodingSettings
from model.inference import CellCounter, load_cell_counter
from model.network import CellDetector
from model.weights import WeightsManifest
from model.weights.publishing import write_release

_SEED = 7
_RED_CELL_BIAS = 1.0
"""Lifts the red cells' heat-map so that a network that has learnt nothing still reports red cells."""

RANDOM_THRESHOLDS = (0.5, 0.005, 0.5)
"""Working thresholds of the random release: red cells and a few white cells reach theirs, platelets do not."""


def write_random_release(folder: Path) -> Path:
    """Write a release of a randomly initialised network; returns the weights file."""
    with torch.random.fork_rng():
        torch.manual_seed(_SEED)
        network = CellDetector()
    with torch.no_grad():
        network.state_dict()["heat_head.1.bias"][0] = _RED_CELL_BIAS
    manifest = WeightsManifest("random", "0.0.1", "", DecodingSettings(thresholds=RANDOM_THRESHOLDS))
    return write_release(folder, manifest, network.state_dict())


@pytest.fixture(scope="session")
def random_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights file of a random release, written once for all tests; its manifest lies beside it."""
    # A fixture used from several conftest files is made once in each, so the file is looked for first.
    folder = tmp_path_factory.getbasetemp() / "random-release"
    found = sorted(folder.glob("*.safetensors"))
    return found[0] if found else write_random_release(folder)


@pytest.fixture(scope="session")
def random_counter(random_release: Path) -> CellCounter:
    """The real counter with the real network, which has learnt nothing."""
    return load_cell_counter(random_release, device="cpu")
