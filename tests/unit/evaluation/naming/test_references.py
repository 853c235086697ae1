"""Which cells of a field are judged by name, and where they lie."""

from model.evaluation.naming.references import ReferenceCell, reference_cells
from tests.unit.evaluation.naming.hand_made_cells import PLATELET, RED, WHITE, box_around, field, point


def test_points_are_told_in_pixels_of_the_full_size_image() -> None:
    of = field(scale=0.5, points=(point(10, 20, WHITE, "basophil"),))

    assert reference_cells(of) == [ReferenceCell(WHITE, "basophil", 20.0, 40.0)]


def test_a_platelet_is_a_class_of_its_own() -> None:
    assert [cell.name for cell in reference_cells(field(points=(point(10, 20, PLATELET, None),)))] == ["platelet"]


def test_cells_without_a_name_or_on_the_scale_bar_are_not_judged() -> None:
    of = field(
        source="chula-rbc-12",
        points=(
            point(10, 20, RED, "target"),
            point(30, 20, RED, "uncategorised"),
            point(50, 20, RED, None),
            point(105, 105, RED, "burr"),
            point(95, 105, RED, "normal"),
        ),
        ignored=((100.0, 100.0, 110.0, 110.0), (0.0, 0.0, 20.0, 30.0)),
    )

    assert [cell.name for cell in reference_cells(of)] == ["target", "normal"]


def test_boxes_with_a_known_sub_type_keep_their_sides() -> None:
    sides = (10.0, 10.0, 50.0, 30.0)
    of = field(scale=0.5, boxes=((RED, box_around(90, 90), None), (WHITE, sides, "monocyte")))

    assert reference_cells(of) == [ReferenceCell(WHITE, "monocyte", 60.0, 40.0, (20.0, 20.0, 100.0, 60.0))]


def test_of_stamped_boxes_only_the_middle_is_told() -> None:
    stamps = tuple((RED, box_around(20.0 * number, 50.0), None) for number in range(1, 9))
    of = field(boxes=(*stamps, (WHITE, box_around(200, 200), "monocyte")))

    assert reference_cells(of) == [ReferenceCell(WHITE, "monocyte", 200.0, 200.0)]


def test_a_field_with_points_is_judged_by_them_alone() -> None:
    of = field(points=(point(50, 50, WHITE, "neutrophil"),), boxes=((WHITE, box_around(50, 50), "neutrophil"),))

    assert reference_cells(of) == [ReferenceCell(WHITE, "neutrophil", 50.0, 50.0)]


def test_where_only_a_detector_was_in_doubt_the_cell_is_judged() -> None:
    of = field(points=(point(50, 50, WHITE, "basophil"),), ignored=((40.0, 40.0, 60.0, 60.0),))

    assert [cell.name for cell in reference_cells(of)] == ["basophil"]
