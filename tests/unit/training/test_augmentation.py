"""Colours are changed as stains, lamps and cameras do; nothing moves."""

import torch
from torch import Tensor

from model.training.augmentation import augment_colours


def augmented(images: Tensor, seed: int = 1) -> Tensor:
    return augment_colours(images, torch.Generator().manual_seed(seed))


def test_images_keep_their_shape_and_their_range() -> None:
    images = torch.rand(16, 3, 12, 20, generator=torch.Generator().manual_seed(2))
    found = augmented(images)

    assert found.shape == images.shape
    assert float(found.min()) >= 0.0
    assert float(found.max()) <= 1.0
    assert bool(torch.isfinite(found).all())


def test_black_and_white_images_stay_numbers() -> None:
    assert bool(torch.isfinite(augmented(torch.zeros(8, 3, 8, 8))).all())
    assert bool(torch.isfinite(augmented(torch.ones(8, 3, 8, 8))).all())


def test_every_image_of_a_batch_is_changed_in_its_own_way() -> None:
    found = augmented(torch.full((6, 3, 8, 8), 0.6))

    means = found.mean(dim=(2, 3))
    assert float((means - 0.6).abs().max()) > 0.02
    assert len({tuple(round(value, 4) for value in row) for row in means.tolist()}) == 6


def test_the_same_generator_gives_the_same_change() -> None:
    images = torch.rand(4, 3, 8, 8, generator=torch.Generator().manual_seed(2))

    assert torch.equal(augmented(images, 5), augmented(images, 5))
    assert not torch.equal(augmented(images, 5), augmented(images, 6))


def test_cells_stay_where_they_are() -> None:
    images = torch.full((32, 3, 24, 24), 0.85)
    images[:, :, 8:16, 4:10] = torch.tensor([0.7, 0.35, 0.45]).view(3, 1, 1)
    darkness = 1 - augmented(images).mean(dim=1)

    inside = darkness[:, 9:15, 5:9].amin(dim=(1, 2))
    outside = darkness[:, 18:, 14:].amax(dim=(1, 2))
    # Noise and saturated light spoil single images at most.
    assert int((inside > outside).sum()) >= 30
