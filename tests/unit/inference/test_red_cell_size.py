"""The usual diameter of red cells and the interval it lies in."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.inference.red_cell_size import RedCellSize


def size_of(diameters: list[float]) -> RedCellSize:
    size = RedCellSize.of(torch.tensor(diameters))
    assert size is not None
    return size


# Campbell and Gardner, BMJ 1988;296:1454-6, give these ranks for 95 % intervals of a median.
@pytest.mark.parametrize(
    ("cells", "first", "last"),
    [(6, 1, 6), (9, 2, 8), (10, 2, 9), (15, 4, 12), (20, 6, 15), (50, 18, 33), (100, 40, 61)],
)
def test_the_interval_ends_at_the_published_ranks(cells: int, first: int, last: int) -> None:
    size = size_of([float(rank) for rank in range(cells, 0, -1)])

    assert (size.low_px, size.high_px, size.cells) == (first, last, cells)
    assert size.diameter_px == pytest.approx((cells + 1) / 2)


def test_many_cells_take_the_normal_distribution_without_a_jump() -> None:
    hundred, more = (size_of([float(rank) for rank in range(1, cells + 1)]) for cells in (100, 101))

    assert abs(hundred.low_px - more.low_px) <= 1
    assert abs(hundred.high_px - more.high_px) <= 2
    assert size_of([float(rank) for rank in range(1, 100_001)]).low_px == pytest.approx(50_000 - 310, abs=2)


@pytest.mark.parametrize("cells", [4, 5])
def test_few_cells_have_their_whole_range(cells: int) -> None:
    size = size_of([40.0 + number for number in range(cells)])

    assert (size.low_px, size.high_px) == (40, 40 + cells - 1)


@pytest.mark.parametrize("cells", [0, 1, 3])
def test_fewer_than_four_tell_nothing(cells: int) -> None:
    assert RedCellSize.of(torch.full((cells,), 50.0)) is None


def test_the_interval_covers_the_median_as_often_as_it_says() -> None:
    generator = np.random.default_rng(4)
    # A mixture of microcytes and macrocytes, whose median is known: not normal, not symmetric.
    population = np.concatenate([generator.normal(38, 2, 30_000), generator.lognormal(np.log(56), 0.12, 20_000)])
    truth = float(np.median(population))
    samples = [size_of(generator.choice(population, 25).tolist()) for _ in range(600)]

    assert np.mean([size.low_px <= truth <= size.high_px for size in samples]) >= 0.94


def test_the_spread_is_the_standard_deviation_and_one_clump_does_not_move_it() -> None:
    normal = np.random.default_rng(1).normal(50, 5, 5000)

    assert size_of(normal.tolist()).spread == pytest.approx(0.1, rel=0.05)
    assert size_of([*normal.tolist(), *[400.0] * 50]).spread == pytest.approx(0.1, rel=0.07)


@given(st.lists(st.floats(10, 500), min_size=4, max_size=300))
def test_the_interval_surrounds_the_median(diameters: list[float]) -> None:
    size = size_of(diameters)

    assert min(diameters) - 1e-3 <= size.low_px <= size.diameter_px <= size.high_px <= max(diameters) + 1e-3
    assert size.spread >= 0
