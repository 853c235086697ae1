import numpy as np
import pytest

from model.classes import CellClass
from model.evaluation.gate_faults import blurred, compressed, exposed, tinted
from model.inference.sampling import patches_of
from model.quality import measure_field
from model.types import DetectedCell
from tests.unit.quality.rendered_patches import field, measures_of, resized


def defined(value: float | None) -> float:
    assert value is not None
    return value


def test_edges_widen_with_the_blur_and_hardly_with_anything_else() -> None:
    smear = field()
    sharp = defined(measures_of(smear).edge_width_px)

    widths = [defined(measures_of(smear, blurred(smear.image_hwc_u8, sigma)).edge_width_px) for sigma in (2, 4, 6)]

    assert sharp < 6
    assert sharp + 1 < widths[0]
    assert widths[0] + 3 < widths[1]
    assert widths[1] + 3 < widths[2]
    for image in (
        exposed(smear.image_hwc_u8, 0.4),
        tinted(smear.image_hwc_u8, 1, 0.8, 0.6),
        compressed(smear.image_hwc_u8, 50),
    ):
        assert measures_of(smear, image).edge_width_px == pytest.approx(sharp, rel=0.15)


def test_cells_blurred_into_the_background_leave_no_edge_to_measure_and_that_is_told() -> None:
    smear = field()
    sharp, smeared = measures_of(smear), measures_of(smear, blurred(smear.image_hwc_u8, 30))

    assert defined(sharp.edge_share) > 0.5
    assert smeared.edge_width_px is None
    assert defined(smeared.edge_share) < 0.2


def test_light_shows_in_the_brightness_of_the_background_and_too_much_of_it_in_white_pixels() -> None:
    smear = field()
    plain, dark, bright = (measures_of(smear, exposed(smear.image_hwc_u8, light)) for light in (1.0, 0.3, 2.5))

    assert defined(dark.background_brightness) < 0.7 * defined(plain.background_brightness)
    assert defined(plain.clipped_share) < 0.01
    assert defined(bright.clipped_share) > 0.5


def test_coloured_light_shows_in_the_background_and_not_in_the_redness_of_cells() -> None:
    smear = field()
    plain, tinged = measures_of(smear), measures_of(smear, tinted(smear.image_hwc_u8, 0.5, 0.8, 1.0))

    assert defined(tinged.background_red_to_green) < 0.9 * defined(plain.background_red_to_green)
    assert defined(tinged.background_blue_to_green) > 1.05 * defined(plain.background_blue_to_green)
    assert tinged.cell_redness == pytest.approx(defined(plain.cell_redness), rel=0.05)


def test_crowding_shows_in_area_and_overlap_and_emptiness_in_the_number_of_red_cells() -> None:
    thin, usual, thick = measures_of(field(2)), measures_of(field(45)), measures_of(field(135, 1.0))

    assert defined(thin.covered_share) < defined(usual.covered_share) < defined(thick.covered_share)
    assert defined(usual.overlapping_share) < defined(thick.overlapping_share)
    assert defined(thin.red_cells_per_100) == pytest.approx(2 * 100 * 2500 / (640 * 480))
    assert defined(usual.red_cells_per_100) == pytest.approx(45 * 100 * 2500 / (640 * 480))


@pytest.mark.parametrize("factor", [0.5, 0.7, 1.5, 2.0])
def test_the_measures_do_not_depend_on_how_many_pixels_the_camera_gave(factor: float) -> None:
    smear = field()
    one, other = measures_of(smear), measures_of(smear, resized(smear.image_hwc_u8, factor), scale=1 / factor)

    # Fewer pixels show less sharp edges: half the pixels of a cell of 50 are 2 network pixels wide each.
    assert other.edge_width_px == pytest.approx(defined(one.edge_width_px), rel=0.25)
    for name in ("background_brightness", "background_red_to_green", "background_blue_to_green", "cell_redness"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=0.02), name
    for name in ("cell_contrast", "covered_share", "red_cells_per_100", "overlapping_share"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=0.05), name
    assert other.cluttered_share == pytest.approx(defined(one.cluttered_share), abs=0.03)


def test_a_large_field_is_measured_in_parts_and_gives_the_same() -> None:
    smear = field()
    tiled = np.tile(smear.image_hwc_u8, (4, 4, 1))
    cells = [
        DetectedCell(
            cell.cell_class,
            (x1 + 640 * column, y1 + 480 * row, x2 + 640 * column, y2 + 480 * row),
            0.9,
            is_counted=True,
        )
        for row in range(4)
        for column in range(4)
        for cell in smear.cells
        for x1, y1, x2, y2 in [cell.box_xyxy_image_px]
    ]

    patches = patches_of(tiled, 1.0, cells)
    one, many = measures_of(smear), measure_field(patches, [0.9] * len(cells), tiled.shape[0] * tiled.shape[1])

    assert sum(patch.pixels_hwc_u8.shape[0] * patch.pixels_hwc_u8.shape[1] for patch in patches) == 9 * 320 * 320
    assert many.edge_width_px == pytest.approx(defined(one.edge_width_px), rel=0.05)
    assert many.background_brightness == pytest.approx(defined(one.background_brightness), rel=0.02)
    assert many.covered_share == pytest.approx(defined(one.covered_share), rel=0.15)
    assert many.red_cells_per_100 == pytest.approx(defined(one.red_cells_per_100))


def test_what_no_cell_or_no_background_shows_is_undefined_and_not_zero() -> None:
    empty = measure_field(patches_of(np.full((200, 200, 3), 220, np.uint8), 1.0, []), [], 200 * 200)
    whole = [DetectedCell(CellClass.WHITE_BLOOD_CELL, (-60.0, -60.0, 260.0, 260.0), 0.9, is_counted=True)]
    covered = measure_field(patches_of(np.full((200, 200, 3), 90, np.uint8), 1.0, whole), [], 200 * 200)

    assert (empty.edge_width_px, empty.edge_share) == (None, None)
    assert empty.cell_contrast is None
    assert empty.overlapping_share is None
    assert empty.red_cell_score is None
    assert empty.background_brightness == pytest.approx(220 / 255, abs=0.01)
    assert covered.background_brightness is None
    assert covered.clipped_share is None


def test_cells_that_are_only_listed_are_not_measured() -> None:
    smear = field()
    listed = [DetectedCell(cell.cell_class, cell.box_xyxy_image_px, 0.1, is_counted=False) for cell in smear.cells]

    assert [len(patch.boxes_xyxy_px) for patch in patches_of(smear.image_hwc_u8, 1.0, listed)] == [0]
