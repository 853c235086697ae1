"""The running average of the weights."""

import pytest
import torch
from torch import nn

from model.training.averaging import WeightAverage


def network(value: float) -> nn.Module:
    norm = nn.BatchNorm1d(2)
    with torch.no_grad():
        norm.weight.fill_(value)
    return norm


def test_it_begins_as_a_copy_that_the_network_does_not_share() -> None:
    trained = network(3.0)
    average = WeightAverage(trained, decay=0.9)
    with torch.no_grad():
        trained.get_parameter("weight").fill_(9.0)

    assert average.state["weight"].tolist() == [3.0, 3.0]


def test_the_random_start_is_soon_forgotten() -> None:
    average = WeightAverage(network(0.0), decay=0.999)
    average.update(network(1.0))

    # The first step's decay is (1 + 1) / (10 + 1), not 0.999.
    assert average.state["weight"].tolist() == pytest.approx([1 - 2 / 11] * 2)


def test_later_it_moves_at_the_decay_asked_for() -> None:
    average = WeightAverage(network(0.0), decay=0.5)
    average.steps = 1000
    average.update(network(1.0))

    assert average.state["weight"].tolist() == pytest.approx([0.5, 0.5])
    assert average.steps == 1001


def test_counters_are_copied_and_not_averaged() -> None:
    average = WeightAverage(network(0.0), decay=0.999)
    trained = network(1.0)
    trained.get_buffer("num_batches_tracked").fill_(40)
    average.update(trained)

    assert int(average.state["num_batches_tracked"]) == 40


def test_equal_weights_stay_as_they_are() -> None:
    average = WeightAverage(network(2.0), decay=0.99)
    for _ in range(50):
        average.update(network(2.0))

    assert average.state["weight"].tolist() == pytest.approx([2.0, 2.0])
