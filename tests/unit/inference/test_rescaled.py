"""A region of a rescaled image is, bit by bit, the part of the whole rescaled image that it stands for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from model.inference.rescaled import RescaledImage
from model.types import Size

SCALES = st.floats(0.05, 4.0)


def noise(width: int, height: int) -> NDArray[np.uint8]:
    """Every pixel differs from its neighbours, so that the least shift shows."""
    return np.random.default_rng(width * 7919 + height).integers(0, 256, (height, width, 3), dtype=np.uint8)


def whole(image: RescaledImage) -> NDArray[np.uint8]:
    return image.region(0, 0, image.size.width, image.size.height)


@settings(max_examples=40, deadline=None)
@given(st.integers(64, 300), st.integers(64, 300), SCALES, st.data())
def test_a_region_is_the_same_part_of_the_whole(width: int, height: int, scale: float, data: st.DataObject) -> None:
    image = RescaledImage.by(noise(width, height), scale)
    left = data.draw(st.integers(0, image.size.width - 1), "left")
    top = data.draw(st.integers(0, image.size.height - 1), "top")
    right = data.draw(st.integers(left + 1, image.size.width), "right")
    bottom = data.draw(st.integers(top + 1, image.size.height), "bottom")

    assert np.array_equal(image.region(left, top, right, bottom), whole(image)[top:bottom, left:right])


@pytest.mark.parametrize("scale", [0.07, 0.4, 0.9, 2.5])
def test_strips_of_a_huge_region_join_without_a_trace(scale: float, monkeypatch: pytest.MonkeyPatch) -> None:
    image = RescaledImage.by(noise(640, 500), scale)
    at_once = whole(image)
    monkeypatch.setattr("model.inference.rescaled._MOST_SOURCE_PX", 5000)

    assert np.array_equal(whole(image), at_once)


@pytest.mark.parametrize("scale", [0.13, 0.5, 0.77, 1.9])
def test_the_whole_is_what_pillow_makes_of_the_image(scale: float) -> None:
    image = RescaledImage.by(noise(320, 240), scale)
    size = image.size
    box = (0, 0, size.width * image.ratio, size.height * image.ratio)
    by_pillow = np.array(
        Image.fromarray(image.image_hwc_u8).resize((size.width, size.height), Image.Resampling.BICUBIC, box=box)
    ).astype(int)

    # Pillow may take the axes in the other order, and rounds to whole levels between them.
    assert np.median(np.abs(whole(image) - by_pillow)) <= 1


@given(st.integers(64, 20_000), SCALES)
def test_the_size_is_that_of_the_image_times_the_scale(side: int, scale: float) -> None:
    size = RescaledImage.by(np.broadcast_to(np.uint8(0), (side, 64, 3)), scale).size

    # Half a thousandth of a pixel a pixel, and the last part of a pixel is left out.
    assert -1 <= size.height - side * scale <= 1 + side * scale * scale / 2000


def test_a_scale_of_one_copies_nothing() -> None:
    image = noise(80, 70)

    assert np.shares_memory(RescaledImage.by(image, 1.0).region(3, 4, 60, 50), image)


def test_a_strip_far_longer_than_wide_keeps_a_pixel_of_its_width() -> None:
    image = RescaledImage.by(noise(64, 9000), 0.005)

    assert image.size == Size(1, 45)
    assert whole(image).shape == (45, 1, 3)


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_an_impossible_scale_is_refused_with_its_value(scale: float) -> None:
    with pytest.raises(ValueError, match=f"scale is {scale}"):
        RescaledImage.by(noise(64, 64), scale)
