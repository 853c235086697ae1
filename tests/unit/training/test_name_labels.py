"""Which cells of a field, a crop and a batch teach which name."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.classes import NAMED_RED_SUBTYPES, NAMED_WHITE_SUBTYPES
from model.config import RED_CELL_DIAMETER_PX
from model.data.packed import IMAGE_FOLDER, PackedField
from model.training.config import TrainingConfig, TrainingConfigError
from model.training.crops import Labels, take_crop
from model.training.loading import MOSAIC, CropDataset, choose_fields, make_loader
from model.training.name_labels import FIRST_RED_LABEL, LABELS, UNNAMED, name_labels, typical_red_cell_px
from model.training.targets import MOST_NAMED_CELLS, name_targets
from tests.unit.training.named_fields import RED, WHITE, named_field, painted
from tests.unit.training.test_crops import BOXES, CLASSES, NOTHING, SEEDS, box_of_colour, painted_field

NAMES = np.array([FIRST_RED_LABEL + 4, 2, UNNAMED], dtype=np.int64)
"""Of the painted field's red cell, white cell and platelet."""


def test_labels_are_the_places_of_the_names_white_cells_first() -> None:
    subtypes = [*NAMED_WHITE_SUBTYPES, *NAMED_RED_SUBTYPES]
    boxes = [(0.0, 0.0, 9.0, 9.0)] * len(subtypes)
    classes = [WHITE] * len(NAMED_WHITE_SUBTYPES) + [RED] * len(NAMED_RED_SUBTYPES)
    field = named_field([subtype.value for subtype in subtypes], boxes=boxes, class_indices=classes)

    assert name_labels(field).tolist() == list(range(LABELS))
    assert FIRST_RED_LABEL == 7


def test_a_sub_type_that_is_not_known_or_no_name_teaches_none() -> None:
    field = named_field([None, "unidentified", "uncategorised", "basophil"], boxes=[(0.0, 0.0, 9.0, 9.0)] * 4)

    assert name_labels(field).tolist() == [UNNAMED, UNNAMED, UNNAMED, 4]
    assert name_labels(named_field([])).tolist() == [UNNAMED]


def test_a_typical_red_cell_is_the_median_of_the_roots_of_areas() -> None:
    boxes = np.array([[0, 0, 30, 30]] * 5 + [[0, 0, 10, 40]] * 3 + [[0, 0, 200, 200]] * 9, np.float32)
    classes = np.array([RED] * 8 + [WHITE] * 9)

    assert typical_red_cell_px(boxes, classes) == pytest.approx(30)
    assert typical_red_cell_px(boxes[1:], classes[1:]) == RED_CELL_DIAMETER_PX  # seven tell nothing


@settings(max_examples=80, deadline=None)
@given(SEEDS, st.sampled_from([96, 224]))
def test_names_follow_their_cells_through_every_turn_scale_and_cut(seed: int, crop_px: int) -> None:
    labels = Labels(BOXES, CLASSES, NOTHING, name_labels=NAMES)
    found = take_crop(painted_field(), labels, crop_px, np.random.default_rng(seed))
    scale = found.red_cell_px / RED_CELL_DIAMETER_PX

    assert len(found.name_labels) == len(found.class_indices)
    for index, box, name in zip(found.class_indices, found.boxes_xyxy_px, found.name_labels, strict=True):
        assert box_of_colour(found.image_hwc_u8, int(index)) is not None
        whole = float(np.prod(BOXES[index][2:] - BOXES[index][:2])) * scale**2
        share = float(np.prod(box[2:] - box[:2])) / whole
        if abs(share - 0.6) > 0.01:
            assert name == (NAMES[index] if share > 0.6 else UNNAMED)


def test_the_typical_red_cell_is_scaled_with_the_crop() -> None:
    boxes = np.array([[x, y, x + 24, y + 24] for x in (0, 60, 120) for y in (0, 60, 120)], np.float32)
    labels = Labels(boxes, np.zeros(9, np.int64), NOTHING)
    for seed in range(12):
        found = take_crop(painted_field(), labels, 448, np.random.default_rng(seed))
        assert found.name_labels.tolist() == [UNNAMED] * 9
        sides = found.boxes_xyxy_px[:, 2] - found.boxes_xyxy_px[:, 0]
        assert found.red_cell_px == pytest.approx(float(np.median(sides)), rel=1e-3)


def test_targets_hold_the_named_cells_first_and_are_filled_up_with_unnamed_ones() -> None:
    boxes = np.arange(12, dtype=np.float32).reshape(3, 4)
    names = name_targets(boxes, np.array([UNNAMED, 9, 0]), np.array([40.0, 41.0, 42.0], np.float32))

    assert names.labels.tolist() == [9, 0, *[UNNAMED] * (MOST_NAMED_CELLS - 2)]
    assert names.boxes_xyxy_px[:2].tolist() == boxes[1:].tolist()
    assert names.red_cell_px[:2].tolist() == [41.0, 42.0]
    assert name_targets(boxes, np.array([1, 1, 1]), 44.0).red_cell_px[:3].tolist() == [44.0] * 3


def test_a_crop_of_more_cells_than_are_taught_teaches_a_part_of_them() -> None:
    count = MOST_NAMED_CELLS + 5
    names = name_targets(np.zeros((count, 4), np.float32), np.arange(count) % LABELS, 50.0)

    assert names.labels.tolist() == [number % LABELS for number in range(MOST_NAMED_CELLS)]


@pytest.fixture
def two_groups(tmp_path: Path) -> tuple[Path, list[PackedField]]:
    """A packed set of a neutrophil from PBC and a lymphocyte from BCCD."""
    fields = [named_field(["neutrophil"]), named_field(["lymphocyte"], "bccd", name="two")]
    (tmp_path / IMAGE_FOLDER).mkdir()
    for field in fields:
        painted(field).save(tmp_path / IMAGE_FOLDER / field.file_name)
    return tmp_path, fields


def labels_taught(dataset: CropDataset, index: int) -> set[int]:
    """The names that a field, or mosaics, teach in some draws."""
    drawn = torch.cat([dataset[index, number].targets.name_labels for number in range(12)])
    return set(drawn.tolist()) - {UNNAMED}


@pytest.mark.parametrize(
    ("left_out", "of_pbc", "of_bccd"), [((), {0}, {1}), (("pbc",), set(), {1}), (("bccd",), {0}, set())]
)
def test_names_left_out_are_taught_neither_in_crops_nor_in_mosaics(
    left_out: Sequence[str], of_pbc: set[int], of_bccd: set[int], two_groups: tuple[Path, list[PackedField]]
) -> None:
    dataset = CropDataset(*two_groups, TrainingConfig(crop_px=224, names_left_out=tuple(left_out)))

    assert labels_taught(dataset, 0) == of_pbc
    assert labels_taught(dataset, 1) == of_bccd
    assert labels_taught(dataset, MOSAIC) == of_pbc | of_bccd
    assert float(dataset[0, 0].targets.heat_weight.max()) == 1.0  # its cells are still found


def test_a_mosaic_teaches_nothing_but_names(two_groups: tuple[Path, list[PackedField]]) -> None:
    targets = CropDataset(*two_groups, TrainingConfig(crop_px=224))[MOSAIC, 3].targets

    for silent in (targets.heat_weight, targets.box_weight, targets.count_exposure):
        assert float(silent.abs().max()) == 0.0
    assert set(targets.name_labels[:4].tolist()) <= {0, 1}


def test_mosaics_without_a_named_cell_are_refused_with_what_to_do(
    two_groups: tuple[Path, list[PackedField]],
) -> None:
    nothing_named = TrainingConfig(workers=0, names_left_out=("pbc", "bccd"))
    with pytest.raises(TrainingConfigError, match="no white cell of the data set has a sub-type; set it to 0"):
        make_loader(*two_groups, nothing_named, 0)
    assert len(make_loader(*two_groups, TrainingConfig(workers=0, mosaic_share=0.0, names_left_out=("pbc", "bccd")), 0))


def test_leaving_out_the_names_of_an_unknown_group_is_refused() -> None:
    with pytest.raises(TrainingConfigError, match="'acme' is no group of sources"):
        choose_fields([named_field(["basophil"])], TrainingConfig(names_left_out=("acme",)))
