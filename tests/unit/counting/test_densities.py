"""From densities to counts: the same density is the same count however the field is tiled."""

import pytest

from model.classes import CELL_CLASSES
from model.config import COUNT_MARGINS_PX, COUNT_UNIT_PX2
from model.counting import TileDensities, compute_head_counts, disagreeing_classes
from model.types import Size


def test_a_field_shows_its_density_over_its_area_and_margins() -> None:
    size = Size(320, 256)
    counts = compute_head_counts([TileDensities((0.5, 0.01, 0.02), size, size)], size)

    for code, density, margin in zip(CELL_CLASSES, (0.5, 0.01, 0.02), COUNT_MARGINS_PX, strict=True):
        assert counts[code] == pytest.approx(density / COUNT_UNIT_PX2 * (320 + margin) * (256 + margin))


def test_padding_counts_as_area_without_cells() -> None:
    shown, padded = Size(300, 200), Size(320, 224)
    dense = 0.4
    diluted = dense * 300 * 200 / (320 * 224)  # what the head sees when the padding is empty

    whole = compute_head_counts([TileDensities((dense,) * 3, shown, shown)], shown)
    assert compute_head_counts([TileDensities((diluted,) * 3, padded, shown)], shown) == pytest.approx(whole)


def test_tiles_are_averaged_by_their_area() -> None:
    small, large, field = Size(100, 100), Size(300, 100), Size(380, 100)  # the tiles overlap by 20 px
    tiles = [TileDensities((0.8,) * 3, small, small), TileDensities((0.4,) * 3, large, large)]
    counts = compute_head_counts(tiles, field)

    assert counts == pytest.approx(compute_head_counts([TileDensities((0.5,) * 3, field, field)], field))


def test_without_a_tile_there_is_no_count() -> None:
    with pytest.raises(ValueError, match="no tile"):
        compute_head_counts([], Size(10, 10))


@pytest.mark.parametrize(
    ("counted", "expected", "is_apart"),
    [(20, 21.5, False), (200, 210.0, False), (200, 140.0, True), (0, 2.0, False), (0, 12.0, True), (1, 0.1, False)],
)
def test_counts_disagree_only_when_they_are_further_apart_than_both_may_err(
    counted: int, expected: float, *, is_apart: bool
) -> None:
    assert disagreeing_classes({"RBC": counted, "WBC": 0}, {"RBC": expected}) == (("RBC",) if is_apart else ())


def test_nucleated_red_cells_are_among_what_the_head_counts_as_white_cells() -> None:
    counts = {"RBC": 100, "WBC": 2, "PLT": 5, "NRBC": 18}
    expected = {"RBC": 100.0, "WBC": 20.0, "PLT": 5.0}

    assert disagreeing_classes(counts, expected) == ()
    assert disagreeing_classes(counts | {"NRBC": 0}, expected) == ("WBC",)
    assert disagreeing_classes(counts, expected | {"WBC": 2.0}) == ("WBC",)
