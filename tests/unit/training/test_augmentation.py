"""Colours are changed as stains, lamps and cameras do; nothing moves."""

import pytest
import torch
from torch import Tensor

from model.training.augmentation import augment_colours, exchange_stains


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


def exchanged(images: Tensor, seed: int = 1) -> Tensor:
    return exchange_stains(images, torch.Generator().manual_seed(seed))


def statistics(images: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and spread of each image's optical density, N x 3 each."""
    density = -torch.log(images.clamp(min=1 / 255))
    return density.mean(dim=(2, 3)), density.std(dim=(2, 3))


def two_stains() -> Tensor:
    """A pale picture of little contrast and a dark one of more; no value is near black or white."""
    noise = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(3))
    return torch.stack([0.75 + 0.1 * noise[0], 0.3 + 0.3 * noise[1]])


def test_a_batch_of_one_picture_has_no_other_stain_to_take_over() -> None:
    images = torch.rand(1, 3, 12, 12, generator=torch.Generator().manual_seed(2)).clamp(min=0.02)

    for seed in range(12):
        torch.testing.assert_close(exchanged(images, seed), images, atol=1e-5, rtol=1e-4)


def test_a_picture_that_takes_over_a_stain_moves_between_its_own_and_the_other_one() -> None:
    images = two_stains()
    (own_mean, own_spread), shares = statistics(images), []
    for seed in range(60):
        found = exchanged(images, seed)
        for statistic, own in zip(statistics(found), (own_mean, own_spread), strict=True):
            share = (statistic - own) / (own.flip(0) - own)  # 0: its own; 1: the other's
            assert float(share.min()) > -0.01
            assert float(share.max()) < 1.01
            assert float((share.amax(dim=1) - share.amin(dim=1)).max()) < 0.02  # all channels move as far
        shares += ((statistics(found)[0] - own_mean) / (own_mean.flip(0) - own_mean))[:, 0].tolist()

    moved = [share for share in shares if share > 0.01]
    assert 8 < len(moved) < 40  # a third of the pictures, of which half met themselves
    assert max(moved) > 0.6
    assert min(moved) < 0.4


@pytest.mark.parametrize("first", [0.0, 1.0, 0.5])
def test_exchanged_stains_stay_in_range_beside_black_and_white(first: float) -> None:
    images = torch.rand(4, 3, 8, 8, generator=torch.Generator().manual_seed(2))
    images[0] = first
    for seed in range(20):
        found = exchanged(images, seed)
        assert bool(torch.isfinite(found).all())
        assert float(found.min()) >= 0.0
        assert float(found.max()) <= 1.0


def test_the_noise_of_an_empty_picture_does_not_become_cells() -> None:
    images = two_stains()
    images[0] = 0.9 + 0.001 * torch.randn(3, 16, 16, generator=torch.Generator().manual_seed(4))
    spreads = [float(statistics(exchanged(images, seed))[1][0].max()) for seed in range(60)]

    assert max(spreads) < 0.05  # 0.25 if it took over the whole spread


def test_stains_are_exchanged_alike_by_the_same_generator() -> None:
    images = torch.rand(8, 3, 8, 8, generator=torch.Generator().manual_seed(2))

    assert torch.equal(exchanged(images, 5), exchanged(images, 5))
    assert not torch.equal(exchanged(images, 5), exchanged(images, 6))
