"""Coarser sensors and stronger compression change the pixels, never the geometry."""

import numpy as np

from model.training.camera import as_camera_would


def picture() -> np.ndarray:
    image = np.full((48, 64, 3), 220, np.uint8)
    image[10:30, 20:50] = (120, 60, 90)
    return image


def test_size_and_place_of_the_cells_stay() -> None:
    before = picture()
    for seed in range(40):
        after = as_camera_would(before, np.random.default_rng(seed))
        assert after.shape == before.shape
        assert after.dtype == np.uint8
        dark = np.argwhere(after[..., 1] < 140)
        assert np.abs(dark.mean(axis=0) - (19.5, 34.5)).max() < 1


def test_some_images_are_changed_and_most_are_not() -> None:
    before = picture()
    changed = [not np.array_equal(before, as_camera_would(before, np.random.default_rng(seed))) for seed in range(200)]

    assert 0.25 < np.mean(changed) < 0.55
