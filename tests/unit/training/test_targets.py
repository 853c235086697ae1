"""Dense targets: what the network is told to answer for a crop, and where it is told nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.config import COUNT_MARGINS_PX, COUNT_UNIT_PX2, OUTPUT_STRIDE_PX
from model.data.fields import LabelMode
from model.training.targets import Targets, make_targets
from tests.unit.training.crop_of_cells import crop_of

CROP_PX = 128
SIDE = CROP_PX // OUTPUT_STRIDE_PX
FULL, POSITIVES, NONE = LabelMode.FULL, LabelMode.POSITIVES, LabelMode.NONE
Box = tuple[float, float, float, float]


def targets(
    *cells: tuple[int, Box], modes: tuple[LabelMode, ...] = (FULL, FULL, FULL), ignored: tuple[Box, ...] = ()
) -> Targets:
    """The targets of cells given as class index and box."""
    boxes = np.array([box for _, box in cells], dtype=np.float32).reshape(-1, 4)
    classes = np.array([index for index, _ in cells], dtype=np.int64)
    regions = np.array(ignored, dtype=np.float32).reshape(-1, 4) if ignored else None
    return make_targets(crop_of(boxes, classes, CROP_PX, regions), modes)


def position(box: Box) -> tuple[int, int]:
    """Row and column of a box's centre on the maps."""
    return int((box[1] + box[3]) / 2) // OUTPUT_STRIDE_PX, int((box[0] + box[2]) / 2) // OUTPUT_STRIDE_PX


def owned(found: Targets, box: Box) -> NDArray[np.bool_]:
    """Where the targets teach this box."""
    return np.asarray(
        (found.boxes_xyxy_px == np.array(box, np.float32)[:, None, None]).all(axis=0) & (found.box_weight > 0)
    )


RED_CELL: Box = (30.0, 40.0, 82.0, 90.0)


def test_the_heat_is_exactly_one_at_the_centre_and_falls_off_around_it() -> None:
    heat = targets((0, RED_CELL)).heat
    row, column = position(RED_CELL)

    assert heat[0, row, column] == 1.0
    assert int((heat == 1.0).sum()) == 1
    along = heat[0, row, column:]
    assert bool((np.diff(along) <= 0).all())
    assert float(along[-1]) == 0.0


def test_other_classes_see_background_there() -> None:
    heat = targets((1, RED_CELL)).heat

    assert float(heat[1].max()) == 1.0
    assert float(heat[[0, 2]].max()) == 0.0


def test_the_whole_box_is_taught_and_rare_classes_weigh_more() -> None:
    other: Box = (100.0, 10.0, 110.0, 20.0)
    found = targets((0, RED_CELL), (2, other))

    assert float(found.box_weight[owned(found, RED_CELL)].sum()) == pytest.approx(1.0)
    assert float(found.box_weight[owned(found, other)].sum()) == pytest.approx(3.0)
    assert float(found.box_weight.sum()) == pytest.approx(4.0)


def test_a_platelet_on_a_red_cell_keeps_its_own_box() -> None:
    platelet: Box = (50.0, 60.0, 62.0, 72.0)
    for cells in ([(0, RED_CELL), (2, platelet)], [(2, platelet), (0, RED_CELL)]):
        found = targets(*cells)

        assert owned(found, platelet)[position(platelet)]
        assert owned(found, RED_CELL).any()
        assert found.heat[2][position(platelet)] == 1.0


def test_touching_cells_keep_separate_peaks() -> None:
    found = targets((0, (10, 10, 60, 60)), (0, (58, 10, 108, 60)))
    row, left, right = position((10, 10, 60, 60))[0], 35 // 4, 83 // 4

    between = found.heat[0, row, left : right + 1]
    assert found.heat[0, row, left] == found.heat[0, row, right] == 1.0
    assert float(between.min()) < 0.1


def test_a_crop_without_cells_teaches_background_everywhere_and_no_box() -> None:
    found = targets()

    assert float(found.heat.max()) == 0.0
    assert float(found.heat_weight.min()) == 1.0
    assert float(found.box_weight.max()) == 0.0


def test_a_partly_labelled_class_teaches_only_around_its_boxes() -> None:
    found = targets((0, RED_CELL), (1, (100, 100, 120, 120)), modes=(POSITIVES, FULL, POSITIVES))

    assert bool(((found.heat_weight[0] == 1) == (found.heat[0] > 0)).all())
    assert float(found.heat_weight[0][position(RED_CELL)]) == 1.0
    assert float(found.heat_weight[1].min()) == 1.0  # the fully labelled class is taught everywhere
    assert float(found.heat_weight[2].max()) == 0.0  # no platelet has a box, so nothing is known of them


def test_an_unlabelled_class_teaches_nothing() -> None:
    found = targets((0, RED_CELL), modes=(FULL, NONE, FULL))

    assert float(found.heat_weight[1].max()) == 0.0
    assert float(found.heat_weight[0].min()) == 1.0


def test_ignored_regions_teach_no_class_except_at_centres() -> None:
    region: Box = (0.0, 0.0, 60.0, 128.0)
    inside: Box = (20.0, 40.0, 40.0, 60.0)
    found = targets((0, inside), ignored=(region,))
    weight = found.heat_weight[:, :, : 60 // OUTPUT_STRIDE_PX].copy()
    row, column = position(inside)

    assert weight[0, row, column] == 1.0
    weight[0, row, column] = 0
    assert float(weight.max()) == 0.0
    assert float(found.heat_weight[:, :, 60 // OUTPUT_STRIDE_PX :].min()) == 1.0


@pytest.mark.parametrize("region", [(-50.0, -50.0, 0.0, 200.0), (128.0, 0.0, 190.0, 128.0), (0.0, -30.0, 128.0, -5.0)])
def test_ignored_regions_outside_the_crop_change_nothing(region: Box) -> None:
    assert float(targets((0, RED_CELL), ignored=(region,)).heat_weight.min()) == 1.0


def test_counts_are_what_densities_give_over_the_crop_and_its_margins() -> None:
    found = targets((0, RED_CELL), (0, (5, 5, 50, 50)), (2, (90, 90, 100, 100)))

    assert found.counts.tolist() == [2, 0, 1]
    whole = CROP_PX**2 / COUNT_UNIT_PX2
    for exposure, margin in zip(found.count_exposure, COUNT_MARGINS_PX, strict=True):
        assert float(exposure) == pytest.approx(whole * ((CROP_PX + margin) / CROP_PX) ** 2)


def test_a_count_that_the_labels_do_not_tell_has_no_exposure() -> None:
    assert (targets((0, RED_CELL), modes=(POSITIVES, NONE, FULL)).count_exposure > 0).tolist() == [False, False, True]
    assert float(targets((0, RED_CELL), ignored=((0.0, 0.0, 9.0, 9.0),)).count_exposure.max()) == 0.0


CORNERS = st.floats(0, CROP_PX - 6, width=32)
BOXES = st.tuples(CORNERS, CORNERS, st.floats(4, 120, width=32), st.floats(4, 120, width=32)).map(
    lambda box: (box[0], box[1], min(box[0] + box[2], float(CROP_PX)), min(box[1] + box[3], float(CROP_PX)))
)


@given(st.lists(st.tuples(st.integers(0, 2), BOXES), max_size=12))
def test_every_cell_has_a_peak_and_all_targets_stay_in_range(cells: list[tuple[int, Box]]) -> None:
    found = targets(*cells)

    for index, box in cells:
        assert found.heat[index][position(box)] == 1.0
    assert float(found.heat.min()) >= 0.0
    assert float(found.heat.max(initial=0.0)) <= 1.0
    assert float(found.box_weight.sum()) <= 3 * len(cells) + 1e-3
    assert np.isfinite(found.box_weight).all()
