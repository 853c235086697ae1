"""How large a red cell is in a labelled field."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from model.data.fields import AnnotatedField
from model.data.scale import diameters_px, red_cell_diameter_px
from tests.unit.data.published_sets import image_file

FIVE = [(10.0 + 30 * n, 20.0, 30.0 + 30 * n, 44.0) for n in range(5)]  # 20 wide, 24 high: 22 px


def field(
    tmp_path: Path, boxes: Sequence[tuple[float, ...]], source: str = "one", class_index: int = 0
) -> AnnotatedField:
    path = tmp_path / "field.jpg"
    path.write_bytes(image_file(1))
    array = np.array(boxes, dtype=np.float32).reshape(-1, 4)
    return AnnotatedField(source, "field", "o", path, None, array, np.full(len(boxes), class_index, np.int64))


def test_the_diameter_is_the_median_of_the_red_cells_mean_side(tmp_path: Path) -> None:
    assert red_cell_diameter_px(field(tmp_path, [*FIVE, (10, 60, 110, 118)])) == pytest.approx(22)


def test_cells_cut_by_the_border_do_not_count(tmp_path: Path) -> None:
    cut = [(0.0, 50.0, 8.0, 80.0), (155.0, 50.0, 192.0, 80.0), (40.0, 0.0, 70.0, 5.0), (40.0, 114.0, 70.0, 144.0)]

    assert red_cell_diameter_px(field(tmp_path, [*FIVE[:4], *cut])) == pytest.approx(22)
    assert red_cell_diameter_px(field(tmp_path, [*FIVE[:3], *cut])) is None


def test_other_classes_do_not_count(tmp_path: Path) -> None:
    assert red_cell_diameter_px(field(tmp_path, FIVE, class_index=1)) is None


def test_a_field_with_too_few_red_cells_takes_its_sources_median(tmp_path: Path) -> None:
    wide = [(x1, y1, x1 + 20, y1 + 20) for x1, y1, _, _ in FIVE]
    fields = [
        field(tmp_path, FIVE),
        field(tmp_path, []),
        field(tmp_path, wide),
        field(tmp_path, wide, source="other"),
        field(tmp_path, FIVE[:2], source="other"),
    ]

    assert diameters_px(fields) == pytest.approx([22, 21, 20, 20, 20])


def test_a_source_without_a_measurable_field_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no field of other has 4 uncut red cells"):
        diameters_px([field(tmp_path, FIVE), field(tmp_path, [], source="other")])
