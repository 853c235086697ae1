"""From dense maps to cells: every peak once, with its own box, however many there are."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from model.decoding import RawDetections, decode, grid_centres_px

Position = tuple[int, int, int]
"""Class index, row and column of the output maps."""

SIDE = 12


def flat_maps(height: int = SIDE, width: int = SIDE) -> tuple[Tensor, Tensor]:
    """Heat-maps without any cell and boxes of 8 x 8 px everywhere."""
    return torch.full((3, height, width), -9.0), torch.full((4, height, width), 4.0)


def flat_quality(heat: Tensor) -> Tensor:
    """The same expected overlap everywhere."""
    return torch.zeros(1, *heat.shape[1:])


def logit(score: float) -> float:
    return math.log(score / (1 - score))


def positions(found: RawDetections) -> set[Position]:
    """Where the detections have their centres, on the maps; valid for boxes whose sides are equally far away."""
    x = (found.boxes_xyxy_px[:, 0] + found.boxes_xyxy_px[:, 2]) / 2
    y = (found.boxes_xyxy_px[:, 1] + found.boxes_xyxy_px[:, 3]) / 2
    columns, rows = ((x - 2) / 4).int().tolist(), ((y - 2) / 4).int().tolist()
    return set(zip(found.class_indices.tolist(), rows, columns, strict=True))


def test_positions_lie_in_the_middle_of_their_four_pixels() -> None:
    x_px, y_px = grid_centres_px(2, 3, torch.device("cpu"))

    assert x_px.tolist() == [2.0, 6.0, 10.0]
    assert y_px.tolist() == [2.0, 6.0]


def test_each_peak_gives_its_cell_with_its_own_box_score_and_class() -> None:
    heat, distances = flat_maps()
    heat[0, 2, 3], heat[2, 7, 8] = logit(0.9), logit(0.4)
    distances[:, 2, 3] = torch.tensor([10.0, 4.0, 12.0, 6.0])  # left, top, right, bottom
    distances[:, 7, 8] = torch.tensor([1.0, 2.0, 3.0, 4.0])

    found = decode(heat, distances, flat_quality(heat), min_score=0.3)

    assert found.class_indices.tolist() == [0, 2]
    assert found.scores.tolist() == pytest.approx([0.9, 0.4])
    assert found.boxes_xyxy_px.tolist() == [[4.0, 6.0, 26.0, 16.0], [33.0, 28.0, 37.0, 34.0]]


def test_the_slopes_of_a_peak_are_no_cells() -> None:
    heat, distances = flat_maps()
    rows, columns = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    heat[1] = 3.0 - ((rows - 5) ** 2 + (columns - 6) ** 2) * 0.2

    assert positions(decode(heat, distances, flat_quality(heat), min_score=0.05)) == {(1, 5, 6)}


def test_a_score_equal_to_the_limit_is_in_and_one_below_is_out() -> None:
    heat, distances = flat_maps()
    heat[0, 1, 1], heat[0, 9, 9] = 0.0, -0.001

    assert positions(decode(heat, distances, flat_quality(heat), min_score=0.5)) == {(0, 1, 1)}


def test_cells_of_two_classes_may_share_a_place() -> None:
    heat, distances = flat_maps()
    heat[0, 4, 4] = heat[2, 4, 4] = 2.0

    assert positions(decode(heat, distances, flat_quality(heat), min_score=0.5)) == {(0, 4, 4), (2, 4, 4)}


def test_maps_without_a_peak_give_no_cells_and_still_the_right_shapes() -> None:
    heat, distances = flat_maps()
    found = decode(heat, distances, flat_quality(heat), min_score=0.5)

    assert found.boxes_xyxy_px.shape == (0, 4)
    assert found.scores.shape == found.class_indices.shape == (0,)
    assert found.class_indices.dtype == torch.int64


def test_five_thousand_peaks_are_five_thousand_cells() -> None:
    heat, distances = flat_maps(200, 200)
    heat[0, ::2, ::4] = 1.0
    assert int((heat == 1.0).sum()) == 5_000

    assert len(decode(heat, distances, flat_quality(heat), min_score=0.5).scores) == 5_000


def test_maps_that_are_not_numbers_give_no_cells() -> None:
    heat, distances = flat_maps()
    heat[:] = torch.nan

    assert len(decode(heat, distances, flat_quality(heat), min_score=0.1).scores) == 0


def test_the_expected_overlap_takes_its_share_of_the_score() -> None:
    heat, distances = flat_maps()
    heat[0, 2, 2] = heat[0, 8, 8] = logit(0.81)
    quality = torch.zeros(1, SIDE, SIDE)
    quality[0, 2, 2], quality[0, 8, 8] = logit(0.49), logit(0.04)

    found = decode(heat, distances, quality, min_score=0.01, quality_power=0.5)
    assert found.scores.tolist() == pytest.approx([0.63, 0.18])
    assert positions(decode(heat, distances, quality, min_score=0.5, quality_power=0.5)) == {(0, 2, 2)}
    assert decode(heat, distances, quality, min_score=0.5).scores.tolist() == pytest.approx([0.81, 0.81])


PEAKS = st.sets(
    st.tuples(st.integers(0, 2), st.integers(0, SIDE // 2 - 1), st.integers(0, SIDE // 2 - 1)), max_size=40
).map(lambda places: {(channel, 2 * row, 2 * column) for channel, row, column in places})
"""Peaks of which no two of one class touch."""


@given(PEAKS)
def test_exactly_the_peaks_are_found(peaks: set[Position]) -> None:
    heat, distances = flat_maps()
    for number, place in enumerate(sorted(peaks)):
        heat[place] = 0.5 + number * 0.05  # all different, so that no peak hides behind another

    assert positions(decode(heat, distances, flat_quality(heat), min_score=0.5)) == peaks
