"""Which fields an epoch draws, and the batches they come in."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model.training.config import TrainingConfig, TrainingConfigError
from model.training.loading import (
    MOSAIC,
    RENDERED,
    CropDataset,
    SourceSampler,
    choose_fields,
    make_loader,
    white_name_rarity,
)
from model.training.targets import MOST_NAMED_CELLS
from tests.unit.training.packed_fields import packed_field, write_packed_set

SHARES = (("large", 0.5), ("small", 0.5))


def drawn(config: TrainingConfig, first_draw: int = 0) -> list[tuple[int, int]]:
    """An epoch over nine fields of a large source (0 to 8) and one of a small one (9)."""
    fields = [packed_field(number, "large") for number in range(9)] + [packed_field(9, "small")]
    return list(SourceSampler(fields, config, first_draw))


def test_each_source_has_its_share_however_many_fields_it_has() -> None:
    config = TrainingConfig(fields_per_epoch=2000, rendered_share=0.0, mosaic_share=0.0, source_shares=SHARES)
    counts = Counter(index for index, _ in drawn(config))

    assert counts[9] / 2000 == pytest.approx(0.5, abs=0.05)
    assert sum(counts[index] for index in range(9)) / 2000 == pytest.approx(0.5, abs=0.05)
    assert min(counts[index] for index in range(9)) > 50


def test_fields_of_a_rare_white_cell_are_drawn_more_often_but_no_more_than_their_source_allows() -> None:
    common = [replace(packed_field(number, "large"), box_subtypes=("neutrophil",)) for number in range(9)]
    rare = replace(packed_field(9, "large"), box_subtypes=("basophil", None))
    unnamed, other = (
        replace(packed_field(10 + one, source), box_subtypes=()) for one, source in enumerate(("large", "small"))
    )

    rarity = white_name_rarity([*common, rare, unnamed, other])

    assert rarity == [1.0] * 9 + [3.0, 1.0, 1.0]  # the root of nine to one
    config = TrainingConfig(fields_per_epoch=3000, rendered_share=0.0, mosaic_share=0.0, source_shares=SHARES)
    counts = Counter(index for index, _ in SourceSampler([*common, rare, other], config, 0))
    assert counts[10] / 3000 == pytest.approx(0.5, abs=0.05)
    assert counts[9] / 1500 == pytest.approx(3 / 12, abs=0.05)


def test_rendered_fields_and_mosaics_have_their_shares() -> None:
    config = TrainingConfig(fields_per_epoch=2000, rendered_share=0.3, mosaic_share=0.2, source_shares=SHARES)
    counts = Counter(index for index, _ in drawn(config))

    assert counts[RENDERED] / 2000 == pytest.approx(0.3, abs=0.05)
    assert counts[MOSAIC] / 2000 == pytest.approx(0.2, abs=0.05)


def test_draws_are_numbered_on_and_never_repeat_in_the_next_epoch() -> None:
    config = TrainingConfig(fields_per_epoch=8, batch_size=8, source_shares=SHARES)
    first, second = drawn(config), drawn(config, first_draw=8)

    assert [number for _, number in first] == list(range(8))
    assert [number for _, number in second] == list(range(8, 16))
    assert [index for index, _ in first] != [index for index, _ in second]


def test_the_same_seed_draws_the_same_fields_and_another_seed_others() -> None:
    config, other = (TrainingConfig(fields_per_epoch=50, seed=seed, source_shares=SHARES) for seed in (0, 1))

    assert drawn(config) == drawn(config)
    assert drawn(config) != drawn(other)


def test_a_draw_is_one_crop_with_targets_that_fit_it(tmp_path: Path) -> None:
    folder = write_packed_set(tmp_path / "set", fields=2)
    dataset = CropDataset(folder, [packed_field(0), packed_field(1)], TrainingConfig(crop_px=64, seed=3))
    for draw in ((0, 0), (1, 1), (RENDERED, 2), (MOSAIC, 3)):
        example = dataset[draw]
        again = dataset[draw]

        assert example.image_chw_u8.shape == (3, 64, 64)
        assert example.image_chw_u8.dtype == torch.uint8
        assert [tuple(part.shape) for part in example.targets] == [
            (3, 16, 16),
            (3, 16, 16),
            (4, 16, 16),
            (16, 16),
            (3,),
            (3,),
            (MOST_NAMED_CELLS, 4),
            (MOST_NAMED_CELLS,),
            (MOST_NAMED_CELLS,),
        ]
        assert torch.equal(example.image_chw_u8, again.image_chw_u8)
    assert not torch.equal(dataset[0, 0].image_chw_u8, dataset[0, 5].image_chw_u8)


def test_an_epoch_is_whole_batches_only(tmp_path: Path) -> None:
    folder = write_packed_set(tmp_path / "set", fields=2)
    config = TrainingConfig(fields_per_epoch=7, batch_size=3, crop_px=64, workers=0)
    batches = list(make_loader(folder, [packed_field(0), packed_field(1)], config, 0))

    assert [tuple(batch.image_chw_u8.shape) for batch in batches] == [(3, 3, 64, 64)] * 2
    assert batches[0].targets.heat.shape == (3, 3, 16, 16)


def sources_of(*, left_out: tuple[str, ...] = ()) -> set[str]:
    fields = [packed_field(0, source) for source in ("txl-pbc-bccd", "bccd", "txl-pbc-pbc", "deep-bio-net")]
    shares = (("txl-pbc-bccd", 0.5), ("bccd", 0.2), ("txl-pbc-pbc", 0.3))
    return {field.source for field in choose_fields(fields, TrainingConfig(source_shares=shares, left_out=left_out))}


def test_a_source_without_a_share_is_not_trained_on() -> None:
    assert sources_of() == {"txl-pbc-bccd", "bccd", "txl-pbc-pbc"}


def test_leaving_a_laboratory_out_leaves_all_its_sources_out() -> None:
    assert sources_of(left_out=("bccd",)) == {"txl-pbc-pbc"}


@pytest.mark.parametrize(
    ("left_out", "words"),
    [
        (("acme",), "'acme' is no group of sources; choose one of bccd, "),
        (("bccd", "pbc"), "no field remains to train on; the data set holds bccd, deep-bio-net"),
    ],
)
def test_leaving_out_what_is_unknown_or_everything_is_refused(left_out: tuple[str, ...], words: str) -> None:
    with pytest.raises(TrainingConfigError, match=words):
        sources_of(left_out=left_out)
