"""Predictions come from the whole pipeline on the full-size images, in their pixels."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.data.packed import PackedField
from model.evaluation.predictions import LOWEST_SCORE, RefusedField, predict_fields
from model.inference import CellCounter
from model.rendering import SmearRecipe, encode_png, render_smear
from model.types import Size
from tests.unit.training.packed_fields import packed_field

SIZE = Size(192, 128)
PLATELET = 2


@pytest.fixture
def field(tmp_path: Path) -> PackedField:
    """A field whose packed image is half as large as its original."""
    path = tmp_path / "original.png"
    path.write_bytes(encode_png(render_smear(SmearRecipe(SIZE, 12, 1, 2, 30.0, seed=1)).image_hwc_u8))
    return replace(packed_field(1), original_path=str(path), scale=0.5)


def test_a_prediction_holds_cells_and_reference_in_pixels_of_the_original(
    random_counter: CellCounter, field: PackedField
) -> None:
    told: list[tuple[int, int]] = []
    (found,) = predict_fields(random_counter, [field], lambda *numbers: told.append(numbers))

    assert (found.key, found.source, found.size) == (field.key, field.source, SIZE)
    assert len(found.scores) == len(found.class_indices) == len(found.boxes_xyxy_px) > 10
    assert PLATELET not in found.class_indices  # the untaught network's are near 0.01, under the lowest score
    assert LOWEST_SCORE > 0.0105
    assert bool((found.boxes_xyxy_px[:, 2:] <= np.array([SIZE.width, SIZE.height])).all())
    assert np.allclose(found.reference_boxes_xyxy_px, field.boxes_array() * 2)
    assert found.reference_class_indices.tolist() == list(field.class_indices)
    assert (found.original, found.is_border_complete) == (field.original, field.is_border_complete)
    assert told == [(1, 1)]


def test_the_scale_ratio_compares_with_the_scale_by_the_reference(
    random_counter: CellCounter, field: PackedField
) -> None:
    used = random_counter.count(Path(field.original_path).read_bytes()).quality["scale_to_network"]
    (found,) = predict_fields(random_counter, [field])

    assert used is not None
    assert found.scale_ratio == pytest.approx(used / 0.5)


def test_a_refused_image_ends_the_evaluation(random_counter: CellCounter, field: PackedField) -> None:
    Path(field.original_path).write_bytes(b"no image")

    with pytest.raises(RefusedField, match=r"original\.png was refused: "):
        predict_fields(random_counter, [field])


def test_a_missing_original_ends_the_evaluation(random_counter: CellCounter, field: PackedField) -> None:
    Path(field.original_path).unlink()

    with pytest.raises(FileNotFoundError):
        predict_fields(random_counter, [field])
