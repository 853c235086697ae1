"""Cleaning drops what cannot be used, mends what can, and counts both."""

from pathlib import Path

import numpy as np
import pytest

from model.data.cleaning import clean_fields
from model.data.fields import AnnotatedField
from tests.unit.data.published_sets import FIELD_SIZE, image_file

GOOD = (10.0, 10.0, 40.0, 40.0)


def cleaned(
    tmp_path: Path, boxes: list[tuple[float, ...]], classes: list[int] | None = None
) -> tuple[AnnotatedField, dict[str, int]]:
    """The field after cleaning and what was counted, without zeros."""
    path = tmp_path / "field.jpg"
    path.write_bytes(image_file(1))
    array = np.array(boxes, dtype=np.float32).reshape(-1, 4)
    indices = np.array(classes or [0] * len(boxes), dtype=np.int64)
    (kept,), dropped = clean_fields([AnnotatedField("source", "field", "original", path, None, array, indices)])
    return kept, {reason.removeprefix("source: "): count for reason, count in dropped.items() if count}


def test_good_boxes_stay_as_they_are(tmp_path: Path) -> None:
    field, dropped = cleaned(tmp_path, [GOOD, (50, 50, 80, 90)], [0, 1])

    assert field.boxes_xyxy_px.tolist() == [list(GOOD), [50, 50, 80, 90]]
    assert field.class_indices.tolist() == [0, 1]
    assert dropped == {}


def test_a_box_reaching_beyond_the_image_is_clipped_and_kept(tmp_path: Path) -> None:
    width, height = FIELD_SIZE.width, FIELD_SIZE.height
    field, dropped = cleaned(tmp_path, [(-20, -5, 30, 40), (width - 20, height - 20, width + 40, height + 9)])

    assert field.boxes_xyxy_px.tolist() == [[0, 0, 30, 40], [width - 20, height - 20, width, height]]
    assert dropped == {"box clipped to the image (kept)": 2}


@pytest.mark.parametrize(
    "box",
    [(300, 10, 330, 40), (10, -60, 40, -20), (10, 10, 10, 40), (40, 10, 10, 40), (10, 10, 13, 40), (190, 10, 230, 40)],
    ids=["right of it", "above it", "no width", "sides swapped", "3 px wide", "2 px left after clipping"],
)
def test_a_box_without_a_cell_in_the_image_is_dropped(box: tuple[float, ...], tmp_path: Path) -> None:
    field, dropped = cleaned(tmp_path, [GOOD, box])

    assert field.boxes_xyxy_px.tolist() == [list(GOOD)]
    assert dropped == {"box empty or outside the image": 1}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_box_that_is_not_a_number_is_dropped(value: float, tmp_path: Path) -> None:
    field, dropped = cleaned(tmp_path, [(10, value, 40, 40), GOOD])

    assert field.boxes_xyxy_px.tolist() == [list(GOOD)]
    assert dropped == {"box not finite": 1}


def test_the_same_box_twice_is_one_cell(tmp_path: Path) -> None:
    field, dropped = cleaned(tmp_path, [GOOD, (50, 50, 80, 90), (10.3, 9.8, 40.2, 40.4)], [0, 0, 0])

    assert field.boxes_xyxy_px.tolist() == [list(GOOD), [50, 50, 80, 90]]
    assert dropped == {"same box twice": 1}


def test_one_box_labelled_as_two_classes_is_left_to_a_person(tmp_path: Path) -> None:
    field, dropped = cleaned(tmp_path, [GOOD, GOOD], [0, 2])

    assert (field.class_indices.tolist(), dropped) == ([0, 2], {})


def test_a_field_without_boxes_is_kept(tmp_path: Path) -> None:
    field, dropped = cleaned(tmp_path, [])

    assert (field.boxes_xyxy_px.shape, dropped) == ((0, 4), {})


@pytest.mark.parametrize("content", [b"", b"no image", image_file(1)[:900]], ids=["empty", "text", "cut off"])
def test_an_unreadable_image_is_dropped_and_counted(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.jpg"
    path.write_bytes(content)
    boxes, classes = np.array([GOOD], dtype=np.float32), np.zeros(1, dtype=np.int64)
    fields, dropped = clean_fields([AnnotatedField("source", "broken", "original", path, None, boxes, classes)])

    assert (fields, dict(dropped)) == ([], {"source: unreadable image": 1})


def grid_of_small_boxes(count: int) -> list[tuple[float, ...]]:
    return [(8.0 * column, 8.0, 8.0 * column + 7, 15.0) for column in range(count)]


def test_red_and_white_cells_that_were_exchanged_are_put_right(tmp_path: Path) -> None:
    small, large = grid_of_small_boxes(12), (60.0, 60.0, 90.0, 90.0)

    field, dropped = cleaned(tmp_path, [*small, large], [1] * 12 + [0])

    assert field.class_indices.tolist() == [0] * 12 + [1]
    assert dropped == {"red and white cells exchanged (mended)": 1}


@pytest.mark.parametrize(
    ("white_cells", "red_cell"),
    [(9, (60.0, 60.0, 90.0, 90.0)), (12, (60.0, 60.0, 67.0, 67.0))],
    ids=["few white cells", "a red cell as small as they are"],
)
def test_classes_that_may_be_right_are_left_alone(
    white_cells: int, red_cell: tuple[float, ...], tmp_path: Path
) -> None:
    classes = [1] * white_cells + [0]

    field, dropped = cleaned(tmp_path, [*grid_of_small_boxes(white_cells), red_cell], classes)

    assert field.class_indices.tolist() == classes
    assert dropped == {}
