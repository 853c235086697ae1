"""Filling in what publishers did not label: sure cells are taught, doubt is ignored, the publisher's word stands."""

import numpy as np
import pytest

from model.classes import CELL_CLASSES, CellClass
from model.data.detections import FieldDetections
from model.data.fields import CellPoint, LabelMode
from model.data.packed import BoxOrigin, PackedField
from model.data.splits import Split
from model.evaluation.filling import SureScores, fill_field, needs_filling

RED, WHITE, PLATELET = (CELL_CLASSES.index(one) for one in CellClass)
FULL, POSITIVES, NONE = LabelMode.FULL, LabelMode.POSITIVES, LabelMode.NONE
SCALE = 0.5
Box = tuple[float, float, float, float]


def field(
    source: str = "bccd",
    boxes: tuple[Box, ...] = (),
    classes: tuple[int, ...] = (),
    modes: tuple[LabelMode, ...] = (NONE, NONE, NONE),
    points: tuple[CellPoint, ...] = (),
) -> PackedField:
    """A field packed at half size; boxes and points in packed pixels."""
    return PackedField(
        key=f"{source}/a",
        source=source,
        original="a",
        split=Split.TRAIN,
        file_name="a.webp",
        original_path="a.jpg",
        width=200,
        height=200,
        scale=SCALE,
        boxes_xyxy_px=boxes,
        class_indices=classes,
        label_modes=modes,
        is_border_complete=True,
        points=points,
    )


SCORES = SureScores((0.5, 0.5, 0.5), (0.15, 0.15, 0.15))


def found(*cells: tuple[Box, int, float]) -> FieldDetections:
    """Detections given in packed pixels, class and score."""
    boxes = np.array([box for box, _, _ in cells], dtype=np.float32).reshape(-1, 4) / SCALE
    classes = np.array([index for _, index, _ in cells], dtype=np.int64)
    return FieldDetections("a", "sha", 100.0, boxes, classes, np.array([score for *_, score in cells], np.float32))


A, B, C = (0.0, 0.0, 50.0, 50.0), (60.0, 60.0, 110.0, 110.0), (120.0, 0.0, 170.0, 50.0)


def test_sure_cells_are_boxes_doubtful_ones_ignored_and_the_rest_background() -> None:
    filled = fill_field(field(), found((A, RED, 0.9), (B, RED, 0.3), (C, PLATELET, 0.1)), "w-1", SCORES)

    assert (filled.boxes_xyxy_px, filled.class_indices, filled.box_origins) == ((A,), (RED,), (BoxOrigin.DETECTOR,))
    assert filled.ignored_xyxy_px == (B,)
    assert filled.label_modes == (FULL, FULL, FULL)
    assert filled.pseudo_labelled_by == "w-1"
    assert not needs_filling(filled)


def test_what_the_publisher_boxed_stays_and_is_not_doubled() -> None:
    given = field(boxes=(A,), classes=(RED,), modes=(POSITIVES, FULL, POSITIVES))
    near = (4.0, 0.0, 50.0, 50.0)
    filled = fill_field(given, found((near, RED, 0.9), (B, RED, 0.8)), "w", SCORES)

    assert filled.boxes_xyxy_px == (A, B)
    assert filled.box_origins == (BoxOrigin.PUBLISHER, BoxOrigin.DETECTOR)


def test_a_class_that_the_publisher_labelled_fully_takes_nothing_from_the_detector() -> None:
    filled = fill_field(field(modes=(POSITIVES, FULL, POSITIVES)), found((A, WHITE, 0.9), (B, WHITE, 0.3)), "w", SCORES)

    assert (filled.boxes_xyxy_px, filled.ignored_xyxy_px) == ((), ())


def test_chulas_point_takes_its_detection_at_any_score_with_its_type() -> None:
    point = CellPoint(20.0, 30.0, RED, "target")
    filled = fill_field(field("chula-rbc-12", points=(point,)), found((A, RED, 0.2), (C, PLATELET, 0.9)), "w", SCORES)

    assert filled.boxes_xyxy_px == (A, C)
    assert filled.box_subtypes == ("target", None)
    assert filled.box_origins == (BoxOrigin.POINT, BoxOrigin.DETECTOR)
    assert filled.ignored_xyxy_px == ()


def test_in_chula_a_red_cell_without_a_point_and_a_point_without_a_cell_are_ignored() -> None:
    point = CellPoint(100.0, 100.0, RED, "normal")
    filled = fill_field(field("chula-rbc-12", points=(point,)), found((A, RED, 0.9)), "w", SCORES)

    assert filled.boxes_xyxy_px == ()
    assert filled.ignored_xyxy_px == ((75.0, 75.0, 125.0, 125.0), A)


def test_each_of_two_overlapping_cells_gets_the_point_nearest_its_middle() -> None:
    left, right = (0.0, 0.0, 50.0, 50.0), (30.0, 0.0, 80.0, 50.0)
    points = (CellPoint(48.0, 25.0, RED, "burr"), CellPoint(31.0, 25.0, RED, "normal"))
    filled = fill_field(field("chula-rbc-12", points=points), found((left, RED, 0.9), (right, RED, 0.8)), "w", SCORES)

    assert dict(zip(filled.boxes_xyxy_px, filled.box_subtypes, strict=True)) == {right: "burr", left: "normal"}


def test_pbcs_middle_cell_is_what_its_folder_says_and_its_neighbours_are_taken() -> None:
    point = CellPoint(25.0, 25.0, WHITE, "erythroblast")
    filled = fill_field(field("pbc-acevedo", points=(point,)), found((A, RED, 0.6), (B, RED, 0.9)), "w", SCORES)

    assert filled.class_indices == (WHITE, RED)
    assert filled.box_subtypes == ("erythroblast", None)


def test_a_field_without_detections_is_filled_with_nothing() -> None:
    filled = fill_field(field(), found(), "w", SCORES)

    assert (filled.boxes_xyxy_px, filled.ignored_xyxy_px, filled.box_subtypes) == ((), (), ())


@pytest.mark.parametrize(("modes", "needed"), [((FULL, FULL, FULL), False), ((FULL, FULL, POSITIVES), True)])
def test_only_partly_labelled_fields_need_filling(modes: tuple[LabelMode, ...], needed: bool) -> None:
    assert needs_filling(field(modes=modes)) is needed
