"""What a field looks like as a whole: mean and spread of its embedding, without its padding."""

import numpy as np
import pytest
import torch

from model.config import DESCRIPTOR_LENGTH, EMBEDDING_CHANNELS
from model.inference.embedding_statistics import EmbeddingStatistics
from model.inference.progress import StageTimer
from model.types import Size
from tests.unit.inference.painted_cells import Disc, disc_pass, paint


def embedding(*values: list[float]) -> torch.Tensor:
    """A map with these rows in its first channel, nothing in the others."""
    rows = torch.tensor(values)
    return torch.nn.functional.pad(rows[None], (0, 0, 0, 0, 0, EMBEDDING_CHANNELS - 1))


def test_means_come_first_and_standard_deviations_after_them() -> None:
    statistics = EmbeddingStatistics()
    statistics.add(embedding([1.0, 3.0], [3.0, 5.0]), Size(16, 16))
    values = statistics.values()

    assert values.shape == (DESCRIPTOR_LENGTH,)
    assert values.dtype == np.float32
    assert values[0] == pytest.approx(3.0)
    assert values[EMBEDDING_CHANNELS] == pytest.approx(2**0.5)
    assert not values[1:EMBEDDING_CHANNELS].any()


def test_several_tiles_are_one_field() -> None:
    whole, tiled = EmbeddingStatistics(), EmbeddingStatistics()
    whole.add(embedding([1.0, 2.0, 7.0, 8.0]), Size(32, 8))
    tiled.add(embedding([1.0]), Size(8, 8))
    tiled.add(embedding([2.0, 7.0, 8.0]), Size(24, 8))

    assert tiled.values() == pytest.approx(whole.values())


def test_positions_that_show_padding_alone_do_not_count() -> None:
    statistics = EmbeddingStatistics()
    statistics.add(embedding([1.0, 3.0, 99.0], [99.0, 99.0, 99.0]), Size(9, 8))

    assert statistics.values()[[0, EMBEDDING_CHANNELS]].tolist() == pytest.approx([2.0, 1.0])


def test_without_a_tile_and_without_any_spread_there_are_zeros() -> None:
    assert not EmbeddingStatistics().values().any()
    even = EmbeddingStatistics()
    even.add(embedding([0.1] * 9), Size(72, 8))
    assert even.values()[EMBEDDING_CHANNELS] == pytest.approx(0.0, abs=1e-6)


def test_a_look_tells_the_same_of_a_field_and_of_four_of_it_side_by_side() -> None:
    one = paint(Size(256, 192), [Disc(60, 60, 40), Disc(180, 120, 50)])
    four = np.tile(one, (2, 2, 1))
    features = [disc_pass().look(image, 1.0, 0.3, StageTimer()).features for image in (one, four)]

    assert features[0][:3].min() > 0.5
    assert features[0][EMBEDDING_CHANNELS : EMBEDDING_CHANNELS + 3].min() > 0.02
    np.testing.assert_allclose(features[1], features[0], atol=1e-5)
