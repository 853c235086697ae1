"""Random crops: whatever is turned, flipped, scaled or cut, the boxes stay on their cells."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from model.training.crops import Crop, Labels, random_scale, take_crop

BACKGROUND = (235, 225, 230)
COLOURS = {0: (220, 20, 20), 1: (20, 20, 220), 2: (20, 220, 20)}
"""One colour a cell, far from the background, so that each is found again by its colour."""

BOXES = np.array([[40, 50, 110, 90], [150, 30, 200, 110], [100, 140, 130, 170]], dtype=np.float32)
CLASSES = np.arange(3, dtype=np.int64)
SEEDS = st.integers(0, 10_000)


def painted_field() -> Image.Image:
    """Three rectangles of three colours and shapes."""
    picture = Image.new("RGB", (260, 200), BACKGROUND)
    pen = ImageDraw.Draw(picture)
    for index, (x1, y1, x2, y2) in enumerate(BOXES.tolist()):
        pen.rectangle((x1, y1, x2 - 1, y2 - 1), fill=COLOURS[index])
    return picture


NOTHING = np.zeros((0, 4), np.float32)


def crop(seed: int, *, crop_px: int = 224, ignored: NDArray[np.float32] = NOTHING) -> Crop:
    return take_crop(painted_field(), Labels(BOXES, CLASSES, ignored), crop_px, np.random.default_rng(seed))


def box_of_colour(image_hwc_u8: NDArray[np.uint8], index: int) -> NDArray[np.float32] | None:
    """The box around what is clearly of one cell's colour, or None."""
    strongest = int(np.argmax(COLOURS[index]))
    others = [channel for channel in range(3) if channel != strongest]
    pixels = image_hwc_u8.astype(int)
    is_cell = (pixels[..., strongest] > 120) & (pixels[..., others].max(axis=2) < 125)
    rows, columns = np.nonzero(is_cell)
    if not len(rows):
        return None
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1], dtype=np.float32)


@settings(max_examples=60)
@given(SEEDS)
def test_boxes_follow_their_cells_through_every_turn_scale_and_cut(seed: int) -> None:
    found = crop(seed)

    for index, box in zip(found.class_indices, found.boxes_xyxy_px, strict=True):
        drawn = box_of_colour(found.image_hwc_u8, int(index))
        assert drawn is not None
        assert np.abs(box - drawn).max() <= 2.5  # bilinear edges are a pixel or two wide


@settings(max_examples=60)
@given(SEEDS)
def test_no_cell_is_in_the_crop_without_a_box_or_a_region_to_ignore(seed: int) -> None:
    found = crop(seed)

    for index in set(range(3)) - set(found.class_indices.tolist()):
        drawn = box_of_colour(found.image_hwc_u8, index)
        if drawn is not None:
            centre = (drawn[:2] + drawn[2:]) / 2
            inside = (found.ignored_xyxy_px[:, :2] - 2 <= centre) & (centre <= found.ignored_xyxy_px[:, 2:] + 2)
            assert bool(inside.all(axis=1).any())


@given(SEEDS, st.sampled_from([32, 64, 224, 320]))
def test_boxes_lie_within_the_crop(seed: int, crop_px: int) -> None:
    found = crop(seed, crop_px=crop_px)

    assert found.image_hwc_u8.shape == (crop_px, crop_px, 3)
    assert found.image_hwc_u8.dtype == np.uint8
    assert bool((found.boxes_xyxy_px >= 0).all())
    assert bool((found.boxes_xyxy_px <= crop_px).all())
    assert bool((found.boxes_xyxy_px[:, 2:] > found.boxes_xyxy_px[:, :2]).all())


def test_all_eight_turns_and_flips_occur() -> None:
    # Whether the red cell lies along x or y, and on which side of it the green one is, tells the eight apart.
    seen = set()
    for seed in range(200):
        found = crop(seed, crop_px=320)
        boxes = dict(zip(found.class_indices.tolist(), found.boxes_xyxy_px, strict=True))
        if len(boxes) == 3:
            red, green = ((boxes[index][:2] + boxes[index][2:]) / 2 for index in (0, 2))
            is_wide = bool(boxes[0][2] - boxes[0][0] > boxes[0][3] - boxes[0][1])
            seen.add((is_wide, bool(green[0] > red[0]), bool(green[1] > red[1])))

    assert len(seen) == 8


def test_the_same_draw_gives_the_same_crop() -> None:
    first, second = crop(5), crop(5)

    assert np.array_equal(first.image_hwc_u8, second.image_hwc_u8)
    assert np.array_equal(first.boxes_xyxy_px, second.boxes_xyxy_px)
    assert not np.array_equal(first.image_hwc_u8, crop(6).image_hwc_u8)


def test_a_field_without_cells_gives_a_crop_without_boxes() -> None:
    labels = Labels(NOTHING, np.zeros(0, np.int64), NOTHING)
    found = take_crop(painted_field(), labels, 64, np.random.default_rng(1))

    assert found.boxes_xyxy_px.shape == found.ignored_xyxy_px.shape == (0, 4)


@settings(max_examples=40)
@given(SEEDS)
def test_a_region_that_tells_nothing_follows_its_cell_and_makes_the_count_unknown(seed: int) -> None:
    labels = Labels(BOXES[1:], CLASSES[1:], BOXES[:1])  # the red cell is not labelled, its place is known
    found = take_crop(painted_field(), labels, 224, np.random.default_rng(seed))

    drawn = box_of_colour(found.image_hwc_u8, 0)
    if drawn is None:
        return
    assert not found.is_count_known
    assert float(np.abs(found.ignored_xyxy_px - drawn).max(axis=1).min()) <= 2.5


def test_the_count_is_known_where_no_region_lies_in_the_crop() -> None:
    for seed in range(20):
        assert crop(seed).is_count_known


def test_the_part_that_shows_the_field_is_measured() -> None:
    # Larger than the field at any scale, so that the whole field and padding around it lie in the crop.
    for seed in range(20):
        found = crop(seed, crop_px=640)
        x1, y1, x2, y2 = box_of_field(found.image_hwc_u8)
        assert found.visible_size_px == pytest.approx((x2 - x1, y2 - y1), abs=2)


def test_crops_often_lie_around_the_rare_cells() -> None:
    field = Image.new("RGB", (600, 600), BACKGROUND)
    boxes = np.array([[500, 500, 520, 520], [100, 100, 150, 150]], dtype=np.float32)
    labels = Labels(boxes, np.array([2, 0]), NOTHING)
    crops = [take_crop(field, labels, 64, np.random.default_rng(seed)) for seed in range(60)]

    assert 20 < sum(2 in found.class_indices for found in crops) < 50  # 1 of 60 if they lay anywhere


def box_of_field(image_hwc_u8: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The box around the field in a crop that is larger; the padding has another colour."""
    is_padding = (image_hwc_u8 == image_hwc_u8[0, 0]).all(axis=2)
    rows, columns = np.nonzero(~is_padding)
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1], dtype=np.float32)


def test_scales_are_mostly_near_one_and_sometimes_far_off() -> None:
    generator = np.random.default_rng(3)
    scales = np.array([random_scale(generator) for _ in range(4000)])

    assert float(np.median(scales)) == pytest.approx(1.0, abs=0.03)
    far = (scales < 0.7) | (scales > 1.4)
    assert 0.08 < float(far.mean()) < 0.25
