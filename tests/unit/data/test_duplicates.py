"""The same picture is recognised under any name, format or quality, and other pictures are not taken for it."""

from pathlib import Path

import numpy as np

from model.data.duplicates import group_duplicates
from model.data.fields import AnnotatedField
from tests.unit.data.published_sets import image_file


def fields(tmp_path: Path, *contents: bytes) -> list[AnnotatedField]:
    written = []
    for number, content in enumerate(contents):
        path = tmp_path / f"{number}"
        path.write_bytes(content)
        boxes, classes = np.zeros((0, 4), np.float32), np.zeros(0, np.int64)
        written.append(AnnotatedField("source", path.name, path.name, path, None, boxes, classes))
    return written


def test_a_picture_is_known_again_after_re_encoding(tmp_path: Path) -> None:
    original, poorer, lossless = image_file(1, "JPEG", 95), image_file(1, "JPEG", 80), image_file(1, "PNG")
    other = image_file(2)

    groups = group_duplicates(fields(tmp_path, original, other, poorer, lossless, original))

    assert groups.tolist() == [0, 1, 0, 0, 0]


def test_different_fields_are_never_taken_for_one(tmp_path: Path) -> None:
    groups = group_duplicates(fields(tmp_path, *(image_file(seed) for seed in range(12))))

    assert groups.tolist() == list(range(12))


def test_a_single_field_is_its_own_group(tmp_path: Path) -> None:
    assert group_duplicates(fields(tmp_path, image_file(1))).tolist() == [0]
