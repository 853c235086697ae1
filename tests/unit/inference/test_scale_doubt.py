"""What is said about a scale that is not to be trusted, and about one that was given."""

import pytest
import torch

from model.inference import ScaleRefused
from model.inference.red_cell_size import RedCellSize
from model.inference.scale_doubt import doubts_of
from model.inference.scale_limits import known_scale


def size(*diameters: float) -> RedCellSize:
    found = RedCellSize.of(torch.tensor(diameters))
    assert found is not None
    return found


EVEN = [48.0, 49.0, 50.0, 50.0, 51.0, 52.0] * 3
"""Eighteen red cells that agree."""


def codes(of: RedCellSize | None, **known: float) -> list[str]:
    notices = doubts_of(of, known.get("scale", 1.0), known.get("agreement"), known.get("um_per_px"))
    assert all(notice.message.endswith(".") for notice in notices)
    return [notice.code for notice in notices]


def test_red_cells_that_agree_raise_no_doubt() -> None:
    assert codes(size(*EVEN)) == []
    assert codes(size(*EVEN), agreement=0.86) == []


def test_no_measure_is_no_scale() -> None:
    assert codes(None) == ["scale_unknown"]


def test_few_red_cells_of_every_size_are_doubtful() -> None:
    assert codes(size(30, 45, 60, 80)) == ["scale_doubtful"]
    assert codes(size(48, 50, 50, 53)) == []


@pytest.mark.parametrize("agreement", [0.7, 1.4])
def test_looks_that_measured_different_things_are_doubtful(agreement: float) -> None:
    assert codes(size(*EVEN), agreement=agreement) == ["scale_doubtful"]


@pytest.mark.parametrize("scale", [0.6, 1.6])
def test_a_scale_that_does_not_fit_the_red_cells_is_doubtful(scale: float) -> None:
    assert codes(size(*EVEN), scale=scale) == ["scale_doubtful"]


def test_red_cells_of_a_few_pixels_ask_for_a_higher_magnification() -> None:
    (notice,) = doubts_of(size(*[7.5] * 20), 4.0, None, None)

    assert notice.code == "scale_doubtful"
    assert "only 8 pixels wide" in notice.message
    assert "higher magnification" in notice.message


def test_a_given_scale_is_compared_with_the_red_cells() -> None:
    assert codes(size(*EVEN), um_per_px=0.15) == []
    assert codes(None, um_per_px=0.15) == []
    (notice,) = doubts_of(size(*EVEN), 1.0, None, 0.05)
    assert notice.code == "scale_disagrees"
    assert "0.05 µm per pixel" in notice.message
    assert "2.5 µm wide" in notice.message


def test_a_given_scale_brings_seven_and_a_half_micrometres_to_fifty_pixels() -> None:
    assert known_scale(0.15) == pytest.approx(1.0)
    assert known_scale(0.075) == pytest.approx(0.5)


@pytest.mark.parametrize("um_per_px", [0.0, -0.1, 0.009, 0.61, 100.0, float("nan"), float("inf")])
def test_an_impossible_scale_is_refused_with_value_limits_and_next_step(um_per_px: float) -> None:
    with pytest.raises(ScaleRefused) as refusal:
        known_scale(um_per_px)

    assert f"{um_per_px:g} µm per pixel" in str(refusal.value)
    assert "0.01 to 0.6" in str(refusal.value)
    assert "leave it out" in str(refusal.value)
