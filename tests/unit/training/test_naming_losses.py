"""The losses of names: least for the right answer, silent for cells without a name, read in each cell's own image."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from model.classes import NAMED_RED_SUBTYPES, NAMED_WHITE_SUBTYPES
from model.config import EMBEDDING_CHANNELS
from model.network import CellNamer
from model.network.naming import NameLogits
from model.training.name_labels import FIRST_RED_LABEL
from model.training.naming_losses import name_losses
from model.training.target_batch import TargetBatch
from model.training.targets import name_targets, names_only

CROP_PX = 64
SMOOTHING = 0.03
WHITE_NAMES, RED_NAMES = len(NAMED_WHITE_SUBTYPES), len(NAMED_RED_SUBTYPES)


class Brightness(CellNamer):
    """Says the name whose number the embedding holds at the cell, ``sureness`` above all others."""

    def __init__(self, sureness: float) -> None:
        super().__init__()
        self.sureness = sureness

    def forward(self, descriptors: Tensor, shapes: Tensor) -> NameLogits:
        assert shapes.shape == (len(descriptors), 2)
        number = descriptors[:, :1].round()
        white, red = (
            self.sureness * (number == torch.arange(first, first + count)).float()
            for first, count in ((0, WHITE_NAMES), (FIRST_RED_LABEL, RED_NAMES))
        )
        return NameLogits(white, red)


RIGHT_SURENESS = math.log((1 - SMOOTHING + SMOOTHING / WHITE_NAMES) / (SMOOTHING / WHITE_NAMES))
"""Of the answer that smoothed labels of white cells ask for."""


def batch(*labels_of_images: list[int]) -> TargetBatch:
    """Targets of crops with a cell of each label in the middle."""
    made = []
    for labels in labels_of_images:
        boxes = np.tile(np.array([20, 20, 44, 44], np.float32), (len(labels), 1))
        made.append(names_only(CROP_PX, name_targets(boxes, np.array(labels, np.int64), 50.0)))
    return TargetBatch(*(torch.from_numpy(np.stack(parts)) for parts in zip(*made, strict=True)))


def embedding(*numbers: float) -> Tensor:
    """One map an image, with its number everywhere."""
    return torch.tensor(numbers).float().view(-1, 1, 1, 1).expand(-1, EMBEDDING_CHANNELS, 8, 8).clone()


def losses(maps: Tensor, targets: TargetBatch, sureness: float = RIGHT_SURENESS) -> tuple[float, float]:
    white, red = name_losses(maps, targets, Brightness(sureness))
    return float(white), float(red)


def test_the_right_answer_costs_no_more_than_the_doubt_in_the_labels() -> None:
    share = SMOOTHING / WHITE_NAMES
    sure = 1 - SMOOTHING + share
    least = -sure * math.log(sure) - (WHITE_NAMES - 1) * share * math.log(share)
    white, red = losses(embedding(5, 2), batch([5], [2]))

    assert white == pytest.approx(least, abs=1e-5)
    assert red == 0.0
    assert least < 0.17
    assert losses(embedding(5, 2), batch([5], [2]), 0.0)[0] == pytest.approx(math.log(7), abs=1e-5)
    for sureness in (0.8 * RIGHT_SURENESS, 1.3 * RIGHT_SURENESS):
        assert losses(embedding(5, 2), batch([5], [2]), sureness)[0] > least


def test_each_cell_is_read_in_its_own_image() -> None:
    mixed_up = losses(embedding(2, 5), batch([5], [2]))

    assert mixed_up[0] > 4
    assert losses(embedding(5, 2), batch([5], [2]))[0] < 0.2


@pytest.mark.parametrize("label", [FIRST_RED_LABEL, FIRST_RED_LABEL + 7, FIRST_RED_LABEL + RED_NAMES - 1])
def test_red_cells_have_a_loss_of_their_own(label: int) -> None:
    white, right = losses(embedding(label), batch([label]))
    _, unsure = losses(embedding(label), batch([label]), 0.0)

    assert white == 0.0
    assert right < 0.35 < unsure
    other = FIRST_RED_LABEL + (label - FIRST_RED_LABEL + 1) % RED_NAMES
    assert losses(embedding(other), batch([label]))[1] > 4


def test_cells_without_a_name_cost_nothing_and_teach_nothing() -> None:
    maps = embedding(5, 100).requires_grad_()
    torch.manual_seed(1)
    namer = CellNamer().eval()
    white, red = name_losses(maps, batch([5], [-1, -1]), namer)
    (white + red).backward()  # type: ignore[no-untyped-call]

    assert losses(embedding(5, 100), batch([5], [-1, -1]))[0] == pytest.approx(losses(embedding(5), batch([5]))[0])
    assert maps.grad is not None
    assert float(maps.grad[0].abs().max()) > 0
    assert float(maps.grad[1].abs().max()) == 0.0


def test_a_batch_without_any_name_has_losses_of_zero_that_can_be_taught() -> None:
    maps = embedding(1, 2).requires_grad_()
    white, red = name_losses(maps, batch([-1], []), CellNamer())
    (white + red).backward()  # type: ignore[no-untyped-call]

    assert (float(white.detach()), float(red.detach())) == (0.0, 0.0)


def test_the_losses_average_over_cells_and_not_over_images() -> None:
    maps, targets = embedding(0, 3), batch([0, 0, 0], [1])
    of_right, of_wrong = losses(embedding(0), batch([0]))[0], losses(embedding(3), batch([1]))[0]

    assert losses(maps, targets)[0] == pytest.approx((3 * of_right + of_wrong) / 4, rel=1e-4)
